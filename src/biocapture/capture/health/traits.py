"""Traits of a sensor in one capture: numbers too coarse to show a ridge, an eyelash or a face."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import MM_PER_INCH, GreyPixels, Image, Modality

Bins = NDArray[np.uint8]
Marks = NDArray[np.bool_]

CELL_MM = 0.3
"""Distance of the cells of a platen; each covers half as much again, which holds a valley of nearly any finger."""

MAX_CELLS = 128
"""Cells along the longer side at most."""

BINS, MAX_BRIGHTNESS = 32, 1.12
"""Bins of the brightness of a cell, and the end of the last one: 1 is the brightness of the clean glass."""

SEGMENTS = 8
"""Parts of a line that are compared one by one."""

MARK_KINDS = 3
"""Of a segment: darker, brighter, different in any way."""

NEIGHBOUR_LINES = 5
"""On each side that a line is compared with: enough to distinguish three dead lines side by side from those around."""

MIN_STEP = 0.03
"""Share of the brightness by which a line must differ from those beside it."""

MIN_PEAK = 1.3
"""Ratio by which a line deviates more than the lines next to it; those next to a dead line deviate half as much."""

MAX_PX = 8192
"""Captures with a longer side are not analysed line by line."""

MIN_LEVEL = 16.0
"""Greys; a picture with no brighter part shows nothing of the sensor's surface."""


@dataclass(frozen=True, slots=True)
class FrameGeometry:
    """Size of captures and distance of cells; patterns of one geometry may be added up.

    Attributes
    ----------
    rows, columns : int
        Of the pixels.
    stride_px : int
        Distance of the cells.
    """

    modality: Modality
    rows: int
    columns: int
    stride_px: int

    @property
    def grid(self) -> tuple[int, int]:
        """Rows and columns of cells; none for eyes and faces: every picture shows the same room, or pupil."""
        if not self.modality.by_contact:
            return 0, 0
        return self.rows // self.stride_px, self.columns // self.stride_px

    @property
    def lines(self) -> tuple[int, int]:
        """Rows and columns that are compared one by one."""
        if min(self.rows, self.columns) < SEGMENTS or max(self.rows, self.columns) > MAX_PX:
            return 0, 0
        return self.rows, self.columns


@dataclass(frozen=True, slots=True)
class CaptureTraits:
    """Traits of one capture.

    Attributes
    ----------
    brightness, contrast : float
        Greys: of prints, the 95th percentile and its distance from the 5th; otherwise mean and deviation.
    cells : (R, C) uint8
        Bin of the brightest spot of each cell, relative to the brightness.
    rows, columns : (H, 8, 3) bool, (W, 8, 3) bool
        Per segment of each line: darker, brighter than the lines beside it; different in any way, also where its mean
        is the same.
    """

    geometry: FrameGeometry
    brightness: float
    contrast: float
    cells: Bins
    rows: Marks
    columns: Marks


def capture_traits(image: Image, modality: Modality) -> CaptureTraits:
    """Reduce a capture to its traits.

    Parameters
    ----------
    image : Image
        (H, W) grey or (H, W, 3) RGB.
    modality : Modality

    Returns
    -------
    CaptureTraits
    """
    pixels = image.pixels if image.pixels.ndim == 2 else cv2.cvtColor(image.pixels, cv2.COLOR_RGB2GRAY)
    grey: GreyPixels = np.ascontiguousarray(pixels, np.uint8)
    few = grey[::3, ::3]
    dark, level = (float(value) for value in np.percentile(few, (5, 95)))
    brightness, contrast = level, level - dark
    if not modality.by_contact:
        brightness, contrast = float(few.mean()), float(few.std())
    rows, columns = grey.shape
    geometry = FrameGeometry(modality, rows, columns, _stride_px((rows, columns), image.ppi))
    level = max(level, MIN_LEVEL)
    none = np.zeros((0, SEGMENTS, MARK_KINDS), np.bool_)
    real = grey.astype(np.float32)
    sides = (real, np.ascontiguousarray(real.T)) if geometry.lines[0] else ()
    marks = [_marks(side, MIN_STEP * level) for side in sides] or [none, none]
    return CaptureTraits(geometry, brightness, contrast, _cells(grey, geometry, level), *marks)


def _stride_px(shape: tuple[int, ...], ppi: float) -> int:
    known = ppi if math.isfinite(ppi) and ppi > 0 else 500.0
    return max(2, round(CELL_MM * known / MM_PER_INCH), math.ceil(max(shape) / MAX_CELLS))


def _cells(grey: GreyPixels, geometry: FrameGeometry, level: float) -> Bins:
    rows, columns = geometry.grid
    if not rows or not columns:
        return np.zeros((0, 0), np.uint8)
    size = round(1.5 * geometry.stride_px)
    brightest = cv2.dilate(cv2.blur(grey, (3, 3)), np.ones((size, size), np.uint8))
    half = geometry.stride_px // 2
    picked = brightest[half :: geometry.stride_px, half :: geometry.stride_px][:rows, :columns]
    return np.minimum(picked * np.float32(BINS / MAX_BRIGHTNESS / level), BINS - 1).astype(np.uint8)


def _marks(grey: NDArray[np.float32], min_step: float) -> Marks:
    """Of every row and segment, where it differs from the rows above and from those below in the same way.

    The edge of a finger, or of furniture, differs from one side only. A dead row as grey as the ridges are on average
    differs by how much more its pixels are off the rows beside them.
    """
    means = _segments(grey)
    above, below = _around(means)
    darker, brighter = np.minimum(above, below) - means > min_step, means - np.maximum(above, below) > min_step
    padded = np.pad(grey, ((1, 1), (0, 0)), "edge")
    off = _segments(np.abs(grey - (padded[:-2] + padded[2:]) * np.float32(0.5)))
    above, below = _around(off)
    next_to = np.pad(off, ((1, 1), (0, 0)), "edge")
    peak = off > MIN_PEAK * np.maximum(next_to[:-2], next_to[2:])
    odd = peak & (off > 2 * np.maximum(above, below) + min_step)
    return np.stack([darker, brighter, darker | brighter | odd], axis=-1)


def _segments(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(grey, (SEGMENTS, grey.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def _around(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Medians of the five rows above and below each."""
    padded = np.pad(values, ((NEIGHBOUR_LINES, NEIGHBOUR_LINES), (0, 0)), "reflect")
    near = np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOUR_LINES, axis=0)
    medians = np.sort(near, axis=2)[:, :, NEIGHBOUR_LINES // 2]
    return medians[: len(values)], medians[NEIGHBOUR_LINES + 1 :]
