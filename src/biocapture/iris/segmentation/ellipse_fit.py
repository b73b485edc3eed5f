"""An ellipse through edges seen in many directions, whatever some of them say."""

import functools

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.polar import angles
from biocapture.types import Values

MAX_STEP = 0.5
"""Radii that a round may move or stretch the ellipse."""

MAX_ROUNDS, SETTLED_STEP = 4, 1e-3


def fit_ellipse(
    start: Ellipse,
    edge: Values,
    weight: Values,
    least: float,
    shape: tuple[float, float],
    stiffness: float,
    centre: tuple[float, float] | None = None,
    pull: float = 0.0,
) -> Ellipse:
    """Ellipse nearest to measured edges.

    An edge that lies too far out by the same amount everywhere asks for a larger ellipse, by an amount that goes with
    the cosine of the angle for a moved one, with that of twice the angle for another shape: the residuals' harmonics
    0, 1 and 2 are found by weighted least squares and added, a few times. Edges far off count as nothing (biweight of
    Cauchy's form, scale from the median residual).

    Parameters
    ----------
    start : Ellipse
        Whose frame the edges are measured in.
    edge : (A,) float64
        Distance of the edge at A equal angles, in radii of ``start``.
    weight : (A,) float64
        0 = no edge there.
    least : float
        Smallest scale of the residuals, in radii.
    shape : (float, float)
        Shape towards which the fit is drawn; see :func:`shape_of`.
    stiffness : float
        How strongly, in numbers of edges.
    centre : (float, float), optional
        Column and row in px towards which the centre is drawn.
    pull : float
        How strongly, in edges of full weight.
    """
    count = len(edge)
    column, row = edge_points(start, edge)
    scale_px = start.radius_px
    stiff = stiffness * weight.sum() / count
    found = np.array([start.column_px, start.row_px, np.log(scale_px), *shape_of(start)])
    if weight.sum() <= 0:
        return start
    for _ in range(MAX_ROUNDS):
        residual, turn = residuals(found, column, row)
        trust, _ = robust_weights(residual, weight, least)
        basis = harmonics(turn)
        weighted = basis * trust
        left = weighted @ basis.T
        answer = weighted @ residual
        left[3, 3] += stiff
        left[4, 4] += stiff
        answer[3:] += stiff * (np.array(shape) - found[3:])
        if centre is not None:
            left[0, 0] += pull
            left[1, 1] += pull
            answer[:2] += pull * (np.array(centre) - found[:2]) / scale_px
        step = np.clip(np.linalg.solve(left + 1e-9 * np.eye(5), answer), -MAX_STEP, MAX_STEP)
        found += step * (scale_px, scale_px, 1, 1, 1)
        if np.abs(step).max() < SETTLED_STEP:
            break
    return ellipse_of(found)


def robust_weights(residual: Values, weight: Values, least: float) -> tuple[Values, float]:
    """(A,) weights of edges, those far off as good as nothing (biweight of Cauchy's form), and their deviation.

    The deviation is that of edges of any weight, from their median residual, but not below ``least``.
    """
    known = np.abs(residual[weight > 0])
    size = max(least, 1.4826 * median(known)) if len(known) else least
    return weight / (1 + (residual / size) ** 2) ** 2, size


def harmonics(turn: NDArray[np.complex128]) -> Values:
    """(5, A) what shifts along columns and rows, growth, and two changes of shape move a boundary outwards.

    In its radii; ``turn`` are the directions of its places from the centre as unit complex numbers.
    """
    square = turn * turn
    return np.stack([turn.real, turn.imag, np.ones(len(turn)), square.real, square.imag])


def edge_points(start: Ellipse, edge: Values) -> tuple[Values, Values]:
    """Columns and rows, px, of edges at (A,) equal angles, given in radii of the ellipse."""
    design = _design(len(edge))
    right, down = edge * design[1], edge * design[2]
    (across, mixed), (_, tall) = start.stretch
    return start.column_px + across * right + mixed * down, start.row_px + mixed * right + tall * down


def shape_of(ellipse: Ellipse) -> tuple[float, float]:
    """Half the logarithm of the ratio of axes, as cosine and sine of twice the tilt: 0, 0 is a circle."""
    size = 0.5 * np.log(ellipse.major_px / ellipse.minor_px)
    return float(size * np.cos(2 * ellipse.tilt_rad)), float(size * np.sin(2 * ellipse.tilt_rad))


def with_shape(ellipse: Ellipse, shape: tuple[float, float]) -> Ellipse:
    """An ellipse of the same centre and area and another shape."""
    return ellipse_of(np.array([ellipse.column_px, ellipse.row_px, np.log(ellipse.radius_px), *shape]))


def residuals(found: Values, column: Values, row: Values) -> tuple[Values, NDArray[np.complex128]]:
    """How far outside each edge lies, in radii, and its direction from the centre as a unit complex number."""
    size, shape = float(np.hypot(found[3], found[4])), complex(found[3], found[4])
    from_centre = (column - found[0]) + 1j * (row - found[1])
    # exp(-shape matrix) acts on z as cosh(size)·z - sinh(size)/size·shape·conj(z)
    ratio = np.sinh(size) / size if size > 1e-9 else 1.0
    facing = (np.cosh(size) * from_centre - ratio * shape * from_centre.conj()) * np.exp(-found[2])
    distance = np.maximum(np.abs(facing), 1e-6)
    return distance - 1, facing / distance


def ellipse_of(found: Values) -> Ellipse:
    """The ellipse of a column, a row, the logarithm of a radius and a shape."""
    size = float(np.hypot(found[3], found[4]))
    tilt = float(np.arctan2(found[4], found[3]) / 2)
    return Ellipse(
        float(found[1]), float(found[0]), float(np.exp(found[2] + size)), float(np.exp(found[2] - size)), tilt
    )


@functools.cache
def _design(count: int) -> Values:
    turn = angles(count)
    return np.stack([np.ones(count), np.cos(turn), np.sin(turn)])
