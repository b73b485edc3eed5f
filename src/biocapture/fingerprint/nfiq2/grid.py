"""Sums over the 32 × 32 block grid, exact and without a loop."""

import numpy as np
from numpy.typing import NDArray

from biocapture.types import GreyPixels

BLOCK_PX = 32
"""Side of the analysis blocks (NFIQ 2)."""

Grey = NDArray[np.float32]


def whole_blocks(pixels: GreyPixels) -> Grey:
    """(H, W) uint8 → float32, filled up with zeros to whole blocks."""
    height, width = pixels.shape
    filled = np.zeros((-(-height // BLOCK_PX) * BLOCK_PX, -(-width // BLOCK_PX) * BLOCK_PX), np.float32)
    filled[:height, :width] = pixels
    return filled


def block_areas(height: int, width: int) -> NDArray[np.float64]:
    """(R, C) number of pixels of each block; those at the right and bottom may be truncated."""
    sides = (np.minimum(BLOCK_PX, length - np.arange(0, length, BLOCK_PX)) for length in (height, width))
    return np.outer(*sides).astype(np.float64)


def column_totals(one: Grey, other: Grey) -> NDArray[np.float64]:
    """(R, W) sums of ``one * other`` over the 32 rows of each row of blocks, per column; (32·R, W) in.

    Exact for integers whose products stay below 2¹⁹: 32 of them fit float32.
    """
    shape = (one.shape[0] // BLOCK_PX, BLOCK_PX, one.shape[1])
    return np.einsum("rbw,rbw->rw", one.reshape(shape), other.reshape(shape)).astype(np.float64)


def over_blocks(totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """(R, 32·C) totals per column → (R, C) totals per block."""
    return totals.reshape(len(totals), -1, BLOCK_PX).sum(axis=2)
