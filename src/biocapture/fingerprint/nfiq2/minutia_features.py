"""NFIQ 2's four features of minutiae, for minutiae from any extractor."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.blocks import GradientMoments, certainty
from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, Grey
from biocapture.types import GreyPixels

CENTRAL_PX = 100
"""Half the side of the window about the centre of mass."""


def central_count(row: NDArray[np.int64], column: NDArray[np.int64], shape: tuple[int, ...]) -> float:
    """Minutiae within 100 px of their (truncated) mean position, in both directions."""
    if not row.size:
        return 0.0
    inside = np.ones(row.size, bool)
    for position, length in ((row, shape[0]), (column, shape[1])):
        centre = int(position.sum()) // position.size
        inside &= (position >= max(centre - CENTRAL_PX, 0)) & (position <= min(centre + CENTRAL_PX, length - 1))
    return float(inside.sum())


def dark_share(pixels: GreyPixels, row: NDArray[np.int64], column: NDArray[np.int64]) -> float:
    """Share of minutiae whose block is darker than the crop by up to half a deviation; NaN without minutiae."""
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
    return float(((darkness > 0) & (darkness <= 0.5)).mean())


def certain_share(pixels: GreyPixels, row: NDArray[np.int64], column: NDArray[np.int64]) -> float:
    """Share of minutiae whose block has an orientation certainty above 80 %; NaN without minutiae."""
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
    return float((np.floor(100.0 * level + 0.5) > 80).mean())


def _doubled_gradients(windows: Grey) -> Grey:
    """Twice ``numpy.gradient`` along the last axis of (K, 32, 32): central differences, one-sided at the borders."""
    slope = np.empty_like(windows)
    np.subtract(windows[..., 2:], windows[..., :-2], out=slope[..., 1:-1])
    slope[..., 0] = 2 * (windows[..., 1] - windows[..., 0])
    slope[..., -1] = 2 * (windows[..., -1] - windows[..., -2])
    return slope
