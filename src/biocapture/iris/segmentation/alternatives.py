"""Alternative hypotheses for a doubtful outline: an eye half under its lid, a pupil under a mirrored window."""

from collections.abc import Iterator
from itertools import chain

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.confidence import Evidence, boundary_evidence, confidence, likelihoods
from biocapture.iris.segmentation.lids import LidPair, between_lids
from biocapture.iris.segmentation.limbus import MAX_DILATION, find_limbus
from biocapture.iris.segmentation.polar import circle_scores, polar_image, radial_rise, unit_vectors
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.iris.segmentation.refine import Hypothesis, refine_pair
from biocapture.types import GreyPixels, Mask

SURE_CONFIDENCE = 0.6
"""Confidence from which an outline is taken without alternatives."""

PUPIL_GROWTHS, LIMBUS_GROWTHS = (1.3, 1.7), (1.0, 1.2)
"""How many times larger pupil and limbus may be than what a lid leaves of them."""

HIDDEN_PUPIL_LIKELIHOOD = 0.3
"""Rank score of a pupil of which nothing is visible."""

ANGLES, STEPS, REACH = 64, 60, 0.95
"""Of the search for a pupil within a limbus; reach in iris radii."""

RADIUS_RANGE, MAX_SHIFT, SHIFTS = (0.15, 0.62), 0.08, 5
"""Pupils looked for: radii and largest shift of the centre along rows and columns in iris radii; shifts along each."""

MAX_RISE_GREYS = 30.0
"""Steeper edges count as this steep."""

HALF_STEPS = 3
"""Half of the steps whose greys make a rise."""

LID_MARGIN = 0.08
"""Distance kept from the lids, in iris radii."""

MAX_WINDOW_SHARE = 0.3
"""Widest window that may hide a pupil, in longer sides of the working image."""

MAX_WINDOWS = 2
"""Largest windows that are looked under."""


def best_hypothesis(small: Reduction, first: Hypothesis) -> tuple[Hypothesis, float]:
    """The best of an outline and its alternatives; the outline itself if it is sure enough.

    Parameters
    ----------
    small : Reduction
    first : (Ellipse, Ellipse, (Lid, Lid))
        Pupil, limbus and lids.

    Returns
    -------
    hypothesis : (Ellipse, Ellipse, (Lid, Lid))
    confidence : float
        0..1.
    """
    best, evidence = first, boundary_evidence(small, *first)
    sure = confidence(evidence)
    if sure >= SURE_CONFIDENCE:
        return first, sure
    best_score = rank_score(evidence)
    for hypothesis in alternatives(small, first):
        other = boundary_evidence(small, *hypothesis)
        score = rank_score(other)
        if score > best_score:
            best, evidence, best_score = hypothesis, other, score
        if score >= SURE_CONFIDENCE:
            break
    return best, confidence(evidence)


def alternatives(small: Reduction, first: Hypothesis) -> Iterator[Hypothesis]:
    """Alternatives to an outline, refined.

    Parameters
    ----------
    small : Reduction
    first : (Ellipse, Ellipse, (Lid, Lid))

    Yields
    ------
    (Ellipse, Ellipse, (Lid, Lid))
    """
    for pupil, limbus in chain(_below_lid(first), _under_windows(small, first)):
        if pupil.radius_px <= MAX_DILATION * limbus.radius_px:
            yield refine_pair(small, pupil, limbus)


def rank_score(evidence: Evidence) -> float:
    """Confidence, in which a pupil that a window hides counts as part of a pupil.

    Without that, an alternative under a window would always lose to a wrong outline that is fully visible.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    float
        0..1, to compare alternatives; not a probability.
    """
    of_pupil, of_limbus = likelihoods(evidence)
    return of_limbus * max(of_pupil, HIDDEN_PUPIL_LIKELIHOOD * (1 - evidence.pupil_seen))


def _below_lid(first: Hypothesis) -> Iterator[tuple[Ellipse, Ellipse]]:
    """Larger circles that share the lowest point: a lid cut off their upper parts."""
    pupil, limbus, _ = first
    for taller in PUPIL_GROWTHS:
        for wider in LIMBUS_GROWTHS:
            yield (
                _same_lowest_point(pupil, taller * pupil.radius_px),
                _same_lowest_point(limbus, wider * _half_width(limbus)),
            )


def _half_width(ellipse: Ellipse) -> float:
    return float(np.hypot(*ellipse.stretch[0]))


def _same_lowest_point(ellipse: Ellipse, radius_px: float) -> Ellipse:
    lowest = ellipse.row_px + float(np.hypot(*ellipse.stretch[1]))
    return Ellipse(lowest - radius_px, ellipse.column_px, radius_px, radius_px, 0.0)


def _under_windows(small: Reduction, first: Hypothesis) -> Iterator[tuple[Ellipse, Ellipse]]:
    """Pupils of which a window shows little: within the limbus, and within one around a window."""
    if not small.glare.any():
        return
    _, limbus, lids = first
    yield hidden_pupil(small, limbus, lids), limbus
    for window in _window_circles(small.glare):
        around = find_limbus(small.calm, window)
        if around is not None:
            yield hidden_pupil(small, around.ellipse, None), around.ellipse


def _window_circles(glare: GreyPixels) -> list[Ellipse]:
    """Circles of the areas of the largest windows."""
    count, _, statistics, centre = cv2.connectedComponentsWithStats(glare)
    order = sorted(range(1, count), key=lambda patch: -statistics[patch, cv2.CC_STAT_AREA])[:MAX_WINDOWS]
    radius = {patch: float(np.sqrt(statistics[patch, cv2.CC_STAT_AREA] / np.pi)) for patch in order}
    return [
        Ellipse(float(centre[patch, 1]), float(centre[patch, 0]), radius[patch], radius[patch], 0.0)
        for patch in order
        if radius[patch] < MAX_WINDOW_SHARE * max(glare.shape) / 2
    ]


def hidden_pupil(small: Reduction, limbus: Ellipse, lids: LidPair | None) -> Ellipse:
    """The circle about in the middle of a limbus along which greys rise most, however little that is.

    Parameters
    ----------
    small : Reduction
    limbus : Ellipse
        In pixels of the working image.
    lids : (Lid, Lid) or None
        What they cover does not count.

    Returns
    -------
    Ellipse
    """
    per_radius = STEPS / REACH
    rise = np.clip(radial_rise(polar_image(small.calm, limbus, REACH, STEPS, ANGLES), HALF_STEPS), 0, MAX_RISE_GREYS)
    windows = polar_image(small.glare, limbus, REACH, STEPS, ANGLES)
    rise[cv2.dilate(windows, np.ones((1, 2 * HALF_STEPS + 1), np.uint8)) > 0] = 0
    if lids is not None:
        rise[~_between(lids)] = 0
    radius = np.arange(int(RADIUS_RANGE[0] * per_radius), int(RADIUS_RANGE[1] * per_radius))
    weight = np.full((1, ANGLES), 1 / ANGLES, np.float32)
    return circle_scores(rise, radius, MAX_SHIFT * per_radius, SHIFTS, weight).best_circle(limbus, per_radius)[0]


def _between(lids: LidPair) -> Mask:
    """(A, S) places of the polar image between the lids."""
    distance = (np.arange(STEPS) + 0.5) * REACH / STEPS
    right, down = (part[:, None] * distance for part in unit_vectors(ANGLES))
    return between_lids(lids, down, right, LID_MARGIN)
