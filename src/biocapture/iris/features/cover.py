"""How much of the iris lids, lashes and reflections cover."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.features.rubber_sheet import Strip
from biocapture.iris.outline import Outline
from biocapture.types import GreyPixels, Mask

GLARE_GREY = 245
"""Grey from which a place is glare."""

MAX_SCLERA_GREY = 225
"""Grey of the white of the eye above which glare on it cannot be distinguished from it: only glare over the iris counts
then."""

LAMP_RADII = 0.16
"""Width of the widest mirrored lamp, in iris radii; glare of glasses is wider."""

GLARE_REACH = 1.5
"""Half width of the part of the open eye in which glare counts, in iris radii."""

MIN_PX_PER_RADIUS = 32
"""Pixels of the reduced image per iris radius, at least."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Shares of the iris, by area.

    Attributes
    ----------
    usable, lid, lash, specular : float
        0..1: what nothing covers; what lids, lashes and mirrored light cover.
    glare : float
        Area of wide bright patches in the open eye, in areas of the iris.
    pupil_glare : float
        0..1: share of the pupil that they cover.
    """

    usable: float
    lid: float
    lash: float
    specular: float
    glare: float
    pupil_glare: float


def cover(pixels: GreyPixels, outline: Outline, strip: Strip, sclera_grey: float) -> Cover:
    """Measure how much is covered.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.
    strip : Strip
        The iris unrolled; its rows weigh as much as the rings they were.
    sclera_grey : float
        Of the white of the eye, 0..255, or NaN.

    Returns
    -------
    Cover
    """
    rows = len(strip.grey)
    depth = (np.arange(rows) + 0.5) / rows
    radius = outline.pupil.radius_px + depth * (outline.limbus.radius_px - outline.pupil.radius_px)
    weight = radius / radius.sum()

    def share(mask: Mask) -> float:
        return float((weight * mask.mean(axis=1)).sum())

    glare, pupil_glare = _glare(pixels, outline, 1.0 if sclera_grey > MAX_SCLERA_GREY else GLARE_REACH)
    return Cover(
        usable=share(strip.usable),
        lid=share(strip.lid),
        lash=share(strip.lash),
        specular=share(strip.specular),
        glare=glare,
        pupil_glare=pupil_glare,
    )


def _glare(pixels: GreyPixels, outline: Outline, reach: float) -> tuple[float, float]:
    """Area of what is bright throughout discs wider than a lamp, and share of the pupil that it covers.

    Within ``reach`` and between the lids.
    """
    pupil, limbus, radius = outline.pupil, outline.limbus, outline.limbus.major_px
    top, left, bottom, right = limbus.window(reach * radius)
    window = pixels[top:bottom, left:right]
    step = max(1, int(radius / MIN_PX_PER_RADIUS))
    row, column = (np.arange(max(1, side // step)) * step + step / 2 for side in window.shape)
    divisible = window[: len(row) * step, : len(column) * step]
    small = cv2.resize(divisible, (len(column), len(row)), interpolation=cv2.INTER_AREA)
    bright = (small >= GLARE_GREY).astype(np.uint8)
    if not bright.any():
        return 0.0, 0.0
    down, across = top + row[:, None], left + column[None]
    bright &= outline.between_lids(down, across)
    bright[np.hypot(down - limbus.row_px, across - limbus.column_px) > reach * radius] = 0
    # Opening by a disc as wide as a lamp removes lamps and keeps what is wider.
    wide = cv2.morphologyEx(bright, cv2.MORPH_OPEN, _disc(max(3, int(LAMP_RADII * radius / step))))
    inner = np.hypot(down - pupil.row_px, across - pupil.column_px) < pupil.radius_px
    return float(wide.sum() * step * step / (np.pi * radius**2)), float(wide[inner].mean()) if inner.any() else 0.0


def _disc(side: int) -> GreyPixels:
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
