"""One report for each picture of a record; what is damaged costs its own picture."""

import base64
import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.support.pictures import GREY, picture
from tests.support.whole_records import POSITIONS, finger_block, registration

from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import assess, assess_many
from biocapture.assessment.samples import samples_of
from biocapture.errors import DecodeError, UsageError
from biocapture.images.decode import decode
from biocapture.images.decode_many import decode_many
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.types import Modality, Position, Sample


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "record.xml"
    path.write_bytes(registration())
    return path


def test_every_picture_has_a_report(record: Path) -> None:
    reports = list(assess_many([record, record], "auto"))
    assert [report.path for report in reports] == [f"{record}#{i}" for i in range(13)] * 2
    assert [report.position for report in reports] == POSITIONS * 2
    assert not any(report.error for report in reports)
    assert {report.sha256 for report in reports} == {assess(record).sha256}
    assert not any("image.multiple_frames" in report.notes for report in reports)


def test_a_report_does_not_depend_on_the_others(record: Path) -> None:
    (alone,) = assess_many([f"{record}#6"])
    together = list(assess_many([record]))[6]
    assert json.dumps(alone.row()) == json.dumps(together.row())
    assert (alone.position, alone.path) == (Position.LEFT_INDEX, f"{record}#6")


def test_more_pictures_than_are_measured_together(tmp_path: Path) -> None:
    images = tuple(FingerImage(picture(np.roll(GREY, i, 0)), finger=1 + i % 10) for i in range(19))
    path = tmp_path / "many.fir"
    path.write_bytes(write_finger_record(FingerImageRecord(2011, images)))
    reports = list(assess_many([path], workers=2))
    assert [report.path for report in reports] == [f"{path}#{i}" for i in range(19)]
    assert [report.position.finger_code for report in reports] == [1 + i % 10 for i in range(19)]


def test_a_damaged_block_costs_its_own_picture(record: Path) -> None:
    text = record.read_text()
    blocks = re.findall("<BDB>(.*?)</BDB>", text)
    spoilt = base64.b64decode(blocks[4])[:-30]
    text = text.replace(blocks[2], "%%%%").replace(blocks[4], base64.b64encode(spoilt).decode())
    record.write_text(text.replace(blocks[7], base64.b64encode(b"encrypted, it seems").decode()))
    reports = list(assess_many([record]))
    assert [report.path for report in reports] == [f"{record}#{i}" for i in range(13)]
    assert [i for i, report in enumerate(reports) if report.error] == [2, 4, 7]
    assert reports[2].error.startswith(f"{record}#2: BDB is not base64")
    assert "a block that begins with 65 6e 63 72" in reports[7].error


def test_a_stated_modality_leaves_out_the_others_and_says_so(record: Path) -> None:
    eyes = list(assess_many([record], "iris"))
    assert [report.path for report in eyes] == [f"{record}#10", f"{record}#11"]
    assert all("image.other_modalities" in report.notes for report in eyes)
    insisted = list(assess_many([finger_block(2)], "iris"))
    assert [(report.modality, report.notes) for report in insisted] == [(Modality.IRIS, ())]


def test_parts_have_names(record: Path, tmp_path: Path) -> None:
    by_number, by_position = decode(f"{record}#3", modality=Modality.FINGERPRINT), f"{record}#right_ring"
    np.testing.assert_array_equal(by_number.pixels, decode(by_position, modality=Modality.FINGERPRINT).pixels)
    assert by_number.path == f"{record}#3"
    with pytest.raises(DecodeError, match=r"no part .99., expected 0\.\.12, or a position"):
        decode(f"{record}#99", modality=Modality.FACE)
    named = tmp_path / "a#1"
    named.write_bytes(picture(GREY).data)
    assert decode(named, modality=Modality.FINGERPRINT).path == str(named)
    with pytest.raises(DecodeError, match="no part 'left_ring', expected a picture that stands alone"):
        decode(f"{named}#left_ring", modality=Modality.FINGERPRINT)


def test_decode_many(record: Path) -> None:
    samples = [each for each in decode_many(record) if isinstance(each, Sample)]
    assert [(each.position, each.id) for each in samples] == [(p, f"{record}#{i}") for i, p in enumerate(POSITIONS)]
    (only,) = decode_many(finger_block(3), name="x.fir")
    assert (only.id, only.image.path, only.position) == ("x.fir", "x.fir", Position.RIGHT_MIDDLE)
    (plain,) = decode_many(picture(GREY).data, modality=Modality.FINGERPRINT)
    np.testing.assert_array_equal(plain.image.pixels, GREY)
    with pytest.raises(UsageError, match="a single picture needs a modality"):
        next(decode_many(picture(GREY).data))


def test_what_is_stated_of_a_source_is_for_one_with_one_picture(tmp_path: Path, record: Path) -> None:
    single = tmp_path / "left_thumb.fir"
    single.write_bytes(finger_block(0))
    (sample,) = samples_of(single, options_of())
    assert sample.position is Position.LEFT_THUMB
    placed = list(samples_of(record, options_of(position="left_thumb")))
    assert [each.position for each in placed] == POSITIONS
