"""Flat padding around a sensor's window, of any shape: no ridge runs there, and its edge is no ridge.

Sensors with a slanted, round or cut window deliver a rectangle whose rest is filled with one grey. The step from that
grey to the platen is stronger than ridges, and every ridge seems to end at it. A print that fades on a white platen is
different: its valleys are as bright as what lies around it.
"""

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.ridge_field import CELL_PX
from biocapture.types import GreyPixels, Mask

Whole = TypeVar("Whole", np.uint8, np.uint16)
"""Greys or numbers of regions."""

REDUCTION = 2
"""Padding is looked for at 250 ppi; the sides of squares below are pixels there."""

FLAT_PX, MAX_FLAT_GREYS = 3, 3
"""Side of the square within which padding varies by this at most: exactly flat, or flat before compression."""

NARROWEST_PX = 5
"""Width of the narrowest padding."""

MIN_AREA_SHARE = 0.003
"""Of the image: smaller flat places at its border do not count."""

GAP_PX, VALLEY_PX = 3, 7
"""Beside padding, this far from it, the brightest pixel of a square shows valleys or the platen: a ridge period is
narrower than the square."""

MIN_STEP_GREYS, MIN_STEP_SHARE = 12, 0.7
"""Difference of that brightness from padding, and share of the edge that has it: 0.97 on slanted windows of the
development sets, 0.17 at most where prints fade into white."""

MIN_WINDOW_PX = 33
"""Side of a square that must fit into the window: what is narrower lies between stripes or letters."""

FILLED_PX = 16
"""Scale at which greys of the window are carried on into padding."""


@dataclass(frozen=True, slots=True)
class Platen:
    """A print without its padding.

    Attributes
    ----------
    pixels : (H, W) uint8
        With padding replaced by the mean grey beside it; the image itself where there is no padding.
    padding : (H // 8, W // 8) bool
        Cells of 8 px that hold padding.
    """

    pixels: GreyPixels
    padding: Mask


def find_platen(pixels: GreyPixels) -> Platen:
    """Find padding of one grey that begins at the border of the image and ends with a step.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi, at least 16 × 16.

    Returns
    -------
    Platen
    """
    rows, columns = (side // CELL_PX for side in pixels.shape)
    size = tuple(max(1, side // REDUCTION) for side in pixels.shape[::-1])
    reduced = _padding(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False))
    if reduced is None:
        return Platen(pixels, np.zeros((rows, columns), bool))
    # A reduced pixel on the edge is half padding; one more around it is taken off with it.
    wide = cv2.dilate(reduced.astype(np.uint8), np.ones((3, 3), np.uint8))
    padding = cv2.resize(wide, pixels.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0
    even = padding[: rows * CELL_PX, : columns * CELL_PX].astype(np.uint8)
    cells = cv2.resize(even * np.uint8(255), (columns, rows), interpolation=cv2.INTER_AREA) > 0
    return Platen(_filled(pixels, padding), cells)


def _padding(pixels: GreyPixels) -> Mask | None:
    """(h, w) where there is padding, at 250 ppi; None without any."""
    flat = (_largest(pixels, FLAT_PX) - _least(pixels, FLAT_PX) <= MAX_FLAT_GREYS).astype(np.uint8)
    # Specks, which noise makes by the hundred, are no padding.
    flat = cv2.morphologyEx(flat, cv2.MORPH_OPEN, np.ones((NARROWEST_PX, NARROWEST_PX), np.uint8))
    if not any(line.any() for line in (flat[0], flat[-1], flat[:, 0], flat[:, -1])):
        return None
    count, label, statistics, _ = cv2.connectedComponentsWithStats(flat, connectivity=4)
    wanted = statistics[:, cv2.CC_STAT_AREA] > MIN_AREA_SHARE * pixels.size
    at_border = np.zeros(count, bool)
    for line in (label[0], label[-1], label[:, 0], label[:, -1]):
        at_border[line] = True
    wanted &= at_border
    wanted[0] = False
    if not wanted.any():
        return None
    # The square that is flat reaches half its side beyond its middle.
    number = np.where(wanted, np.cumsum(wanted), 0).astype(np.uint16)
    region = _largest(number[label], FLAT_PX)
    padding = _is_stepped(pixels, region, int(wanted.sum()) + 1)[region]
    window = _least((~padding).astype(np.uint8), MIN_WINDOW_PX)
    return padding if padding.any() and window.any() else None


def _is_stepped(pixels: GreyPixels, label: NDArray[np.uint16], count: int) -> Mask:
    """(N,) regions of one grey that is not that of the valleys beside them, nearly all along their edge."""
    beside = _largest(label, GAP_PX)
    bright = _largest(np.where(beside > 0, np.uint8(0), pixels), VALLEY_PX)
    edge = np.where(beside > 0, np.uint16(0), _largest(beside, 3))
    own, others, greys = label[label > 0], edge[edge > 0], pixels[label > 0].astype(np.float64)
    area = np.maximum(np.bincount(own, minlength=count), 1)
    grey, square = (np.bincount(own, values, count) / area for values in (greys, greys * greys))
    one_grey = square - grey * grey <= MAX_FLAT_GREYS**2
    step = np.abs(bright[edge > 0] - grey[others]) > MIN_STEP_GREYS
    length = np.bincount(others, minlength=count)
    one_grey[0] = False
    return one_grey & (np.bincount(others, step, count) > MIN_STEP_SHARE * np.maximum(length, 1))


def _filled(pixels: GreyPixels, padding: Mask) -> GreyPixels:
    """Padding replaced by the mean grey of the window nearby, farther away by that of the whole window."""
    size = tuple(max(1, side // FILLED_PX) for side in pixels.shape[::-1])
    inside = (~padding).astype(np.float32)
    weight, total = (cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in (inside, inside * pixels))
    whole = float(total.sum() / max(float(weight.sum()), 1e-6))
    near, near_total = (cv2.GaussianBlur(each, (0, 0), 1.5) for each in (weight, total))
    mean = (near_total + 1e-3 * whole) / (near + 1e-3)
    filling = cv2.resize(mean.astype(np.float32), pixels.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(padding, np.rint(filling), pixels).astype(np.uint8)


def _largest(values: NDArray[Whole], side_px: int) -> NDArray[Whole]:
    return cv2.dilate(values, np.ones((side_px, side_px), np.uint8)).astype(values.dtype, copy=False)


def _least(values: GreyPixels, side_px: int) -> GreyPixels:
    return cv2.erode(values, np.ones((side_px, side_px), np.uint8)).astype(np.uint8, copy=False)
