"""Joint fit of pupil and limbus to their edges: where one is hidden, the other decides."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.ellipse_fit import (
    MAX_ROUNDS,
    MAX_STEP,
    edge_points,
    ellipse_of,
    harmonics,
    residuals,
    robust_weights,
    state_of,
)
from biocapture.types import Values

EDGES_PER_MEASUREMENT = 8.0
"""Neighbouring edges err together, so this many count as one independent measurement."""

OFFSET_DEVIATION = 0.06
"""Prior standard deviation of the pupil's centre from the limbus', in iris radii."""

SHAPE_DEVIATION, GAZE_DEVIATION = 0.012, 0.05
"""Prior standard deviations of the pupil's shape from the limbus', and of the limbus' from a circle; units of
`ellipse_fit.shape_of`. Gaze flattens both alike; what is left is the pupil's own oval."""

SETTLED_STEP = 4e-3
"""Change of both ellipses, in radii, below which the fit stops."""

PUPIL, LIMBUS = slice(0, 5), slice(5, 10)
"""Places of the two ellipses among the ten unknowns; each as of `ellipse_fit.state_of`."""


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
        0 = no edge there, 1 = full weight.
    min_deviation : float
        Smallest deviation of the edges, in radii.
    """

    start: Ellipse
    edge: Values
    weight: Values
    min_deviation: float


def fit_pair(pupil: Rim, limbus: Rim) -> tuple[Ellipse, Ellipse]:
    """The likeliest two ellipses: about concentric, of about the same shape, and near their edges.

    Minimises the squared residuals of the edges, in their own deviations and with
    :func:`biocapture.iris.segmentation.ellipse_fit.robust_weights`, plus the squared deviations from the priors
    :data:`OFFSET_DEVIATION`, :data:`SHAPE_DEVIATION` and :data:`GAZE_DEVIATION`, by Gauss-Newton steps. Visible edges
    outweigh the priors by far; where lids or windows hide a rim, the priors decide.

    Parameters
    ----------
    pupil, limbus : Rim

    Returns
    -------
    pupil, limbus : Ellipse
    """
    rims = pupil, limbus
    places = [edge_points(rim.start, rim.edge) for rim in rims]
    state = np.concatenate([state_of(rim.start) for rim in rims])
    for _ in range(MAX_ROUNDS):
        left, right = _prior_terms(state)
        for own, rim, place in zip((PUPIL, LIMBUS), rims, places, strict=True):
            radius = np.exp(state[own][2])
            matrix, side = _edge_terms(state[own], rim, place)
            # Edges are measured in radii, the unknown centres in pixels.
            unit = np.array([1 / radius, 1 / radius, 1, 1, 1])
            left[own, own] += matrix * unit[:, None] * unit
            right[own] += side * unit
        step = np.asarray(np.linalg.solve(left, right), np.float64)
        step = step * min(1.0, MAX_STEP / max(_largest_change(step, state), 1e-9))
        state = state + step
        if _largest_change(step, state) < SETTLED_STEP:
            break
    return ellipse_of(state[PUPIL]), ellipse_of(state[LIMBUS])


def _largest_change(step: Values, state: Values) -> float:
    """Of all unknowns, in radii of their ellipse."""
    radius = np.exp(state[[2, 2, 7, 7]])
    return float(np.abs(np.concatenate([step[[0, 1, 5, 6]] / radius, step[[2, 3, 4, 7, 8, 9]]])).max())


def _prior_terms(state: Values) -> tuple[Values, Values]:
    """Normal matrix (10, 10) and right side of the three priors."""
    left, right = 1e-9 * np.eye(10), np.zeros(10)
    offset_px = OFFSET_DEVIATION * np.exp(state[7])
    for inner, deviation in ((0, offset_px), (1, offset_px), (3, SHAPE_DEVIATION), (4, SHAPE_DEVIATION)):
        outer, trust = inner + 5, 1 / deviation**2
        left[[inner, outer], [inner, outer]] += trust
        left[[inner, outer], [outer, inner]] -= trust
        pull = trust * (state[outer] - state[inner])
        right[inner] += pull
        right[outer] -= pull
    left[[8, 9], [8, 9]] += 1 / GAZE_DEVIATION**2
    right[8:] -= state[8:] / GAZE_DEVIATION**2
    return left, right


def _edge_terms(state: Values, rim: Rim, place: tuple[Values, Values]) -> tuple[Values, Values]:
    """Normal matrix (5, 5) and right side of the edges of one rim, in its radii."""
    residual, direction = residuals(state, *place)
    trust, size = robust_weights(residual, rim.weight, rim.min_deviation)
    basis = harmonics(direction)
    weighted = basis * (trust / (EDGES_PER_MEASUREMENT * size**2))
    return weighted @ basis.T, weighted @ residual
