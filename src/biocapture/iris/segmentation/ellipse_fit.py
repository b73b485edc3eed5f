"""Robust fit of an ellipse to edges measured in many directions, of which some are not its own."""

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import scaled_mad
from biocapture.iris.segmentation.polar import unit_vectors
from biocapture.types import Values

MAX_STEP = 0.5
"""Largest change of the ellipse in one round, in its radii."""

MAX_ROUNDS, SETTLED_STEP = 4, 1e-3
"""Most rounds of a fit; change in radii below which it stops earlier."""


def fit_ellipse(
    start: Ellipse,
    edge: Values,
    weight: Values,
    min_deviation: float,
    shape: tuple[float, float],
    stiffness: float,
) -> Ellipse:
    """Ellipse nearest to measured edges.

    An edge that lies too far out by the same amount everywhere asks for a larger ellipse, by an amount that goes with
    the cosine of the angle for a shifted one, with that of twice the angle for another shape: the residuals' harmonics
    0, 1 and 2 are found by weighted least squares and added, a few times. Edges far off weigh next to nothing; see
    :func:`robust_weights`.

    Parameters
    ----------
    start : Ellipse
        In whose frame the edges are measured.
    edge : (A,) float64
        Distance of the edge at A equal angles, in radii of ``start``.
    weight : (A,) float64
        0 = no edge there, 1 = full weight.
    min_deviation : float
        Smallest deviation of the residuals, in radii.
    shape : (float, float)
        Shape towards which the fit is drawn; see :func:`shape_of`.
    stiffness : float
        How strongly, in numbers of edges.

    Returns
    -------
    Ellipse
        ``start`` itself where no edge has weight.
    """
    if weight.sum() <= 0:
        return start
    column, row = edge_points(start, edge)
    scale_px = start.radius_px
    stiff = stiffness * weight.sum() / len(edge)
    state = state_of(start)
    for _ in range(MAX_ROUNDS):
        residual, direction = residuals(state, column, row)
        trust, _ = robust_weights(residual, weight, min_deviation)
        basis = harmonics(direction)
        weighted = basis * trust
        left = weighted @ basis.T
        right = weighted @ residual
        # The prior on the shape keeps an ellipse from leaning into a gap of the edges.
        left[3, 3] += stiff
        left[4, 4] += stiff
        right[3:] += stiff * (np.array(shape) - state[3:])
        # The tiny ridge keeps the matrix regular where edges lie on one side only.
        step = np.clip(np.linalg.solve(left + 1e-9 * np.eye(5), right), -MAX_STEP, MAX_STEP)
        state += step * (scale_px, scale_px, 1, 1, 1)
        if np.abs(step).max() < SETTLED_STEP:
            break
    return ellipse_of(state)


def robust_weights(residual: Values, weight: Values, min_deviation: float) -> tuple[Values, float]:
    """Weights of edges by how far off they lie: 1 / (1 + r²)², r the residual in deviations.

    Lashes, lamps and lids make edges far from the boundary. Weights of this form (the square of Cauchy's) fall to next
    to nothing there but never to 0, so that a fit that starts far off still finds its way.

    Parameters
    ----------
    residual : (A,) float64
        In radii.
    weight : (A,) float64
        0 = no edge there.
    min_deviation : float
        Smallest deviation, in radii.

    Returns
    -------
    weight : (A,) float64
        The given ones times those of the residuals.
    deviation : float
        Scaled median of the absolute residuals of edges of any weight, not below ``min_deviation``.
    """
    known = residual[weight > 0]
    size = max(min_deviation, scaled_mad(known)) if len(known) else min_deviation
    return weight / (1 + (residual / size) ** 2) ** 2, size


