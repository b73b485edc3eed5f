"""Intervals against published and closed-form values, and their coverage."""

import numpy as np
import pytest

from biocapture.comparison.evaluation.intervals import mean_difference, share_difference, wilson


def test_wilson_of_published_cases() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I, method 3."""
    for count, total, low, high in ((81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)):
        assert wilson(count, total) == pytest.approx((low, high), abs=5e-5)


def test_wilson_reaches_the_ends_and_knows_nothing_of_nothing() -> None:
    assert wilson(7, 7)[1] == 1.0
    assert wilson(0, 7)[0] == 0.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_difference_of_published_shares() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:873), table II, method 10: 56/70 - 48/80."""
    assert share_difference((48, 80), (56, 70)) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_mean_difference_is_exact_and_its_interval_that_of_the_normal() -> None:
    random = np.random.default_rng(1)
    one, other = (np.bincount(random.integers(0, 101, size), minlength=101) for size in (4000, 6000))
    difference, low, high = mean_difference(one, other)
    value = np.arange(101)
    means = [float((part * value).sum() / part.sum()) for part in (one, other)]
    assert difference == pytest.approx(means[1] - means[0])
    variance = sum(
        float((part * (value - mean) ** 2).sum() / part.sum() ** 2)
        for part, mean in zip((one, other), means, strict=True)
    )
    assert (high - low) / 2 == pytest.approx(1.96 * variance**0.5, rel=0.1)


def test_equal_runs_differ_by_chance_in_one_of_twenty() -> None:
    random = np.random.default_rng(2)
    outside = 0
    for seed in range(100):
        one, other = (np.bincount(random.integers(20, 80, 300), minlength=101) for _ in range(2))
        _, low, high = mean_difference(one, other, seed)
        outside += not low <= 0 <= high
    assert 1 <= outside <= 12
