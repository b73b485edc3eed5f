"""Conditions of a capture beyond ISO/IEC 29794-6: light, reflections, lashes. Our own definitions.

Limits are set by hand, from synthetic sweeps; they are not fitted.
"""

import numpy as np

from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Band, Column, Ramp, measure

PERCENT = (0.0, 100.0)

MIN_STEP_GREYS = 5.0
"""The step from pupil to iris counts as this much at least."""


@measure(unit="greys", range=(0.0, 255.0), curve=Band(25.0, 60.0, 190.0, 235.0), guidance="iris.check_exposure")
def exposure(batch: IrisBatch) -> Column:
    """Mean grey of the usable iris. Best between 60.0 and 190.0."""
    return batch.mean_grey


@measure(unit="%", range=PERCENT, curve=Ramp(30.0, 5.0), guidance="iris.check_exposure")
def saturation(batch: IrisBatch) -> Column:
    """Share of the iris between the lids at either end of the greys (0..5, 250..255). Lower is better.

    Lamps mirrored on the iris count; they seldom cover more than 3.
    """
    return 100 * batch.clipped


@measure(unit="%", range=PERCENT, curve=Ramp(25.0, 5.0), guidance="iris.avoid_reflections")
def specular_load(batch: IrisBatch) -> Column:
    """Share of the iris that mirrored lights cover. Lower is better."""
    return 100 * batch.specular


@measure(unit="%", range=PERCENT, curve=Ramp(50.0, 100.0), guidance="iris.centre_eye")
def inside_image(batch: IrisBatch) -> Column:
    """Share of the iris, by area, that lies in the image. Higher is better.

    What is cut off is not compared; an iris that only touches the border loses nothing.
    """
    return 100 * batch.inside


@measure(unit="1", range=(-100.0, 600.0), curve=Ramp(0.9, 1.5), guidance="iris.visible_light")
def near_infrared(batch: IrisBatch) -> Column:
    """How the light of the capture looks: 1.4 and more in near infrared, 0.5 to 1.1 in visible light. Higher is better.

    (i + k - 2p) / (s - p) with the median greys p of the pupil, i of the outer iris, s of the sclera and k of the skin
    below the eye. In near infrared skin is brighter than the white of the eye, and no iris is dark; in visible light
    skin is darker, and most irises are nearly black. Not assessed where the image shows no skin below the eye.
    """
    pupil = batch.pupil_grey
    white = np.maximum(batch.sclera_grey - pupil, MIN_STEP_GREYS)
    return (batch.outer_iris_grey + batch.skin_grey - 2 * pupil) / white


@measure(unit="%", range=PERCENT, curve=Ramp(45.0, 15.0), guidance="iris.lift_lashes")
def lash_cover(batch: IrisBatch) -> Column:
    """Share of the iris that lashes and their shadows cover. Lower is better."""
    return 100 * batch.lash


@measure(unit="%", range=PERCENT, curve=Ramp(60.0, 20.0), guidance="iris.open_eyes")
def lid_cover(batch: IrisBatch) -> Column:
    """Share of the iris that lids cover. Lower is better."""
    return 100 * batch.lid


@measure(unit="%", range=(0.0, 1000.0), curve=Ramp(20.0, 2.0), guidance="iris.remove_glasses")
def glasses_glare(batch: IrisBatch) -> Column:
    """Area of bright patches in the open eye wider than a mirrored lamp, in hundredths of the iris. Lower is better.

    Light in spectacles, or a window. Beside the iris only where the white of the eye itself is not as bright.
    """
    return 100 * batch.glare


@measure(unit="%", range=PERCENT, curve=Ramp(90.0, 30.0), guidance="iris.remove_glasses")
def pupil_glare(batch: IrisBatch) -> Column:
    """Share of the pupil that bright patches wider than a mirrored lamp cover. Lower is better.

    A window, or light in spectacles: the edge of the pupil is a guess where it is covered.
    """
    return 100 * batch.pupil_glare


@measure(unit="%", range=(0.0, 1e4), curve=Ramp(20.0, 7.0), guidance="iris.check_camera")
def noise(batch: IrisBatch) -> Column:
    """Noise in the pupil in hundredths of the step from pupil to iris. Lower is better."""
    return 100 * batch.noise_greys / _step(batch)


@measure(unit="%", range=(0.0, 1e4), curve=Ramp(0.4, 1.4), guidance="iris.keep_distance")
def texture_detail(batch: IrisBatch) -> Column:
    """Contrast of fine texture on the iris in hundredths of the step from pupil to iris. Higher is better.

    Root of the mean square of the unrolled iris between two Gaussians (deviations 1 and 2.2), less what the noise
    gives. Irises differ in it by a factor of four; blur takes it from each.
    """
    power = np.maximum(0.0, batch.detail - NOISE_POWER_SHARE * batch.noise_greys**2)
    return 100 * np.sqrt(power) / _step(batch)


@measure(unit="%", range=PERCENT, curve=Ramp(40.0, 100.0), guidance="iris.original_picture")
def resolved_detail(batch: IrisBatch) -> Column:
    """Detail around the iris in hundredths of what an iris of 60 px can hold. Higher is better.

    From where the spectrum of the image ends; of a smaller iris, in hundredths of what its own pixels can hold. An
    enlarged image has no more than the small one it was made of. Sharp eyes have 100 on every camera tried.
    """
    return 100 * np.minimum(1.0, batch.effective_px / np.minimum(DETAILED_PX, batch.radius_px))


DETAILED_PX = 60.0
"""Iris radius from which an image need not hold all the detail that its pixels could."""


@measure(unit="%", range=PERCENT, curve=Ramp(40.0, 8.0), guidance="iris.original_picture")
def block_grid(batch: IrisBatch) -> Column:
    """Share of the fine steps of grey on the iris that lie on a grid of lines. Lower is better.

    Repeated pixels of an enlargement, or blocks of strong compression, which leave no texture between their edges: 55
    to 100, and 10 to 50 at a JPEG quality of 5. Cameras' own images have up to 7.
    """
    return 100 * batch.block_grid


NOISE_POWER_SHARE = 0.06
"""Share of the power of noise in the pupil that is found in the band on the iris."""


def _step(batch: IrisBatch) -> Column:
    return np.maximum(batch.inner_iris_grey - batch.pupil_grey, MIN_STEP_GREYS)
