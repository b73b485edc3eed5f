"""Greys of pupil, iris and sclera, from which the contrasts of ISO/IEC 29794-6 are computed."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.rings import Rings, lateral_angles, median_grey, ring_angles, ring_greys, ring_places
from biocapture.types import GreyPixels

ANGLES = 64


@dataclass(frozen=True, slots=True)
class Contrast:
    """Median greys; NaN where too little of a region is visible.

    Attributes
    ----------
    pupil_grey : float
        Of the pupil up to 0.8 of its radius.
    inner_iris_grey : float
        Of the iris from 1.1 pupil radii to half way.
    outer_iris_grey, sclera_grey : float
        From half way to 0.9 iris radii, and from 1.1 to 1.2 iris radii; beside the pupil only.
    """

    pupil_grey: float
    inner_iris_grey: float
    outer_iris_grey: float
    sclera_grey: float


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
        pupil_grey=median_grey(region(0.1, 0.8, of_pupil=True)),
        inner_iris_grey=median_grey(region(1.1, (1 + 1 / dilation) / 2, of_pupil=True)),
        outer_iris_grey=median_grey(region((1 + dilation) / 2, 0.9, of_pupil=False)),
        sclera_grey=median_grey(region(1.1, 1.2, of_pupil=False)),
    )
