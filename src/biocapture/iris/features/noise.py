"""Noise of the sensor, measured in the pupil, which has no texture of its own."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.robust import DEVIATION_PER_MAD
from biocapture.types import GreyPixels

HALF_SIDE = 0.55
"""Half the side of the square that is measured, in pupil radii: its corners stay clear of the rim."""

MIN_PX = 7
"""Side of the square in pixels below which nothing is measured."""

KERNEL_NORM = 6.0
"""Standard deviation of the filter's response to white noise of deviation 1."""


def pupil_noise(pixels: GreyPixels, outline: Outline) -> float:
    """Standard deviation of the noise in the pupil.

    Immerkær's filter (1996, doi:10.1006/cviu.1996.0060), blind to planes and slopes; the median of its responses
    instead of their mean, so that mirrored lamps do not count.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    float
        Greys; NaN for a pupil of a few pixels.
    """
    pupil = outline.pupil
    top, left, bottom, right = pupil.window(HALF_SIDE * min(pupil.minor_px, pupil.radius_px))
    window = pixels[top : bottom + 1, left : right + 1]
    if min(window.shape) < MIN_PX:
        return float("nan")
    response = cv2.filter2D(window, cv2.CV_32F, _KERNEL)[1:-1, 1:-1]
    return float(DEVIATION_PER_MAD * np.median(np.abs(response)) / KERNEL_NORM)


_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
