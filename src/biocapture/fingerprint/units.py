"""Units of this package: pixels at 500 ppi, millimetres, radians."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.images.ppi import WORKING_PPI
from biocapture.types import MM_PER_INCH

PX_MM = MM_PER_INCH / WORKING_PPI
"""Side of a pixel at the working resolution, mm."""

TURN_RAD, HALF_TURN_RAD = 2 * np.pi, np.pi
"""Period of directions (of minutiae) and of orientations, which a half turn leaves as they are (of ridges)."""


def angle_size(angle: NDArray[Any], period: float = TURN_RAD) -> NDArray[Any]:
    """Size of an angle, or of the difference of two, the shorter way around.

    Parameters
    ----------
    angle : array of float
        Any values, in the unit of ``period``.
    period : float
        The angle that is the same as none: :data:`TURN_RAD`, :data:`HALF_TURN_RAD`, or a number of steps.

    Returns
    -------
    array of float
        0 to half the period; shape and type of ``angle``.
    """
    return np.abs(np.mod(angle + period / 2, period) - period / 2)
