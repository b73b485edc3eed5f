"""What one capture tells about its sensor: numbers too coarse to show a ridge, a lash or a face."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import MM_PER_INCH, GreyPixels, Image, Modality

Bins = NDArray[np.uint8]
Marks = NDArray[np.bool_]

CELL_MM = 0.3
"""Distance of the cells of a platen; each looks at half as much again, which holds a valley of nearly any finger."""

MAX_CELLS = 128
"""Cells along the longer side at most."""

BINS, MAX_BRIGHTNESS = 32, 1.12
"""Bins of the brightness of a cell, and what the last one ends at: 1 is the brightness of the clean glass."""

SEGMENTS = 8
"""Parts of a line that are looked at one by one."""

MARK_KINDS = 3
"""What is said of a segment: darker, brighter, different in any way."""

NEIGHBOUR_LINES = 5
"""Lines on each side that a line is compared with: up to three dead ones side by side are told from those around."""

MIN_STEP = 0.03
"""Of the brightness; what a line must differ from those beside it to count."""

MIN_PEAK = 1.3
"""How much more than its neighbours a row is off: those of a dead row are off by half as much."""

MAX_PX = 8192
"""Captures with a longer side are not looked at line by line."""

MIN_LEVEL = 16.0
"""Greys; a picture with no brighter part tells nothing of the sensor's surface."""


@dataclass(frozen=True, slots=True)
class FrameGeometry:
    """Which captures may be added up.

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
        """Rows and columns of cells; none for eyes and faces: the same room, or pupil, is in every picture."""
        if not self.modality.by_contact:
            return 0, 0
        return self.rows // self.stride_px, self.columns // self.stride_px

    @property
    def lines(self) -> tuple[int, int]:
        """Rows and columns that are looked at one by one."""
        if min(self.rows, self.columns) < SEGMENTS or max(self.rows, self.columns) > MAX_PX:
            return 0, 0
        return self.rows, self.columns


@dataclass(frozen=True, slots=True)
class CaptureTraits:
    """One capture.

    Attributes
    ----------
    brightness, contrast : float
        Greys: of prints, the 95th percentile and its distance from the 5th; else mean and deviation.
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
    """
    pixels = image.pixels if image.pixels.ndim == 2 else cv2.cvtColor(image.pixels, cv2.COLOR_RGB2GRAY)
    grey: GreyPixels = np.ascontiguousarray(pixels, np.uint8)
    few = grey[::3, ::3]
    dark, level = (float(value) for value in np.percentile(few, (5, 95)))
    brightness, contrast = level, level - dark
    if not modality.by_contact:
        brightness, contrast = float(few.mean()), float(few.std())
    rows, columns = grey.shape
    frame = FrameGeometry(modality, rows, columns, _stride_px((rows, columns), image.ppi))
    level = max(level, MIN_LEVEL)
    none = np.zeros((0, SEGMENTS, MARK_KINDS), np.bool_)
    real = grey.astype(np.float32)
    sides = (real, np.ascontiguousarray(real.T)) if frame.lines[0] else ()
    marks = [_marks(side, MIN_STEP * level) for side in sides] or [none, none]
    return CaptureTraits(frame, brightness, contrast, _cells(grey, frame, level), *marks)


def _stride_px(shape: tuple[int, ...], ppi: float) -> int:
    known = ppi if math.isfinite(ppi) and ppi > 0 else 500.0
    return max(2, round(CELL_MM * known / MM_PER_INCH), math.ceil(max(shape) / MAX_CELLS))


def _cells(grey: GreyPixels, frame: FrameGeometry, level: float) -> Bins:
    rows, columns = frame.grid
    if not rows or not columns:
        return np.zeros((0, 0), np.uint8)
    size = round(1.5 * frame.stride_px)
    brightest = cv2.dilate(cv2.blur(grey, (3, 3)), np.ones((size, size), np.uint8))
    half = frame.stride_px // 2
    picked = brightest[half :: frame.stride_px, half :: frame.stride_px][:rows, :columns]
    return np.minimum(picked * np.float32(BINS / MAX_BRIGHTNESS / level), BINS - 1).astype(np.uint8)


def _marks(grey: NDArray[np.float32], least: float) -> Marks:
    """Of every row and segment, where it differs from the rows above and from those below in the same way.

    The edge of a finger, or of furniture, differs from one side only. A dead row as grey as the ridges are on average
    differs by how much more its pixels are off the rows beside them.
    """
    means = _segments(grey)
    above, below = _around(means)
    darker, brighter = np.minimum(above, below) - means > least, means - np.maximum(above, below) > least
    padded = np.pad(grey, ((1, 1), (0, 0)), "edge")
    off = _segments(np.abs(grey - (padded[:-2] + padded[2:]) * np.float32(0.5)))
    above, below = _around(off)
    next_to = np.pad(off, ((1, 1), (0, 0)), "edge")
    peak = off > MIN_PEAK * np.maximum(next_to[:-2], next_to[2:])
    odd = peak & (off > 2 * np.maximum(above, below) + least)
    return np.stack([darker, brighter, darker | brighter | odd], axis=-1)


def _segments(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    return cv2.resize(grey, (SEGMENTS, grey.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)


def _around(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Medians of the five rows above and below each."""
    padded = np.pad(values, ((NEIGHBOUR_LINES, NEIGHBOUR_LINES), (0, 0)), "reflect")
    near = np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOUR_LINES, axis=0)
    medians = np.sort(near, axis=2)[:, :, NEIGHBOUR_LINES // 2]
    return medians[: len(values)], medians[NEIGHBOUR_LINES + 1 :]
