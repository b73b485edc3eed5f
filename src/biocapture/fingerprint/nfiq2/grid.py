"""Sums over the 32 × 32 block grid, exact and without a loop."""

import numpy as np

from biocapture.types import Field, GreyPixels, Values

BLOCK_PX = 32
"""Side of the analysis blocks (NFIQ 2)."""


def pad_to_blocks(pixels: GreyPixels) -> Field:
    """Fill an image up with zeros to full blocks.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    (32·R, 32·C) float32
        The image is at the upper left.
    """
    height, width = pixels.shape
    filled = np.zeros((-(-height // BLOCK_PX) * BLOCK_PX, -(-width // BLOCK_PX) * BLOCK_PX), np.float32)
    filled[:height, :width] = pixels
    return filled


def block_areas(height: int, width: int) -> Values:
    """Number of pixels of each block; those at the right and bottom may be truncated.

    Parameters
    ----------
    height, width : int
        Of the image.

    Returns
    -------
    (R, C) float64
        1..1024.
    """
    sides = (np.minimum(BLOCK_PX, length - np.arange(0, length, BLOCK_PX)) for length in (height, width))
    return np.outer(*sides).astype(np.float64)


def column_totals(first: Field, second: Field) -> Values:
    """Sum of a product over the 32 rows of each row of blocks, per column.

    Exact for integers whose products stay below 2¹⁹: the sum of 32 of them stays below 2²⁴ and fits float32.

    Parameters
    ----------
    first, second : (32·R, W) float32
        The factors.

    Returns
    -------
    (R, W) float64
    """
    shape = (first.shape[0] // BLOCK_PX, BLOCK_PX, first.shape[1])
    return np.einsum("rbw,rbw->rw", first.reshape(shape), second.reshape(shape)).astype(np.float64)


def block_totals(totals: Values) -> Values:
    """Sum per block of the sums per column.

    Parameters
    ----------
    totals : (R, 32·C) float64
        As :func:`column_totals` gives them.

    Returns
    -------
    (R, C) float64
    """
    return totals.reshape(len(totals), -1, BLOCK_PX).sum(axis=2)
