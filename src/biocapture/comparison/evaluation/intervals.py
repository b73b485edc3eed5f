"""Intervals of shares and of means: how much of a difference may be chance."""

import math

import numpy as np

from biocapture.types import Counts

Z95 = 1.959963984540054
"""Normal quantile of a two-sided interval of 95 %."""

REPEATS = 500
"""Resamples of a bootstrap; the ends of a 95 % interval are then good to about a tenth of its width."""


def wilson(count: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927), which holds near 0 and 1 too; (0, 1) where nothing was counted."""
    if total <= 0:
        return 0.0, 1.0
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (0.0 if count == 0 else middle - half), (1.0 if count == total else middle + half)


def share_difference(one: tuple[int, int], other: tuple[int, int]) -> tuple[float, float, float]:
    """Share of ``other`` less share of ``one`` with its 95 % interval: Newcombe's hybrid score interval (1998).

    Parameters
    ----------
    one, other : (int, int)
        Count and total of two independent groups, totals above 0.
    """
    first, second = one[0] / one[1], other[0] / other[1]
    (low_1, high_1), (low_2, high_2) = wilson(*one), wilson(*other)
    difference = second - first
    below = math.hypot(second - low_2, high_1 - first)
    above = math.hypot(high_2 - second, first - low_1)
    return difference, difference - below, difference + above


def mean_difference(one: Counts, other: Counts, seed: int = 0) -> tuple[float, float, float]:
    """Mean of ``other`` less mean of ``one`` with a 95 % bootstrap interval, from counts alone.

    Drawing N rows with replacement is drawing the counts of their values from a multinomial distribution: resampling
    costs the same for a hundred rows and for a hundred million.

    Parameters
    ----------
    one, other : (B,) int64
        How many rows have the value 0, 1, 2 …; neither empty.
    """
    random = np.random.default_rng(seed)
    value = np.arange(len(one), dtype=np.float64)
    means, spread = [], []
    for counts in (one, other):
        total = int(counts.sum())
        means.append(float((counts * value).sum()) / total)
        held = np.flatnonzero(counts)
        drawn = random.multinomial(total, counts[held] / total, REPEATS)
        spread.append((drawn * value[held]).sum(axis=1) / total)
    low, high = np.quantile(spread[1] - spread[0], (0.025, 0.975))
    return means[1] - means[0], float(low), float(high)
