"""A picture of several fingers gives a report per finger and one for all."""

import math
from pathlib import Path

import numpy as np
import pytest
from tests.support.slaps import drawn_slap, slap_file

from biocapture.assessment.pipeline import assess, assess_many
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.errors import DecodeError
from biocapture.images.codecs.picture import Encoding, StoredPicture
from biocapture.images.records.iso19794_4 import FingerImage, FingerImageRecord, write_finger_record
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.synthetic.hand.slap import Conditions
from biocapture.types import FINGERS, FingerGroup, Position

RIGHT = FingerGroup.RIGHT_SLAP.fingers


def keys(report: Report) -> set[str]:
    return {reason.key for reason in report.reasons}


def test_a_slap_has_a_report_and_each_finger_its_own(tmp_path: Path) -> None:
    path = slap_file(tmp_path / "right_slap.png")
    whole, *fingers = assess_many([path])
    assert whole.path == str(path)
    assert [each.path for each in fingers] == [f"{path}#{position}" for position in RIGHT]
    assert [each.position for each in fingers] == list(RIGHT)
    assert all(each.quality > 50 and not each.error for each in fingers)
    assert whole.position is FingerGroup.RIGHT_SLAP
    assert whole.quality == pytest.approx(np.mean([each.quality for each in fingers]))
    assert whole.slap is not None
    assert (whole.slap.fingers, whole.slap.expected, whole.slap.named) == (4, 4, 4)
    assert whole.slap.lowest_quality == min(each.quality for each in fingers)
    assert whole.to_dict()["slap"]["group"] == "right_slap"
    assert whole.row()["position"] == "right_slap"


def test_centring_and_residue_are_those_of_the_fingers(tmp_path: Path) -> None:
    reports = list(assess_many([slap_file(tmp_path / "right_slap.png")]))
    assert not any(keys(each) & {"fingerprint.centre_finger", "fingerprint.wipe_platen"} for each in reports)
    assert all(each.verdict is Verdict.READY for each in reports)


def test_a_picture_of_several_fingers_is_a_slap_whatever_its_name(tmp_path: Path) -> None:
    whole, *fingers = assess_many([slap_file(tmp_path / "scan.png")])
    assert whole.position is FingerGroup.RIGHT_SLAP
    assert [each.position for each in fingers] == list(RIGHT)


@pytest.mark.parametrize(
    ("name", "group"),
    [("left_four_fingers", FingerGroup.LEFT_SLAP), ("thumbs", FingerGroup.THUMBS), ("x_500_14", FingerGroup.LEFT_SLAP)],
)
def test_names_say_which_slap(tmp_path: Path, name: str, group: FingerGroup) -> None:
    whole, *fingers = assess_many([slap_file(tmp_path / f"{name}.png", Conditions(group=group))])
    assert whole.position is group
    assert {each.position for each in fingers} == set(group.fingers)


def test_a_missing_finger_is_said(tmp_path: Path) -> None:
    path = slap_file(tmp_path / "right_slap.png", Conditions(missing=(Position.RIGHT_RING,)))
    whole, *fingers = assess_many([path])
    assert len(fingers) == 3
    assert "fingerprint.all_fingers" in keys(whole)
    assert whole.verdict is Verdict.RETAKE
    assert all("fingerprint.all_fingers" not in keys(each) for each in fingers)


def test_the_other_hand_is_said(tmp_path: Path) -> None:
    whole, *_ = assess_many([slap_file(tmp_path / "right_slap.png", Conditions(group=FingerGroup.LEFT_SLAP))])
    assert "fingerprint.other_hand" in keys(whole)


def test_cut_fingers_and_a_turned_hand_are_said(tmp_path: Path) -> None:
    cut, *_ = assess_many([slap_file(tmp_path / "right_slap.png", Conditions(cut_mm=8.0))])
    assert "fingerprint.fingers_inside" in keys(cut)
    turned, *_ = assess_many(
        [slap_file(tmp_path / "left_slap.png", Conditions(group=FingerGroup.LEFT_SLAP, tilt_deg=52.0))]
    )
    assert "fingerprint.turn_hand" in keys(turned)


