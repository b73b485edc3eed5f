"""Confidence in an outline: a logistic of what the rims of pupil and limbus show.

Nothing here depends on a camera's greys: steps are counted in deviations of the iris, places in radii. Fitted by
models/iris_confidence/fit.py.
"""

import math
from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.boundary_uncertainty import boundary_uncertainty
from biocapture.iris.segmentation.ellipse_fit import shape_of
from biocapture.iris.segmentation.lids import LidPair
from biocapture.iris.segmentation.polar import polar_image, rim_rise, steepest, unmasked
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.iris.segmentation.refine import ANGLES, limbus_rim, pupil_or_iris, pupil_rim, visible_angles
from biocapture.types import GreyPixels, Mask, Values

REACH, STEPS = 1.4, 84
"""Of the polar image in which edges are measured; reach in radii."""

ON_ELLIPSE_RADII = 0.03
"""An edge this near the ellipse, in iris radii, lies on it."""

LID_MARGIN_RADII = 0.05
"""Distance from a lid in iris radii from which a rim counts as visible."""

WINDOW_MARGIN_RADII = 0.08
"""Pupil radii on both sides of its rim that windows must leave free."""

MIN_EDGE_GREYS = 1.5
"""Smallest rise of an edge that lies on an ellipse."""

ERROR_RANGE = 0.003, 0.3
"""Errors along a boundary, in iris radii, that are as good as none, and as bad as any."""

STEP_POLAR = 1.25, 50
"""Reach in iris radii and steps of the polar image in which greys of iris and white are read."""

FULL_STEP_SHARE, MIN_WHITE_GREYS = 0.15, 10
"""Share of the step from pupil to white from which an iris is bright enough: every right outline of five cameras has
it; least step that says anything."""

PUPIL_WEIGHTS, PUPIL_BIAS = (7.46, -14.54, 0.0, -6.19, 0.0), 2.16
LIMBUS_WEIGHTS, LIMBUS_BIAS = (17.04, -3.06, -0.64, 0.0, -16.0), -4.57
"""Of the evidence, in the order of :func:`feature_vectors`."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Evidence for and against a pair of ellipses; all 0..1.

    Attributes
    ----------
    pupil_seen : float
        Share of the pupil's rim that neither lids nor mirrored windows cover.
    pupil_on, limbus_on : float
        Share of the visible rim whose steepest rise lies on the ellipse.
    pupil_error, limbus_error : float
        Expected error of the boundary, on a logarithmic scale over :data:`ERROR_RANGE`; see
        :class:`biocapture.iris.segmentation.boundary_uncertainty.BoundaryError`.
    pupil_bias, limbus_bias : float
        Bias of the boundary, on the same scale.
    shapes, flat, size : float
        How much the ellipses differ in shape (a gaze is shared by both), how far the limbus is from a circle, how
        unusual the ratio of their radii is.
    iris_step : float
        How much brighter the iris is than the pupil, of how much brighter the white is, over :data:`FULL_STEP_SHARE`:
        of a ring of mirrored lamps within a pupil, whose rim is taken for the limbus, it is little; 1 where the white
        is no brighter than the pupil, as under a mirrored window.
    """

    pupil_seen: float
    pupil_on: float
    pupil_error: float
    pupil_bias: float
    limbus_on: float
    limbus_error: float
    limbus_bias: float
    shapes: float
    flat: float
    size: float
    iris_step: float


def confidence(evidence: Evidence) -> float:
    """Probability that both boundaries are right: the product of :func:`likelihoods`.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    float
        0..1.
    """
    of_pupil, of_limbus = likelihoods(evidence)
    return of_pupil * of_limbus


def likelihoods(evidence: Evidence) -> tuple[float, float]:
    """Probability that the pupil, and that the limbus, is right: two logistics, the second times the iris' step.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    pupil, limbus : float
        0..1.
    """
    inner, outer = feature_vectors(evidence)
    of_pupil = float(np.dot(PUPIL_WEIGHTS, inner)) + PUPIL_BIAS
    of_limbus = float(np.dot(LIMBUS_WEIGHTS, outer)) + LIMBUS_BIAS
    return float(1 / (1 + np.exp(-of_pupil))), evidence.iris_step * float(1 / (1 + np.exp(-of_limbus)))


