import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.image_records import ALL, FACE_2005, FACE_2011, FINGER_2005, FINGER_2011, IRIS_2005, IRIS_2011

from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.iso19794_1 import Capture, Certification, QualityBlock
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, read_finger_record, write_finger_record
from biocapture.images.records.iso19794_5 import (
    FaceImage,
    FaceImageRecord,
    Landmark,
    Subject,
    read_face_record,
    write_face_record,
)
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, read_iris_record, write_iris_record
from biocapture.types import Position

Codec = tuple[Callable[[bytes], Any], Callable[[Any], bytes]]
CODECS: dict[str, Codec] = {
    "finger": (read_finger_record, write_finger_record),
    "face": (read_face_record, write_face_record),
    "iris": (read_iris_record, write_iris_record),
}


def test_finger_image_of_2005_is_read() -> None:
    record = read_finger_record(FINGER_2005)
    (image,) = record.images
    assert (record.version, record.certified) == (2005, False)
    assert image == FingerImage(
        StoredPicture(Encoding.RAW, bytes.fromhex("00 40 80 c0 ff 10"), 3, 2),
        finger=2,
        impression=0,
        rate=(500, 500),
        scan_rate=(1000, 1000),
        number=1,
        capture=Capture(qualities=(QualityBlock(72),)),
        level=30,
        equipment=0x102,
    )
    assert (image.position, image.ppi, image.capture.quality) == (Position.RIGHT_INDEX, (500, 500), 72)


def test_finger_image_of_2011_is_read() -> None:
    record = read_finger_record(FINGER_2011)
    (image,) = record.images
    assert (record.version, record.certified) == (2011, True)
    assert image == FingerImage(
        StoredPicture(Encoding.PNG, b"pictu", 320, 480),
        finger=7,
        rate=(197, 197),
        scan_rate=(197, 197),
        unit=2,
        capture=Capture(
            datetime(2022, 12, 28, 12, 30, 15, 976000, UTC),
            4,
            0x21,
            3,
            (QualityBlock(57, 0x40, 15),),
            (Certification(0x40, 2),),
        ),
        extended=b"\0\3\0\6ab",
    )
    assert image.position is Position.LEFT_INDEX
    assert image.ppi == pytest.approx((500.38, 500.38))


def test_face_image_of_2005_is_read() -> None:
    record = read_face_record(FACE_2005)
    (image,) = record.images
    assert image == FaceImage(
        StoredPicture(Encoding.JPEG2000, b"\xff\x4f\xff\x51\0", 240, 320, 8, 3),
        Subject(2, 3, 1, 0, 0x800005, 7, 1, 2, 181, 0, 1, 2),
        (Landmark(1, 0x31, 16, 32),),
        source=2,
        device=5,
    )


def test_face_image_of_2011_is_read() -> None:
    record = read_face_record(FACE_2011)
    (image,) = record.images
    assert image == FaceImage(
        StoredPicture(Encoding.JPEG2000_LOSSLESS, b"\xff\x4f", 360, 480, 8, 3),
        Subject(gender=255, height=180),
        sampling=4,
        reference=1,
        capture=Capture(datetime(2020, 9, 10, 16, 41, 42, tzinfo=UTC), 6, qualities=(QualityBlock(90, 1, 2),)),
    )


def test_iris_image_of_2005_is_read() -> None:
    record = read_iris_record(IRIS_2005)
    (image,) = record.images
    assert (record.equipment, record.properties, record.diameter) == (7, 0x155, 200)
    assert record.serial.hex() == "00112233445566778899aabbccddeeff"
    assert image == IrisImage(
        StoredPicture(Encoding.RAW, bytes.fromhex("0011223344556677"), 4, 2),
        eye=2,
        roll=256,
        capture=Capture(qualities=(QualityBlock(90),)),
    )
    assert image.position is Position.LEFT_EYE


def test_iris_image_of_2011_is_read() -> None:
    record = read_iris_record(IRIS_2011)
    (image,) = record.images
    assert image == IrisImage(
        StoredPicture(Encoding.PNG, b"\x89PNG\r\n", 640, 480),
        eye=1,
        kind=2,
        properties=5,
        range=3000,
        bounds=(320, 322, 240, 242, 210, 220),
        capture=Capture(None, 1, qualities=(QualityBlock(255),)),
    )
    assert (image.position, image.capture.quality) == (Position.RIGHT_EYE, None)


