"""What calls for a review by a person: contact lenses, the other eye, a turned image, an outline that may be wrong."""

import numpy as np

from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, Identity, Ramp, measure

MIN_STEP_GREYS = 20.0
"""The step from pupil to sclera counts as this much at least."""

SIDE_SCALE = 0.008
"""Offset of the pupil, in iris radii, at which the odds of the two sides are e to 1."""

TURN_WEIGHT = 0.15
"""Of a logarithm of odds in the evidence of lids."""

TURNED = -1.5
"""Evidence of being upright below which an image is taken to be turned by 180°; profiles ask for as much."""

FACING_RAD, ASIDE_RAD = np.deg2rad(12.0), np.deg2rad(10.0)
"""Gaze up to which the offset counts fully, and gaze beyond that at which it counts half: the cornea refracts the image
of the pupil aside."""


@measure(unit="%", range=(0.0, 100.0), curve=Identity(), guidance="iris.check_outline")
def segmentation_confidence(batch: IrisBatch) -> Column:
    """How sure it is that pupil and limbus were found where they are. Higher is better."""
    return 100 * batch.confidence


@measure(unit="1", range=(-20.0, 20.0), curve=Ramp(-1.2, 0.0), guidance="iris.turn_upright")
def upright(batch: IrisBatch) -> Column:
    """Whether lids lie above and below the iris rather than left and right. Higher is better.

    Evidence (strangeness beyond a rim, steepness along it) of the clearer lid, less that of the clearer one in the
    image turned by 90°; and, by :data:`TURN_WEIGHT`, how much surer it is which of above and below carries the upper
    lid than which of left and right. About 0 where the eye is so wide open that nothing shows it; a turned eye never
    matches.
    """
    return batch.upright + TURN_WEIGHT * batch.quarter_turn


@measure(unit="1", range=(-200.0, 200.0), curve=Ramp(-3.0, 0.0), guidance="iris.turn_half")
def right_way_up(batch: IrisBatch) -> Column:
    """Whether the eye is upright rather than turned by 180°. Higher is better.

    Logarithm of the odds, from how much more lid and lashes there are above than below. A turned eye never matches, and
    looks like the other eye of the person.
    """
    return batch.half_turn


@measure(unit="dB", range=(-20.0, 200.0), curve=Ramp(16.0, 11.0), guidance="iris.remove_lenses")
def printed_lens(batch: IrisBatch) -> Column:
    """How far a regular pattern stands out that is the same all over the iris. Lower is better.

    Cosmetic lenses are printed in lattices of dots. Irises have no frequency in common left, right and below: 2 to 10.
    Patterns of random strokes are not found; nor is any on an iris smaller than 60 px.
    """
    return batch.lattice_peak_db


@measure(unit="%", range=(-100.0, 1000.0), curve=Ramp(2.0, 1.3), guidance="iris.remove_lenses")
def lens_edge(batch: IrisBatch) -> Column:
    """Height of a thin bright ring on both sides of the white of the eye. Lower is better.

    In hundredths of the step from pupil to sclera: the edge of a soft contact lens, 1.06 to 1.46 iris radii from the
    centre. Eyes without one have up to 1.3.
    """
    return 100 * batch.lens_edge / np.maximum(batch.sclera_grey - batch.pupil_grey, MIN_STEP_GREYS)


@measure(unit="1", range=(-1.0, 1.0), curve=Ramp(-0.9, -0.6), guidance="iris.check_side")
def stated_side(batch: IrisBatch) -> Column:
    """How well the eye looks like the side it is said to be of: 1 it is that eye, -1 the other. Higher is better.

    Pupils lie a little towards the nose; see :func:`right_eye`. Not assessed where no side is stated, nor in an image
    that seems to be turned by 180°, which shows the other eye. So does a mirrored one.
    """
    return np.where(batch.half_turn < TURNED, np.nan, batch.stated_right * (2 * right_eye(batch) - 1))


def right_eye(batch: IrisBatch) -> Column:
    """Probability that it is the right eye, from the pupil's offset along the rows of an upright image.

    A logistic of the offset in iris radii. Of 400 images of the CASIA Interval set, not used for the scale, the
    side is right in 94 of 100.

    Parameters
    ----------
    batch : IrisBatch
        Of N eyes.

    Returns
    -------
    (N,) float64
        0..1; NaN where the eye was not measured.
    """
    looks_aside = 1 + (np.maximum(0.0, batch.gaze_rad - FACING_RAD) / ASIDE_RAD) ** 2
    return 1 / (1 + np.exp(np.clip(-batch.offset_right / (SIDE_SCALE * looks_aside), -60.0, 60.0)))
