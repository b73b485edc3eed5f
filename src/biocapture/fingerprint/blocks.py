"""Block grids, gradients and rotated windows: everything NFIQ 2 measures per block starts here."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.grid import BLOCK_PX, block_areas, block_totals, whole_blocks
from biocapture.types import GreyPixels

OFFSET_PX = 2
"""First slanted block: half of what the diagonal of a 32 × 16 window exceeds 32 by (NFIQ 2's grid of wide blocks)."""

WIDE_PX = 36
"""Side of a wide block: the diagonal of the 32 × 16 window."""

EPSILON = float(np.finfo(np.float64).eps)

Angles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GradientMoments:
    """Means over blocks of products of gradients, (R, C) float64 each: ``xx``, ``yy``, ``xy``."""

    xx: NDArray[np.float64]
    yy: NDArray[np.float64]
    xy: NDArray[np.float64]


def gradient_moments(pixels: GreyPixels) -> GradientMoments:
    """Gradient moments of every block of the 32 × 32 grid from (0, 0), truncated blocks included.

    Gradients are central differences within the block and one-sided at its borders, as ``numpy.gradient`` of the block
    alone. Doubled gradients are integers, so the sums are exact.
    """
    grey = whole_blocks(pixels)
    across = doubled_gradient(grey, pixels.shape[1])
    down = doubled_gradient(grey.T, pixels.shape[0]).T
    area = 4.0 * block_areas(*pixels.shape)
    pairs = ((across, across), (down, down), (across, down))
    return GradientMoments(*(block_totals(one, other) / area for one, other in pairs))


def doubled_gradient(grey: NDArray[np.float32], length: int) -> NDArray[np.float32]:
    """Twice the gradient along the second axis within each block; 0 beyond ``length``."""
    doubled = np.zeros_like(grey)
    np.subtract(grey[:, 2:length], grey[:, : length - 2], out=doubled[:, 1 : length - 1])
    inside = grey[:, :length]
    for edge, step in ((0, 1), (BLOCK_PX - 1, -1)):
        lines = inside[:, edge::BLOCK_PX]
        neighbours = inside[:, edge + step :: BLOCK_PX]
        count = min(lines.shape[1], neighbours.shape[1])
        out = doubled[:, edge:length:BLOCK_PX]
        out[:, :count] = (2.0 * step) * (neighbours[:, :count] - lines[:, :count])
        out[:, count:] = 0.0  # a truncated block of a single line has no gradient
    last = length - 1
    if last % BLOCK_PX not in (0, BLOCK_PX - 1):
        doubled[:, last] = 2.0 * (grey[:, last] - grey[:, last - 1])
    return doubled


def slanted_grid(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of NFIQ 2's grid of slanted blocks: cores start at 2, 34, 66 … and leave 34 pixels."""
    return tuple(max(0, (length - 34 - OFFSET_PX) // BLOCK_PX + 1) for length in shape[:2])  # type: ignore[return-value]


def slanted_moments(pixels: GreyPixels) -> GradientMoments:
    """Gradient moments of the core of every slanted block."""
    rows, columns = slanted_grid(pixels.shape)
    stop = np.array([rows, columns]) * BLOCK_PX + OFFSET_PX
    return gradient_moments(np.ascontiguousarray(pixels[OFFSET_PX : stop[0], OFFSET_PX : stop[1]]))


def slanted_foreground(foreground: NDArray[np.bool_], grid: tuple[int, int]) -> NDArray[np.bool_]:
    """A slanted block is foreground when all (up to four) grid blocks under its core are."""
    rows, columns = grid
    f = foreground
    every = f[:-1, :-1] & f[1:, :-1] & f[:-1, 1:] & f[1:, 1:]
    return every[:rows, :columns]


def slanted_orientation(moments: GradientMoments) -> Angles:
    """Direction across the ridges, (R, C) in (-π/2, π/2]: NFIQ 2's formula, with c where textbooks have 2c."""
    a, b, c = moments.xx, moments.yy, moments.xy
    d = c * c + (a - b) ** 2 + EPSILON
    return np.arctan2(c / d, (a - b) / d) / 2


def certainty(moments: GradientMoments) -> NDArray[np.float64]:
    """Orientation certainty 1 - λ₂/λ₁ of the gradient covariance, (R, C) in 0..1; NaN on flat blocks."""
    a, b, c = moments.xx, moments.yy, moments.xy
    root = np.sqrt((a - b) ** 2 + 4 * c * c)
    larger, smaller = ((a + b) + root) / 2, ((a + b) - root) / 2
    return np.where(larger == 0, np.nan, 1 - smaller / np.where(larger == 0, 1.0, larger))


def coherence(moments: GradientMoments) -> NDArray[np.float64]:
    """Coherence of squared gradients, (R, C) in 0..1; 0 on flat blocks. |Σ(g²)| / Σ|g²|."""
    a, b, c = moments.xx, moments.yy, moments.xy
    total = a + b
    return np.where(total == 0, 0.0, np.hypot(a - b, 2 * c) / np.where(total == 0, 1.0, total))


@dataclass(frozen=True, slots=True)
class Window:
    """What part of a rotated block is looked at.

    Attributes
    ----------
    side : int
        Side of the block that is rotated: 36, or 40 (2 px more around); rotation is about ``side / 2``.
    rows, columns : range
        Part of the rotated block that is kept.
    """

    side: int
    rows: range
    columns: range


ACROSS_WIDE = Window(36, range(10, 26), range(2, 34))
"""16 × 32 window across the ridges of the wide block (local clarity)."""

ACROSS_PADDED = Window(40, range(10, 26), range(2, 34))
"""The same of the padded block; NFIQ 2 keeps its upper left part, so it is off centre (ridge-valley uniformity)."""

ALONG_PADDED = Window(40, range(2, 34), range(10, 26))
"""32 × 16 window (frequency domain analysis)."""


def rotated_windows(pixels: GreyPixels, blocks: NDArray[np.bool_], angles: Angles, window: Window) -> GreyPixels:
    """Gather one rotated window per slanted block with a single indexing operation.

    Nearest neighbour in 10-bit fixed point, as OpenCV's warpAffine of each block by ``getRotationMatrix2D``; pixels from
    outside the block (36) or the image (40) are 0.

    Parameters
    ----------
    pixels : (H, W) uint8
    blocks : (R, C) bool
        Which slanted blocks to take.
    angles : (K,) float64
        Rotation of each taken block, radians.

    Returns
    -------
    (K, len(rows), len(columns)) uint8
    """
    border = 4
    padded = cv2.copyMakeBorder(pixels, border, border, border, border, cv2.BORDER_CONSTANT, value=0)
    source_row, source_column = _source_coordinates(angles, window)
    # One unsigned comparison finds both negative and too large coordinates.
    outside = np.maximum(source_row.view(np.uint32), source_column.view(np.uint32)) >= window.side
    rows, columns = np.nonzero(blocks)
    corner = OFFSET_PX + border - (window.side - BLOCK_PX) // 2
    start = (rows * BLOCK_PX + corner) * padded.shape[1] + columns * BLOCK_PX + corner
    flat = source_row * np.int32(padded.shape[1])
    flat += source_column
    flat += start.astype(np.int32)[:, None, None]
    flat[outside] = 0  # a border pixel, hence black
    return padded.ravel()[flat]


def _source_coordinates(angles: Angles, window: Window) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Row and column in the block of every kept pixel of the rotated block, (K, rows, columns) each."""
    turn = (angles * (180.0 / np.pi)) * np.pi / 180
    cosine, sine = np.cos(turn), np.sin(turn)
    centre = window.side / 2
    shift_x = (1 - cosine) * centre - sine * centre
    shift_y = sine * centre + (1 - cosine) * centre
    scale = 1 / (cosine * cosine + sine * sine)
    m00, m01, m10, m11 = cosine * scale, sine * -scale, -sine * -scale, cosine * scale
    b0, b1 = -m00 * shift_x - m01 * shift_y, -m10 * shift_x - m11 * shift_y
    y, x = np.array(window.rows), np.array(window.columns)

    def fixed(along_x: Angles, along_y: Angles, offset: Angles) -> NDArray[np.int32]:
        step = np.rint(along_x[:, None] * x * 1024).astype(np.int32)
        start = np.rint((along_y[:, None] * y + offset[:, None]) * 1024).astype(np.int32) + np.int32(512)
        position = start[:, :, None] + step[:, None, :]
        position >>= 10
        return position

    return fixed(m10, m11, b1), fixed(m00, m01, b0)
