"""The iris unrolled: Daugman's rubber sheet between two ellipses."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.types import GreyPixels

Mask = NDArray[np.bool_]
Trace = Callable[[str, NDArray[np.generic]], None]

ROWS, COLUMNS = 64, 512
"""Size of a strip: pupil to limbus, once around from rising columns towards rising rows."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The iris in its own coordinates; row k lies at (k + 0.5) / 64 of the way from the pupil to the limbus.

    Attributes
    ----------
    grey : (64, 512) uint8
    usable : (64, 512) bool
        Iris texture: inside the image and covered by nothing.
    specular, lash, lid : (64, 512) bool
        Mirrored light, lashes (and their shadows), skin; of what lies inside the image.
    """

    grey: GreyPixels
    usable: Mask
    specular: Mask
    lash: Mask
    lid: Mask
