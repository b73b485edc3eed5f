"""What a fault is called: the first reason sends the operator to the right place."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from biocapture import face
from biocapture.assessment.options import options_of
from biocapture.assessment.report import Report
from biocapture.assessment.scoring import reports
from biocapture.assessment.verdict import Verdict
from biocapture.images.decode import decode
from biocapture.synthetic.portrait import portrait
from biocapture.types import Failure, Modality, Sample

PROFILES = pytest.mark.parametrize("profile", ["default", "e-ktp"])
SIDE = 900
SAMPLES = Path(__file__).parents[2] / "sample_data" / "face"


def judged(pixels: np.ndarray, profile: str) -> Report:
    sample = Sample(decode(np.ascontiguousarray(pixels), modality=Modality.FACE), Modality.FACE)
    return reports([sample], options_of("face", profile=profile))[0]


@PROFILES
@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_picture_is_called_turned(profile: str, quarters: int) -> None:
    report = judged(np.rot90(portrait(2, (SIDE, SIDE), {}), quarters), profile)
    assert report.reasons[0].key == "face.turn_picture"
    assert report.verdict is Verdict.RETAKE


@PROFILES
def test_a_dark_picture_needs_more_light(profile: str) -> None:
    report = judged((portrait(0, (SIDE, SIDE), {}) * 0.2).astype(np.uint8), profile)
    reasons = [reason.key for reason in report.reasons]
    assert "face.more_light" in reasons
    assert "face.even_light" not in reasons


@PROFILES
@pytest.mark.parametrize("colour", [(120, 170, 205), (236, 238, 240), (28, 28, 32)], ids=str)
def test_a_masked_face_is_to_be_uncovered(profile: str, colour: tuple[int, int, int]) -> None:
    plain = decode(SAMPLES / "budi.jpg", modality=Modality.FACE).pixels
    points = face.largest_face(plain)
    assert not isinstance(points, Failure)
    assert judged(plain, profile).measures["face.uncovered"].score == 100
    masked = plain.copy()
    cv2.fillPoly(masked, [np.concatenate([points[5:28], points[52:53]]).astype(np.int32)], colour, cv2.LINE_AA)
    report = judged(masked, profile)
    assert report.verdict is Verdict.RETAKE
    assert report.reasons[0].key == "face.uncover_face"


@PROFILES
def test_a_smaller_second_face_is_at_least_reviewed(profile: str) -> None:
    alone = portrait(2, (SIDE, SIDE), {})
    small = portrait(3, (300, 300), {})
    poster = np.concatenate([alone, np.full((SIDE, 320, 3), alone[0, 0])], axis=1).astype(np.uint8)
    poster[60:360, SIDE + 10 : SIDE + 310] = small
    assert judged(alone, profile).measures["face.single_face"].score == 100
    report = judged(poster, profile)
    assert report.verdict is not Verdict.READY
    assert "face.one_person" in [reason.key for reason in report.reasons]
