"""Detail of enlarged, mosaicked and compressed eyes."""

import cv2
import numpy as np
import pytest
from tests.support.eyes import eye_image, outline_of

import biocapture as bc
from biocapture.iris.features.resolution import Resolution, resolution
from biocapture.iris.outline import Outline

ENLARGED = pytest.mark.parametrize("kind", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])
SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])


def enlarged(pixels: np.ndarray, share: float, kind: int) -> np.ndarray:
    """As large as before, with the detail of a smaller image."""
    small = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    return cv2.resize(small, pixels.shape[::-1], interpolation=kind)


def compressed(pixels: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


def true_outline(seed: int, **conditions: object) -> Outline:
    return outline_of(eye_image(seed, **conditions).truth)


def measure_share(seed: int, share: float, kind: int) -> Resolution:
    return resolution(enlarged(eye_image(seed).pixels, share, kind), true_outline(seed))


@SEEDS
@pytest.mark.parametrize("radius_px", [40.0, 60.0, 115.0, 180.0])
def test_an_image_as_taken_resolves_what_its_pixels_can(seed: int, radius_px: float) -> None:
    taken = eye_image(seed, iris_radius_px=radius_px)
    found = resolution(taken.pixels, true_outline(seed, iris_radius_px=radius_px))
    assert found.effective_px == pytest.approx(radius_px)
    assert found.block_grid < 0.08


@SEEDS
@ENLARGED
def test_an_enlarged_image_resolves_no_more_than_the_small_one(seed: int, kind: int) -> None:
    sizes = np.array([measure_share(seed, size / 115, kind).effective_px for size in (20, 30, 40)])
    assert (sizes < np.array([32.0, 42.0, 54.0])).all(), sizes
    assert (sizes > np.array([12.0, 15.0, 17.0])).all(), sizes


@SEEDS
def test_repeated_pixels_are_a_grid(seed: int) -> None:
    for size in (20, 28.75, 40):
        assert measure_share(seed, size / 115, cv2.INTER_NEAREST).block_grid > 0.5


@SEEDS
def test_compression_makes_a_grid_the_more_the_stronger_it_is(seed: int) -> None:
    pixels, outline = eye_image(seed).pixels, true_outline(seed)
    grids = [resolution(compressed(pixels, quality), outline).block_grid for quality in (95, 20, 8, 4)]
    assert grids == sorted(grids)
    assert grids[0] < 0.08
    assert grids[-1] > 0.2


@SEEDS
@pytest.mark.parametrize("size", [20, 30, 40])
@pytest.mark.parametrize("kind", [cv2.INTER_NEAREST, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])
def test_an_enlarged_small_iris_is_retaken_for_that_reason(seed: int, size: int, kind: int) -> None:
    report = bc.assess(enlarged(eye_image(seed).pixels, size / 115, kind), "iris")
    assert report.verdict is bc.Verdict.RETAKE
    assert "iris.original_picture" in [reason.key for reason in report.reasons]


@SEEDS
def test_texture_lost_to_compression_is_retaken_for_that_reason(seed: int) -> None:
    report = bc.assess(compressed(eye_image(seed).pixels, 3), "iris")
    assert report.verdict is bc.Verdict.RETAKE
    assert "iris.original_picture" in [reason.key for reason in report.reasons]


def test_too_few_pixels_are_not_measured() -> None:
    tiny = eye_image(1, iris_radius_px=12.0, shape=(64, 64))
    found = resolution(tiny.pixels, true_outline(1, iris_radius_px=12.0, shape=(64, 64)))
    assert np.isnan(found.effective_px)
    assert np.isnan(found.block_grid)