def harmonics(direction: NDArray[np.complex128]) -> Values:
    """How far each unknown moves a boundary outwards at its places.

    Parameters
    ----------
    direction : (A,) complex128
        From the centre to the places, as unit complex numbers.

    Returns
    -------
    (5, A) float64
        Of a shift along columns, along rows, a growth, and two changes of shape; in radii.
    """
    square = direction * direction
    return np.stack([direction.real, direction.imag, np.ones(len(direction)), square.real, square.imag])


def edge_points(start: Ellipse, edge: Values) -> tuple[Values, Values]:
    """Places of edges in the image.

    Parameters
    ----------
    start : Ellipse
        In whose frame the edges are measured.
    edge : (A,) float64
        Distances at A equal angles, in its radii.

    Returns
    -------
    column, row : (A,) float64
        Pixels.
    """
    cosine, sine = unit_vectors(len(edge))
    right, down = edge * cosine, edge * sine
    (across, mixed), (_, tall) = start.stretch
    return start.column_px + across * right + mixed * down, start.row_px + mixed * right + tall * down


def shape_of(ellipse: Ellipse) -> tuple[float, float]:
    """Shape of an ellipse as two numbers that may be averaged and fitted, unlike a tilt.

    Parameters
    ----------
    ellipse : Ellipse

    Returns
    -------
    (float, float)
        Half the logarithm of the ratio of axes, times cosine and sine of twice the tilt; (0, 0) is a circle.
    """
    size = 0.5 * np.log(ellipse.major_px / ellipse.minor_px)
    return float(size * np.cos(2 * ellipse.tilt_rad)), float(size * np.sin(2 * ellipse.tilt_rad))


def with_shape(ellipse: Ellipse, shape: tuple[float, float]) -> Ellipse:
    """An ellipse of the same centre and area and another shape.

    Parameters
    ----------
    ellipse : Ellipse
    shape : (float, float)
        See :func:`shape_of`.

    Returns
    -------
    Ellipse
    """
    return ellipse_of(np.array([*state_of(ellipse)[:3], *shape]))


def residuals(state: Values, column: Values, row: Values) -> tuple[Values, NDArray[np.complex128]]:
    """How far outside an ellipse places lie.

    Parameters
    ----------
    state : (5,) float64
        The ellipse; see :func:`state_of`.
    column, row : (A,) float64
        Places in px.

    Returns
    -------
    residual : (A,) float64
        Distance from the ellipse in its radii, outwards positive.
    direction : (A,) complex128
        From the centre, in the frame where the ellipse is the unit circle; unit complex numbers.
    """
    size, shape = float(np.hypot(state[3], state[4])), complex(state[3], state[4])
    from_centre = (column - state[0]) + 1j * (row - state[1])
    # exp(-shape matrix) acts on z as cosh(size)·z - sinh(size)/size·shape·conj(z)
    ratio = np.sinh(size) / size if size > 1e-9 else 1.0
    facing = (np.cosh(size) * from_centre - ratio * shape * from_centre.conj()) * np.exp(-state[2])
    distance = np.maximum(np.abs(facing), 1e-6)
    return distance - 1, facing / distance


def state_of(ellipse: Ellipse) -> Values:
    """An ellipse as five numbers that a fit may change freely.

    Parameters
    ----------
    ellipse : Ellipse

    Returns
    -------
    (5,) float64
        Column and row of the centre in px, logarithm of the radius in px, shape as of :func:`shape_of`.
    """
    return np.array([ellipse.column_px, ellipse.row_px, np.log(ellipse.radius_px), *shape_of(ellipse)])


def ellipse_of(state: Values) -> Ellipse:
    """The ellipse of five numbers; the inverse of :func:`state_of`.

    Parameters
    ----------
    state : (5,) float64

    Returns
    -------
    Ellipse
    """
    size = float(np.hypot(state[3], state[4]))
    tilt = float(np.arctan2(state[4], state[3]) / 2)
    return Ellipse(
        float(state[1]), float(state[0]), float(np.exp(state[2] + size)), float(np.exp(state[2] - size)), tilt
    )
