"""Damaged image records: our error with the place, or a record; never anything else, and never much time or memory."""

import time
import tracemalloc
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from tests.support.image_records import (
    ALL,
    FACE_2005,
    FACE_2011,
    FINGER_2005,
    FINGER_2011,
    IRIS_2005,
    IRIS_2011,
    with_length,
)
from tests.support.records import patched

from biocapture.errors import DecodeError, FormatError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.decode import decode
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, read_finger_record, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, read_face_record, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, read_iris_record, write_iris_record
from biocapture.images.records.record import images_in_record
from biocapture.types import Modality

READERS = {"finger": read_finger_record, "face": read_face_record, "iris": read_iris_record}
MALFORMED = [
    (FINGER_2005[:20], r"at byte 0: 20 bytes left, expected 32 for the record header"),
    (FINGER_2005 + b"\0", "at byte 10: record length 52, expected 53"),
    (with_length(FINGER_2005 + b"\0"), "at byte 52: 1 more bytes, expected the end of the record"),
    (patched(FINGER_2005, 8, "0001"), r"at byte 8: high 1, expected 0\.\.0"),
    (patched(FINGER_2005, 18, "00"), r"at byte 18: fingers 0, expected 1\.\.255"),
    (patched(FINGER_2005, 18, "02"), "at byte 52: 0 bytes left, expected 14 for an image header"),
    (patched(FINGER_2005, 19, "03"), r"at byte 19: scale 3, expected 1\.\.2"),
    (patched(FINGER_2005, 28, "00"), r"at byte 28: depth 0, expected 1\.\.16"),
    (patched(FINGER_2005, 29, "06"), r"encoding 6, expected 0\.\.5"),
    (patched(FINGER_2005, 32, "0000000e"), "at byte 32: size 14, expected more than its header"),
    (patched(FINGER_2005, 32, "00000015"), "at byte 46: 6 bytes left, expected 7 for the picture"),
    (patched(FINGER_2005, 36, "33"), r"at byte 36: finger 51, expected 0\.\.50"),
    (patched(FINGER_2005, 37, "02"), "at byte 52: 0 bytes left, expected 14 for an image header"),
    (patched(FINGER_2005, 39, "65"), r"at byte 39: quality 101, expected 0\.\.100 or 254\.\.255"),
    (patched(FINGER_2005, 41, "0000"), "at byte 41: width_px 0"),
    (patched(FINGER_2011, 12, "0000"), r"at byte 12: images 0, expected 1\.\.672"),
    (patched(FINGER_2011, 14, "02"), r"at byte 14: certified 2, expected 0\.\.1"),
    (patched(FINGER_2011, 16, "0000003e"), "at byte 16: 61 bytes left, expected 62 for a representation"),
    (patched(FINGER_2011, 16, "00000013"), "at byte 16: size 19, expected more than its header"),
    (patched(FINGER_2011, 16, "0000003c"), "at byte 75: 1 bytes left, expected 2 for an extended data block"),
    (patched(FINGER_2011, 34, "ff"), "quality"),
    (patched(FINGER_2011, 40, "ff"), r"bytes left, expected 3 for a certification block"),
    (patched(FINGER_2011, 56, "07"), r"encoding 7, expected 0\.\.6"),
    (patched(FINGER_2011, 57, "10"), "impression 16"),
    (patched(FINGER_2011, 62, "00000000"), "at byte 62: bytes 0"),
    (patched(FINGER_2011, 62, "0000000c"), "at byte 66: 11 bytes left, expected 12 for the picture"),
    (patched(FACE_2005, 12, "0000"), r"at byte 12: images 0, expected 1\.\.256"),
    (patched(FACE_2005, 14, "0000002c"), "at byte 58: 1 more bytes, expected the end of the record"),
    (patched(FACE_2005, 14, "00000000"), "at byte 14: 0 bytes left, expected 20 for facial information"),
    (patched(FACE_2005, 18, "ffff"), r"at byte 18: landmarks 65535, expected 0\.\.4096"),
    (patched(FACE_2005, 18, "0009"), "expected 8 for a landmark"),
    (patched(FACE_2005, 43, "02"), r"at byte 43: encoding 2, expected 0\.\.1"),
    (with_length(patched(FACE_2005[:54], 14, "00000028")), "at byte 54: no picture, expected a picture"),
    (patched(FACE_2011, 69, "00000003"), "at byte 73: 2 bytes left, expected 3 for the picture"),
    (patched(FACE_2011, 59, "04"), r"at byte 59: encoding 4, expected 0\.\.3"),
    (patched(IRIS_2005, 14, "00"), "at byte 45: no image, expected at least one"),
    (patched(IRIS_2005, 15, "002e"), r"at byte 15: header 46, expected 45\.\.45"),
    (patched(IRIS_2005, 21, "0003"), r"at byte 21: format 3"),
    (patched(IRIS_2005, 45, "03"), r"at byte 45: eye 3, expected 0\.\.2"),
    (patched(IRIS_2005, 46, "0002"), "expected 11 for an image header"),
    (patched(IRIS_2011, 44, "12"), r"at byte 44: format 18"),
    (patched(IRIS_2011, 69, "00000005"), "at byte 78: 1 more bytes, expected the end of the representation"),
    (b"FIR\x00040\0" + FINGER_2011[8:], r"at byte 0: .*040.*expected b'FIR\\x00010\\x00' or b'FIR\\x00020\\x00'"),
]


@pytest.mark.parametrize(("data", "says"), MALFORMED)
def test_malformed_records_say_where(data: bytes, says: str) -> None:
    with pytest.raises(FormatError, match=says):
        images_in_record(data)


