import functools
from itertools import combinations

import numpy as np
import pytest
from tests.support.prints import grown, sample

from biocapture.fingerprint.comparison.compare import NO_EVIDENCE, THRESHOLDS, compare
from biocapture.fingerprint.comparison.structure import structure_of
from biocapture.fingerprint.comparison.template import Template, template_of
from biocapture.synthetic.fingerprint.impression import Effects, impression

SEEDS = (61, 62, 63, 64)


def template(pixels: np.ndarray) -> Template:
    return template_of(sample(pixels))


def touch(seed: int, impression_seed: int, **effects: float) -> Template:
    return template(impression(grown(seed), impression_seed, Effects(**effects)).pixels)


@functools.cache
def plain(seed: int) -> Template:
    return touch(seed, 1)


@functools.cache
def noise() -> Template:
    return template(np.random.default_rng(5).integers(0, 256, (300, 280), np.uint8))


def test_thresholds_rise_as_the_false_match_rate_falls() -> None:
    rates = sorted(THRESHOLDS, reverse=True)
    assert [THRESHOLDS[rate] for rate in rates] == sorted(THRESHOLDS.values())
    assert 0 < THRESHOLDS[1e-2] < THRESHOLDS[1e-4] < 100


@pytest.mark.parametrize(
    "effects",
    [
        {"rotation_deg": 25.0, "shift_row_px": 30.0, "distortion_px": 5.0},
        {"partial": 0.4, "rotation_deg": -15.0},
        {"wet": 0.6},
        {"dry": 0.4, "shift_column_px": 60.0},
        {"noise": 30.0},
    ],
)
def test_the_same_finger_matches_and_others_do_not(effects: dict) -> None:
    for seed in SEEDS:
        probe = structure_of(touch(seed, 2, **effects))
        scores = {other: compare(probe, plain(other)).score for other in SEEDS}
        genuine = scores.pop(seed)
        assert genuine > THRESHOLDS[1e-4]
        # Synthetic fingers of one pattern have their cores in the same place: the best impostor only has to lose.
        assert max(scores.values()) < genuine - 0.5


@pytest.mark.parametrize("turn", [-40.0, 10.0, 35.0])
def test_rotation_is_found(turn: float) -> None:
    comparison = compare(plain(61), touch(61, 2, rotation_deg=turn))
    assert comparison.rotation_deg == pytest.approx(turn, abs=3)


def test_pairs_are_the_same_minutiae() -> None:
    """A shifted copy of the very image: every pair lies at the shift."""
    pixels = impression(grown(62), 1).pixels
    one, other = template(pixels), template(np.pad(pixels, ((32, 0), (48, 0)), constant_values=255))
    comparison = compare(one, other)
    first, second = comparison.paired.T
    assert len(first) > 0.9 * len(one)
    assert np.median(other.row[second].astype(int) - one.row[first]) == 32
    assert np.median(other.column[second].astype(int) - one.column[first]) == 48
    assert len(set(first)) == len(set(second)) == len(first)


def test_the_score_does_not_depend_on_which_is_the_probe() -> None:
    """All pairs of clean, turned, dry, partial and noisy prints, mated or not: equal to the last bit."""
    others = touch(63, 5, rotation_deg=8.0, dry=0.3), touch(61, 3, partial=0.4), noise()
    prints = [plain(61), plain(62), *others]
    for one, other in combinations(prints, 2):
        there, back = compare(one, other), compare(other, one)
        assert there.score == back.score
        assert there.evidence == back.evidence
        assert there.rotation_deg == -back.rotation_deg
        np.testing.assert_array_equal(there.paired, back.paired[:, ::-1])


def test_clear_non_matches_end_early_and_low() -> None:
    scores = [compare(noise(), plain(seed)) for seed in SEEDS]
    assert max(each.score for each in scores) < THRESHOLDS[1e-2] / 2
    assert all(each.evidence.keys() == NO_EVIDENCE.keys() for each in scores)


def test_a_template_without_minutiae_matches_nothing() -> None:
    blank = template(np.full((300, 300), 255, np.uint8))
    comparison = compare(blank, plain(61))
    assert comparison.score < 0.01
    assert comparison.paired.shape == (0, 2)
