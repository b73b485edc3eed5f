"""How sure it is that pupil and limbus lie where they were found: a logistic of what their rims show.

Nothing here depends on a camera's greys: steps are counted in deviations of the iris, places in radii. Fitted by
models/iris_confidence/fit.py.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.boundary_uncertainty import boundary_uncertainty
from biocapture.iris.segmentation.ellipse_fit import shape_of
from biocapture.iris.segmentation.lids import Lid
from biocapture.iris.segmentation.pair_fit import Rim
from biocapture.iris.segmentation.polar import polar_image, radial_rise, unmasked
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.iris.segmentation.refine import ANGLES, between_lids
from biocapture.types import GreyPixels, Values

Bits = NDArray[np.bool_]

REACH, STEPS = 1.4, 84

ON_ELLIPSE_RADII = 0.03
"""An edge this near the ellipse, in iris radii, is on it."""

LID_MARGIN_RADII = 0.05
"""Distance from a lid in iris radii from which a rim is seen."""

WINDOW_MARGIN_RADII = 0.08
"""Pupil radii on both sides of its rim that windows must leave free."""

MIN_EDGE_GREYS = 1.5
"""Least rise of an edge that is on an ellipse."""

FULL_WEIGHT_GREYS = 30.0, 25.0
"""Rise from which an edge of the pupil, and of the limbus, counts fully; as in `refine.py`."""

MIN_DEVIATION = 0.02, 0.015
"""Smallest deviation of edges, in radii of pupil and limbus; of the pupil's not below :data:`MIN_DEVIATION_PX`."""

MIN_DEVIATION_PX = 0.6

UNCERTAINTY_RANGE = 0.003, 0.3
"""Means along a boundary, in iris radii, that are as good as nothing, and as bad as any."""

PUPIL_WEIGHTS, PUPIL_BIAS = (8.88, -4.79, -9.18, -6.55, -4.77), -1.88
LIMBUS_WEIGHTS, LIMBUS_BIAS = (4.33, -18.63, -10.69, -3.47, -14.77), 12.61
"""Of the evidence in its order."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for, and against, a pair of ellipses; all 0..1.

    Attributes
    ----------
    pupil_seen : float
        Share of the pupil's rim that neither lids nor mirrored windows cover.
    pupil_on, limbus_on : float
        Share of what is seen whose steepest rise lies on the ellipse.
    pupil_unsure, limbus_unsure : float
        Expected error of the boundary, hidden parts too, as the places of its edges leave it open; a logarithm.
    pupil_pulled, limbus_pulled : float
        How far the edges would like to move the boundary; a logarithm.
    shapes, flat, size : float
        How much the ellipses differ in shape (a gaze is shared by both), how far the limbus is from a circle, how
        unusual the ratio of their radii is.
    """

    pupil_seen: float
    pupil_on: float
    pupil_unsure: float
    pupil_pulled: float
    limbus_on: float
    limbus_unsure: float
    limbus_pulled: float
    shapes: float
    flat: float
    size: float


def confidence(told: Evidence) -> float:
    """0..1 that both boundaries are right: the product of two logistics, of the pupil and of the limbus."""
    of_pupil, of_limbus = likelihoods(told)
    return of_pupil * of_limbus


def likelihoods(told: Evidence) -> tuple[float, float]:
    """0..1 that the pupil, and that the limbus, is right."""
    inner, outer = feature_vectors(told)
    of_pupil = float(np.dot(PUPIL_WEIGHTS, inner)) + PUPIL_BIAS
    of_limbus = float(np.dot(LIMBUS_WEIGHTS, outer)) + LIMBUS_BIAS
    return float(1 / (1 + np.exp(-of_pupil))), float(1 / (1 + np.exp(-of_limbus)))


def feature_vectors(told: Evidence) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Evidence on the pupil, and on the limbus."""
    inner = told.pupil_on, told.pupil_unsure, told.pupil_pulled, told.shapes, told.flat
    return inner, (told.limbus_on, told.limbus_unsure, told.limbus_pulled, told.flat, told.size)


def boundary_evidence(small: Reduction, pupil: Ellipse, limbus: Ellipse, pair: tuple[Lid, Lid]) -> Evidence:
    """Look along both rims, in pixels of the working image."""
    ratio = pupil.radius_px / limbus.radius_px
    open_pupil = between_lids(pair, limbus, pupil, LID_MARGIN_RADII) & unmasked(
        small.glare, pupil, ANGLES, WINDOW_MARGIN_RADII
    )
    open_limbus = between_lids(pair, limbus, limbus, LID_MARGIN_RADII) & unmasked(small.glare, limbus, ANGLES)
    inner = _edges(small.lit, pupil, 0.7)
    outer = _edges(small.calm, limbus, min(0.9, max(0.7, ratio + 0.1)))
    of_pupil, of_limbus = boundary_uncertainty(
        _rim(
            pupil, *inner, open_pupil, FULL_WEIGHT_GREYS[0], max(MIN_DEVIATION[0], MIN_DEVIATION_PX / pupil.radius_px)
        ),
        _rim(limbus, *outer, open_limbus, FULL_WEIGHT_GREYS[1], MIN_DEVIATION[1]),
    )
    shape, around = shape_of(pupil), shape_of(limbus)
    return Evidence(
        pupil_seen=float(open_pupil.mean()),
        pupil_on=_share_on_ellipse(*inner, open_pupil, ON_ELLIPSE_RADII / max(ratio, 0.05)),
        pupil_unsure=_log_share(of_pupil[0]),
        pupil_pulled=_log_share(of_pupil[1]),
        limbus_on=_share_on_ellipse(*outer, open_limbus, ON_ELLIPSE_RADII),
        limbus_unsure=_log_share(of_limbus[0]),
        limbus_pulled=_log_share(of_limbus[1]),
        shapes=min(1.0, math.dist(shape, around) / 0.1),
        flat=min(1.0, math.hypot(*around) / 0.1),
        size=float(np.clip(max(0.2 - ratio, ratio - 0.75), 0, 0.15) / 0.15),
    )


def _edges(image: GreyPixels, ellipse: Ellipse, nearest: float) -> tuple[Values, Values]:
    """(A,) where greys rise most from ``nearest`` radii on, in radii of the ellipse, and how far they rise there."""
    per_radius = STEPS / REACH
    rise = cv2.GaussianBlur(radial_rise(polar_image(image, ellipse, REACH, STEPS, ANGLES), 3), (3, 3), 0)
    low, high = int(nearest * per_radius), int(1.3 * per_radius)
    best = rise[:, low:high].argmax(axis=1) + low
    return (best + 0.5) / per_radius, rise[np.arange(ANGLES), best].astype(np.float64)


def _rim(ellipse: Ellipse, edge: Values, steep: Values, seen: Bits, full: float, least: float) -> Rim:
    return Rim(ellipse, edge, seen * np.clip(steep, 0, full) / full, least)


def _share_on_ellipse(edge: Values, steep: Values, seen: Bits, tolerance: float) -> float:
    """Of the angles seen that have an edge on the ellipse, drawn to 0 where few are seen."""
    on = (np.abs(edge - 1) < max(tolerance, 1.5 * REACH / STEPS)) & (steep > MIN_EDGE_GREYS)
    return float((on & seen).sum() / (seen.sum() + 3))


def _log_share(distance: float) -> float:
    """0..1: how far a distance is from the one to the other of :data:`UNCERTAINTY_RANGE`, by its logarithm."""
    least, most = UNCERTAINTY_RANGE
    return math.log(min(max(distance, least), most) / least) / math.log(most / least)
