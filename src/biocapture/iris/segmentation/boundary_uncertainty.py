"""Expected error and bias of the two boundaries of an eye, from the edges they rest on.

Edges are measured along the ellipses found, in their own frames. Few edges, all on one side or far apart, leave an
ellipse room; edges that lie off it on one side show where it would have gone, had the fit not been drawn to what eyes
usually are. The covariance is that of :mod:`biocapture.iris.segmentation.pair_fit`, with looser priors.
"""

import functools
from dataclasses import dataclass

import numpy as np

from biocapture.iris.segmentation.ellipse_fit import harmonics, robust_weights
from biocapture.iris.segmentation.pair_fit import EDGES_PER_MEASUREMENT, LIMBUS, PUPIL, Rim
from biocapture.iris.segmentation.polar import angles
from biocapture.types import Values

OFFSET_DEVIATION, SHAPE_DEVIATION, GAZE_DEVIATION, SIZE_DEVIATION = 0.12, 0.03, 0.05, 0.5
"""Prior standard deviations of the distance of the centres in iris radii, of the difference of the shapes, of the
limbus' shape from a circle, and of the logarithm of a radius."""

MIN_EDGES = 3
"""Edges of a rim below which it counts as hidden."""

MEAN_PER_DEVIATION = float(np.sqrt(2 / np.pi))
"""Mean absolute value of a normal distribution with deviation 1."""


@dataclass(frozen=True, slots=True)
class BoundaryError:
    """How far a boundary may be from the true one; means along it, in iris radii.

    Attributes
    ----------
    expected : float
        Mean absolute error that the places of the edges leave open, hidden parts included.
    bias : float
        Mean distance to the boundary that the edges alone ask for.
    """

    expected: float
    bias: float


def boundary_uncertainty(pupil: Rim, limbus: Rim) -> tuple[BoundaryError, BoundaryError]:
    """Errors of the pupil's and of the limbus' boundary.

    Unknowns are shifts along columns and rows in radii of the ellipse, the logarithm of its radius, and its shape as
    of :func:`biocapture.iris.segmentation.ellipse_fit.shape_of`: the harmonics 0, 1 and 2 of residuals along it.

    Parameters
    ----------
    pupil, limbus : Rim
        Their ``start`` is the ellipse that was found.

    Returns
    -------
    pupil, limbus : BoundaryError
    """
    ratio = pupil.start.radius_px / limbus.start.radius_px
    basis = _basis(len(pupil.edge))
    left, right = _prior_matrix(ratio), np.zeros(10)
    for own, rim in ((PUPIL, pupil), (LIMBUS, limbus)):
        weighted = basis * _inverse_variances(rim)
        left[own, own] += weighted @ basis.T
        right[own] = weighted @ (rim.edge - 1)
    covariance = np.asarray(np.linalg.inv(left), np.float64)
    step = covariance @ right
    of_pupil, of_limbus = (_means_along(basis, covariance[own, own], step[own]) for own in (PUPIL, LIMBUS))
    return BoundaryError(ratio * of_pupil[0], ratio * of_pupil[1]), BoundaryError(*of_limbus)


def _means_along(basis: Values, covariance: Values, step: Values) -> tuple[float, float]:
    """Expected error and bias along an ellipse, in its radii."""
    variance = (basis * (covariance @ basis)).sum(axis=0)
    return MEAN_PER_DEVIATION * float(np.sqrt(variance).mean()), float(np.abs(step @ basis).mean())


def _inverse_variances(rim: Rim) -> Values:
    """(A,) of the edges."""
    if np.count_nonzero(rim.weight) < MIN_EDGES:
        return np.zeros(len(rim.edge))
    trust, size = robust_weights(rim.edge - 1, rim.weight, rim.min_deviation)
    return trust / (EDGES_PER_MEASUREMENT * size**2)


def _prior_matrix(ratio: float) -> Values:
    """(10, 10) inverse covariance of the unknowns without any edge; shifts of the pupil are in its own radii."""
    rows = np.zeros((8, 10))
    offset, shape = OFFSET_DEVIATION, SHAPE_DEVIATION
    for row, (inner, outer, deviation) in enumerate(((0, 5, offset), (1, 6, offset), (3, 8, shape), (4, 9, shape))):
        rows[row, inner] = (ratio if inner < 2 else 1.0) / deviation
        rows[row, outer] = -1 / deviation
    gaze, size = 1 / GAZE_DEVIATION, 1 / SIZE_DEVIATION
    rows[[4, 5, 6, 7], [8, 9, 2, 7]] = gaze, gaze, size, size
    return np.asarray(rows.T @ rows + 1e-6 * np.eye(10))


@functools.cache
def _basis(count: int) -> Values:
    """(5, A) how far each unknown moves the boundary outwards, at equal angles."""
    return harmonics(np.exp(1j * angles(count)))
