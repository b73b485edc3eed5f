"""The median, without the ceremony that costs more than the sorting where values are few."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def median(values: NDArray[Any]) -> float:
    """Upper median of any non-empty array of finite numbers."""
    flat = values.ravel()
    half = flat.size // 2
    return float(np.partition(flat, half)[half])


def scaled_mad(values: NDArray[Any], middle: float) -> float:
    """Median distance from the middle, as the deviation of a normal distribution."""
    return 1.4826 * median(np.abs(values - middle))
