"""Whether an eye stands on its head, or lies on its side.

The upper lid hangs further over the iris than the lower one, and carries longer and denser lashes. What is darker,
brighter, rougher or edged than the iris itself is averaged over a grid of cells around the eye. The difference of each
cell to the one it would lie on after a half turn is odd: it changes its sign with that turn. So is their weighted sum,
fitted by models/iris_half_turn/fit.py; nothing but the turn decides its sign.
"""

import cv2
import numpy as np

from biocapture.types import Field, GreyPixels, Mask, Values

REACH = 1.35
"""Half the side of the square around the iris that is looked at, in iris radii."""

FINE_PX, SIDE_PX = 144, 36
"""Side of the square when roughness is measured, and when cells are averaged."""

ROWS, COLUMNS = 9, 3
"""Cells."""

INNER = 0.5
"""Iris radii around its centre that do not count: the pupil, and lamps mirrored in it."""

ADDED_GREYS, ADDED_ROUGHNESS = 4.0, 1.0
"""Added to the deviation and to the roughness of the iris."""

MAX_DEVIATIONS, MAX_EDGE, ROUGHNESS_RANGE = 4.0, 2.0, (-1.0, 3.0)
"""Larger differences of grey, and edges, in deviations of the iris, count as this much; roughness in octaves."""

MIN_PX, MIN_CELL_PX, MIN_SIDE_CELLS = 20, 5, 2
"""Pixels of the iris beside the pupil, pixels of a cell, and cells above each side of the eye, below which nothing is
concluded."""


def half_turn(pixels: GreyPixels, row_px: float, column_px: float, radius_px: float) -> float:
    """Evidence that an eye is upright rather than turned by 180°.

    Parameters
    ----------
    pixels : (H, W) uint8
    row_px, column_px, radius_px : float
        Centre and radius of the iris.

    Returns
    -------
    float
        Logarithm of the odds, higher is better: negative where the eye stands on its head. 0 where nothing shows it.
    """
    return float(WEIGHTS @ differences(pixels, row_px, column_px, radius_px))


def turns(pixels: GreyPixels, row_px: float, column_px: float, radius_px: float) -> tuple[float, float]:
    """Evidence that an eye is upright rather than turned by 180°, and rather than turned by 90°.

    The second compares how sure it is where lid and lashes lie: above or below, or left or right.

    Parameters
    ----------
    pixels : (H, W) uint8
    row_px, column_px, radius_px : float
        Centre and radius of the iris.

    Returns
    -------
    half, quarter : float
        See :func:`half_turn`; and how much larger its size is than in the image turned by 90°, negative where the eye
        lies on its side. 0 where nothing shows it.
    """
    fine, seen = _square(pixels, row_px, column_px, radius_px)
    views = (fine, seen), (cv2.rotate(fine, cv2.ROTATE_90_CLOCKWISE), np.rot90(seen, -1))
    half, side = (float(WEIGHTS @ _differences(*view)) for view in views)
    return half, abs(half) - abs(side) if half and side else 0.0


def differences(pixels: GreyPixels, row_px: float, column_px: float, radius_px: float) -> Values:
    """Differences of the cells above to those below.

    Parameters
    ----------
    pixels : (H, W) uint8
    row_px, column_px, radius_px : float
        Centre and radius of the iris.

    Returns
    -------
    (32,) float64
        Of darkness, brightness, roughness and edges, each over four rows from the top and two columns, beside and
        above the pupil; 0 where either cell lies outside the image.
    """
    return _differences(*_square(pixels, row_px, column_px, radius_px))


def _differences(fine: GreyPixels, seen: Mask) -> Values:
    grey = _reduce(fine)
    rough = _reduce(cv2.absdiff(fine[:, 2:], fine[:, :-2]))
    beside = _BESIDE & seen
    if np.count_nonzero(beside) < MIN_PX:
        return np.zeros(WEIGHTS.size)
    middle = float(np.median(grey[beside]))
    spread = 1.4826 * float(np.median(np.abs(grey[beside] - middle))) + ADDED_GREYS
    usual = float(np.median(rough[beside])) + ADDED_ROUGHNESS
    edge = np.abs(cv2.filter2D(grey, -1, _DOWN, borderType=cv2.BORDER_REPLICATE))
    maps = np.stack(
        [
            np.clip((middle - grey) / spread, 0, MAX_DEVIATIONS) / MAX_DEVIATIONS,
            np.clip((grey - middle) / spread, 0, MAX_DEVIATIONS) / MAX_DEVIATIONS,
            np.clip(np.log2((rough + ADDED_ROUGHNESS) / usual), *ROUGHNESS_RANGE),
            np.clip(edge / spread, 0, MAX_EDGE),
        ]
    )
    return _odd_parts(maps, seen & _OUTER)


