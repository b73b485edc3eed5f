"""False match rate of a distance by the binomial model.

Daugman 2003, The importance of being random, doi:10.1016/S0031-3203(02)00030-4.

Bits of a code depend on one another: a comparison is like as many tosses of a coin as it has independent bits, which a
normalised distance makes the same for all pairs; the best of several turns is the best of several such series. The
model reaches to rates that no set of eyes is large enough to measure, and is as uncertain there as any extrapolation.
"""

import functools
import math

from biocapture.iris.comparison.compare import USUAL_INDEPENDENT_BITS

DEGREES_OF_FREEDOM = USUAL_INDEPENDENT_BITS
"""Tosses."""

INDEPENDENT_TURNS = 21.4
"""Series: more than one as the best of 17 turns counts, or of 128 with a handicap; such that the model meets the
threshold at 10⁻³; from models/iris_comparison/fit.py."""

MEAN_DISTANCE = 0.5
"""Of codes that have nothing to do with each other, at one turn."""

MIN_RATE = 1e-12
"""Smaller rates are reported as this one."""


def false_match_rate(distance: float) -> float:
    """Share of non-mated pairs of eyes with this distance or less at their best turn.

    Parameters
    ----------
    distance : float
        0..1; see :func:`biocapture.iris.comparison.compare.normalised_distance`.

    Returns
    -------
    float
        1e-12..1.
    """
    place = min(max(distance, 0.0), 1.0) * DEGREES_OF_FREEDOM
    # Between two whole numbers of tosses, the logarithm of the rate is interpolated.
    below = math.floor(place)
    low, high = (_log_share(min(heads, DEGREES_OF_FREEDOM)) for heads in (below, below + 1))
    single = math.exp(low + (place - below) * (high - low))
    return max(MIN_RATE, -math.expm1(INDEPENDENT_TURNS * math.log1p(-min(single, 1 - 1e-16))))


@functools.cache
def _log_share(heads: int) -> float:
    """Logarithm of the share of series with at most this many heads."""
    return math.log(min(1.0, math.fsum(_share(k) for k in range(heads + 1))))


def _share(heads: int) -> float:
    ways = math.lgamma(DEGREES_OF_FREEDOM + 1) - math.lgamma(heads + 1) - math.lgamma(DEGREES_OF_FREEDOM - heads + 1)
    return math.exp(ways + heads * math.log(MEAN_DISTANCE) + (DEGREES_OF_FREEDOM - heads) * math.log(1 - MEAN_DISTANCE))
