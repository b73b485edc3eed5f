"""Pupil and limbus through their edges at once: what one hides, the other tells."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.ellipse_fit import (
    MAX_ROUNDS,
    edge_points,
    ellipse_of,
    harmonics,
    residuals,
    robust_weights,
    shape_of,
)
from biocapture.types import Values

EDGES_PER_MEASUREMENT = 8.0
"""Neighbouring edges err together: so many count as one measurement."""

OFFSET_DEVIATION = 0.06
"""Deviation of the pupil's centre from the limbus', in iris radii."""

SHAPE_DEVIATION, GAZE_DEVIATION = 0.012, 0.05
"""Deviations of the pupil's shape from the limbus', and of the limbus' from a circle; see `ellipse_fit.shape_of`."""

MAX_STEP, SETTLED_STEP = 0.5, 4e-3
"""Radii that a round may move or stretch an ellipse; below this it is settled."""


@dataclass(frozen=True, slots=True)
class Rim:
    """Edges measured along one boundary.

    Attributes
    ----------
    start : Ellipse
        In whose frame they were measured.
    edge : (A,) float64
        Distance at A equal angles, in radii of ``start``.
    weight : (A,) float64
        0 = no edge there.
    least : float
        Smallest deviation of the edges, in radii.
    """

    start: Ellipse
    edge: Values
    weight: Values
    least: float


def fit_pair(pupil: Rim, limbus: Rim) -> tuple[Ellipse, Ellipse]:
    """The likeliest two ellipses: about concentric, of about the same shape, and near their edges.

    Both have a centre, a size and a shape. Edges pull as in
    :func:`biocapture.iris.segmentation.ellipse_fit.fit_ellipse`; the priors :data:`OFFSET_DEVIATION`,
    :data:`SHAPE_DEVIATION` and :data:`GAZE_DEVIATION` decide what hidden parts leave open.
    """
    rims = pupil, limbus
    places = [edge_points(rim.start, rim.edge) for rim in rims]
    found = np.concatenate([_state(rim.start) for rim in rims])
    for _ in range(MAX_ROUNDS):
        left, answer = _prior_terms(found)
        for first, rim, place in zip((0, 5), rims, places, strict=True):
            part = slice(first, first + 5)
            radius = np.exp(found[first + 2])
            normal, pull = _edge_terms(found[part], rim, place)
            unit = np.array([1 / radius, 1 / radius, 1, 1, 1])
            left[part, part] += normal * unit[:, None] * unit
            answer[part] += pull * unit
        step = np.asarray(np.linalg.solve(left, answer), np.float64)
        step = step * min(1.0, MAX_STEP / max(_largest(step, found), 1e-9))
        found = found + step
        if _largest(step, found) < SETTLED_STEP:
            break
    return ellipse_of(found[:5]), ellipse_of(found[5:])


def _state(ellipse: Ellipse) -> Values:
    return np.array([ellipse.column_px, ellipse.row_px, np.log(ellipse.radius_px), *shape_of(ellipse)])


def _largest(step: Values, found: Values) -> float:
    radius = np.exp(found[[2, 2, 7, 7]])
    return float(np.abs(np.concatenate([step[[0, 1, 5, 6]] / radius, step[[2, 3, 4, 7, 8, 9]]])).max())


def _prior_terms(found: Values) -> tuple[Values, Values]:
    """Normal matrix (10, 10) and right side of the three priors."""
    left, answer = 1e-9 * np.eye(10), np.zeros(10)
    offset_px = OFFSET_DEVIATION * np.exp(found[7])
    for inner, deviation in ((0, offset_px), (1, offset_px), (3, SHAPE_DEVIATION), (4, SHAPE_DEVIATION)):
        outer, trust = inner + 5, 1 / deviation**2
        left[[inner, outer], [inner, outer]] += trust
        left[[inner, outer], [outer, inner]] -= trust
        pull = trust * (found[outer] - found[inner])
        answer[inner] += pull
        answer[outer] -= pull
    left[[8, 9], [8, 9]] += 1 / GAZE_DEVIATION**2
    answer[8:] -= found[8:] / GAZE_DEVIATION**2
    return left, answer


def _edge_terms(found: Values, rim: Rim, place: tuple[Values, Values]) -> tuple[Values, Values]:
    """Normal matrix (5, 5) and right side of the edges of one rim, in its radii."""
    residual, turn = residuals(found, *place)
    trust, size = robust_weights(residual, rim.weight, rim.least)
    basis = harmonics(turn)
    weighted = basis * (trust / (EDGES_PER_MEASUREMENT * size**2))
    return weighted @ basis.T, weighted @ residual
