"""Biometric records read as images."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.support.pictures import CODES, COLOUR, GREY, picture

from biocapture.assessment.options import options_of
from biocapture.assessment.samples import sample_of
from biocapture.errors import DecodeError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.decode import decode
from biocapture.images.decode_many import decode_record
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.images.records.iso19794_5 import FaceImage, FaceImageRecord, write_face_record
from biocapture.images.records.iso19794_6 import IrisImage, IrisImageRecord, write_iris_record
from biocapture.types import Modality, Position, PpiSource


def raw(pixels: np.ndarray, depth: int = 8, encoding: Encoding = Encoding.RAW) -> StoredPicture:
    channels = 3 if pixels.ndim == 3 else 1
    return StoredPicture(encoding, pixels.tobytes(), pixels.shape[1], pixels.shape[0], depth, channels)


def finger(shown: StoredPicture, version: int = 2011, **more: object) -> bytes:
    image = FingerImage(shown, finger=7, impression=0, **more)  # type: ignore[arg-type]
    return write_finger_record(FingerImageRecord(version, (image,)))  # type: ignore[arg-type]


FACE = write_face_record(FaceImageRecord(2011, (FaceImage(picture(COLOUR, "JPEG2000")),)))
IRIS = write_iris_record(IrisImageRecord(2011, (IrisImage(picture(GREY), eye=1),)))


@pytest.mark.parametrize("version", [2005, 2011])
@pytest.mark.parametrize("format", CODES)
def test_picture_of_a_finger_record_is_decoded(version: int, format: str) -> None:
    shown = picture(GREY, format)
    if version == 2005 and shown.encoding is Encoding.JPEG2000_LOSSLESS:
        shown = replace(shown, encoding=Encoding.JPEG2000)
    image = decode(finger(shown, version), modality=Modality.FINGERPRINT)
    np.testing.assert_array_equal(image.pixels, decode(shown.data, modality=Modality.FINGERPRINT).pixels)
    assert (image.ppi, image.ppi_source, image.notes) == (500, PpiSource.METADATA, ())
    assert (image.modality, image.position) == (Modality.FINGERPRINT, Position.LEFT_INDEX)


def test_pictures_of_face_and_iris_records_are_decoded() -> None:
    image = decode(FACE, modality=Modality.FACE)
    np.testing.assert_array_equal(image.pixels, COLOUR)
    assert (image.modality, image.position, image.notes) == (Modality.FACE, Position.FACE, ())
    image = decode(IRIS, modality=Modality.IRIS)
    np.testing.assert_array_equal(image.pixels, GREY)
    assert (image.modality, image.position) == (Modality.IRIS, Position.RIGHT_EYE)


def test_raw_pixels_of_every_depth() -> None:
    def read(shown: StoredPicture) -> np.ndarray:
        return decode(finger(shown), modality=Modality.FINGERPRINT).pixels

    np.testing.assert_array_equal(read(raw(GREY)), GREY)
    four = (GREY >> 4).astype(np.uint8)
    np.testing.assert_array_equal(read(raw(four, 4)), four * 17)
    packed = np.packbits(np.unpackbits(four.reshape(-1, 1), axis=1)[:, 4:])
    np.testing.assert_array_equal(read(StoredPicture(Encoding.PACKED, packed.tobytes(), 80, 96, 4)), four * 17)
    wide = (GREY.astype(np.uint16) * 257).astype(">u2")
    np.testing.assert_array_equal(read(raw(wide, 16)), GREY)
    bits = np.packbits(GREY > 127)
    one = read(StoredPicture(Encoding.PACKED, bits.tobytes(), 80, 96, 1))
    np.testing.assert_array_equal(one, np.where(GREY > 127, 255, 0))
    eyes = IrisImageRecord(2011, (IrisImage(raw(COLOUR), eye=2),))
    colour = decode(write_iris_record(eyes), modality=Modality.FACE).pixels
    np.testing.assert_array_equal(colour, COLOUR)


def test_header_resolution_comes_first_and_a_contradiction_is_noted() -> None:
    shown = picture(GREY, dpi=(1000, 1000))
    image = decode(finger(shown), modality=Modality.FINGERPRINT)
    assert (image.ppi, image.notes) == (500, ("image.ppi_conflict",))
    metric = decode(finger(shown, rate=(394, 394), unit=2), modality=Modality.FINGERPRINT)
    assert metric.ppi == pytest.approx(1000, abs=1)
    assert metric.notes == ()
    unstated = decode(finger(shown, rate=(0, 0)), modality=Modality.FINGERPRINT)
    assert (round(unstated.ppi), unstated.notes) == (1000, ())


def test_a_picture_that_is_not_what_the_header_says_is_noted() -> None:
    shown = picture(GREY)
    for wrong in (replace(shown, width_px=81), replace(shown, encoding=Encoding.WSQ)):
        image = decode(finger(wrong), modality=Modality.FINGERPRINT)
        np.testing.assert_array_equal(image.pixels, GREY)
        assert image.notes == ("image.record_conflict",)


def test_several_pictures() -> None:
    images = tuple(FingerImage(raw(GREY + np.uint8(i)), finger=i) for i in (1, 2, 13))
    data = write_finger_record(FingerImageRecord(2011, images))
    first = decode(data, modality=Modality.FINGERPRINT)
    assert first.notes == ("image.multiple_frames",)
    samples = decode_record(data)
    assert [sample.position for sample in samples] == [Position.RIGHT_THUMB, Position.RIGHT_INDEX, Position.UNKNOWN]
    for i, sample in zip((1, 2, 13), samples, strict=True):
        np.testing.assert_array_equal(sample.image.pixels, GREY + np.uint8(i))
        assert sample.modality is Modality.FINGERPRINT


ENVELOPE = write_bir(
    Bir(
        (
            Bir(block=finger(raw(GREY)), type=("Finger",), subtype=("Left", "IndexFinger")),
            Bir(type=("Iris",), subtype=("Left",), others=(("EXCEPTION", "true"),)),
            Bir(block=IRIS, type=("Iris",), subtype=("Left",)),
            Bir(block=FACE, type=("Face",)),
            Bir(block=b"FMR\x00030\0 no picture", type=("Finger",), subtype=("Left", "IndexFinger")),
        )
    )
)


def test_pictures_in_cbeff() -> None:
    samples = decode_record(ENVELOPE)
    assert [(sample.modality, sample.position) for sample in samples] == [
        (Modality.FINGERPRINT, Position.LEFT_INDEX),
        (Modality.IRIS, Position.LEFT_EYE),
        (Modality.FACE, Position.FACE),
    ]
    assert [sample.image.notes for sample in samples] == [(), ("image.record_conflict",), ()]
    eye = decode(ENVELOPE, modality=Modality.IRIS)
    np.testing.assert_array_equal(eye.pixels, GREY)
    assert (eye.modality, eye.position) == (Modality.IRIS, Position.LEFT_EYE)
    assert "image.multiple_frames" in eye.notes


def test_the_pipeline_learns_modality_and_position_from_the_record(tmp_path: Path) -> None:
    path = tmp_path / "capture.fir"
    path.write_bytes(finger(raw(GREY)))
    sample = sample_of(path, options_of())
    assert (sample.modality, sample.position, sample.image.pixels.ndim) == (
        Modality.FINGERPRINT,
        Position.LEFT_INDEX,
        2,
    )
    assert sample_of(path, options_of(position="right_thumb")).position is Position.RIGHT_THUMB
    named = tmp_path / "right_thumb.xml"
    named.write_bytes(IRIS)
    assert sample_of(named, options_of("fingerprint")).position is Position.RIGHT_THUMB
    assert sample_of(IRIS, options_of()).position is Position.RIGHT_EYE
    assert "image.wrong_extension" in decode(named, modality=Modality.IRIS).notes


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (finger(StoredPicture(Encoding.RAW, b"123", 2, 2)), "3 bytes of raw pixels, expected 4 for 2×2 px of 1×8 bits"),
        (finger(StoredPicture(Encoding.RAW, b"1", 65535, 65535)), "65535×65535 px; the limit is 64000000 pixels"),
        (finger(StoredPicture(Encoding.PNG, b"pictu", 2, 2)), "not an image we read"),
        (finger(StoredPicture(Encoding.PNG, finger(raw(GREY)), 2, 2)), "not an image we read"),
        (write_bir(Bir(type=("Face",))), "a record without a picture"),
        (b"<?xml version='1.0'?><svg/>", "element svg, expected BIR"),
        (b"<?xml version='1.0'?><BIR><BDB>%%%%</BDB></BIR>", "BDB is not base64"),
        (b"FIR\x00020\0", "8 bytes left"),
    ],
)
def test_records_that_cannot_be_read_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(DecodeError, match=rf"^image bytes: .*{says}"):
        decode(data, modality=Modality.FINGERPRINT)


def test_an_image_is_no_record() -> None:
    with pytest.raises(DecodeError, match="record bytes"):
        decode_record(picture(GREY).data)


def test_text_around_base64_does_not_matter() -> None:
    block = base64.b64encode(IRIS).decode()
    lines = "\n".join(block[i : i + 60] for i in range(0, len(block), 60))
    text = f'\ufeff<?xml version="1.0"?>\n<ns2:BIR xmlns:ns2="urn:any"><ns2:BDB>\n{lines}\n</ns2:BDB></ns2:BIR>'
    assert decode(text.encode(), modality=Modality.IRIS).position is Position.RIGHT_EYE


LENGTHS = {
    "finger-2005": (finger(picture(GREY), 2005), (10, 32)),
    "finger-2011": (finger(picture(GREY)), (8, 16)),
    "face-2011": (FACE, (8, 17)),
    "iris-2011": (IRIS, (8, 16)),
}


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize("off_by", [-1, 1, 4000, None])
def test_a_wrong_length_is_noted_where_the_picture_is_sound(name: str, off_by: int | None) -> None:
    data, places = LENGTHS[name]
    modality = {"f": Modality.FINGERPRINT, "i": Modality.IRIS}[name[0]] if "face" not in name else Modality.FACE
    sound = decode(data, modality=modality)
    (picture_at,) = {data.index(mark) - 4 for mark in (b"\x89PNG", b"\0\0\0\x0cjP") if mark in data}
    for at in places if "2005" in name else (*places, picture_at):
        spoilt = bytearray(data)
        true = int.from_bytes(data[at : at + 4], "big")
        spoilt[at : at + 4] = (0 if off_by is None else true + off_by).to_bytes(4, "big")
        image = decode(bytes(spoilt), modality=modality)
        np.testing.assert_array_equal(image.pixels, sound.pixels)
        assert "image.record_length" in image.notes, at
    assert "image.record_length" not in sound.notes


def test_raw_pixels_survive_a_wrong_length() -> None:
    data = bytearray(finger(raw(GREY)))
    data[8:12] = bytes(4)
    image = decode(bytes(data) + b"some more", modality=Modality.FINGERPRINT)
    np.testing.assert_array_equal(image.pixels, GREY)


def test_a_damaged_signature_costs_nothing_but_a_note() -> None:
    text = write_bir(Bir(block=finger(raw(GREY)), security=b"signed", type=("Finger",))).decode()
    image = decode(re.sub("<SB>.*</SB>", "<SB>%%</SB>", text).encode(), modality=Modality.FINGERPRINT)
    assert image.notes == ("image.record_damaged",)
    np.testing.assert_array_equal(image.pixels, GREY)


def test_a_finger_in_the_envelope_of_an_eye_stays_a_finger() -> None:
    data = write_bir(Bir(block=finger(raw(GREY)), type=("Iris",), subtype=("Left",)))
    (sample,) = decode_record(data)
    assert (sample.modality, sample.position) == (Modality.FINGERPRINT, Position.LEFT_INDEX)
    assert sample.image.notes == ("image.record_conflict",)
