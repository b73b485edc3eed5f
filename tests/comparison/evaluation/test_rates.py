"""Error rates against closed forms and against counting, threshold by threshold."""

import math

import numpy as np
import pytest

from biocapture.comparison.evaluation.rates import (
    det,
    edc,
    edc_areas,
    equal_error_rate,
    error_areas,
    fnmr_at,
    remaining_error_rate,
    threshold_at,
    threshold_of_fnmr,
    weighted_edc,
)

SCORES = np.array([3.0, 1.0, 4.0, 1.5, 9.0, 2.0, 6.0, 5.0, 3.5, 8.0])


@pytest.mark.parametrize(
    ("fmr", "allowed"), [(0.0, 0), (0.05, 0), (0.1, 1), (0.19, 1), (0.2, 2), (0.29, 2), (0.5, 5), (0.99, 9)]
)
def test_no_more_matches_than_the_rate_allows_and_no_fewer(fmr: float, allowed: int) -> None:
    threshold = threshold_at(SCORES, fmr)
    assert int((threshold <= SCORES).sum()) == allowed
    largest_refused = np.sort(SCORES)[len(SCORES) - allowed - 1]
    assert threshold == np.nextafter(largest_refused, np.inf)


def test_of_equal_scores_all_are_refused_together() -> None:
    equal = np.array([1.0, 2.0, 2.0, 2.0, 3.0])
    assert (equal >= threshold_at(equal, 0.4)).sum() == 1
    assert (equal >= threshold_at(equal, 0.8)).sum() == 4


def test_rates_at_a_threshold_are_counts() -> None:
    mated, non_mated = np.array([5.0, 7.0, 2.0, 9.0]), np.array([1.0, 2.0, 6.0, 0.0, 3.0])
    threshold, fmr, fnmr = det(mated, non_mated)
    assert list(threshold) == [0, 1, 2, 3, 5, 6, 7, 9]
    for at, false_match, false_non_match in zip(threshold, fmr, fnmr, strict=True):
        assert math.isclose(false_match, (non_mated >= at).mean(), abs_tol=1e-12)
        assert math.isclose(false_non_match, (mated < at).mean(), abs_tol=1e-12)
    assert fnmr_at(mated, non_mated, 0.2) == 0.25
    assert fnmr_at(mated, non_mated, 0.0) == 0.5


def test_equal_error_rate_where_the_curves_cross() -> None:
    assert equal_error_rate(np.array([5.0, 6.0]), np.array([1.0, 2.0])) == 0.0
    assert equal_error_rate(np.array([1.0, 2.0]), np.array([5.0, 6.0])) == 1.0
    rng = np.random.default_rng(1)
    mated, non_mated = rng.normal(2.0, 1.0, 40_000), rng.normal(0.0, 1.0, 40_000)
    assert abs(equal_error_rate(mated, non_mated) - 0.1587) < 0.004  # the normal tail beyond 1
    # FMR falls from 1/2 to 1/4 while FNMR rises from 1/4 to 1/2: they cross half-way, at 3/8.
    assert equal_error_rate(np.array([1.0, 3.0, 7.0, 8.0]), np.array([0.0, 0.5, 3.0, 4.0])) == pytest.approx(0.375)
    assert equal_error_rate(np.array([4.0]), np.array([4.0])) == 1.0


def test_the_threshold_nearest_to_a_false_non_match_rate() -> None:
    mated = np.array([10.0, 20.0, 30.0, 40.0])
    assert threshold_of_fnmr(mated, 0.3) == (20.0, 0.25)
    assert threshold_of_fnmr(mated, 0.0) == (10.0, 0.0)
    assert threshold_of_fnmr(mated, 0.9) == (40.0, 0.75)


def test_discarding_by_quality_is_counting_what_is_left() -> None:
    quality = np.array([30.0, 10.0, 20.0, 20.0, 40.0])
    error = np.array([False, True, True, False, False])
    discarded, rate = edc(quality, error)
    assert list(discarded) == [0.0, 0.2, 0.6, 0.8, 1.0]
    assert list(rate) == [0.4, 0.2, 0.0, 0.0, 0.0]
    assert list(remaining_error_rate(np.array([0.0, 0.2, 0.4, 0.6]), discarded, rate)) == pytest.approx(
        [0.4, 0.25, 1 / 6, 0.0]
    )


def test_areas_relative_to_chance() -> None:
    quality = np.arange(1000.0)
    error = quality < 100
    areas = error_areas(quality, error, (0.1, 0.5))
    # Rate left at share s: (0.1 - s) / (1 - s) up to 0.1; its integral is 0.1 + 0.9 ln 0.9.
    area = 0.1 + 0.9 * math.log(0.9)
    assert areas[0.1] == pytest.approx(area / 0.01, rel=1e-4)
    assert areas[0.5] == pytest.approx(area / 0.05, rel=1e-3)
    assert edc_areas(quality, quality + 0.5, shares=(0.1,))[0.1] == pytest.approx(area / 0.01, rel=1e-4)
    assert set(edc_areas(quality, quality)) == {0.2, 0.5}
    assert math.isnan(error_areas(quality, np.zeros(1000, bool), (0.2,))[0.2])


def test_weights_are_repetitions() -> None:
    quality = np.array([30.0, 10.0, 20.0, 40.0])
    error = np.array([False, True, True, False])
    weight = np.array([1, 2, 0, 3])
    share = np.linspace(0.0, 0.8, 9)
    repeated = edc(np.repeat(quality, weight), np.repeat(error, weight))
    np.testing.assert_allclose(
        weighted_edc(quality, error, weight.astype(np.float64), share),
        remaining_error_rate(share, *repeated),
        atol=1e-12,
    )
