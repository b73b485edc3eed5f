"""Rotated windows: the pixels of every slanted block, turned so that its ridges run along the first axis."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.blocks import OFFSET_PX
from biocapture.fingerprint.nfiq2.grid import BLOCK_PX
from biocapture.types import GreyPixels, Mask, Values

Windows = NDArray[np.uint8]
"""(16, 32, K) uint8: along the ridges, across the ridges, block. Blocks come last: long inner loops are fast."""

BORDER_PX = 4
"""How far a window can reach beyond the image: 2 px of padding, 1 px of rounding, and the black pixel at (0, 0)."""

FIXED_POINT_BITS = 10
"""Binary places of the coordinates of OpenCV's warpAffine."""


@dataclass(frozen=True, slots=True)
class Window:
    """How a slanted block is rotated before its middle is taken.

    Attributes
    ----------
    side : int
        Side of the block that is rotated: 36 (the diagonal of the 32 × 16 window), or 40 (2 px more around).
    turn : float
        Rotation beyond the block's orientation, radians. At π/2 rows run across the ridges.
    """

    side: int
    turn: float = 0.0


CLARITY = Window(36)
"""Local clarity."""

UNIFORMITY = Window(40)
"""Ridge-valley uniformity. NFIQ 2 keeps the upper left 36 × 36 of the 40 × 40, so the window is off centre."""

FREQUENCY = Window(40, np.pi / 2)
"""Frequency domain analysis: the block turned by a right angle more, its rows across the ridges."""

_ALONG, _ACROSS = np.arange(10, 26), np.arange(2, 34)
"""Middle 16 × 32 of the 36 × 36 rotated pixels (NFIQ 2)."""


def rotated_windows(pixels: GreyPixels, blocks: Mask, angles: Values, window: Window) -> Windows:
    """Gather one rotated window per slanted block with a single indexing operation.

    Nearest neighbour in 10-bit fixed point, as OpenCV's warpAffine of each block by getRotationMatrix2D about its
    centre; pixels outside the block (side 36) or the image (side 40) are 0.

    Parameters
    ----------
    pixels : (H, W) uint8
    blocks : (R, C) bool
        Which slanted blocks to take.
    angles : (K,) float64
        Orientation of each taken block, radians.
    window : Window
        :data:`CLARITY`, :data:`UNIFORMITY` or :data:`FREQUENCY`.

    Returns
    -------
    (16, 32, K) uint8
        Along the ridges, across the ridges, block in raster order.
    """
    padded = cv2.copyMakeBorder(pixels, *(BORDER_PX,) * 4, cv2.BORDER_CONSTANT, value=0)
    row, column = _offsets(angles, window)
    width = padded.shape[1]
    flat = row * np.int32(width)
    flat += column
    rows, columns = np.nonzero(blocks)
    centre = OFFSET_PX + BLOCK_PX // 2 + BORDER_PX
    gathered = np.take(padded, flat + ((rows * BLOCK_PX + centre) * width + columns * BLOCK_PX + centre))
    row += np.int16(window.side // 2)
    column += np.int16(window.side // 2)
    # Read as unsigned, negative coordinates are too large as well.
    gathered *= np.maximum(row.view(np.uint16), column.view(np.uint16)) < window.side
    return gathered


def _offsets(angles: Values, window: Window) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Row and column of every window pixel from its block's centre, (16, 32, K) each.

    A pixel's coordinate is the sum of a part that depends on its column and one that depends on its row, each rounded
    on its own, as OpenCV does. The sums wrap in 16 bits: no harm, their result fits.
    """
    xx, xy, yx, yy, x0, y0 = _inverse_rotation(angles + window.turn, window.side / 2)
    scale = 1 << FIXED_POINT_BITS
    half = scale // 2 - scale * (window.side // 2)

    def fixed_point(value: Values, offset: int = 0) -> NDArray[np.int16]:
        return (np.rint(value * scale).astype(np.int32) + np.int32(offset)).astype(np.int16)

    horizontal, vertical = (_ALONG, _ACROSS) if window.turn else (_ACROSS, _ALONG)
    positions = []
    for by_column, by_row, origin in ((yx, yy, y0), (xx, xy, x0)):
        step = fixed_point(by_column * horizontal[:, None])
        start = fixed_point(by_row * vertical[:, None] + origin, half)
        along, across = (step, start) if window.turn else (start, step)
        position = along[:, None] + across[None]
        position >>= FIXED_POINT_BITS
        positions.append(position)
    return positions[0], positions[1]


def _inverse_rotation(angles: Values, centre: float) -> tuple[Values, Values, Values, Values, Values, Values]:
    """Coefficients of the map from window to block: x' = xx·x + xy·y + x0, y' = yx·x + yy·y + y0.

    In OpenCV's order of operations (degrees, forward matrix, its inverse): the last bits decide which pixel is nearest.
    """
    turn = (angles * (180.0 / np.pi)) * np.pi / 180
    cosine, sine = np.cos(turn), np.sin(turn)
    shift_x = (1 - cosine) * centre - sine * centre
    shift_y = sine * centre + (1 - cosine) * centre
    scale = 1 / (cosine * cosine + sine * sine)
    xx, xy, yx, yy = cosine * scale, sine * -scale, -sine * -scale, cosine * scale
    return xx, xy, yx, yy, -xx * shift_x - xy * shift_y, -yx * shift_x - yy * shift_y
