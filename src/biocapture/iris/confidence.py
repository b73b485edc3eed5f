"""How sure it is that pupil and limbus lie where they were found: a logistic of what their rims show.

Nothing here depends on a camera's greys: steps are counted in deviations of the iris, places in radii. Fitted by
models/iris_confidence/fit.py.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.ellipse_fit import shape_of
from biocapture.iris.lids import Lid
from biocapture.iris.middle import deviation, median
from biocapture.iris.outline import Ellipse
from biocapture.iris.polar import clear, outward, unrolled
from biocapture.iris.reduction import Reduction
from biocapture.iris.refine import ANGLES, between
from biocapture.types import GreyPixels

Values = NDArray[np.float64]
Bits = NDArray[np.bool_]

REACH, STEPS = 1.4, 84

ON = 0.03
"""An edge this near the ellipse, in iris radii, is on it."""

MARGIN = 0.05
"""Distance from a lid in iris radii from which a rim is seen."""

NARROW = 0.08
"""Pupil radii on both sides of its rim that windows must leave free."""

STEEP_GREYS = 12.0

LEAST_GREYS = 2.0
"""Added to deviations, so that they are not endlessly small."""


PUPIL_WEIGHTS, PUPIL_BIAS = (4.63, 11.85, 5.21, 0.00, 0.00), -16.60
LIMBUS_WEIGHTS, LIMBUS_BIAS = (17.33, 0.00, -26.63, 0.00, -15.58), -7.79
"""Of the evidence in its order."""

CLEAR_STEP = 0.3
"""A limbus with this step is as clear as any."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for, and against, a pair of ellipses; all 0..1.

    Attributes
    ----------
    pupil_seen : float
        Share of the pupil's rim that neither lids nor mirrored windows cover.
    pupil_on : float
        Share of what is seen whose steepest rise lies on the ellipse.
    pupil_rise : float
        How steep it is there.
    limbus_on : float
        As of the pupil.
    limbus_step : float
        How far greys rise from the iris to the white of the eye, in their deviations; -1 where they fall.
    shapes, apart, size : float
        How much the ellipses differ in shape (a gaze is shared by both), how far their centres lie apart, how unusual
        the ratio of their radii is.
    """

    pupil_seen: float
    pupil_on: float
    pupil_rise: float
    limbus_on: float
    limbus_step: float
    shapes: float
    apart: float
    size: float


def confidence(told: Evidence) -> float:
    """0..1 that both boundaries are right: the product of two logistics, of the pupil and of the limbus."""
    of_pupil, of_limbus = likelihoods(told)
    return of_pupil * of_limbus


def likelihoods(told: Evidence) -> tuple[float, float]:
    """0..1 that the pupil, and that the limbus, is right."""
    inner, outer = parts_of(told)
    of_pupil = float(np.dot(PUPIL_WEIGHTS, inner)) + PUPIL_BIAS
    of_limbus = float(np.dot(LIMBUS_WEIGHTS, outer)) + LIMBUS_BIAS
    return float(1 / (1 + np.exp(-of_pupil))), float(1 / (1 + np.exp(-of_limbus)))


def parts_of(told: Evidence) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Evidence on the pupil, and on the limbus."""
    inner = told.pupil_seen, told.pupil_on, told.pupil_rise, told.shapes, told.apart
    return inner, (told.limbus_on, told.limbus_step, told.shapes, told.apart, told.size)


def evidence(small: Reduction, pupil: Ellipse, limbus: Ellipse, pair: tuple[Lid, Lid]) -> Evidence:
    """Look along both rims, in pixels of the working image."""
    ratio = pupil.radius_px / limbus.radius_px
    inner = unrolled(small.lit, pupil, REACH, STEPS, ANGLES)
    outer = unrolled(small.calm, limbus, REACH, STEPS, ANGLES)
    open_pupil = between(pair, limbus, pupil, MARGIN) & clear(small.glare, pupil, ANGLES, NARROW)
    open_limbus = between(pair, limbus, limbus, MARGIN) & clear(small.glare, limbus, ANGLES)
    pupil_on, rise = _agreement(inner, open_pupil, ON / max(ratio, 0.05), 0.7)
    limbus_on, _ = _agreement(outer, open_limbus, ON, min(0.9, max(0.7, ratio + 0.1)))
    within, beyond = _greys(outer, open_limbus, 0.8, 0.95), _greys(outer, open_limbus, 1.06, 1.25)
    shapes = np.hypot(*np.subtract(shape_of(pupil), shape_of(limbus)))
    apart = np.hypot(pupil.row_px - limbus.row_px, pupil.column_px - limbus.column_px) / limbus.radius_px
    return Evidence(
        pupil_seen=float(open_pupil.mean()),
        pupil_on=_share(pupil_on, open_pupil),
        pupil_rise=float(np.tanh(rise / STEEP_GREYS)),
        limbus_on=_share(limbus_on, open_limbus),
        limbus_step=float(np.clip(_step(within, beyond) / CLEAR_STEP, -1, 1)),
        shapes=min(1.0, float(shapes) / 0.1),
        apart=min(1.0, float(apart) / 0.2),
        size=float(np.clip(max(0.2 - ratio, ratio - 0.75), 0, 0.15) / 0.15),
    )


def _agreement(sheet: GreyPixels, seen: Bits, tolerance: float, nearest: float) -> tuple[Bits, float]:
    """At which angles the steepest rise from ``nearest`` radii on lies on the ellipse; median rise there, greys."""
    per_radius = STEPS / REACH
    rise = cv2.GaussianBlur(outward(sheet, 3), (3, 3), 0)
    low, high = int(nearest * per_radius), int(1.3 * per_radius)
    best = rise[:, low:high].argmax(axis=1) + low
    steep = rise[np.arange(ANGLES), best]
    on = (np.abs((best + 0.5) / per_radius - 1) < max(tolerance, 1.5 / per_radius)) & (steep > 1.5)
    return on, median(steep[on & seen]) if (on & seen).any() else 0.0


def _greys(sheet: GreyPixels, seen: Bits, low: float, high: float) -> GreyPixels:
    per_radius = STEPS / REACH
    return sheet[seen, int(low * per_radius) : int(high * per_radius)]


def _share(on: Bits, seen: Bits) -> float:
    """Of the angles seen that are on the ellipse, drawn to 0 where few are seen."""
    return float((on & seen).sum() / (seen.sum() + 3))


def _step(inside: GreyPixels, outside: GreyPixels) -> float:
    """-1..1: how far greys rise from one ring to the next, in their deviations."""
    if not inside.size or not outside.size:
        return -1.0
    step = median(outside) - median(inside)
    spread = 0.5 * (deviation(inside, median(inside)) + deviation(outside, median(outside))) + LEAST_GREYS
    return float(np.tanh(step / spread / 4))
