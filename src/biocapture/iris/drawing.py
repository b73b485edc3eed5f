"""Picture of one eye with what was seen in it: pupil, limbus, lids, and what covers the iris."""

import math

import cv2
import numpy as np

from biocapture.iris.comparison.picture import draw_outline
from biocapture.iris.describe import MIN_CONFIDENCE
from biocapture.iris.features.rubber_sheet import COLUMNS, sheet_places, unwrap
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, GreyPixels, Picture, Sample

COVERS = {"lid": (235, 140, 30), "lash": (190, 60, 190), "specular": (30, 170, 235)}
"""Colours of what covers the iris, RGB."""

OPACITY = 0.45

MIN_PX = 960
"""Width to which smaller pictures are enlarged, so that lines stay thin beside the iris."""


def draw(sample: Sample) -> tuple[Picture, Failure | None]:
    """(H, W, 3) uint8 RGB: boundaries green, lids blue; covered by lid orange, by lashes violet, by light cyan."""
    pixels = sample.image.pixels
    if pixels.ndim != 2:
        return pixels, Failure("iris.visible_light")
    outline = segment(pixels)
    if not isinstance(outline, Failure) and outline.confidence < MIN_CONFIDENCE:
        outline = Failure("iris.no_eye")
    if isinstance(outline, Failure):
        return _enlarged(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)), outline
    drawn = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    _tint(drawn, pixels, outline)
    factor = max(1, round(MIN_PX / drawn.shape[1]))
    large = _enlarged(drawn)
    bgr = np.ascontiguousarray(large[:, :, ::-1])
    draw_outline(bgr, _scaled(outline, factor))
    return np.ascontiguousarray(bgr[:, :, ::-1]), None


def _tint(drawn: Picture, pixels: GreyPixels, outline: Outline) -> None:
    """Colour the places of the unrolled iris that do not count, back in the picture."""
    strip = unwrap(pixels, outline)
    row, column = (np.rint(part).astype(np.int64) for part in sheet_places(outline))
    inside = (row >= 0) & (row < pixels.shape[0]) & (column >= 0) & (column < pixels.shape[1])
    # Neighbours of the unrolled iris lie this far apart at the limbus: discs of that size leave no gaps.
    gap = math.ceil(2 * math.pi * outline.limbus.radius_px / COLUMNS) | 1
    for name, colour in COVERS.items():
        places = getattr(strip, name) & inside
        mask = np.zeros(pixels.shape, np.uint8)
        mask[row[places], column[places]] = 1
        covered = cv2.dilate(mask, np.ones((gap, gap), np.uint8)) > 0
        drawn[covered] = (1 - OPACITY) * drawn[covered] + OPACITY * np.array(colour)


def _enlarged(drawn: Picture) -> Picture:
    factor = max(1, round(MIN_PX / drawn.shape[1]))
    return cv2.resize(drawn, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _scaled(outline: Outline, factor: int) -> Outline:
    """The outline in the enlarged picture."""
    width = len(outline.upper_lid)
    columns = (np.arange(width * factor) + 0.5) / factor - 0.5
    upper, lower = (
        (np.interp(columns, np.arange(width), lid) + 0.5) * factor - 0.5
        for lid in (outline.upper_lid, outline.lower_lid)
    )
    return Outline(
        outline.pupil.rescale(factor),
        outline.limbus.rescale(factor),
        outline.pupil_edge_px * factor,
        outline.limbus_edge_px * factor,
        upper,
        lower,
        outline.confidence,
        outline.upright,
    )
