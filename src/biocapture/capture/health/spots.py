"""Spots on the glass, whoever touches it: darker than the glass around them in nearly all captures."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.pattern import Pattern
from biocapture.capture.health.traits import BINS, MAX_BRIGHTNESS

Map = NDArray[np.float32]

DIRT_QUANTILE = 0.8
"""Quantile of a cell's brightness over captures: fingers darken a cell now and then, dirt always."""

SURROUNDINGS_CELLS = 25
"""Side of the square, 7.5 mm, whose median is the brightness of the glass around."""

MIN_DEPTH, MIN_DEVIATIONS = 0.08, 8.0
"""How much darker than the glass around, in shares of its brightness and in deviations of the map.

Over 60 captures the darkest place of 60 clean simulated sensors was 0.065 (median 0.026), that of 60 stained ones 0.10
or more.
"""

MIN_CELLS = 4


@dataclass(frozen=True, slots=True)
class DirtSpot:
    """A spot.

    Attributes
    ----------
    row, column : float
        Centre in pixels of the capture.
    height_px, width_px : float
        Of the box around it.
    depth : float
        0..1: how much darker than the glass around at its darkest.
    captures : int
        In which it was there.
    """

    row: float
    column: float
    height_px: float
    width_px: float
    depth: float
    captures: int

    def is_in(self, pattern: Pattern) -> bool:
        """Whether it shows, half as deep at least, in another pattern of the same geometry.

        Parameters
        ----------
        pattern : Pattern

        Returns
        -------
        bool
        """
        stride = pattern.geometry.stride_px
        row, column = int(self.row / stride), int(self.column / stride)
        middle = darkness_map(pattern)[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2]
        return bool(middle.max() >= 0.5 * self.depth)


def glass_brightness(pattern: Pattern) -> Map:
    """Brightness of each cell where no finger darkens it.

    Parameters
    ----------
    pattern : Pattern

    Returns
    -------
    (R, C) float32
        0..1.12; 1 is the brightness of clean glass.
    """
    share = np.cumsum(pattern.cells, axis=2, dtype=np.float32) / np.float32(pattern.count)
    last = (share < DIRT_QUANTILE).sum(axis=2)
    at = np.minimum(last, BINS - 1)
    below = np.where(at > 0, np.take_along_axis(share, np.maximum(at - 1, 0)[..., None], 2)[..., 0], 0.0)
    within = (DIRT_QUANTILE - below) / np.maximum(np.take_along_axis(share, at[..., None], 2)[..., 0] - below, 1e-6)
    return ((at + np.clip(within, 0, 1)) * (MAX_BRIGHTNESS / BINS)).astype(np.float32)


def darkness_map(pattern: Pattern) -> Map:
    """How much darker each cell is than the glass around.

    Parameters
    ----------
    pattern : Pattern

    Returns
    -------
    (R, C) float32
        Share of the brightness around; negative where brighter.
    """
    raw = glass_brightness(pattern)
    bright = cv2.blur(raw, (2, 2))
    scaled = np.clip(cv2.medianBlur(raw, 3) * 200, 0, 255).astype(np.uint8)
    pad = SURROUNDINGS_CELLS // 2
    padded = cv2.copyMakeBorder(scaled, pad, pad, pad, pad, cv2.BORDER_REFLECT_101)
    around = cv2.medianBlur(padded, SURROUNDINGS_CELLS)[pad:-pad, pad:-pad].astype(np.float32) / np.float32(200)
    return (around - bright) / np.maximum(around, np.float32(0.2))


def dirt_spots(pattern: Pattern) -> list[DirtSpot]:
    """All spots.

    Parameters
    ----------
    pattern : Pattern

    Returns
    -------
    list of DirtSpot
        Deepest first; none on a sensor smaller than the surroundings that are compared.
    """
    if min(pattern.cells.shape[:2]) < SURROUNDINGS_CELLS:
        return []
    deep = darkness_map(pattern)
    deviation = 1.4826 * float(np.median(np.abs(deep - np.median(deep))))
    min_depth = max(MIN_DEPTH, MIN_DEVIATIONS * deviation)
    _, labels, boxes, centres = cv2.connectedComponentsWithStats((deep > min_depth).astype(np.uint8))
    kept = [i for i in range(1, len(boxes)) if boxes[i, cv2.CC_STAT_AREA] >= MIN_CELLS]
    spots = [_spot(pattern, deep, labels == i, boxes[i], centres[i]) for i in kept]
    return sorted(spots, key=lambda spot: -spot.depth)


def _spot(
    pattern: Pattern, deep: Map, inside: NDArray[np.bool_], box: NDArray[np.int32], centre: NDArray[np.float64]
) -> DirtSpot:
    stride = pattern.geometry.stride_px
    depth = float(deep[inside].max())
    column, row = (float(place) * stride for place in centre)  # cells are averaged with those above and to the left
    return DirtSpot(
        row, column, float(box[3] * stride), float(box[2] * stride), depth, captures_showing(pattern, deep, inside)
    )


def captures_showing(pattern: Pattern, deep: Map, inside: NDArray[np.bool_]) -> int:
    """Captures in which the middle of a spot was nearer to the spot's brightness than to that of the glass around.

    Parameters
    ----------
    pattern : Pattern
    deep : (R, C) float32
        Of `darkness_map`.
    inside : (R, C) bool
        Cells of the spot.

    Returns
    -------
    int
    """
    middle = inside & (deep >= np.percentile(deep[inside], 50))
    bright = glass_brightness(pattern)[middle]
    half = bright + 0.5 * deep[middle] * bright / np.maximum(1 - deep[middle], 0.05)
    bins = np.clip((half * (BINS / MAX_BRIGHTNESS)).astype(int), 0, BINS - 1)
    below = np.cumsum(pattern.cells[middle], axis=1)
    return int(np.median(np.take_along_axis(below, bins[:, None], 1)))