@pytest.mark.parametrize("name", ALL)
def test_records_are_written_as_they_were(name: str) -> None:
    read, write = CODECS[name.split("-", maxsplit=1)[0]]
    assert write(read(ALL[name])) == ALL[name]


def test_a_date_that_does_not_exist_is_an_unknown_one() -> None:
    for clock in ("07e6 0d 1c 0c 1e 0f 03d0", "0000 00 00 00 00 00 0000", "07e7 02 1d 00 00 00 0000"):
        data = FINGER_2011[:20] + bytes.fromhex(clock) + FINGER_2011[29:]
        assert read_finger_record(data).images[0].capture.time is None


@pytest.mark.parametrize("code", [0, 11, 13, 14, 15, 20, 36, 40, 50])
def test_slaps_and_palms_have_no_single_position(code: int) -> None:
    data = FINGER_2011[:44] + bytes([code]) + FINGER_2011[45:]
    assert read_finger_record(data).images[0].position is Position.UNKNOWN


def test_several_views_of_several_fingers_in_2005() -> None:
    image = read_finger_record(FINGER_2005).images[0]
    second, thumb = replace(image, number=2), replace(image, finger=1)
    data = write_finger_record(FingerImageRecord(2005, (image, second, thumb)))
    assert data[18] == 2
    assert read_finger_record(data).images == (image, second, thumb)


def test_both_eyes_in_2005() -> None:
    record = read_iris_record(IRIS_2005)
    left = record.images[0]
    both = replace(record, images=(replace(left, eye=1), left, replace(left, number=2)))
    assert read_iris_record(write_iris_record(both)) == both


def test_lossless_jpeg2000_is_plain_where_the_edition_has_one_code() -> None:
    picture = StoredPicture(Encoding.JPEG2000_LOSSLESS, b"\xff\x4f\xff\x51", 8, 8)
    finger = FingerImageRecord(2005, (FingerImage(picture),))
    assert read_finger_record(write_finger_record(finger)).images[0].picture.encoding is Encoding.JPEG2000
    iris = IrisImageRecord(2011, (IrisImage(picture),))
    data = write_iris_record(iris)
    assert data[16 + 19 + 4] == 10
    assert read_iris_record(data).images[0].picture.encoding is Encoding.JPEG2000


byte, word = st.integers(0, 0xFF), st.integers(0, 0xFFFF)
scores = st.integers(0, 100) | st.integers(254, 255)
times = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
blobs = st.integers(1, 300).map(lambda size: np.random.default_rng(size).bytes(size))
blocks = blobs.map(lambda data: struct.pack(">HH", 3, 4 + len(data)) + data)
sides = st.integers(1, 0xFFFF)


@st.composite
def captures(draw: st.DrawFn, certified: bool, version: int) -> Capture:
    if version == 2005:
        return Capture(qualities=(QualityBlock(draw(scores)),))
    return Capture(
        draw(st.none() | times),
        draw(byte),
        draw(word),
        draw(word),
        tuple(draw(st.lists(st.builds(QualityBlock, scores, word, word), max_size=3))),
        tuple(draw(st.lists(st.builds(Certification, word, byte), max_size=3))) if certified else (),
    )


@st.composite
def finger_records(draw: st.DrawFn) -> FingerImageRecord:
    version = draw(st.sampled_from([2005, 2011]))
    certified = version == 2011 and draw(st.booleans())
    known = [each for each in Encoding if each not in (Encoding.JPEG_LS, Encoding.PNM, Encoding.ANY)]
    if version == 2005:
        known.remove(Encoding.JPEG2000_LOSSLESS)
    rates, unit, encoding = (
        draw(st.tuples(word, word, word, word)),
        draw(st.integers(1, 2)),
        draw(st.sampled_from(known)),
    )
    depth, level, equipment = draw(st.integers(1, 16)), draw(word), draw(word)
    images: list[FingerImage] = []
    for finger in sorted(draw(st.lists(st.integers(0, 50), min_size=1, max_size=4))):
        before = sum(image.finger == finger for image in images)
        images.append(
            FingerImage(
                StoredPicture(encoding, draw(blobs), draw(sides), draw(sides), depth),
                finger,
                draw(st.integers(0, 15) | st.integers(24, 29)),
                rates[:2],
                rates[2:],
                unit,
                before + 1 if version == 2005 else draw(byte),
                draw(captures(certified, version)),
                level if version == 2005 else 0,
                equipment if version == 2005 else 0,
                draw(st.just(b"") | blocks) if version == 2011 else b"",
            )
        )
    return FingerImageRecord(version, tuple(images), certified)  # type: ignore[arg-type]


