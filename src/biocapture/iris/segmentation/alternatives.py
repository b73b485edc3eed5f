"""What else a doubtful outline may be: an eye half under its lid, a pupil under a mirrored window."""

from collections.abc import Iterator
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.confidence import Evidence, boundary_evidence, confidence, likelihoods
from biocapture.iris.segmentation.limbus import find_limbus
from biocapture.iris.segmentation.polar import (
    angles,
    circle_scores,
    polar_image,
    radial_rise,
    shift_and_scale,
    unit_vectors,
)
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.iris.segmentation.refine import Hypothesis, LidPair, refine_pair
from biocapture.types import GreyPixels

SURE_CONFIDENCE = 0.6
"""Outlines at least this sure are not looked at again."""

PUPIL_GROWTHS, LIMBUS_GROWTHS = (1.3, 1.7), (1.0, 1.2)
"""How much larger pupil and limbus may be than what a lid leaves of them."""

MAX_DILATION = 0.8

HIDDEN_PUPIL_LIKELIHOOD = 0.3
"""What a pupil is worth of which nothing is seen."""

ANGLES, STEPS, REACH = 64, 60, 0.95
"""Of the search for a pupil within a limbus; reach in iris radii."""

RADIUS_RANGE, MAX_SHIFT, SHIFTS = (0.15, 0.62), 0.08, 5
"""Pupils looked for, in iris radii: radii, and distance of the centres along rows and columns."""

MAX_RISE_GREYS = 30.0

HALF_STEPS = 3
"""Half of the steps whose greys make a rise."""

LID_MARGIN = 0.08

MAX_WINDOW_SHARE = 0.3
"""Widest window that may hide a pupil, in longer sides of the working image."""


def best_hypothesis(small: Reduction, first: Hypothesis) -> tuple[Hypothesis, float]:
    """The best of an outline and what else it may be, and its confidence; the outline itself if it is sure enough."""
    best, told = first, boundary_evidence(small, *first)
    if (sure := confidence(told)) >= SURE_CONFIDENCE:
        return first, sure
    most = rank_score(told)
    for found in alternatives(small, first):
        other = boundary_evidence(small, *found)
        ranked = rank_score(other)
        if ranked > most:
            best, told, most = found, other, ranked
        if ranked >= SURE_CONFIDENCE:
            break
    return best, confidence(told)


def alternatives(small: Reduction, first: Hypothesis) -> Iterator[Hypothesis]:
    """What else an outline may be, refined."""
    for pupil, limbus in chain(_below_lid(first), _under_windows(small, first)):
        if pupil.radius_px <= MAX_DILATION * limbus.radius_px:
            yield refine_pair(small, pupil, limbus)


def rank_score(told: Evidence) -> float:
    """Confidence, in which a pupil that a window hides counts as half a pupil."""
    of_pupil, of_limbus = likelihoods(told)
    return of_limbus * max(of_pupil, HIDDEN_PUPIL_LIKELIHOOD * (1 - told.pupil_seen))


def _below_lid(found: Hypothesis) -> Iterator[tuple[Ellipse, Ellipse]]:
    """Larger circles that share the lowest point: a lid cut off their upper parts."""
    pupil, limbus, _ = found
    for taller in PUPIL_GROWTHS:
        for wider in LIMBUS_GROWTHS:
            yield (
                _circle_with_lowest_point_of(pupil, taller * pupil.radius_px),
                _circle_with_lowest_point_of(limbus, wider * _half_width(limbus)),
            )


def _half_width(ellipse: Ellipse) -> float:
    return float(np.hypot(*ellipse.stretch[0]))


def _circle_with_lowest_point_of(ellipse: Ellipse, radius_px: float) -> Ellipse:
    """A circle with the lowest point of an ellipse."""
    lowest = ellipse.row_px + float(np.hypot(*ellipse.stretch[1]))
    return Ellipse(lowest - radius_px, ellipse.column_px, radius_px, radius_px, 0.0)


def _under_windows(small: Reduction, found: Hypothesis) -> Iterator[tuple[Ellipse, Ellipse]]:
    """Pupils of which a window shows little: within the limbus, and within one around a window."""
    if not small.glare.any():
        return
    _, limbus, pair = found
    yield hidden_pupil(small, limbus, pair), limbus
    for window in _window_circles(small.glare):
        around = find_limbus(small.calm, window)
        if around is not None:
            yield hidden_pupil(small, around.ellipse, None), around.ellipse


def _window_circles(glare: GreyPixels) -> list[Ellipse]:
    """Circles of the areas of the largest windows."""
    count, _, told, centre = cv2.connectedComponentsWithStats(glare)
    order = sorted(range(1, count), key=lambda patch: -told[patch, cv2.CC_STAT_AREA])[:2]
    radius = {patch: float(np.sqrt(told[patch, cv2.CC_STAT_AREA] / np.pi)) for patch in order}
    return [
        Ellipse(float(centre[patch, 1]), float(centre[patch, 0]), radius[patch], radius[patch], 0.0)
        for patch in order
        if radius[patch] < MAX_WINDOW_SHARE * max(glare.shape) / 2
    ]


def hidden_pupil(small: Reduction, limbus: Ellipse, pair: LidPair | None) -> Ellipse:
    """The circle about in the middle of a limbus along which most rise is to be seen, however little that is."""
    per_radius = STEPS / REACH
    rise = np.clip(radial_rise(polar_image(small.calm, limbus, REACH, STEPS, ANGLES), HALF_STEPS), 0, MAX_RISE_GREYS)
    hidden = polar_image(small.glare, limbus, REACH, STEPS, ANGLES)
    rise[cv2.dilate(hidden, np.ones((1, 2 * HALF_STEPS + 1), np.uint8)) > 0] = 0
    if pair is not None:
        rise[_under_lids(pair)] = 0
    radius = np.arange(int(RADIUS_RANGE[0] * per_radius), int(RADIUS_RANGE[1] * per_radius))
    weight = np.full((1, ANGLES), 1 / ANGLES, np.float32)
    found = circle_scores(rise, radius, MAX_SHIFT * per_radius, SHIFTS, weight)
    at, size = divmod(int(found.score[:, 0].argmax()), len(radius))
    return shift_and_scale(limbus, found.right[at] / per_radius, found.down[at] / per_radius, radius[size] / per_radius)


def _under_lids(pair: LidPair) -> NDArray[np.bool_]:
    """(A, S) places under the lids."""
    distance = (np.arange(STEPS) + 0.5) * REACH / STEPS
    right, down = (part[:, None] * distance for part in unit_vectors(ANGLES).astype(np.float64))
    upper, lower = pair
    under = np.zeros((len(angles(ANGLES)), STEPS), np.bool_)
    if upper.covers:
        under |= down < upper.at(right) + LID_MARGIN
    if lower.covers:
        under |= down > lower.at(right) - LID_MARGIN
    return under