@pytest.mark.parametrize("name", ALL)
def test_every_cut_is_refused(name: str) -> None:
    for length in range(len(ALL[name])):
        with pytest.raises(FormatError, match=r"at byte \d+: |malformed XML"):
            images_in_record(ALL[name][:length])
        if length > 14:
            with pytest.raises(FormatError, match=r"at byte \d+: "):
                READERS[name.split("-", maxsplit=1)[0]](with_length(ALL[name][:length]))


def damaged(data: bytes, seed: int) -> Iterator[bytes]:
    random = np.random.default_rng(seed)
    for _ in range(300):
        flipped = bytearray(data)
        for at in random.integers(0, len(data), random.integers(1, 4)):
            flipped[at] = int(random.choice([0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF, random.integers(0, 256)]))
        yield bytes(flipped)
        at, size = int(random.integers(8, len(data))), int(random.integers(1, 9))
        yield with_length(data[:at] + random.bytes(size) + data[at:])
        yield with_length(data[:at] + data[at + size :])


@pytest.mark.parametrize("name", ALL)
def test_damaged_records_are_read_or_refused(name: str) -> None:
    outcomes = set()
    for data in damaged(ALL[name], len(name)):
        try:
            found = images_in_record(data)
        except FormatError as error:
            outcomes.add(str(error))
        else:
            assert all(len(each.picture.data) <= len(data) for each in found)
            outcomes.add("read")
    assert "read" in outcomes
    assert len(outcomes) > 10


def test_damaged_envelopes_are_read_or_refused() -> None:
    parts = tuple(Bir(block=data, type=("Finger",), subtype=("Left", "Thumb")) for data in ALL.values())
    data = write_bir(Bir(parts))
    random = np.random.default_rng(7)
    outcomes = set()
    for _ in range(400):
        flipped = bytearray(data)
        for at in random.integers(0, len(data), random.integers(1, 4)):
            flipped[at] = int(random.integers(0, 256))
        try:
            outcomes.add(len(images_in_record(bytes(flipped))))
        except FormatError as error:
            outcomes.add(str(error)[:20])
    assert len(outcomes) > 3


def test_lying_lengths_cost_neither_memory_nor_time() -> None:
    tracemalloc.start()
    start = time.perf_counter()
    for data, places in (
        (FINGER_2005, (8, 10, 18, 32)),
        (FINGER_2011, (8, 12, 16, 62)),
        (FACE_2005, (8, 12, 14)),
        (FACE_2011, (8, 12, 17, 69)),
        (IRIS_2005, (8, 14, 45, 55)),
        (IRIS_2011, (8, 12, 16, 69)),
    ):
        for at in places:
            with pytest.raises(FormatError):
                images_in_record(patched(data, at, "ffffffff"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000
    assert time.perf_counter() - start < 5


PNG = StoredPicture(Encoding.PNG, b"x", 1, 1)
FINGER, FACE, IRIS = FingerImage(PNG), FaceImage(PNG), IrisImage(PNG)
UNWRITABLE = [
    (partial(write_finger_record, FingerImageRecord(2011, ())), r"0 images, expected 1\.\.672"),
    (partial(write_finger_record, FingerImageRecord(2011, (FingerImage(PNG, finger=51),))), "finger 51"),
    (partial(write_finger_record, FingerImageRecord(2005, (FINGER, FingerImage(PNG, rate=(1, 1))))), "expected one"),
    (partial(write_finger_record, FingerImageRecord(2005, (FingerImage(PNG, extended=b"1"),))), "edition 2011"),
    (
        partial(write_finger_record, FingerImageRecord(2005, (FINGER, FingerImage(PNG, finger=1), FINGER))),
        "images of a finger apart",
    ),
    (partial(write_finger_record, FingerImageRecord(1999, (FINGER,))), "edition 1999"),  # type: ignore[arg-type]
    (
        partial(
            write_finger_record, FingerImageRecord(2011, (FingerImage(StoredPicture(Encoding.JPEG_LS, b"x", 1, 1)),))
        ),
        "encoding jpeg-ls",
    ),
    (
        partial(write_finger_record, FingerImageRecord(2011, (FingerImage(StoredPicture(Encoding.PNG, b"", 1, 1)),))),
        "bytes 0",
    ),
    (partial(write_face_record, FaceImageRecord(2005, (FACE,))), "encoding png"),
    (partial(write_face_record, FaceImageRecord(2011, ())), "images 0"),
    (partial(write_iris_record, IrisImageRecord(2005, (IRIS,))), "encoding png"),
    (partial(write_iris_record, IrisImageRecord(2011, (IrisImage(PNG, eye=3),))), "eye 3"),
    (partial(write_iris_record, IrisImageRecord(2011, (IrisImage(PNG, bounds=(1,)),))), "1 bounds, expected 6"),
    (partial(write_iris_record, IrisImageRecord(2011, (IRIS,), serial=b"")), "serial of 0 bytes"),
]


@pytest.mark.parametrize(("write", "says"), UNWRITABLE)
def test_what_the_format_cannot_hold_is_refused(write: partial[bytes], says: str) -> None:
    with pytest.raises(FormatError, match=says):
        write()


@pytest.mark.parametrize("name", ALL)
def test_damaged_records_decode_or_are_refused(name: str) -> None:
    outcomes = {outcome(data) for data in list(damaged(ALL[name], 3))[:150]}
    assert len(outcomes - {"decoded"}) > 5
    assert all(text.startswith("image bytes: ") for text in outcomes - {"decoded"})


def outcome(data: bytes) -> str:
    try:
        image = decode(data, modality=Modality.FINGERPRINT, max_pixels=100_000)
    except DecodeError as error:
        return str(error)
    assert image.pixels.dtype == np.uint8
    return "decoded"
