"""Shape of the measured edges of pupil and limbus: ovals and ripples."""

import functools

import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.robust import median, scaled_mad
from biocapture.iris.segmentation.polar import angles, unit_vectors
from biocapture.types import Mask, Values

MAX_HARMONIC = 16
"""Highest harmonic of an edge that counts as its shape; what is finer is noise."""

LID_RADII = 0.04
"""Iris radii next to a lid in which its rim may be taken for the edge."""

MIN_RESIDUAL_SCALE = 0.004
"""Added to the scale of an edge's residuals, relative to its mean distance."""

MAX_RESIDUAL_DEVIATIONS = 5.0
"""Residuals of more deviations are mirrored lamps or lashes, not the edge's shape, if they are few."""

MIN_VISIBLE_SHARE = 0.5
"""Share of the angles that must be visible for a ripple to be measured."""

MIN_EDGES = 8
"""Visible edges below which no oval is measured."""

LIMBUS_STIFFNESS = 0.5
"""Trust in a round limbus, in edges of full weight: its top and bottom are seldom visible."""

ROUNDS = 3


def visible_edge(edge_px: Values, ellipse: Ellipse, outline: Outline) -> Mask:
    """At which angles an edge is known and lies clear of the lids.

    Parameters
    ----------
    edge_px : (A,) float64
        Distance from the centre of the ellipse at equal angles; NaN where none is known.
    ellipse : Ellipse
    outline : Outline

    Returns
    -------
    (A,) bool
    """
    cosine, sine = unit_vectors(len(edge_px))
    distance = np.nan_to_num(edge_px)
    row, column = ellipse.row_px + distance * sine, ellipse.column_px + distance * cosine
    return np.isfinite(edge_px) & outline.between_lids(row, column, LID_RADII * outline.limbus.radius_px)


def second_harmonic(edge_px: Values, seen: Mask, stiffness: float = 0.0) -> complex:
    """Oval of an edge: its second harmonic relative to its mean.

    Harmonics 0, 1 and 2 by reweighted least squares, with the weights of
    :func:`biocapture.iris.segmentation.ellipse_fit.robust_weights`.

    Parameters
    ----------
    edge_px : (A,) float64
        Distance from the centre at equal angles.
    seen : (A,) bool
        Which edges count.
    stiffness : float
        Trust in a round edge, in numbers of edges.

    Returns
    -------
    complex
        (a - b) / (a + b) of an ellipse with semi-axes a and b, at twice its tilt; 0 where too little is visible.
    """
    if seen.sum() < MIN_EDGES:
        return 0j
    basis = _basis(len(edge_px))
    distance = np.where(seen, edge_px, 0.0) / median(edge_px[seen])
    weight = seen.astype(np.float64)
    stiff = np.diag([1e-9, 1e-9, 1e-9, stiffness + 1e-9, stiffness + 1e-9])
    for _ in range(ROUNDS):
        weighted = basis * weight
        coefficient = np.linalg.solve(weighted @ basis.T + stiff, weighted @ distance)
        residual = distance - coefficient @ basis
        scale = scaled_mad(residual[seen]) + MIN_RESIDUAL_SCALE
        weight = seen / (1 + (residual / scale) ** 2) ** 2
    return complex(coefficient[3], coefficient[4]) / float(coefficient[0])


def ripple(edge_px: Values, seen: Mask, round_oval: complex) -> float:
    """How far an edge is from round: root of the summed squared harmonics 2…16, relative to its mean.

    Parameters
    ----------
    edge_px : (A,) float64
        Distance from the centre at equal angles.
    seen : (A,) bool
        Which edges count; the others are interpolated.
    round_oval : complex
        Second harmonic that a round edge would have at the angle of this gaze; see :func:`second_harmonic`.

    Returns
    -------
    float
        0 = round; NaN where less than :data:`MIN_VISIBLE_SHARE` is visible.
    """
    seen = seen & _without_outliers(edge_px, seen)
    if seen.mean() < MIN_VISIBLE_SHARE:
        return float("nan")
    place = np.arange(len(edge_px))
    closed = np.interp(place, place[seen], edge_px[seen], period=len(edge_px))
    spectrum = np.fft.rfft(closed)[: MAX_HARMONIC + 1]
    shape = spectrum[2:] / spectrum[0].real
    shape[0] -= round_oval.conjugate() / 2
    return float(np.sqrt((np.abs(shape) ** 2).sum()))


def _without_outliers(edge_px: Values, seen: Mask) -> Mask:
    """Edges that are not far from those of their neighbours."""
    if not seen.any():
        return seen
    filled = np.where(seen, edge_px, median(edge_px[seen]))
    away = np.abs(filled - _running_median(filled))
    return np.asarray(away <= MAX_RESIDUAL_DEVIATIONS * scaled_mad(away[seen]) + 0.02 * median(filled))


def _running_median(edge_px: Values) -> Values:
    """Over an eighth of the turn."""
    half = len(edge_px) // 16
    wrapped = np.concatenate([edge_px[-half:], edge_px, edge_px[:half]])
    windows = np.lib.stride_tricks.sliding_window_view(wrapped, 2 * half + 1)
    return np.partition(windows, half, axis=1)[:, half]


@functools.cache
def _basis(count: int) -> Values:
    """(5, A) harmonics 0, 1 and 2."""
    turn = angles(count)
    return np.stack([np.ones(count), np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)])
