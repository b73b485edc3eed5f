"""Greys of pupil, iris, sclera and skin, from which the contrasts of ISO/IEC 29794-6 are computed."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.rings import Rings, lateral_angles, median_grey, ring_angles, ring_greys, ring_places
from biocapture.iris.robust import median
from biocapture.types import GreyPixels

ANGLES = 64

MIN_PUPIL_SAMPLES, LIT_GREYS, GLARE_GREY = 20, 40.0, 240.0
"""Samples of a pupil below which its grey is unknown; greys above its darkest tenth from which light is mirrored in it;
grey from which all of it is."""

MIN_SKIN_SHARE = 0.3
"""Share of the region below the eye that the image must show."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """Median greys; NaN where too little of a region is visible.

    Attributes
    ----------
    pupil_grey : float
        Of the pupil up to 0.8 of its radius, where no light is mirrored in it; NaN where light covers all of it.
    inner_iris_grey : float
        Of the iris from 1.1 pupil radii to half way.
    outer_iris_grey, sclera_grey : float
        From half way to 0.9 iris radii, and from 1.1 to 1.2 iris radii; beside the pupil only.
    skin_grey : float
        Below the eye, from 1.3 to 1.8 iris radii.
    """

    pupil_grey: float
    inner_iris_grey: float
    outer_iris_grey: float
    sclera_grey: float
    skin_grey: float


def contrast(pixels: GreyPixels, outline: Outline) -> Contrast:
    """Median greys of four regions.

    Each lies on the ellipse it belongs to: that of the pupil around the pupil's centre, those of the outer iris and the
    sclera around the limbus', and beside the pupil only, where lids and lashes seldom reach.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    Contrast
    """
    dilation = outline.pupil.radius_px / outline.limbus.radius_px
    all_around, sides = ring_angles(ANGLES), lateral_angles(ANGLES)

    def region(low: float, high: float, of_pupil: bool) -> Rings:
        scale = np.linspace(low, high, 8, dtype=np.float32)
        ellipse, angle = (outline.pupil, all_around) if of_pupil else (outline.limbus, sides)
        return ring_greys(pixels, outline, *ring_places(ellipse, scale, angle))

    return Contrast(
        pupil_grey=_pupil_grey(region(0.1, 0.8, of_pupil=True)),
        inner_iris_grey=median_grey(region(1.1, (1 + 1 / dilation) / 2, of_pupil=True)),
        outer_iris_grey=median_grey(region((1 + dilation) / 2, 0.9, of_pupil=False)),
        sclera_grey=median_grey(region(1.1, 1.2, of_pupil=False)),
        skin_grey=_skin_grey(pixels, outline),
    )


def _pupil_grey(region: Rings) -> float:
    """Median of what is not mirrored light: the darkest tenth is the pupil if anything is."""
    greys = region.grey[region.seen]
    if greys.size < MIN_PUPIL_SAMPLES:
        return float("nan")
    dark = float(np.partition(greys, greys.size // 10)[greys.size // 10])
    return median(greys[greys <= dark + LIT_GREYS]) if dark < GLARE_GREY else float("nan")


def _skin_grey(pixels: GreyPixels, outline: Outline) -> float:
    """Median below the lower lid, where neither a brow nor long lashes are; NaN where too little lies in the image."""
    row, column = ring_places(outline.limbus, _SKIN_RADII, _BELOW_RAD)
    height, width = pixels.shape
    inside = (row >= 0) & (row <= height - 1) & (column >= 0) & (column <= width - 1)
    if np.count_nonzero(inside) < MIN_SKIN_SHARE * inside.size:
        return float("nan")
    at = np.rint(row[inside]).astype(np.intp), np.rint(column[inside]).astype(np.intp)
    return median(pixels[at])


_SKIN_RADII = np.linspace(1.3, 1.8, 8, dtype=np.float32)
_BELOW_RAD = np.linspace(np.pi / 2 - 0.6, np.pi / 2 + 0.6, 32, dtype=np.float32)
