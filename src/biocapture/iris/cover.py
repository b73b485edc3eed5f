"""What lies over the iris: lids, lashes, reflections."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Outline
from biocapture.iris.strip import Strip
from biocapture.types import GreyPixels

GLARE_GREY = 245

LAMP_RADII = 0.16
"""Width of the widest mirrored lamp, in iris radii; glare of glasses is wider."""

GLARE_REACH = 1.5
"""Half width of the part of the open eye in which glare counts, in iris radii."""


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


def cover(pixels: GreyPixels, outline: Outline, strip: Strip) -> Cover:
    """Measure what is covered; rows of the strip weigh as the rings they are."""
    rows = len(strip.grey)
    depth = (np.arange(rows) + 0.5) / rows
    radius = outline.pupil.radius_px + depth * (outline.limbus.radius_px - outline.pupil.radius_px)
    weight = radius / radius.sum()

    def share(mask: NDArray[np.bool_]) -> float:
        return float((weight * mask.mean(axis=1)).sum())

    return Cover(
        share(strip.usable), share(strip.lid), share(strip.lash), share(strip.specular), _glare(pixels, outline)
    )


def _glare(pixels: GreyPixels, outline: Outline) -> float:
    limbus, radius = outline.limbus, outline.limbus.radius_px
    top, left = (max(0, int(at - GLARE_REACH * radius)) for at in (limbus.row_px, limbus.column_px))
    bottom, right = (int(at + GLARE_REACH * radius) for at in (limbus.row_px, limbus.column_px))
    bright = (pixels[top:bottom, left:right] >= GLARE_GREY).astype(np.uint8)
    if not bright.any():
        return 0.0
    row = np.arange(top, top + bright.shape[0])[:, None]
    columns = slice(left, left + bright.shape[1])
    bright *= (row > outline.upper_lid[columns]) & (row < outline.lower_lid[columns])
    side = max(3, int(LAMP_RADII * radius)) | 1
    wide = cv2.morphologyEx(bright, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return float(wide.sum() / (np.pi * radius**2))