def feature_vectors(evidence: Evidence) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Evidence in the order of the weights.

    Parameters
    ----------
    evidence : Evidence

    Returns
    -------
    pupil, limbus : tuple of 5 float
    """
    inner = evidence.pupil_on, evidence.pupil_error, evidence.pupil_bias, evidence.shapes, evidence.flat
    return inner, (evidence.limbus_on, evidence.limbus_error, evidence.limbus_bias, evidence.flat, evidence.size)


def boundary_evidence(small: Reduction, pupil: Ellipse, limbus: Ellipse, lids: LidPair) -> Evidence:
    """Measure what both rims show.

    Parameters
    ----------
    small : Reduction
    pupil, limbus : Ellipse
        In pixels of the working image.
    lids : (Lid, Lid)

    Returns
    -------
    Evidence
    """
    ratio = pupil.radius_px / limbus.radius_px
    free_of_windows = unmasked(small.glare, pupil, ANGLES, WINDOW_MARGIN_RADII)
    open_pupil = visible_angles(lids, limbus, pupil, LID_MARGIN_RADII) & free_of_windows
    open_limbus = visible_angles(lids, limbus, limbus, LID_MARGIN_RADII) & unmasked(small.glare, limbus, ANGLES)
    inner = _edges(pupil_or_iris(small, pupil), pupil, 0.7)
    outer = _edges(small.calm, limbus, min(0.9, max(0.7, ratio + 0.1)))
    of_pupil, of_limbus = boundary_uncertainty(
        pupil_rim(pupil, *inner, open_pupil), limbus_rim(limbus, *outer, open_limbus)
    )
    shape, around = shape_of(pupil), shape_of(limbus)
    return Evidence(
        pupil_seen=float(open_pupil.mean()),
        pupil_on=_share_on_ellipse(*inner, open_pupil, ON_ELLIPSE_RADII / max(ratio, 0.05)),
        pupil_error=_log_share(of_pupil.expected),
        pupil_bias=_log_share(of_pupil.bias),
        limbus_on=_share_on_ellipse(*outer, open_limbus, ON_ELLIPSE_RADII),
        limbus_error=_log_share(of_limbus.expected),
        limbus_bias=_log_share(of_limbus.bias),
        shapes=min(1.0, math.dist(shape, around) / 0.1),
        flat=min(1.0, math.hypot(*around) / 0.1),
        size=float(np.clip(max(0.2 - ratio, ratio - 0.75), 0, 0.15) / 0.15),
        iris_step=_iris_step(small.plain, pupil, limbus, open_limbus),
    )


def _iris_step(plain: GreyPixels, pupil: Ellipse, limbus: Ellipse, seen: Mask) -> float:
    """0..1; see :class:`Evidence`. At the angles that are seen, if there are any."""
    around = polar_image(plain, limbus, *STEP_POLAR, ANGLES)
    if seen.any():
        around = around[seen]
    per_radius = STEP_POLAR[1] / STEP_POLAR[0]
    nearest = min(0.85, max(0.7, pupil.radius_px / limbus.radius_px + 0.1))
    black = median(polar_image(plain, pupil, 0.85, 12, 32))
    iris = median(around[:, int(nearest * per_radius) : int(0.93 * per_radius)])
    white = median(around[:, int(1.08 * per_radius) :])
    if white - black < MIN_WHITE_GREYS:
        return 1.0
    return float(np.clip((iris - black) / (white - black) / FULL_STEP_SHARE, 0, 1))


def _edges(image: GreyPixels, ellipse: Ellipse, nearest: float) -> tuple[Values, Values]:
    """(A,) where greys rise most from ``nearest`` radii on, in radii of the ellipse, and how far they rise there.

    In a wider window than that of the fit: an outline is doubtful if steeper edges lie elsewhere.
    """
    per_radius = STEPS / REACH
    rise = rim_rise(image, ellipse, REACH, STEPS, ANGLES)
    return steepest(rise, per_radius, int(nearest * per_radius), int(1.3 * per_radius))


def _share_on_ellipse(edge: Values, rise: Values, seen: Mask, tolerance: float) -> float:
    """Of the visible angles that have an edge on the ellipse, drawn to 0 where few are visible."""
    on = (np.abs(edge - 1) < max(tolerance, 1.5 * REACH / STEPS)) & (rise > MIN_EDGE_GREYS)
    return float((on & seen).sum() / (seen.sum() + 3))


def _log_share(distance: float) -> float:
    """0..1: how far a distance is from the one to the other end of :data:`ERROR_RANGE`, by its logarithm."""
    low, high = ERROR_RANGE
    return math.log(min(max(distance, low), high) / low) / math.log(high / low)
