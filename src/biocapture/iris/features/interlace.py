"""The shift between the two fields of an interlaced image."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.parabola import parabola_vertex
from biocapture.types import GreyPixels, Values

MAX_SHIFT = 12
"""Largest shift looked for, either way, in columns."""


def field_shift(pixels: GreyPixels, outline: Outline) -> float:
    """Columns by which odd rows are shifted against even rows around the iris.

    The shift at which odd rows agree best with the mean of the even rows above and below.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    float
        0..12 columns, interpolated; 0 = not interlaced; NaN where the iris is too small or cut off.
    """
    window = _window(pixels, outline)
    if min(window.shape) < 4 * MAX_SHIFT:
        return float("nan")
    rows = window[: window.shape[0] // 2 * 2]
    even, odd = rows[::2], rows[1::2]
    between = cv2.addWeighted(even[:-1], 0.5, even[1:], 0.5, 0)
    inner = np.ascontiguousarray(odd[:-1, MAX_SHIFT:-MAX_SHIFT])
    width = inner.shape[1]
    cost = np.array([cv2.norm(between[:, k : k + width], inner, cv2.NORM_L1) for k in range(2 * MAX_SHIFT + 1)])
    return abs(_minimum_place(cost) - MAX_SHIFT)


def _window(pixels: GreyPixels, outline: Outline) -> GreyPixels:
    top, left, bottom, right = outline.limbus.window(1.1 * outline.limbus.radius_px)
    return pixels[top:bottom, left:right]


def _minimum_place(cost: Values) -> float:
    """Place of the minimum, between samples by a parabola."""
    best = int(cost.argmin())
    if not 0 < best < len(cost) - 1:
        return float(best)
    return best + parabola_vertex(cost[best - 1 : best + 2])
