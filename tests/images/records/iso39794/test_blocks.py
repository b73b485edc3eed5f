"""Image data blocks of ISO/IEC 39794 come back as they were, in DER and XML, here and through an independent codec."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.pictures import COLOUR, GREY, picture

from biocapture.errors import DecodeError, FormatError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.decode import decode
from biocapture.images.decode_many import decode_many
from biocapture.images.formats import begins_like_image, format_of
from biocapture.images.records.cbeff import Bir
from biocapture.images.records.cbeff_writing import write_bir
from biocapture.images.records.from_samples import data_block_of
from biocapture.images.records.iso39794.der import element, elements, number_bytes
from biocapture.images.records.iso39794.writing import write_data_block
from biocapture.images.records.record import parts_of_record
from biocapture.images.records.record_image import DamagedImage, RecordImage
from biocapture.types import Image, Modality, Position, PpiSource, Sample

FINGER, FACE, IRIS = Modality.FINGERPRINT, Modality.FACE, Modality.IRIS
TIME = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
PPM = StoredPicture(Encoding.PNM, b"P5 80 96 255\n" + GREY.tobytes(), 0, 0)
SCHEMA = Path(__file__).parents[3] / "support" / "iso39794.asn"

PRINTS = [
    RecordImage(FINGER, Position.LEFT_RING, picture(GREY), (500, 500), 77, TIME, impression=1),
    RecordImage(FINGER, Position.UNKNOWN, picture(GREY, "WSQ"), (1000, 1000), None, TIME, impression=29),
    RecordImage(FINGER, Position.RIGHT_THUMB, PPM, None, 0, impression=4),
]
FACES = [
    RecordImage(FACE, Position.FACE, picture(COLOUR, "JPEG2000"), None, 100, TIME),
    RecordImage(FACE, Position.FACE, picture(COLOUR, "JPEG")),
]
EYES = [
    RecordImage(IRIS, position, picture(GREY), None, 5, TIME) for position in (Position.RIGHT_EYE, Position.LEFT_EYE)
]
ALL = [PRINTS, FACES, EYES]


def comparable(image: RecordImage) -> RecordImage:
    """Without the size, which only faces state."""
    shown = image.picture
    stated = shown if image.modality is FACE else replace(shown, width_px=0, height_px=0)
    return replace(image, picture=replace(stated, channels=3 if image.modality is FACE else 1))


@pytest.mark.parametrize("as_xml", [False, True])
@pytest.mark.parametrize("images", ALL)
def test_round_trips_lose_nothing(images: list[RecordImage], as_xml: bool) -> None:
    data = write_data_block(images, as_xml)
    assert list(parts_of_record(data)) == [comparable(image) for image in images]
    assert begins_like_image(data[:512])
    pixels = [each.image.pixels for each in decode_many(data) if isinstance(each, Sample)]
    assert len(pixels) == len(images)
    np.testing.assert_array_equal(pixels[0], COLOUR if images is FACES else GREY)


@pytest.mark.parametrize("as_xml", [False, True])
@pytest.mark.parametrize(
    "sample",
    [
        Sample(Image(GREY, 500.0, PpiSource.METADATA), FINGER, Position.LEFT_THUMB),
        Sample(Image(COLOUR), FACE, Position.FACE),
        Sample(Image(GREY), IRIS, Position.LEFT_EYE),
    ],
)
def test_a_sample_in_one_line(sample: Sample, as_xml: bool) -> None:
    (found,) = decode_many(data_block_of(sample, as_xml=as_xml, quality=50, captured=TIME))
    assert isinstance(found, Sample)
    np.testing.assert_array_equal(found.image.pixels, sample.image.pixels)
    assert (found.modality, found.position) == (sample.modality, sample.position)
    if sample.modality is FINGER:
        assert (found.image.ppi, found.image.ppi_source) == (500, PpiSource.METADATA)


def test_an_independent_codec_reads_what_is_written_and_the_other_way_round() -> None:
    asn1tools = pytest.importorskip("asn1tools", reason="NO INDEPENDENT CODEC HERE: pip install asn1tools")
    codec = asn1tools.compile_files(str(SCHEMA), "der")
    for name, images in zip(("FingerImageDataBlock", "FaceImageDataBlock", "IrisImageDataBlock"), ALL, strict=True):
        data = write_data_block(images)
        read = codec.decode(name, data)
        assert codec.encode(name, read) == data
        assert len(read["representationBlocks"]) == len(images)
    first = codec.decode("FingerImageDataBlock", write_data_block(PRINTS))["representationBlocks"][0]
    assert (first["position"], first["imageDataFormat"]) == (("code", 9), ("code", 4))
    assert first["imageData"] == PRINTS[0].picture.data
    assert first["spatialSamplingRateBlock"] == {"samplesPerUnit": 500, "unitDimension": 0}
    assert first["qualityBlocks"][0]["scoreOrError"] == ("score", 77)
    first |= {"position": ("extensionBlock", {"fallback": 3})}
    first |= {"spatialSamplingRateBlock": {"samplesPerUnit": 394, "unitDimension": 1}}
    block = {"versionBlock": {"generation": 3, "year": 2019}, "representationBlocks": [first]}
    (changed,) = parts_of_record(codec.encode("FingerImageDataBlock", block))
    assert isinstance(changed, RecordImage)
    assert (changed.position, changed.ppi) == (Position.RIGHT_MIDDLE, pytest.approx((1000.76, 1000.76)))


def test_blocks_in_an_envelope() -> None:
    data = write_bir(Bir((Bir(block=write_data_block(PRINTS[:1]), type=("Finger",), subtype=("Left", "RingFinger")),)))
    (sample,) = decode_many(data)
    assert isinstance(sample, Sample)
    assert (sample.position, sample.image.notes) == (Position.LEFT_RING, ())


def test_damage_costs_its_own_picture() -> None:
    data = write_data_block(PRINTS)
    # The unknown position of the second becomes an extension that is no sequence.
    spoilt = data.replace(b"\xa0\x03\x80\x01\x00", b"\xa0\x03\x81\x01\x00", 1)
    assert [type(part) for part in parts_of_record(spoilt)] == [RecordImage, DamagedImage, RecordImage]
    xml = write_data_block(PRINTS, as_xml=True).decode()
    (_, broken, _) = parts_of_record(xml.replace("<samplesPerUnit>1000<", "<samplesPerUnit>many<").encode())
    assert isinstance(broken, DamagedImage)
    assert broken.error == "samplesPerUnit 'many', expected a number or a code"
    with pytest.raises(DecodeError, match=r"bytes left, expected \d+ of element 0x64"):
        decode(data[:-5], modality=FINGER)


def test_what_the_standard_cannot_hold_is_refused() -> None:
    with pytest.raises(FormatError, match="encoding jpeg, expected"):
        write_data_block([replace(PRINTS[0], picture=picture(GREY, "JPEG"))])
    with pytest.raises(FormatError, match="no capture time"):
        write_data_block([replace(EYES[0], captured=None)])
    with pytest.raises(FormatError, match="several modalities"):
        write_data_block([PRINTS[0], EYES[0]])
    with pytest.raises(FormatError, match="no picture"):
        write_data_block([])


@given(st.integers(-(2**40), 2**40), st.binary(max_size=300))
def test_elements(number: int, content: bytes) -> None:
    data = element(0x80, number_bytes(number)) + element(0xA1, content)
    (first, second) = elements(data)
    assert int.from_bytes(first[1], "big", signed=True) == number
    assert second == (0xA1, content)


def test_other_tags_of_the_same_range_are_not_taken_for_blocks() -> None:
    assert format_of(b"e is the first letter of a text") is None
    assert format_of(b"dear reader, this is no data block") is None
