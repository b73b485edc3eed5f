"""How many bits of a comparison are independent: degrees of freedom of a pair of eyes, not of a camera.

Neighbouring bits of a code tend to be equal, the farther around and across the ring the coarser the texture: an iris
that is small in the image, or blurred, has fewer independent bits in as many. Let r(i, j) be the expected product of
the signs i and j of a code. The sum of n signs of one code times those of another then has, if the eyes have nothing to
do with each other, the variance Σ r₁(i, j) r₂(i, j) over all pairs of bits, n² over which is the number of independent
bits (effective size of a sample of correlated values, Bartlett 1935, doi:10.2307/2342284). Signs of a code tell r
themselves, because r depends on how far bits lie apart only; it is taken as a product of one around and one across.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.features.iris_code import BANDS, IrisCode
from biocapture.types import Values

Grain = NDArray[np.int8]

LAGS_AROUND, LAGS_ACROSS = 8, 5
"""Distances, in places and in bands, up to which signs depend on one another."""

GRAIN_SIZE = LAGS_AROUND + LAGS_ACROSS

FULL = 127
"""Stored value of signs that always agree."""

PARTS = 2
"""Real and imaginary part at a place depend on each other as two places do that lie a quarter of a wave apart."""

EXCESS = 0.6
"""Variance of non-mated development eyes over that of the formula: r is no product, quite, and both parts depend on one
another less than two bits of one. Measured by models/iris_comparison/fit.py; the same within a tenth on every camera
and on reduced and blurred copies."""


def grain_of(code: IrisCode) -> Grain:
    """How much signs agree with those some places, and some bands, away.

    Parameters
    ----------
    code : IrisCode

    Returns
    -------
    (13,) int8
        Mean product of signs at 1 to 8 places, then at 1 to 5 bands, times 127; 0 where no bits are compared.
    """
    signs = (code.bits.astype(np.int8) * 2 - 1) * code.counts
    counts = code.counts.view(np.int8)
    around = [(signs, np.roll(signs, lag, 2), counts, np.roll(counts, lag, 2)) for lag in range(1, LAGS_AROUND + 1)]
    across = [(signs[:, lag:], signs[:, :-lag], counts[:, lag:], counts[:, :-lag]) for lag in range(1, LAGS_ACROSS + 1)]
    means = [_total(one, other) / max(_total(here, there), 1) for one, other, here, there in (*around, *across)]
    return np.rint(FULL * np.array(means)).astype(np.int8)


def dependence(probe: Grain, references: NDArray[np.int8]) -> Values:
    """How many bits weigh as one independent bit, for a probe and each of many references.

    Parameters
    ----------
    probe : (13,) int8
        See :func:`grain_of`.
    references : (..., 13) int8

    Returns
    -------
    (...) float64
        1 or more; about 8 for a sharp iris of a hundred pixels, 14 for a blurred one of forty.
    """
    weighed = _WEIGHTS * probe[:, None].astype(np.float32)
    around, across = np.moveaxis(references.astype(np.float32) @ weighed, -1, 0).astype(np.float64)
    return np.maximum(EXCESS * PARTS / _ONE**2 * ((_ONE + around) * (_ONE + across)), 1.0)


def _total(one: NDArray[Any], other: NDArray[Any]) -> int:
    """Sum of products of small integers."""
    return int((one * other).sum(dtype=np.int32))


_ONE = float(FULL**2 * BANDS)

_WEIGHTS = np.zeros((GRAIN_SIZE, 2), np.float32)
_WEIGHTS[:LAGS_AROUND, 0] = 2 * BANDS
_WEIGHTS[LAGS_AROUND:, 1] = 2 * (BANDS - np.arange(1, LAGS_ACROSS + 1))
"""Either direction counts; around there are as many pairs at any distance, across the fewer the farther apart. All sums
are whole numbers below 2²⁴: the same in any order, and for one pair as for many."""
