"""Intervals of shares and of means: how much of a difference may be chance."""

import math

import numpy as np

from biocapture.types import Counts

Z95 = 1.959963984540054
"""Normal quantile of a two-sided interval of 95 %."""

BOOTSTRAP_RESAMPLES = 500
"""The ends of a 95 % interval are then good to about a tenth of its width."""

INTERVAL_95 = (0.025, 0.975)
"""Quantiles at the ends of a two-sided interval of 95 %."""


def wilson(count: int, total: int, z: float = Z95) -> tuple[float, float]:
    """Score interval of a share (Wilson 1927), which also holds near 0 and 1.

    Parameters
    ----------
    count, total : int
        Cases that were counted, of how many.
    z : float
        Normal quantile of the interval.

    Returns
    -------
    low, high : float
        0..1; (0, 1) where nothing was counted.
    """
    if total <= 0:
        return 0.0, 1.0
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (0.0 if count == 0 else middle - half), (1.0 if count == total else middle + half)


def share_difference(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float, float]:
    """Share of the second group less share of the first, by Newcombe's hybrid score interval (1998).

    Parameters
    ----------
    first, second : (int, int)
        Count and total of two independent groups, totals above 0.

    Returns
    -------
    difference, low, high : float
        -1..1, with the ends of the 95 % interval.
    """
    share_1, share_2 = first[0] / first[1], second[0] / second[1]
    (low_1, high_1), (low_2, high_2) = wilson(*first), wilson(*second)
    difference = share_2 - share_1
    below = math.hypot(share_2 - low_2, high_1 - share_1)
    above = math.hypot(high_2 - share_2, share_1 - low_1)
    return difference, difference - below, difference + above


def mean_difference(first: Counts, second: Counts, seed: int = 0) -> tuple[float, float, float]:
    """Mean of the second group less mean of the first with a bootstrap interval, from counts alone.

    Drawing N rows with replacement is drawing the counts of their values from a multinomial distribution: resampling
    costs the same for a hundred rows and for a hundred million.

    Parameters
    ----------
    first, second : (B,) int64
        How many rows have the value 0, 1, 2 …; neither empty.
    seed : int
        Of the bootstrap.

    Returns
    -------
    difference, low, high : float
        With the ends of the 95 % interval.
    """
    random = np.random.default_rng(seed)
    value = np.arange(len(first), dtype=np.float64)
    means, spread = [], []
    for counts in (first, second):
        total = int(counts.sum())
        means.append(float((counts * value).sum()) / total)
        held = np.flatnonzero(counts)
        drawn = random.multinomial(total, counts[held] / total, BOOTSTRAP_RESAMPLES)
        spread.append((drawn * value[held]).sum(axis=1) / total)
    low, high = np.quantile(spread[1] - spread[0], INTERVAL_95)
    return means[1] - means[0], float(low), float(high)
