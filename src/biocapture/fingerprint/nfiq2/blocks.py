"""The two block grids of NFIQ 2, and the orientation, certainty and coherence of each block from its gradients."""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, block_areas, block_totals, column_totals, pad_to_blocks
from biocapture.types import Field, GreyPixels, Mask, Values

OFFSET_PX = 2
"""First slanted block: half of what the diagonal of a 32 × 16 window exceeds 32 by (NFIQ 2's grid of wide blocks)."""

REACH_PX = BLOCK_PX + OFFSET_PX
"""Pixels of the image that NFIQ 2 wants from the start of a slanted block on."""

EPSILON = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class GradientMoments:
    """Means over blocks of products of gradients, (R, C) float64 each: ``xx``, ``yy``, ``xy``."""

    xx: Values
    yy: Values
    xy: Values


def gradient_moments(pixels: GreyPixels, grey: Field | None = None) -> GradientMoments:
    """Gradient moments of every block of the 32 × 32 grid from (0, 0), truncated blocks included.

    Gradients are central differences within the block and one-sided at its borders, as ``numpy.gradient`` of the block
    alone; 0 along a side of a single pixel. Doubled gradients are integers, so the sums are exact.

    Parameters
    ----------
    pixels : (H, W) uint8
    grey : (32·R, 32·C) float32, optional
        ``pad_to_blocks(pixels)``, where the caller has it.

    Returns
    -------
    GradientMoments
        In (greys per pixel)².
    """
    height, width = pixels.shape
    grey = _extrapolated(pad_to_blocks(pixels) if grey is None else grey, height, width)
    xx, yy, xy = _column_moments(grey, height)
    for totals in (xx, yy, xy):
        totals[:, width:] = 0.0
    return _moments((xx, yy, xy), 4.0 * block_areas(height, width))


def slanted_moments(grey: Field, grid: tuple[int, int]) -> GradientMoments:
    """Gradient moments of the core of every slanted block.

    Parameters
    ----------
    grey : (32·R, 32·C) float32
        ``pad_to_blocks`` of the image.
    grid : (int, int)
        Rows and columns of slanted blocks.

    Returns
    -------
    GradientMoments
        Of the shape of the grid.
    """
    rows, columns = (OFFSET_PX + BLOCK_PX * count for count in grid)
    core = grey[OFFSET_PX:rows, OFFSET_PX:columns]
    return _moments(_column_moments(core, core.shape[0]), np.full(grid, 4.0 * BLOCK_PX**2))


_ColumnTotals = tuple[Values, Values, Values]


def _moments(totals: _ColumnTotals, area: Values) -> GradientMoments:
    return GradientMoments(*(block_totals(each) / area for each in totals))


def _extrapolated(grey: Field, height: int, width: int) -> Field:
    """Continue truncated blocks by one line, so that the central difference there is the one-sided one."""
    grey = grey.copy() if (height % BLOCK_PX or width % BLOCK_PX) else grey
    if height % BLOCK_PX:
        inner = height - 2 if height % BLOCK_PX > 1 else height - 1
        grey[height] = 2 * grey[height - 1] - grey[inner]
    if width % BLOCK_PX:
        inner = width - 2 if width % BLOCK_PX > 1 else width - 1
        grey[:, width] = 2 * grey[:, width - 1] - grey[:, inner]
    return grey


