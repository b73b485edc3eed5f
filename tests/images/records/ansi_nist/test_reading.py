"""Pictures of ANSI/NIST-ITL transactions, with what is stated of them."""

from pathlib import Path

import numpy as np
import pytest
from tests.support.pictures import COLOUR, GREY
from tests.support.transactions import (
    PNG,
    SLAP,
    US,
    binary_4,
    first,
    mixed,
    package,
    print_14,
    tagged,
)

from biocapture.errors import DecodeError
from biocapture.images.decode import decode
from biocapture.images.decode_many import decode_many
from biocapture.images.records.record import parts_of_record
from biocapture.images.records.record_image import DamagedImage, RecordImage
from biocapture.images.walk import walk
from biocapture.types import Modality, Position, Sample

FINGER, FACE, IRIS = Modality.FINGERPRINT, Modality.FACE, Modality.IRIS


def samples(data: bytes) -> list[Sample]:
    return [each for each in decode_many(data) if isinstance(each, Sample)]


def test_every_type_is_read() -> None:
    found = samples(mixed())
    assert [(each.modality, each.position, each.image.ppi) for each in found[:9]] == [
        (FINGER, Position.RIGHT_THUMB, 500),
        (FINGER, Position.LEFT_THUMB, 500),
        (FINGER, Position.RIGHT_INDEX, 500),
        (FINGER, Position.RIGHT_MIDDLE, 500),
        (FINGER, Position.LEFT_INDEX, pytest.approx(1000, abs=1)),
        (FINGER, Position.RIGHT_THUMB, 500),
        (FACE, Position.FACE, pytest.approx(float("nan"), nan_ok=True)),
        (FINGER, Position.UNKNOWN, 500),
        (FINGER, Position.UNKNOWN, 500),
    ]
    assert (found[9].modality, found[9].position) == (IRIS, Position.RIGHT_EYE)
    for i in (0, 4, 5, 7, 8, 9):
        np.testing.assert_array_equal(found[i].image.pixels, GREY)
    np.testing.assert_array_equal(found[6].image.pixels, COLOUR)
    assert not any(each.image.notes for each in found)


def test_what_is_no_face_has_a_row_that_says_so() -> None:
    damaged = [part for part in parts_of_record(mixed()) if isinstance(part, DamagedImage)]
    assert [part.error for part in damaged] == ["type 10: a picture of SCAR, expected FACE"]


def test_segments_of_a_slap_are_pictures() -> None:
    index, middle = samples(mixed())[2:4]
    np.testing.assert_array_equal(index.image.pixels, GREY)
    np.testing.assert_array_equal(middle.image.pixels, GREY[10:])
    (whole,) = samples(first((14, 1)) + tagged(14, print_14("13", SLAP) | {6: "160"}))
    assert (whole.position, whole.image.pixels.shape) == (Position.UNKNOWN, (96, 160))
    polygon = US.join(["2", "3", "10", "5", "40", "9", "20", "60"])
    (drawn,) = samples(first((14, 1)) + tagged(14, print_14("13", SLAP, f25=polygon) | {6: "160"}))
    np.testing.assert_array_equal(drawn.image.pixels, GREY[5:61, 10:41])
    outside = print_14("13", SLAP, f21=US.join(["2", "900", "950", "0", "95"])) | {6: "160"}
    (part,) = parts_of_record(first((14, 1)) + tagged(14, outside))
    assert isinstance(part, DamagedImage)
    assert "segment" in part.error


def test_impression_and_quality() -> None:
    parts = [part for part in parts_of_record(mixed()) if isinstance(part, RecordImage)]
    assert [part.impression for part in parts] == [3, 3, 1, 1, 1, 1, None, 4, 1, None]
    assert [part.quality for part in parts if part.quality is not None] == [63]


@pytest.mark.parametrize("flag", [0, 1])
def test_resolution_of_binary_prints(flag: int) -> None:
    data = first((4, 1), native="39.37") + binary_4(2, GREY.tobytes(), 0, flag)
    (sample,) = samples(data)
    assert sample.image.ppi == (1000 if flag else 500)


@pytest.mark.parametrize("off_by", [-5, 7, 100_000])
def test_a_wrong_length_is_noted(off_by: int) -> None:
    fields = print_14("2", PNG)
    data = first((14, 1), (14, 2)) + tagged(14, fields, off_by) + tagged(14, print_14("3", PNG))
    found = samples(data)
    assert [each.position for each in found] == [Position.RIGHT_INDEX, Position.RIGHT_MIDDLE]
    assert [each.image.notes for each in found] == [("image.record_length",), ()]
    for each in found:
        np.testing.assert_array_equal(each.image.pixels, GREY)


def test_what_cannot_be_read_costs_its_own_record() -> None:
    good = tagged(14, print_14("2", PNG))
    bad = tagged(14, print_14("3", PNG) | {11: "ZIP"}) + tagged(14, print_14("4", PNG) | {6: "many"})
    parts = parts_of_record(first((14, 1), (14, 2), (14, 3), (14, 4)) + good + bad + good + b"no record")
    errors = [part.error for part in parts if isinstance(part, DamagedImage)]
    assert [type(part) for part in parts].count(RecordImage) == 2
    assert [error.split(",")[0] for error in errors] == [
        "type 14: compression 'ZIP'",
        "type 14: width 'many'",
        "at byte " + errors[2].split()[2] + " b'no recor'",
    ]
    refused = first((7, 1)) + (9).to_bytes(4, "big") + b"\0abcd"
    with pytest.raises(DecodeError, match=r"a user-defined picture \(type 7\) is not read"):
        decode(refused, modality=FINGER)
    with pytest.raises(DecodeError, match="a record without a picture"):
        decode(first((2, 0)) + tagged(2, {2: "00"}), modality=FINGER)


def test_xml() -> None:
    found = samples(package())
    assert [(each.modality, each.position) for each in found] == [
        (FINGER, Position.RIGHT_INDEX),
        (FINGER, Position.RIGHT_MIDDLE),
        (FINGER, Position.LEFT_THUMB),
        (FACE, Position.FACE),
        (IRIS, Position.LEFT_EYE),
    ]
    assert [each.image.ppi for each in found[:3]] == [500, 500, 500]
    for i in (0, 1, 2, 4):
        np.testing.assert_array_equal(found[i].image.pixels, GREY)
    parts = [part for part in parts_of_record(package()) if isinstance(part, RecordImage)]
    assert [part.impression for part in parts] == [0, 0, 0, None, None]


def test_files_are_found_in_folders(tmp_path: Path) -> None:
    names = ["a.an2", "b.eft", "c.nist", "d.xml", "unnamed"]
    for name in names:
        (tmp_path / name).write_bytes(package() if name == "d.xml" else mixed())
    assert [path.name for path in walk([tmp_path])] == names
