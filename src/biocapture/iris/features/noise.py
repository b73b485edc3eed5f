"""Noise of the sensor, seen where there is nothing else to see: in the pupil."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.types import GreyPixels

HALF_SIDE = 0.55
"""Half the side of the square looked at, in pupil radii: its corners stay clear of the rim."""

MIN_PX = 7

KERNEL_NORM = 6.0
"""Deviation of the filter's answer to noise of deviation 1."""


def pupil_noise(pixels: GreyPixels, outline: Outline) -> float:
    """Deviation of the noise in the pupil, greys; NaN for a pupil of a few pixels.

    Immerkær's filter (1996, doi:10.1006/cviu.1996.0060), blind to planes and slopes; the median of its answers instead
    of their mean, so that mirrored lamps do not count.
    """
    pupil = outline.pupil
    half = HALF_SIDE * min(pupil.minor_px, pupil.radius_px)
    top, left = (max(0, int(at - half)) for at in (pupil.row_px, pupil.column_px))
    window = pixels[top : int(pupil.row_px + half) + 1, left : int(pupil.column_px + half) + 1]
    if min(window.shape) < MIN_PX:
        return float("nan")
    answer = cv2.filter2D(window, cv2.CV_32F, _KERNEL)[1:-1, 1:-1]
    return float(1.4826 * np.median(np.abs(answer)) / KERNEL_NORM)


_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
