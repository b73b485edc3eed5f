"""Luminance of 8-bit sRGB as ISO/IEC 29794-5 defines it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb

Grey = NDArray[np.uint8]

_CODE = np.arange(256) / 255
LINEAR: NDArray[np.float64] = np.where(_CODE > 0.04045, ((_CODE + 0.055) / 1.055) ** 2.4, _CODE / 12.92)
"""(256,) float64, linear light 0..1 of each sRGB code (IEC 61966-2-1)."""

_WEIGHTED = tuple((weight * LINEAR)[:, None] for weight in (0.2126, 0.7152, 0.0722))


def luminance(pixels: Rgb) -> Grey:
    """Luminance of a picture, linear in light.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        sRGB.

    Returns
    -------
    (H, W) uint8
        0.2126 R + 0.7152 G + 0.0722 B of linear light, 255 = white, rounded half up.
    """
    red, green, blue = (cv2.LUT(plane, table) for plane, table in zip(cv2.split(pixels), _WEIGHTED, strict=True))
    red += green
    red += blue
    red *= 255
    red += 0.5
    return red.astype(np.uint8)
