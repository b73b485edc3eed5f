"""NFIQ 2's four features of minutiae, for minutiae from any extractor."""

import cv2
import numpy as np

from biocapture.fingerprint.nfiq2.blocks import GradientMoments, certainty
from biocapture.fingerprint.nfiq2.grid import BLOCK_PX
from biocapture.types import Counts, Field, GreyPixels

REACH_PX = 100
"""Half the side of the window about the centre of mass (NFIQ 2)."""

MAX_DARKNESS = 0.5
"""Standard deviations by which the block of a minutia may be darker than the crop (NFIQ 2)."""

MIN_CERTAINTY_PERCENT = 80
"""Orientation certainty that the block of a minutia must exceed (NFIQ 2)."""


def central_count(row: Counts, column: Counts, shape: tuple[int, ...]) -> float:
    """Number of minutiae within 100 px of their (truncated) mean position, in both directions.

    Parameters
    ----------
    row, column : (M,) int64
        Pixels.
    shape : (int, int)
        Height and width of the image.

    Returns
    -------
    float
        0 without minutiae.
    """
    if not row.size:
        return 0.0
    inside = np.ones(row.size, bool)
    for position, length in ((row, shape[0]), (column, shape[1])):
        centre = int(position.sum()) // position.size
        inside &= (position >= max(centre - REACH_PX, 0)) & (position <= min(centre + REACH_PX, length - 1))
    return float(inside.sum())


def dark_share(pixels: GreyPixels, row: Counts, column: Counts) -> float:
    """Share of minutiae whose block is darker than the crop by up to half a standard deviation.

    Parameters
    ----------
    pixels : (H, W) uint8
        The crop.
    row, column : (M,) int64
        Pixels; the block of a minutia is the 32 × 32 about it, truncated at the right and bottom.

    Returns
    -------
    float
        0..1; NaN without minutiae.
    """
    if not row.size:
        return float("nan")
    sums, squares = cv2.integral2(pixels)  # whole numbers, so nothing is rounded
    mean = int(sums[-1, -1]) / pixels.size
    deviation = float(np.sqrt((pixels.size * squares[-1, -1] - float(sums[-1, -1]) ** 2) / pixels.size**2))
    top, left = np.maximum(row - BLOCK_PX // 2, 0), np.maximum(column - BLOCK_PX // 2, 0)
    bottom, right = np.minimum(top + BLOCK_PX, pixels.shape[0]), np.minimum(left + BLOCK_PX, pixels.shape[1])
    total = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    if deviation == 0:
        return 0.0
    darkness = (mean - total / ((bottom - top) * (right - left))) / deviation
    return float(((darkness > 0) & (darkness <= MAX_DARKNESS)).mean())


def certain_share(pixels: GreyPixels, row: Counts, column: Counts) -> float:
    """Share of minutiae whose block has an orientation certainty above 80 %.

    Parameters
    ----------
    pixels : (H, W) uint8
        The crop.
    row, column : (M,) int64
        Pixels; the block of a minutia is the 32 × 32 about it, shifted inside the image.

    Returns
    -------
    float
        0..1; NaN without minutiae or for an image smaller than a block.
    """
    if not row.size or min(pixels.shape) < BLOCK_PX:
        return float("nan")
    height, width = pixels.shape
    top = np.clip(row - BLOCK_PX // 2, 0, height - BLOCK_PX)
    left = np.clip(column - BLOCK_PX // 2, 0, width - BLOCK_PX)
    every = np.lib.stride_tricks.sliding_window_view(pixels, (BLOCK_PX, BLOCK_PX))
    windows = every[top, left].astype(np.float32)
    across, down = _doubled_gradients(windows), _doubled_gradients(windows.transpose(0, 2, 1)).transpose(0, 2, 1)
    # Sums over 32 products of whole numbers are exact in single precision, the rest is summed in double.
    rows = (np.einsum("kij,kij->ki", *pair) for pair in ((across, across), (down, down), (across, down)))
    means = (each.sum(axis=1, dtype=np.float64) / (4 * BLOCK_PX**2) for each in rows)
    level = np.nan_to_num(certainty(GradientMoments(*means)))
    return float((np.floor(100.0 * level + 0.5) > MIN_CERTAINTY_PERCENT).mean())


def _doubled_gradients(windows: Field) -> Field:
    """Twice ``numpy.gradient`` along the last axis of (K, 32, 32): central differences, one-sided at the borders."""
    slope = np.empty_like(windows)
    np.subtract(windows[..., 2:], windows[..., :-2], out=slope[..., 1:-1])
    slope[..., 0] = 2 * (windows[..., 1] - windows[..., 0])
    slope[..., -1] = 2 * (windows[..., -1] - windows[..., -2])
    return slope
