"""From a photo to a verdict with the networks that come with the library."""

import dataclasses
import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
import skimage.data
from benchmarks.studies import not_faces

from biocapture import assess
from biocapture.assessment.report import Report
from biocapture.errors import UsageError
from biocapture.face import describe, largest_face
from biocapture.face.alignment import similarity_transform
from biocapture.face.landmarks import LEFT_CORNERS, MIRRORED, RIGHT_CORNERS
from biocapture.face.networks.detection import detect_faces
from biocapture.face.networks.landmarks import landmarks_in_crop, locate_landmarks
from biocapture.face.networks.parts import network_logits
from biocapture.face.networks.pose import MEAN_NEARNESS, RIGID_POINTS, estimate_pose, mean_face
from biocapture.face.statistics import FaceBatch
from biocapture.synthetic.portrait import portrait
from biocapture.types import Failure, Image, Modality, Sample

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
    (face,) = detect_faces(PHOTO)
    seen = locate_landmarks(PHOTO, face)
    centres = [seen.places[list(corners)].mean(axis=0) for corners in (LEFT_CORNERS, RIGHT_CORNERS)]
    np.testing.assert_allclose(centres, EYES, atol=4)
    assert seen.instability < 0.025


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
    together = FaceBatch.join([describe(sample(pixels)) for pixels in reversed(pictures)])
    for i, one in enumerate(alone):
        for field in dataclasses.fields(FaceBatch):
            np.testing.assert_array_equal(getattr(one, field.name)[0], getattr(together, field.name)[-1 - i])


@pytest.mark.parametrize(("near", "tolerance"), [(MEAN_NEARNESS, 0.01), (0.0, 0.4), (2 * MEAN_NEARNESS, 0.4)])
def test_pose_in_closed_form(near: float, tolerance: float) -> None:
    """The mean face itself, turned by a known angle, seen from the usual distance, from afar and from half of it."""
    model = mean_face() - mean_face()[RIGID_POINTS].mean(axis=0)
    cosine, sine = math.cos(math.radians(20)), math.sin(math.radians(20))
    right = np.array([(cosine, 0, sine), (0, 1, 0), (-sine, 0, cosine)])
    down = np.array([(1, 0, 0), (0, cosine, sine), (0, -sine, cosine)])
    clockwise = np.array([(cosine, sine, 0), (-sine, cosine, 0), (0, 0, 1)])
    for turn, angles in ((right, (0, 20, 0)), (down, (20, 0, 0)), (clockwise, (0, 0, -20))):
        head = model @ turn
        places = head[:, :2] / (1 + near * head[:, 2:])
        np.testing.assert_allclose(dataclasses.astuple(estimate_pose(100 + 50 * places)), angles, atol=tolerance)


def test_pose_does_not_depend_on_place_and_size() -> None:
    places = mean_face()[:, :2] + np.random.default_rng(1).normal(0, 0.03, (98, 2))
    wanted = dataclasses.astuple(estimate_pose(places))
    for scale, shift in ((500.0, 0.0), (0.1, -40.0)):
        np.testing.assert_allclose(dataclasses.astuple(estimate_pose(scale * places + shift)), wanted, atol=1e-6)


def test_an_unknown_backend_is_refused() -> None:
    with pytest.raises(UsageError, match="there are: default"):
        describe(sample(PHOTO), "other")


def blurred(share: float) -> np.ndarray:
    return cv2.GaussianBlur(enlarged(2), (0, 0), share * 84) if share else enlarged(2)


def dimmed(gain: float) -> np.ndarray:
    return (enlarged(2) * gain).astype(np.uint8)


def smaller(scale: float) -> np.ndarray:
    return cv2.resize(enlarged(2), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def noisy(deviation: float) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.clip(enlarged(2) + rng.normal(0, deviation, (720, 680, 3)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("fault", "strengths"),
    [
        (blurred, (0.0, 0.02, 0.04, 0.08, 0.12)),
        (dimmed, (1.0, 0.6, 0.35, 0.2)),
        (smaller, (1.0, 0.7, 0.45, 0.3)),
        (noisy, (0.0, 12.0, 30.0, 60.0)),
    ],
)
def test_quality_falls_with_every_planted_fault(fault: Callable[[float], np.ndarray], strengths: tuple) -> None:
    """What is blurred beyond recognition shows no face, which is worth nothing."""
    qualities = np.nan_to_num([report(fault(strength)).quality for strength in strengths])
    assert np.count_nonzero(qualities) >= len(strengths) - 1
    assert (np.diff(qualities) <= 0.5).all(), qualities
    assert qualities[-1] < qualities[0] - 1


def test_a_covered_mouth_is_said() -> None:
    masked = enlarged(3).copy()
    cv2.ellipse(masked, (490, 470), (140, 110), 0, 0, 360, (120, 170, 200), -1)
    assert "face.free_mouth" in [reason.key for reason in report(masked).reasons]


@pytest.mark.parametrize(
    ("tint", "measure"), [((205, 30, 35), "red"), ((20, 120, 225), "blue"), ((232, 232, 230), "white")]
)
def test_the_colour_behind_the_head(tint: tuple[int, int, int], measure: str) -> None:
    """The background is exchanged by the parsing itself: a check of the way through, not of the parsing."""
    pixels = enlarged(2)
    points = largest_face(pixels)
    assert not isinstance(points, Failure)
    matrix = similarity_transform(points)
    assert matrix is not None
    whole = np.array(matrix)
    whole[:, 2] -= 30, 0
    person = cv2.resize(network_logits(pixels, matrix)[0], (556, 556)) > 0
    mask = cv2.warpAffine(person.astype(np.uint8), whole, pixels.shape[1::-1], flags=cv2.WARP_INVERSE_MAP)
    found = report(np.where(mask[..., None] > 0, pixels, np.array(tint, np.uint8)).astype(np.uint8))
    assert found.measures[f"face.{measure}_background"].raw > 0.75
    others = {"red", "blue", "white"} - {measure}
    assert max(found.measures[f"face.{name}_background"].raw for name in others) < 0.2


def test_what_is_no_portrait_never_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert not_faces.main(["--each", "2"]) == 0
    assert " 0 wrong" in capsys.readouterr().out


def test_the_mirrored_picture_has_the_mirrored_landmarks() -> None:
    picture, side = portrait(3, (480, 480), {"yaw": 0.4}), 479
    middle, flipped = np.array((244.0, 236.0)), np.ascontiguousarray(picture[:, ::-1])
    places = landmarks_in_crop(picture, middle, 190.0, 5.0, with_mirror=True).mean(axis=0)
    other = landmarks_in_crop(flipped, middle * (-1, 1) + (side, 0), 190.0, -5.0, with_mirror=True).mean(axis=0)
    alone = landmarks_in_crop(flipped, middle * (-1, 1) + (side, 0), 190.0, -5.0)[0]
    apart, at_first = (np.hypot(*((seen[MIRRORED] * (-1, 1) + (side, 0)) - places).T).mean() for seen in (other, alone))
    # the crops differ by interpolation only; one look alone is not symmetric
    assert apart < 0.7 * at_first
    assert apart < 1.0