def test_an_empty_slap_is_a_failure_and_no_error(tmp_path: Path) -> None:
    (report,) = assess_many([np.full((1500, 1600), 230, np.uint8)], "fingerprint", position="right_slap")
    assert report.failure == "fingerprint.no_print"
    assert report.error == ""
    assert math.isnan(report.quality)


def test_the_caller_says_which_slap(tmp_path: Path) -> None:
    pixels = drawn_slap().pixels
    whole, *fingers = assess_many([pixels], "fingerprint", position="right_slap", ppi=500)
    assert [each.position for each in fingers] == list(RIGHT)
    assert assess(pixels, "fingerprint", position="right_slap", ppi=500).quality == whole.quality


def test_a_single_print_stays_one(tmp_path: Path) -> None:
    pixels = drawn_slap(conditions=Conditions(missing=RIGHT[1:])).pixels
    (report,) = assess_many([pixels], "fingerprint", ppi=500)
    assert report.slap is None
    (named,) = assess_many([drawn_slap().pixels], "fingerprint", position="right_index", ppi=500)
    assert named.position is Position.RIGHT_INDEX


@pytest.mark.parametrize("position", [None, "right_slap"])
def test_fingers_are_looked_for_within_the_size_of_a_platen(position: str | None) -> None:
    pixels = np.full((2600, 2700), 235, np.uint8)
    small = drawn_slap().pixels
    pixels[: small.shape[0], : small.shape[1]] = small
    pixels[-small.shape[0] :, -small.shape[1] :] = small
    (report,) = assess_many([pixels], "fingerprint", position=position, ppi=500)
    assert report.slap is None
    assert report.failure == "fingerprint.not_one_finger"


def test_a_finger_is_read_by_its_name(tmp_path: Path) -> None:
    path = slap_file(tmp_path / "right_slap.png")
    _, *fingers = assess_many([path])
    alone = assess(f"{path}#right_middle")
    assert alone == fingers[1]
    with pytest.raises(DecodeError, match="no finger 'left_index'"):
        assess(f"{path}#left_index")


@pytest.mark.parametrize(("code", "fingers"), [(13, FINGERS[2:6]), (47, FINGERS[2:5])])
def test_records_say_which_fingers_a_picture_shows(tmp_path: Path, code: int, fingers: tuple[Position, ...]) -> None:
    missing = tuple(finger for finger in RIGHT if finger not in fingers)
    pixels = drawn_slap(conditions=Conditions(missing=missing)).pixels
    stored = StoredPicture(Encoding.RAW, pixels.tobytes(), pixels.shape[1], pixels.shape[0], 8)
    path = tmp_path / "a.fir"
    path.write_bytes(write_finger_record(FingerImageRecord(2011, (FingerImage(stored, finger=code),))))
    whole, *found = assess_many([path])
    assert [each.position for each in found] == list(fingers)
    assert "fingerprint.all_fingers" not in keys(whole)


def test_quality_is_that_of_the_finger_captured_alone() -> None:
    grown = [finger(1), finger(2)]
    singles = [impression(grown[k % 2], k, Effects(noise=3.0, dry=0.1 * k)).pixels for k in range(4)]
    together = np.full((1500, 1840), 235, np.uint8)
    for k, (down, pixels) in enumerate(zip((200, 40, 150, 500), singles, strict=True)):
        window = together[down : down + 560, 40 + 440 * k : 456 + 440 * k]
        np.minimum(window, pixels, out=window)
    _, *fingers = assess_many([together], "fingerprint", position="right_slap", ppi=500)
    alone = [report.quality for report in assess_many(singles, "fingerprint", ppi=500)]
    away = np.abs(np.array([report.quality for report in fingers]) - alone)
    assert (away < 3).sum() >= 3  # quality depends on where the grid of blocks begins, in a slap as in a capture alone
    assert away.max() < 5