def _square(pixels: GreyPixels, row_px: float, column_px: float, radius_px: float) -> tuple[GreyPixels, Mask]:
    """(FINE_PX, FINE_PX) greys around the iris, and (SIDE_PX, SIDE_PX) whether they lie in the image."""
    factor, reach = FINE_PX / (2 * REACH * radius_px), 1.1 * REACH * radius_px
    at = (np.arange(SIDE_PX) - (SIDE_PX - 1) / 2) * (2 * REACH * radius_px / SIDE_PX)
    down, across = (
        (at + centre >= 1) & (at + centre <= side - 2)
        for centre, side in ((row_px, pixels.shape[0]), (column_px, pixels.shape[1]))
    )
    if not (down.any() and across.any()):
        return np.zeros((FINE_PX, FINE_PX), np.uint8), np.zeros((SIDE_PX, SIDE_PX), np.bool_)
    top, left = max(0, int(row_px - reach)), max(0, int(column_px - reach))
    pixels = pixels[top : int(row_px + reach) + 2, left : int(column_px + reach) + 2]
    row_px, column_px = row_px - top, column_px - left
    if factor < 1:
        side = int(1 / factor) | 1
        pixels = cv2.blur(pixels, (side, side))
    first = (FINE_PX - 1) / 2
    moved = np.array([[factor, 0, first - factor * column_px], [0, factor, first - factor * row_px]])
    fine = cv2.warpAffine(pixels, moved, (FINE_PX, FINE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return fine, down[:, None] & across[None]


def _reduce(fine: GreyPixels) -> Field:
    return cv2.resize(fine, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float32)


def _odd_parts(maps: Field, free: Mask) -> Values:
    """Means of the cells of every map, less those of the cells opposite; left and right together."""
    shape = (-1, ROWS, SIDE_PX // ROWS, COLUMNS, SIDE_PX // COLUMNS)
    count = free[None].astype(np.float32).reshape(shape).sum(axis=(2, 4))
    mean = (maps * free).reshape(shape).sum(axis=(2, 4)) / np.maximum(count, 1)
    known = np.minimum(count, count[:, ::-1, ::-1]) >= MIN_CELL_PX
    known &= known[:, :, ::-1]
    if np.count_nonzero(known[0, : ROWS // 2, 0]) < MIN_SIDE_CELLS:  # cut at one side
        known[:] = False
    odd = np.where(known, mean - mean[:, ::-1, ::-1], 0.0)
    both = (odd + odd[:, :, ::-1]) / 2
    return np.asarray(both[:, : ROWS // 2, : (COLUMNS + 1) // 2].ravel(), np.float64)


_LINE = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2 * REACH - REACH
_RADIUS = np.hypot(_LINE[:, None], _LINE[None])
_OUTER = _RADIUS > INNER
_BESIDE = (_RADIUS < 0.95) & (_RADIUS > 0.55) & (np.abs(_LINE[:, None]) < 0.45 * np.abs(_LINE[None]))
_DOWN = np.array([[-0.5], [0.0], [0.5]], np.float32)

WEIGHTS = np.array(
    [
        *(0.39, 0.30, 0.78, 1.59, 2.41, 1.28, 1.00, 1.71),
        *(-0.49, -0.54, -2.47, -2.65, -3.42, 1.76, -1.39, 0.73),
        *(0.83, -1.32, 2.51, -1.27, 3.16, 1.14, 1.99, 0.22),
        *(0.38, 0.15, 0.38, -1.74, 1.89, -0.15, 2.59, 2.28),
    ]
)
"""From models/iris_half_turn/fit.py."""
