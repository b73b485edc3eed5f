"""From a photo to a verdict with the networks that come with the library."""

import dataclasses
import math

import cv2
import numpy as np
import pytest
import skimage.data

from biocapture import assess
from biocapture.errors import UsageError
from biocapture.face import batch_of, describe
from biocapture.face.detection import faces
from biocapture.face.landmark_network import landmarks
from biocapture.face.landmarks import LEFT_CORNERS, RIGHT_CORNERS
from biocapture.face.pose import mean_face, pose
from biocapture.face.statistics import FaceBatch
from biocapture.models import is_present
from biocapture.report import Report
from biocapture.types import Image, Modality, Sample

if not is_present("face_detector"):
    pytest.skip("the detector is not trained yet", allow_module_level=True)

PHOTO = np.ascontiguousarray(skimage.data.astronaut()[:360, 60:400])
EYES = np.array([(144, 101), (186, 103)])
"""Of the person in the photo, column and row, by hand."""


def sample(pixels: np.ndarray) -> Sample:
    return Sample(Image(pixels), Modality.FACE)


def enlarged(factor: float) -> np.ndarray:
    return cv2.resize(PHOTO, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)


def report(pixels: np.ndarray, **how: object) -> Report:
    return assess(pixels, "face", **how)


def sources(found: Report) -> set[str]:
    return {reason.source for reason in found.reasons}


def test_eyes_are_where_they_are() -> None:
    (face,) = faces(PHOTO)
    seen = landmarks(PHOTO, face)
    centres = [seen.places[list(corners)].mean(axis=0) for corners in (LEFT_CORNERS, RIGHT_CORNERS)]
    np.testing.assert_allclose(centres, EYES, atol=4)
    assert seen.unrest < 0.025


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_turned_picture_shows_the_same_face(turn: int) -> None:
    found = report(np.ascontiguousarray(np.rot90(enlarged(2), turn)))
    assert "face.roll" in sources(found)
    assert "face.head_upright" in [reason.key for reason in found.reasons][:3]
    roll = found.measures["face.roll"].raw
    assert abs(abs(roll) - {1: 90, 2: 180, 3: 90}[turn]) < 12


def test_a_good_photo_is_not_to_be_retaken() -> None:
    found = report(enlarged(2))
    assert found.verdict != "RETAKE", found.reasons
    assert found.quality > 70
    assert found.notes == ("face.inputs_default",)


def test_no_face_is_a_failure_with_its_reason() -> None:
    for pixels in (np.zeros((300, 200, 3), np.uint8), np.full((1, 40000), 7, np.uint8), PHOTO[200:, :120]):
        found = report(pixels)
        assert found.failure == "face.no_face"
        assert found.verdict == "RETAKE"
        assert math.isnan(found.quality)


def test_two_people() -> None:
    found = report(np.concatenate([PHOTO, PHOTO[:, ::-1]], axis=1))
    assert found.reasons[0].key == "face.one_person"


def test_batch_of_one_equals_batch_of_many() -> None:
    pictures = [PHOTO, np.zeros((50, 60, 3), np.uint8), enlarged(1.5), PHOTO[:, ::-1].copy()]
    alone = [describe(sample(pixels)) for pixels in pictures]
    together = batch_of([describe(sample(pixels)) for pixels in reversed(pictures)])
    for i, one in enumerate(alone):
        for field in dataclasses.fields(FaceBatch):
            np.testing.assert_array_equal(getattr(one, field.name)[0], getattr(together, field.name)[-1 - i])


def test_pose_in_closed_form() -> None:
    """The mean face itself, turned by a known angle."""
    model = mean_face()
    cosine, sine = math.cos(math.radians(20)), math.sin(math.radians(20))
    right = model[:, :2] * (cosine, 1) - model[:, 2:] * (sine, 0)
    down = model[:, :2] * (1, cosine) - model[:, 2:] * (0, sine)
    clockwise = model[:, :2] @ np.array([(cosine, sine), (-sine, cosine)])
    for places, angles in ((right, (0, 20, 0)), (down, (20, 0, 0)), (clockwise, (0, 0, -20))):
        np.testing.assert_allclose(dataclasses.astuple(pose(100 + 50 * places)), angles, atol=0.01)


def test_an_unknown_supplier_is_refused() -> None:
    with pytest.raises(UsageError, match="there are: default"):
        describe(sample(PHOTO), "other")
