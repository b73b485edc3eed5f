"""How far the two boundaries of an eye may be from where they were found, told by the edges they rest on.

Edges are measured along the found ellipses, in their own frames. Few edges, all on one side or far apart, leave an
ellipse room; edges that lie off it on one side say which way it should have gone, had the fit not been drawn to what
eyes usually are (see :mod:`biocapture.iris.segmentation.pair_fit`, whose covariance this is, with looser priors).
"""

import functools

import numpy as np

from biocapture.iris.segmentation.ellipse_fit import harmonics, robust_weights
from biocapture.iris.segmentation.pair_fit import EDGES_PER_MEASUREMENT, Rim
from biocapture.iris.segmentation.polar import angles
from biocapture.types import Values

Uncertainty = tuple[float, float]
"""Expected distance to the true boundary, and distance to that which the edges ask for; means along it, iris radii."""

OFFSET_DEVIATION, SHAPE_DEVIATION, GAZE_DEVIATION, SIZE_DEVIATION = 0.12, 0.03, 0.05, 0.5
"""Deviations of the centres in iris radii, of the shapes, of the limbus' from a circle, of the logarithm of radii."""

MIN_EDGES = 3
"""Edges of a rim below which it tells nothing."""

MEAN_PER_DEVIATION = float(np.sqrt(2 / np.pi))
"""Mean distance of a normal distribution with deviation 1 from its middle."""


def boundary_uncertainty(pupil: Rim, limbus: Rim) -> tuple[Uncertainty, Uncertainty]:
    """Of the pupil, and of the limbus; ``start`` is the found ellipse.

    Unknowns are shifts along columns and rows in radii of the ellipse, the logarithm of its radius, and its shape as
    of :func:`biocapture.iris.segmentation.ellipse_fit.shape_of`: the harmonics 0, 1 and 2 of residuals along it.
    """
    ratio = pupil.start.radius_px / limbus.start.radius_px
    basis = _basis(len(pupil.edge))
    left, answer = _priors(ratio), np.zeros(10)
    parts = slice(0, 5), slice(5, 10)
    for part, rim in zip(parts, (pupil, limbus), strict=True):
        weighted = basis * _inverse_variances(rim)
        left[part, part] += weighted @ basis.T
        answer[part] = weighted @ (rim.edge - 1)
    spread = np.asarray(np.linalg.inv(left), np.float64)
    step = spread @ answer
    of_pupil, of_limbus = (_mean_along(basis, spread[part, part], step[part]) for part in parts)
    return (ratio * of_pupil[0], ratio * of_pupil[1]), of_limbus


def _mean_along(basis: Values, spread: Values, step: Values) -> Uncertainty:
    """Means along an ellipse, in its radii."""
    variance = (basis * (spread @ basis)).sum(axis=0)
    return MEAN_PER_DEVIATION * float(np.sqrt(variance).mean()), float(np.abs(step @ basis).mean())


def _inverse_variances(rim: Rim) -> Values:
    """(A,) inverse variances of the edges."""
    if np.count_nonzero(rim.weight) < MIN_EDGES:
        return np.zeros(len(rim.edge))
    trust, size = robust_weights(rim.edge - 1, rim.weight, rim.least)
    return trust / (EDGES_PER_MEASUREMENT * size**2)


def _priors(ratio: float) -> Values:
    """(10, 10) inverse covariance of the unknowns without any edge."""
    tied = np.zeros((8, 10))
    for row, (inner, outer, deviation) in enumerate(
        ((0, 5, OFFSET_DEVIATION), (1, 6, OFFSET_DEVIATION), (3, 8, SHAPE_DEVIATION), (4, 9, SHAPE_DEVIATION))
    ):
        tied[row, inner] = (ratio if inner < 2 else 1.0) / deviation
        tied[row, outer] = -1 / deviation
    tied[[4, 5, 6, 7], [8, 9, 2, 7]] = 1 / GAZE_DEVIATION, 1 / GAZE_DEVIATION, 1 / SIZE_DEVIATION, 1 / SIZE_DEVIATION
    return np.asarray(tied.T @ tied + 1e-6 * np.eye(10))


@functools.cache
def _basis(count: int) -> Values:
    """(5, A) what one of each unknown moves the boundary outwards, at equal angles."""
    return harmonics(np.exp(1j * angles(count)))
