"""What the measured edges of pupil and limbus say of their shape: ovals and ripples."""

import functools

import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.polar import angles
from biocapture.types import Mask, Values

MAX_HARMONIC = 16
"""Highest harmonic of an edge that counts as its shape; what is finer is noise."""

LID_RADII = 0.04
"""Iris radii next to a lid in which its rim may be taken for the edge."""

MIN_RESIDUAL_SCALE = 0.004
"""Smallest scale of an edge's residuals, relative to its mean."""

MAX_RESIDUAL_DEVIATIONS = 5.0
"""Residuals beyond so many deviations are mirrored lamps or lashes, not the edge's shape, if they are few."""

MIN_VISIBLE_SHARE = 0.5

LIMBUS_STIFFNESS = 0.5
"""Edges' worth of trust in a round limbus: its top and bottom are seldom seen."""

ROUNDS = 3


def visible_edge(edge_px: Values, ellipse: Ellipse, outline: Outline) -> Mask:
    """(A,) whether the edge is known at an angle, and lies clear of the lids."""
    count = len(edge_px)
    distance = np.nan_to_num(edge_px)
    cosine, sine = _directions(count)
    row, column = ellipse.row_px + distance * sine, ellipse.column_px + distance * cosine
    at = np.clip(column, 0, len(outline.upper_lid) - 1).astype(np.intp)
    gap = LID_RADII * outline.limbus.radius_px
    clear = (row > outline.upper_lid[at] + gap) & (row < outline.lower_lid[at] - gap)
    return np.asarray(np.isfinite(edge_px) & clear)


def second_harmonic(edge_px: Values, seen: Mask, stiffness: float = 0.0) -> complex:
    """Second harmonic of an edge, relative to its mean: (a - b) / (a + b) of an ellipse, at twice its tilt.

    Robust: harmonics 0, 1 and 2 by reweighted least squares (biweight of Cauchy's form). 0 where too little is seen.
    """
    if seen.sum() < 8:
        return 0j
    basis = _basis(len(edge_px))
    distance = np.where(seen, edge_px, 0.0) / _middle(edge_px[seen])
    weight = seen.astype(np.float64)
    stiff = np.diag([1e-9, 1e-9, 1e-9, stiffness + 1e-9, stiffness + 1e-9])
    for _ in range(ROUNDS):
        weighted = basis * weight
        found = np.linalg.solve(weighted @ basis.T + stiff, weighted @ distance)
        residual = distance - found @ basis
        scale = 1.4826 * _middle(np.abs(residual[seen])) + MIN_RESIDUAL_SCALE
        weight = seen / (1 + (residual / scale) ** 2) ** 2
    return complex(found[3], found[4]) / float(found[0])


def ripple(edge_px: Values, seen: Mask, round_oval: complex) -> float:
    """Root of the summed squared harmonics 2…16 of an edge, relative to its mean; NaN where too little is seen.

    Parameters
    ----------
    round_oval : complex
        Second harmonic that a round one would have, seen under the angle of this gaze; see :func:`second_harmonic`.
    """
    seen = seen & _without_outliers(edge_px, seen)
    if seen.mean() < MIN_VISIBLE_SHARE:
        return float("nan")
    place = np.arange(len(edge_px))
    whole = np.interp(place, place[seen], edge_px[seen], period=len(edge_px))
    found = np.fft.rfft(whole)[: MAX_HARMONIC + 1]
    shape = found[2:] / found[0].real
    shape[0] -= round_oval.conjugate() / 2
    return float(np.sqrt((np.abs(shape) ** 2).sum()))


def _without_outliers(edge_px: Values, seen: Mask) -> Mask:
    """Edges that are not far from what their neighbours say."""
    if not seen.any():
        return seen
    turned = np.where(seen, edge_px, _middle(edge_px[seen]))
    smooth = _running_median(turned)
    away = np.abs(turned - smooth)
    return np.asarray(away <= MAX_RESIDUAL_DEVIATIONS * 1.4826 * _middle(away[seen]) + 0.02 * _middle(turned))


def _running_median(edge_px: Values) -> Values:
    """Median over an eighth of the turn."""
    half = len(edge_px) // 16
    wrapped = np.concatenate([edge_px[-half:], edge_px, edge_px[:half]])
    windows = np.lib.stride_tricks.sliding_window_view(wrapped, 2 * half + 1)
    return np.partition(windows, half, axis=1)[:, half]


def _middle(values: Values) -> float:
    """Upper median."""
    return float(np.partition(values, values.size // 2)[values.size // 2])


@functools.cache
def _directions(count: int) -> Values:
    return np.stack([np.cos(angles(count)), np.sin(angles(count))])


@functools.cache
def _basis(count: int) -> Values:
    turn = angles(count)
    return np.stack([np.ones(count), np.cos(turn), np.sin(turn), np.cos(2 * turn), np.sin(2 * turn)])
