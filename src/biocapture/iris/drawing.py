"""Picture of one eye with its pupil, limbus and lids, and what covers the iris."""

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
"""Of those colours, 0..1."""

MIN_PX = 960
"""Width to which smaller images are enlarged, so that lines stay thin beside the iris."""


def draw(sample: Sample) -> tuple[Picture, Failure | None]:
    """Draw boundaries green, lids blue, and what covers the iris: lids orange, lashes violet, mirrored light cyan.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    drawn : (H, W, 3) uint8
        RGB; the image as it is where nothing is found.
    failure : Failure or None
        Why nothing is drawn.
    """
    pixels = sample.image.pixels
    if pixels.ndim != 2:
        return pixels, Failure("iris.visible_light")
    outline = segment(pixels)
    if not isinstance(outline, Failure) and outline.confidence < MIN_CONFIDENCE:
        outline = Failure("iris.no_eye")
    if isinstance(outline, Failure):
        return _enlarge(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), _factor(pixels)), outline
    drawn = cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB).astype(np.uint8, copy=False)
    _tint(drawn, pixels, outline)
    factor = _factor(pixels)
    bgr = np.ascontiguousarray(_enlarge(drawn, factor)[:, :, ::-1])
    draw_outline(bgr, _rescale(outline, factor))
    return np.ascontiguousarray(bgr[:, :, ::-1]), None


def _tint(drawn: Picture, pixels: GreyPixels, outline: Outline) -> None:
    """Colour the places of the unrolled iris that do not count, back in the picture."""
    strip = unwrap(pixels, outline)
    row, column = (np.rint(places).astype(np.int64) for places in sheet_places(outline))
    inside = (row >= 0) & (row < pixels.shape[0]) & (column >= 0) & (column < pixels.shape[1])
    # Neighbours of the unrolled iris lie this far apart at the limbus: discs of that size leave no gaps.
    gap = math.ceil(2 * math.pi * outline.limbus.radius_px / COLUMNS) | 1
    for name, colour in COVERS.items():
        places = getattr(strip, name) & inside
        mask = np.zeros(pixels.shape, np.uint8)
        mask[row[places], column[places]] = 1
        covered = cv2.dilate(mask, np.ones((gap, gap), np.uint8)) > 0
        drawn[covered] = (1 - OPACITY) * drawn[covered] + OPACITY * np.array(colour)


def _factor(pixels: GreyPixels) -> int:
    """How many times an image is enlarged."""
    return max(1, round(MIN_PX / pixels.shape[1]))


def _enlarge(drawn: Picture, factor: int) -> Picture:
    return cv2.resize(drawn, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _rescale(outline: Outline, factor: int) -> Outline:
    """The outline in the enlarged image."""
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