@st.composite
def face_records(draw: st.DrawFn) -> FaceImageRecord:
    version = draw(st.sampled_from([2005, 2011]))
    certified = version == 2011 and draw(st.booleans())
    known = [Encoding.JPEG, Encoding.JPEG2000]
    known += [Encoding.JPEG2000_LOSSLESS, Encoding.PNG] if version == 2011 else []
    images = []
    for _ in range(draw(st.integers(1, 3))):
        colour = draw(st.integers(0, 6))
        depth, channels = 16 if colour in (4, 5) else 8, 1 if colour in (3, 5) else 3
        picture = StoredPicture(draw(st.sampled_from(known)), draw(blobs), draw(sides), draw(sides), depth, channels)
        later = [draw(each) if version == 2011 else 0 for each in (byte, word, byte)]
        earlier = [draw(each) if version == 2005 else 0 for each in (byte, word, word)]
        height = draw(byte) if version == 2011 else 0
        traits = (draw(byte), draw(byte), draw(byte), height, draw(st.integers(0, (1 << 24) - 1)), draw(word))
        subject = Subject(*traits, *[draw(byte) for _ in range(6)])
        points = tuple(draw(st.lists(st.builds(Landmark, byte, byte, word, word, word), max_size=3)))
        capture = draw(captures(certified, 2011)) if version == 2011 else Capture()
        kind = draw(byte)
        extended = draw(blobs) if version == 2011 and kind >= 128 else b""
        images.append(FaceImage(picture, subject, points, kind, colour, *later, *earlier, capture, extended))
    return FaceImageRecord(version, tuple(images), certified, draw(word) if version == 2011 else 0)  # type: ignore[arg-type]


@st.composite
def iris_records(draw: st.DrawFn) -> IrisImageRecord:
    version = draw(st.sampled_from([2005, 2011]))
    certified = version == 2011 and draw(st.booleans())
    last = Encoding.JPEG_LS if version == 2005 else Encoding.PNG
    encoding = draw(st.sampled_from([Encoding.RAW, Encoding.JPEG, Encoding.JPEG2000, last]))
    shape = draw(st.tuples(sides, sides, st.integers(1, 16), st.sampled_from([1, 3])))
    images = []
    for eye in sorted(draw(st.lists(st.integers(0, 2), min_size=1, max_size=4))):
        kind, properties = (draw(byte), draw(byte)) if version == 2011 else (1, 0)
        bounds = tuple(draw(word) for _ in range(6)) if version == 2011 else (0,) * 6
        distance = draw(word) if version == 2011 else 0
        picture = StoredPicture(encoding, draw(blobs), *shape)
        capture = draw(captures(certified, version))
        roll, number = (draw(word), draw(word)), draw(word)
        images.append(IrisImage(picture, eye, kind, number, properties, distance, *roll, bounds, capture))
    early = [draw(each) if version == 2005 else 0 for each in (word, word, word, byte)]
    serial = draw(st.binary(min_size=16, max_size=16)) if version == 2005 else bytes(16)
    return IrisImageRecord(version, tuple(images), certified, *early, serial)  # type: ignore[arg-type]


@given(
    st.one_of(
        *(
            st.tuples(st.just(name), each())
            for name, each in (("finger", finger_records), ("face", face_records), ("iris", iris_records))
        )
    )
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_round_trip_loses_nothing(named: tuple[str, Any]) -> None:
    name, record = named
    read, write = CODECS[name]
    data = write(record)
    assert read(data) == record
    assert write(read(data)) == data
