"""What is behind the head: the upper part of the aligned frame less person and picture border."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Aligned, Rgb, beyond_picture
from biocapture.face.luminance import luminance

ROWS, COLUMNS = slice(0, 406), slice(62, 554)
"""Part of the aligned frame that is looked at (OFIQ)."""

HEIGHT_PX, WIDTH_PX = 292, 354
"""Its size in the scale of the parsing map, in which it starts at row 0, column 23."""

PARSED = slice(0, HEIGHT_PX), slice(23, 23 + WIDTH_PX)


@dataclass(frozen=True, slots=True)
class Background:
    """The surroundings of the head.

    Attributes
    ----------
    pixels : (292, 354, 3) uint8
    mask : (292, 354) uint8
        1 = background, well inside the picture and away from the person.
    """

    pixels: Rgb
    mask: NDArray[np.uint8]


def background(aligned: Aligned, shape: tuple[int, int], parsing: NDArray[np.uint8]) -> Background:
    """Cut out the background of a picture of ``shape``."""
    size = (WIDTH_PX, HEIGHT_PX)
    beyond = beyond_picture(aligned.matrix, shape, ROWS.stop)[:, COLUMNS].astype(np.uint8)
    beyond = cv2.resize(beyond, size, interpolation=cv2.INTER_NEAREST)
    free = ((beyond == 0) & (parsing[PARSED] == 0)).astype(np.uint8)
    pixels = cv2.resize(aligned.pixels[ROWS, COLUMNS], size, interpolation=cv2.INTER_LINEAR)
    return Background(pixels, cv2.erode(free, np.ones((4, 4), np.uint8)))


def mean_gradient(view: Background) -> float:
    """Mean Scharr gradient of the luminance of the background; NaN where no background is seen."""
    if not view.mask.any():
        return float("nan")
    grey = luminance(view.pixels)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, *order, ksize=cv2.FILTER_SCHARR) for order in ((1, 0), (0, 1)))
    return cv2.mean(cv2.magnitude(across, down), view.mask)[0]
