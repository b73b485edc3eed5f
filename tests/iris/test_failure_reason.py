"""An eye that cannot be outlined has its true reason; a picture without an eye has none but that."""

import cv2
import numpy as np
import pytest
from models.iris_reasons.pictures import made, outline_of
from models.iris_reasons.plant import PLANTS
from tests.support.eyes import describe_pixels, eye_image
from tests.support.prints import touch

from biocapture.iris.failure_reason import HIGH, NO_EYE, REASONS, WIDE, failure_reason, network_input, reduced
from biocapture.types import Failure, GreyPixels

SEEDS = (721, 722, 723, 724, 725, 726)
"""Of eyes that the network has not seen."""

MIN_RIGHT = 4
"""Of six pictures of a kind."""


def planted(kind: str, seed: int) -> GreyPixels:
    if kind == "closed":
        return eye_image(seed, lid_opening=0.02, lashes=0.6).pixels
    if kind == "pupil":
        return eye_image(seed, dilation=0.88 if seed % 2 else 0.08).pixels
    usual = eye_image(seed, lid_opening=0.85, lashes=0.5, noise=2.0)
    seen = PLANTS[kind](usual.pixels, outline_of(usual), np.random.default_rng(seed))
    assert seen is not None
    return seen


@pytest.mark.parametrize("kind", ["closed", "covered", "blurred", "small", "dark", "glare", "pupil"])
def test_the_reason_is_what_was_planted(kind: str) -> None:
    said = [failure_reason(planted(kind, seed), "").reason for seed in SEEDS]
    assert said.count(REASONS[kind]) >= MIN_RIGHT, said
    assert said.count(NO_EYE) <= 1


@pytest.mark.parametrize("kind", ["closed", "blurred", "covered"])
def test_a_report_gives_it_where_no_outline_is_found(kind: str) -> None:
    failures = [describe_pixels(planted(kind, seed)).failure[0] for seed in SEEDS]
    reasons = [failure.reason for failure in failures if isinstance(failure, Failure)]
    assert len(reasons) >= 2
    assert reasons.count(REASONS[kind]) >= 0.6 * len(reasons), reasons


def test_pictures_without_an_eye_are_called_so() -> None:
    """One of them may be mistaken: discs on a bright ground can look like a pupil in too much light."""
    made_here = [made(kind, np.random.default_rng(seed)) for seed in SEEDS for kind in range(6)]
    said = [failure_reason(pixels, "").reason for pixels in (*made_here, *(touch(seed).pixels for seed in SEEDS))]
    assert len(said) == 42
    assert said.count(NO_EYE) >= 41, said


def test_a_tiny_picture_of_an_eye_asks_to_come_closer() -> None:
    tiny = cv2.resize(eye_image(721, lid_opening=0.85).pixels, (60, 45), interpolation=cv2.INTER_AREA)
    assert describe_pixels(np.asarray(tiny, np.uint8)).failure[0].reason == "iris.come_closer"  # type: ignore[union-attr]


def test_the_detail_names_what_was_found() -> None:
    failure = failure_reason(planted("closed", 721), "confidence 0.10")
    assert failure.detail.startswith("confidence 0.10; closed by ")


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (5000, 3), (480, 640), (70, 40_000), (90, 70)])
def test_any_size_fills_the_canvas_in_one_direction(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    grey, detail = reduced(pixels)
    assert grey.shape == detail.shape
    assert (grey.shape[0] == HIGH) or (grey.shape[1] == WIDE)
    seen = network_input(pixels)
    assert seen.shape == (3, HIGH, WIDE)
    assert np.isfinite(seen).all()
    assert (seen[:2] >= -1).all()
    assert (seen[:2] <= 1).all()


def test_exposure_moves_greys_and_nothing_else() -> None:
    pixels = eye_image(721).pixels
    darker = np.asarray(pixels // 2, np.uint8)
    bright, dim = network_input(pixels), network_input(darker)
    assert np.abs(bright[0] - dim[0]).mean() < 0.03
    assert (bright[1] - dim[1])[:, :WIDE].mean() > 0.2


def test_blur_takes_detail() -> None:
    pixels = eye_image(721, noise=0.0).pixels
    soft = np.asarray(cv2.GaussianBlur(pixels, (0, 0), 4), np.uint8)
    assert network_input(soft)[2].mean() < network_input(pixels)[2].mean() - 0.2
