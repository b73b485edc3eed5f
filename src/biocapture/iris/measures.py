"""Measures of ISO/IEC 29794-6 on the iris, as functions of a batch's columns.

The text of the standard was not at hand: formulas follow what BIQT-Iris and others attribute to it, without the
defects of the former; see docs/iris_components.md.
"""

import numpy as np

from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Band, Column, Identity, Ramp, measure

PERCENT = (0.0, 100.0)

DARK_GREYS = 20.0
"""Added to the pupil's grey, so that the contrast to a black pupil is not endless."""


@measure(
    iso="ISO/IEC 29794-6 usable iris area",
    unit="%",
    range=PERCENT,
    curve=Identity(),
    guidance="iris.open_eyes",
)
def usable_iris_area(batch: IrisBatch) -> Column:
    """Share of the iris that neither lids nor lashes nor mirrored lights cover. Higher is better.

    By area between pupil and limbus; what lies outside the image counts as covered. Recommended: 70 and more.
    """
    return 100 * batch.usable


@measure(
    iso="ISO/IEC 29794-6 iris-sclera contrast",
    unit="%",
    range=PERCENT,
    curve=Ramp(2.0, 25.0),
    guidance="iris.more_contrast",
)
def iris_sclera_contrast(batch: IrisBatch) -> Column:
    """How much brighter the white of the eye is than the iris. Higher is better.

    100 (s - i) / (s + i - 2p) with the median greys p of the pupil, i of the outer iris and s of the sclera, left and
    right; 0 where they are not in this order. Subtracting p takes out stray light and the black level.
    """
    pupil, iris, sclera = batch.pupil_grey, batch.outer_iris_grey, batch.sclera_grey
    ordered = (iris > pupil) & (sclera > iris)
    found = 100 * (sclera - iris) / np.where(ordered, sclera + iris - 2 * pupil, 1.0)
    return np.where(ordered, found, np.where(np.isnan(pupil + iris + sclera), np.nan, 0.0))


@measure(
    iso="ISO/IEC 29794-6 iris-pupil contrast",
    unit="%",
    range=PERCENT,
    curve=Ramp(15.0, 50.0),
    guidance="iris.more_contrast",
)
def iris_pupil_contrast(batch: IrisBatch) -> Column:
    """How much brighter the iris is than the pupil. Higher is better.

    100 w / (0.75 + w) of the Weber contrast w = (i - p) / (20 + p) of the median greys; 0 where the pupil is brighter.
    """
    weber = np.maximum(0.0, (batch.inner_iris_grey - batch.pupil_grey) / (DARK_GREYS + batch.pupil_grey))
    return 100 * weber / (0.75 + weber)


@measure(
    iso="ISO/IEC 29794-6 iris radius",
    unit="px",
    range=(0.0, 4096.0),
    curve=Ramp(50.0, 100.0),
    guidance="iris.come_closer",
)
def iris_radius(batch: IrisBatch) -> Column:
    """Radius of the iris, the larger semi-axis where the eye looks aside. Higher is better."""
    return batch.radius_px


@measure(
    iso="ISO/IEC 29794-6 pupil-iris ratio",
    unit="%",
    range=PERCENT,
    curve=Band(10.0, 25.0, 60.0, 80.0),
    guidance="iris.adjust_light",
)
def dilation(batch: IrisBatch) -> Column:
    """Pupil radius in hundredths of the iris radius; best between 25 and 60.

    The iris of a wide pupil is a narrow, folded ring; that of a tiny one is stretched.
    """
    return 100 * batch.dilation