def _column_moments(grey: Field, height: int) -> _ColumnTotals:
    """Sums per column of products of doubled gradients (xx, yy, xy), each (R, W); rows from ``height`` on are 0."""
    across, down = np.empty(grey.shape, np.float32), np.empty(grey.shape, np.float32)
    np.subtract(grey[:, 2:], grey[:, :-2], out=across[:, 1:-1])
    across[:, 0] = across[:, -1] = 0.0  # replaced below
    np.subtract(grey[2:], grey[:-2], out=down[1:-1])
    for first, second in ((0, 1), (BLOCK_PX - 1, BLOCK_PX - 2)):
        down[first::BLOCK_PX] = (grey[second::BLOCK_PX] - grey[first::BLOCK_PX]) * (2.0 * (second - first))
    across[height:] = down[height:] = 0.0
    xx, yy, xy = (column_totals(*pair) for pair in ((across, across), (down, down), (across, down)))
    # Columns at block borders are few: their sums are replaced, which is cheaper than writing into every row.
    for first, second in ((0, 1), (BLOCK_PX - 1, BLOCK_PX - 2)):
        edge = (grey[:, second::BLOCK_PX] - grey[:, first::BLOCK_PX]) * (2.0 * (second - first))
        edge[height:] = 0.0
        xx[:, first::BLOCK_PX] = column_totals(edge, edge)
        xy[:, first::BLOCK_PX] = column_totals(edge, down[:, first::BLOCK_PX])
    return xx, yy, xy


def slanted_grid(shape: tuple[int, ...]) -> tuple[int, int]:
    """Size of NFIQ 2's grid of slanted blocks: cores start at 2, 34, 66 … and the image goes on for 34 pixels.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the image.

    Returns
    -------
    rows, columns : int
        0 where the image is too small.
    """
    rows, columns = (max(0, (length - REACH_PX - OFFSET_PX) // BLOCK_PX + 1) for length in shape[:2])
    return rows, columns


def slanted_foreground(foreground: Mask, grid: tuple[int, int]) -> Mask:
    """Which slanted blocks are foreground: those all of whose (up to four) grid blocks under the core are.

    Parameters
    ----------
    foreground : (R, C) bool
        Of the block grid.
    grid : (int, int)
        Rows and columns of slanted blocks.

    Returns
    -------
    array of the shape of the grid, bool
    """
    rows, columns = grid
    f = foreground
    every = f[:-1, :-1] & f[1:, :-1] & f[:-1, 1:] & f[1:, 1:]
    return every[:rows, :columns]


def slanted_orientation(moments: GradientMoments) -> Values:
    """Direction across the ridges of each block, by NFIQ 2's formula.

    Where textbooks have 2 c, it has c (the mean of the mixed product), so this is not quite the direction of the
    structure tensor; repeated for equality.

    Parameters
    ----------
    moments : GradientMoments
        Of (R, C) blocks.

    Returns
    -------
    (R, C) float64
        Radians in (-π/2, π/2].
    """
    a, b, c = moments.xx, moments.yy, moments.xy
    d = c * c + (a - b) ** 2 + EPSILON
    return np.arctan2(c / d, (a - b) / d) / 2


def certainty(moments: GradientMoments) -> Values:
    """Orientation certainty level: 1 - λ₂/λ₁ of the gradient covariance (ISO/IEC 29794-4; NFIQ 2's OCL).

    Parameters
    ----------
    moments : GradientMoments
        Of (R, C) blocks.

    Returns
    -------
    (R, C) float64
        0..1, higher is more certain; NaN on flat blocks.
    """
    a, b, c = moments.xx, moments.yy, moments.xy
    root = np.sqrt((a - b) ** 2 + 4 * c * c)
    larger, smaller = ((a + b) + root) / 2, ((a + b) - root) / 2
    return np.where(larger == 0, np.nan, 1 - smaller / np.where(larger == 0, 1.0, larger))


def coherence(moments: GradientMoments) -> Values:
    """Coherence of the squared gradients g² (as complex numbers) of each block: |Σ g²| / Σ |g²|.

    Parameters
    ----------
    moments : GradientMoments
        Of (R, C) blocks.

    Returns
    -------
    (R, C) float64
        0..1; 0 on flat blocks.
    """
    a, b, c = moments.xx, moments.yy, moments.xy
    total = a + b
    return np.where(total == 0, 0.0, np.hypot(a - b, 2 * c) / np.where(total == 0, 1.0, total))
