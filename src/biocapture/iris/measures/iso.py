"""Measures of ISO/IEC 29794-6 on the iris, as functions of a batch's columns.

The text of the standard was not at hand: formulas follow what BIQT-Iris and others attribute to it, without the
defects of the former; see docs/iris_components.md.
"""

import numpy as np

from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Band, Column, Identity, Ramp, measure

PERCENT = (0.0, 100.0)

DARK_GREYS = 20.0
"""Added to the pupil's grey, so that the contrast to a black pupil is finite."""

RIPPLE_PERCENT = 1000.0
"""Hundredths of circularity that a ripple as large as the pupil's radius would cost: one of a tenth costs all."""


@measure(iso="ISO/IEC 29794-6 usable iris area", unit="%", range=PERCENT, curve=Identity(), guidance="iris.open_eyes")
def usable_iris_area(batch: IrisBatch) -> Column:
    """Share of the iris that neither lids nor lashes nor mirrored lights cover. Higher is better.

    By area between pupil and limbus; what lies outside the image, and deep shadow under lashes, counts as covered.
    Recommended: 70 and more.
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
    contrast = 100 * (sclera - iris) / np.where(ordered, sclera + iris - 2 * pupil, 1.0)
    return np.where(ordered, contrast, np.where(np.isnan(pupil + iris + sclera), np.nan, 0.0))


@measure(
    iso="ISO/IEC 29794-6 iris-pupil contrast",
    unit="%",
    range=PERCENT,
    curve=Ramp(10.0, 45.0),
    guidance="iris.more_contrast",
)
def iris_pupil_contrast(batch: IrisBatch) -> Column:
    """How much brighter the iris is than the pupil. Higher is better.

    100 w / (0.75 + w) of the Weber contrast w = (i - p) / (20 + p) of the median greys; 0 where the pupil is brighter.
    """
    weber = np.maximum(0.0, (batch.inner_iris_grey - batch.pupil_grey) / (DARK_GREYS + batch.pupil_grey))
    return 100 * weber / (0.75 + weber)


@measure(
    iso="ISO/IEC 29794-6 pupil boundary circularity",
    unit="%",
    range=PERCENT,
    curve=Ramp(40.0, 80.0),
    guidance="iris.check_pupil",
)
def pupil_circularity(batch: IrisBatch) -> Column:
    """How round the edge of the pupil is. Higher is better; healthy pupils have 85 and more.

    100 max(0, 1 - 10 d), d the root of the summed squared harmonics 2..16 of the pupil's radius relative to its mean;
    what of the second one the limbus shows as well is gaze and does not count.
    """
    return np.maximum(0.0, 100 - RIPPLE_PERCENT * batch.ripple)


@measure(
    iso="ISO/IEC 29794-6 grey scale utilisation",
    unit="bit",
    range=(0.0, 8.0),
    curve=Ramp(2.0, 5.0),
    guidance="iris.check_exposure",
)
def greyscale_utilisation(batch: IrisBatch) -> Column:
    """Entropy of the greys of the usable iris. Higher is better.

    -Σ p log₂ p over the histogram of 256 greys; a plain iris in even light has 4.6 to 5.9 bit. The 6 bit that are often
    asked for concern entire images.
    """
    return batch.entropy_bits


@measure(
    iso="ISO/IEC 29794-6 iris radius",
    unit="px",
    range=(0.0, 4096.0),
    curve=Ramp(30.0, 80.0),
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
    """Pupil radius in hundredths of the iris radius. Best between 25.0 and 60.0.

    The iris of a wide pupil is a narrow, folded ring; that of a tiny one is stretched.
    """
    return 100 * batch.dilation


@measure(
    iso="ISO/IEC 29794-6 iris-pupil concentricity",
    unit="%",
    range=PERCENT,
    curve=Ramp(75.0, 92.0),
    guidance="iris.check_outline",
)
def concentricity(batch: IrisBatch) -> Column:
    """How near the centres of pupil and iris are to each other. Higher is better; eyes have 90 and more.

    100 max(0, 1 - d / R), d their distance in the plane of the iris. Much less is a boundary in the wrong place or an
    injured eye.
    """
    return 100 * np.maximum(0.0, 1 - batch.offset)


@measure(iso="ISO/IEC 29794-6 margin adequacy", unit="%", range=PERCENT, curve=Identity(), guidance="iris.centre_eye")
def margin_adequacy(batch: IrisBatch) -> Column:
    """Least room around the iris relative to what is asked for. Higher is better.

    0.6 iris radii left and right, 0.2 above and below. Recommended: 80 and more.
    """
    return 100 * batch.margin


@measure(
    iso="ISO/IEC 29794-6 sharpness",
    unit="1",
    range=(0.0, 1e4),
    curve=Ramp(20.0, 65.0),
    guidance="iris.keep_distance",
)
def sharpness(batch: IrisBatch) -> Column:
    """How fine a detail of the iris is resolved: its radius over the blur of the pupil's edge. Higher is better.

    The blur is the deviation of the point spread along its shorter axis. Not the band-pass power of the standard,
    which rises with noise and with the contrast of the texture; upscaling an image does not raise it.
    """
    return batch.radius_px / np.maximum(batch.across_px, MIN_BLUR_PX)


MIN_BLUR_PX = 0.3
"""No pixel is sharper than itself: 1/√12 of its width."""


@measure(
    iso="ISO/IEC 29794-6 motion blur",
    unit="%",
    range=(0.0, 1000.0),
    curve=Ramp(18.0, 5.0),
    guidance="iris.hold_still",
)
def motion_blur(batch: IrisBatch) -> Column:
    """Length of the straight motion during the exposure in hundredths of the iris radius. Lower is better.

    From how much more the pupil's edge is blurred along one direction than across; below 5 it is not distinguished
    from 0.
    """
    return 100 * batch.motion_px / batch.radius_px


@measure(
    iso="ISO/IEC 29794-6 gaze angle", unit="°", range=(0.0, 90.0), curve=Ramp(45.0, 14.0), guidance="iris.look_here"
)
def gaze_angle(batch: IrisBatch) -> Column:
    """Angle between the line of sight and the camera's axis. Lower is better.

    From the common oval of the edges of pupil and limbus. Pupils are a little oval in themselves: eyes that look into
    the camera show 5° to 13°, and 22° to 34° where the camera's pixels are not square: only more is surely a gaze.
    """
    return np.rad2deg(batch.gaze_rad)


@measure(
    iso="ISO/IEC 29794-6 interlace", unit="px", range=(0.0, 100.0), curve=Ramp(4.0, 0.8), guidance="iris.check_camera"
)
def interlace(batch: IrisBatch) -> Column:
    """Columns by which odd rows are shifted against even rows around the iris. Lower is better."""
    return batch.field_shift_px
