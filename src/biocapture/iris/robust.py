"""Median and median absolute deviation of small arrays; several times faster than ``np.median`` there."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

DEVIATION_PER_MAD = 1.4826
"""Standard deviation of a normal distribution over the median of its absolute deviations: 1 / Φ⁻¹(3/4)."""


def median(values: NDArray[Any]) -> float:
    """Upper median: of an even number of values the larger of the two in the middle.

    Parameters
    ----------
    values : (...) array
        At least one number, all finite.

    Returns
    -------
    float
    """
    flat = values.ravel()
    half = flat.size // 2
    return float(np.partition(flat, half)[half])


def scaled_mad(values: NDArray[Any], centre: float = 0.0) -> float:
    """Median absolute deviation, scaled to estimate the standard deviation of a normal distribution.

    Parameters
    ----------
    values : (...) array
        At least one number, all finite.
    centre : float
        From which deviations are taken.

    Returns
    -------
    float
        In the unit of the values.
    """
    return DEVIATION_PER_MAD * median(np.abs(values - centre))
