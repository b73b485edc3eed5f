import functools

import cv2
import numpy as np
import pytest
from tests.support.eyes import eye_image, sample

from biocapture.iris.comparison.compare import THRESHOLDS, compare
from biocapture.iris.comparison.independence import EXCESS, GRAIN_SIZE, LAGS_AROUND, PARTS, dependence, grain_of
from biocapture.iris.comparison.template import Template, template_of
from biocapture.iris.features.iris_code import PLACES, IrisCode

EYES = [(seed, left) for seed in range(1, 7) for left in (False, True)]


@functools.cache
def eye(seed: int, left: bool, capture_seed: int, radius_share: float = 1.0, blur_px: float = 0.0) -> Template:
    """An eye of 110 to 130 px, reduced, then blurred."""
    pixels = eye_image(seed, left, capture_seed).pixels
    small = cv2.resize(pixels, None, fx=radius_share, fy=radius_share, interpolation=cv2.INTER_AREA)
    return template_of(sample(cv2.GaussianBlur(small, (0, 0), blur_px) if blur_px else small))


def code(bits: np.ndarray, counts: np.ndarray | None = None) -> IrisCode:
    counts = np.ones_like(bits) if counts is None else counts
    return IrisCode(bits & counts, counts)


def test_signs_of_their_own_do_not_depend_on_one_another() -> None:
    grain = grain_of(code(np.random.default_rng(1).random((2, 16, PLACES)) < 0.5))
    assert grain.dtype == np.int8
    assert grain.shape == (GRAIN_SIZE,)
    assert np.abs(grain).max() < 10
    assert dependence(grain, grain) == pytest.approx(EXCESS * PARTS, rel=0.03)


def test_equal_signs_depend_on_one_another_entirely() -> None:
    assert grain_of(code(np.ones((2, 16, PLACES), np.bool_))).tolist() == [127] * GRAIN_SIZE
    assert grain_of(code(np.zeros((2, 16, PLACES), np.bool_))).tolist() == [127] * GRAIN_SIZE
    stripes = np.broadcast_to(np.arange(PLACES) % 2 == 0, (2, 16, PLACES))
    assert grain_of(code(stripes)).tolist() == [-127, 127] * (LAGS_AROUND // 2) + [127] * (GRAIN_SIZE - LAGS_AROUND)


def test_only_bits_that_count_are_looked_at() -> None:
    random = np.random.default_rng(2)
    bits = np.repeat(random.random((2, 16, PLACES // 4)) < 0.5, 4, axis=2)
    counts = random.random(bits.shape) < 0.6
    whole, part = grain_of(code(bits)), grain_of(code(bits, counts))
    assert np.abs(whole.astype(int) - part).max() < 20
    assert whole[:3].astype(float) == pytest.approx([127 * 0.75, 127 * 0.5, 127 * 0.25], abs=12)
    assert not grain_of(code(bits, np.zeros_like(bits))).any()


def test_one_reference_or_many() -> None:
    grains = np.random.default_rng(3).integers(-127, 128, (20, GRAIN_SIZE)).astype(np.int8)
    for probe in grains[:5]:
        many = dependence(probe, grains)
        assert many.shape == (20,)
        assert many.min() >= 1
        assert [float(dependence(probe, each)) for each in grains] == many.tolist()
        assert float(dependence(probe, grains[7])) == float(dependence(grains[7], probe))


def test_small_and_blurred_eyes_have_fewer_independent_bits() -> None:
    for seed, left in EYES[:4]:
        sharp = compare(eye(seed, left, 7), eye(seed, left, 9))
        blurred = compare(eye(seed, left, 7, 0.35, 1.0), eye(seed, left, 9, 0.35, 1.0))
        assert blurred.independent / blurred.common < 0.9 * sharp.independent / sharp.common
        assert min(sharp.score, blurred.score) > THRESHOLDS[1e-4]


@pytest.mark.parametrize(("radius_share", "blur_px"), [(1.0, 0.0), (0.5, 1.2), (0.35, 1.0)])
def test_different_eyes_are_as_seldom_alike_however_small_they_are(radius_share: float, blur_px: float) -> None:
    """In standard deviations; drawn textures have few kinds, so that the largest of 66 pairs may be a match at 10⁻²."""
    templates = [eye(*who, 7, radius_share, blur_px) for who in EYES]
    distances = [compare(one, other).distance for i, one in enumerate(templates) for other in templates[:i]]
    deviations = 2 * 200**0.5 * (0.5 - np.array(distances))
    assert 1.5 < np.median(deviations) < 2.3
    assert deviations.max() < 4.2
