"""What lies over the iris: lids, lashes, reflections."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.features.rubber_sheet import Strip
from biocapture.iris.outline import Outline
from biocapture.types import GreyPixels

GLARE_GREY = 245

MAX_SCLERA_GREY = 225
"""Where the white of the eye is this bright, glare on it cannot be told from it: only that over the iris counts."""

LAMP_RADII = 0.16
"""Width of the widest mirrored lamp, in iris radii; glare of glasses is wider."""

GLARE_REACH = 1.5
"""Half width of the part of the open eye in which glare counts, in iris radii."""

MIN_PX_PER_RADIUS = 32
"""Least pixels of the reduced image per iris radius."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Shares of the iris, 0..1, by area.

    Attributes
    ----------
    usable, lid, lash, specular : float
    glare : float
        Area of wide bright patches in the open eye, in areas of the iris.
    """

    usable: float
    lid: float
    lash: float
    specular: float
    glare: float


def cover(pixels: GreyPixels, outline: Outline, strip: Strip, sclera_grey: float) -> Cover:
    """Measure what is covered; rows of the strip weigh as the rings they are."""
    rows = len(strip.grey)
    depth = (np.arange(rows) + 0.5) / rows
    radius = outline.pupil.radius_px + depth * (outline.limbus.radius_px - outline.pupil.radius_px)
    weight = radius / radius.sum()

    def share(mask: NDArray[np.bool_]) -> float:
        return float((weight * mask.mean(axis=1)).sum())

    return Cover(
        usable=share(strip.usable),
        lid=share(strip.lid),
        lash=share(strip.lash),
        specular=share(strip.specular),
        glare=_glare(pixels, outline, 1.0 if sclera_grey > MAX_SCLERA_GREY else GLARE_REACH),
    )


def _glare(pixels: GreyPixels, outline: Outline, reach: float) -> float:
    """Area of what is bright throughout discs wider than a lamp, within ``reach`` and between the lids."""
    limbus, radius = outline.limbus, outline.limbus.major_px
    top, left = (max(0, int(at - reach * radius)) for at in (limbus.row_px, limbus.column_px))
    bottom, right = (int(at + reach * radius) for at in (limbus.row_px, limbus.column_px))
    window = pixels[top:bottom, left:right]
    step = max(1, int(radius / MIN_PX_PER_RADIUS))
    row, column = (np.arange(max(1, side // step)) * step + step / 2 for side in window.shape)
    whole = window[: len(row) * step, : len(column) * step]
    small = cv2.resize(whole, (len(column), len(row)), interpolation=cv2.INTER_AREA)
    bright = (small >= GLARE_GREY).astype(np.uint8)
    if not bright.any():
        return 0.0
    at = np.clip(left + column, 0, len(outline.upper_lid) - 1).astype(np.intp)
    bright &= (top + row[:, None] > outline.upper_lid[at]) & (top + row[:, None] < outline.lower_lid[at])
    far = np.hypot(top + row[:, None] - limbus.row_px, left + column[None] - limbus.column_px) > reach * radius
    bright[far] = 0
    wide = cv2.morphologyEx(bright, cv2.MORPH_OPEN, _disc(max(3, int(LAMP_RADII * radius / step))))
    return float(wide.sum() * step * step / (np.pi * radius**2))


def _disc(side: int) -> NDArray[np.uint8]:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
