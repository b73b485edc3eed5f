"""The limbus: where the iris ends and the white of the eye begins, looked for left and right of the pupil."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.ellipse_fit import fit_ellipse, shape_of, with_shape
from biocapture.iris.segmentation.polar import CircleScores, angles, circle_scores, polar_image, radial_rise, steepest
from biocapture.types import Field, GreyPixels, Values

ANGLES = 48

MIN_RADIUS_SHARE, MAX_RADIUS_SHARE = 0.055, 0.42
"""Radii accepted, in longer sides of the working image."""

MIN_DILATION, MAX_DILATION = 0.1, 0.8
"""Pupil radius over iris radius: range accepted."""

PUPIL_SHAPE_DEVIATION = 0.02
"""Pupils differ from ellipses this much (half logarithm of the ratio of axes): less says nothing of the gaze."""

WIDER, OUTER_SHARE = 1.25, 0.8
"""A circle wider by this much is the limbus, and the better one a collarette, if its score is at least this share."""

SHAPE_STIFFNESS = 8.0
"""Trust in the shape of the start, in edges."""

FULL_WEIGHT_GREYS = 25.0
"""Rise from which an edge counts fully in a fit."""


@dataclass(frozen=True, slots=True)
class Limbus:
    """A limbus, in pixels of the working image.

    Attributes
    ----------
    ellipse : Ellipse
    score : float
        Mean rise along it, left and right, greys; balanced sides count more.
    grey, spread : float
        Median of the iris beside the pupil, mean absolute deviation from it.
    balance : float
        0..1: lesser rise of the two sides over the mean of both.
    agreeing : float
        0..1 weighted share of the lateral angles whose steepest rise lies on the ellipse.
    """

    ellipse: Ellipse
    score: float
    grey: float
    spread: float
    balance: float
    agreeing: float


def find_limbus(calm: GreyPixels, pupil: Ellipse, guess: Ellipse | None = None) -> Limbus | None:
    """The limbus around a pupil.

    Parameters
    ----------
    calm : (H, W) uint8
        See :class:`biocapture.iris.segmentation.reduction.Reduction`.
    pupil : Ellipse
        In pixels of it.
    guess : Ellipse or None
        About where the limbus is, if that is known; then no other is looked for.

    Returns
    -------
    Limbus or None
        None where the image has no room for one.
    """
    frame = with_shape(pupil, _gaze_shape(shape_of(pupil)))
    first = _search(calm, frame) if guess is None else (guess, *_rise_along(calm, guess))
    if first is None:
        return None
    rough, score, balance = first
    ellipse, agreeing = _fit(calm, _recentre(calm, rough))
    inside = _iris_greys(calm, ellipse, pupil.radius_px / ellipse.radius_px)
    grey = median(inside) if inside.size else 0.0
    spread = float(np.abs(inside - grey).mean()) if inside.size else 99.0
    return Limbus(ellipse, score, grey, spread, balance, agreeing)


def _gaze_shape(shape: tuple[float, float]) -> tuple[float, float]:
    """What of a pupil's shape is due to the gaze (a Wiener filter: the pupil's own oval is its noise)."""
    square = shape[0] ** 2 + shape[1] ** 2
    keep = max(0.0, 1 - PUPIL_SHAPE_DEVIATION**2 / max(square, 1e-12))
    return shape[0] * keep, shape[1] * keep


def _search(calm: GreyPixels, pupil: Ellipse) -> tuple[Ellipse, float, float] | None:
    """Circle in the pupil's frame with the steepest rise on both sides; its score and the sides' balance."""
    longer = max(calm.shape)
    smallest = max(MIN_RADIUS_SHARE * longer / pupil.radius_px, 1 / MAX_DILATION)
    largest = min(MAX_RADIUS_SHARE * longer / pupil.radius_px, 1 / MIN_DILATION)
    reach, steps = 1.3 * largest, 72
    per_radius = steps / reach
    radius = np.arange(max(2, int(smallest * per_radius)), int(largest * per_radius) + 1)
    if len(radius) < 3:
        return None
    sheet = polar_image(calm, pupil, reach, steps, ANGLES)
    # The pupil's own rim is the steepest circle of all: its inside is painted with the iris just outside.
    hidden = min(steps - 2, int(1.18 * per_radius) + 2)
    sheet[:, :hidden] = sheet[:, hidden : hidden + 1]
    half_steps = max(3, round(0.055 * largest * per_radius))
    # Not steeper than this, or one bright lamp on the sclera would outvote the rest of the circle.
    rise = np.clip(radial_rise(sheet, half_steps), -10.0, 22.0)
    max_shift = 0.16 * max(smallest, 2.0) * per_radius
    return _choose(circle_scores(rise, radius, max_shift, 5, _SIDES), pupil, per_radius, max_shift)


def _rise_along(calm: GreyPixels, limbus: Ellipse) -> tuple[float, float]:
    """Score and balance of a given circle, as of :func:`_search`."""
    steps, per_radius = 72, 72 / 1.3
    rise = np.clip(radial_rise(polar_image(calm, limbus, 1.3, steps, ANGLES), round(0.055 * per_radius)), -10.0, 22.0)
    near = rise[:, int(0.93 * per_radius) : int(1.07 * per_radius)].max(axis=1)
    left, right = (_SIDES @ near).tolist()
    lesser, mean = min(left, right), 0.5 * (left + right)
    return mean + 0.6 * lesser, lesser / max(mean, 1e-3)


def _choose(scores: CircleScores, pupil: Ellipse, per_radius: float, max_shift: float) -> tuple[Ellipse, float, float]:
    """The best circle: the lesser side counts again, and unusual places and dilations count less."""
    left, right = scores.score[:, 0], scores.score[:, 1]
    lesser, mean = np.minimum(left, right), 0.5 * (left + right)
    away = (scores.right**2 + scores.down**2) / (max_shift * max_shift)
    dilation = per_radius / scores.radius
    usual = np.where(dilation < 0.2, 0.8, np.where(dilation > 0.68, 0.7, 1.0))
    total = (mean + 0.6 * lesser) * (1 - 0.125 * away)[:, None] * usual
    shift, size = divmod(int(total.argmax()), len(scores.radius))
    beyond = np.where(scores.radius > WIDER * scores.radius[size], np.where(2 * lesser > mean, total, 0.0), 0.0)
    if beyond.max() > OUTER_SHARE * total[shift, size]:
        shift, size = divmod(int(beyond.argmax()), len(scores.radius))
    balance = float(lesser[shift, size] / max(mean[shift, size], 1e-3))
    return scores.circle(pupil, per_radius, shift, size), float(total[shift, size]), balance


def _recentre(calm: GreyPixels, rough: Ellipse) -> Ellipse:
    """The best circle near a rough one, in finer steps."""
    reach, steps = 1.3, 96
    per_radius = steps / reach
    rise = radial_rise(polar_image(calm, rough, reach, steps, ANGLES), round(0.05 * per_radius))
    radius = np.arange(int(0.86 * per_radius), int(1.14 * per_radius) + 1)
    both_sides = _SIDES.mean(axis=0, keepdims=True)
    scores = circle_scores(np.clip(rise, -8.0, 24.0), radius, 0.07 * per_radius, 5, both_sides)
    return scores.best_circle(rough, per_radius)[0]


def _fit(calm: GreyPixels, start: Ellipse) -> tuple[Ellipse, float]:
    """Ellipse through the steepest rise at every angle beside the pupil; how many of them it explains."""
    edge, rise = lateral_edges(calm, start)
    weight = np.asarray(_WEIGHT * np.clip(rise, 0, FULL_WEIGHT_GREYS) / FULL_WEIGHT_GREYS, np.float64)
    fit = fit_ellipse(start, edge, weight, 0.015, shape_of(start), SHAPE_STIFFNESS)
    if max(fit.centre_distance_px(start), abs(fit.radius_px - start.radius_px)) > 0.12 * start.radius_px:
        fit = start
    edge, rise = lateral_edges(calm, fit)
    on = (np.abs(edge - 1) < 0.035) & (rise > 2)
    return fit, float((_WEIGHT * on).sum() / _WEIGHT.sum())


def lateral_edges(calm: GreyPixels, limbus: Ellipse) -> tuple[Values, Values]:
    """Where greys rise most near a limbus.

    Parameters
    ----------
    calm : (H, W) uint8
    limbus : Ellipse

    Returns
    -------
    edge : (A,) float64
        Distance from the centre at :data:`ANGLES` equal angles, in radii of the limbus.
    rise : (A,) float64
        How steep it is, greys.
    """
    reach, steps = 1.25, 96
    per_radius = steps / reach
    rise = cv2.GaussianBlur(radial_rise(polar_image(calm, limbus, reach, steps, ANGLES), 4), (1, 5), 0)
    return steepest(rise, per_radius, int(0.88 * per_radius), int(1.12 * per_radius) + 1)


def _iris_greys(calm: GreyPixels, limbus: Ellipse, dilation: float) -> GreyPixels:
    """Greys of the iris beside the pupil."""
    steps = 48
    return polar_image(calm, limbus, 1.0, steps, ANGLES)[_WEIGHT > 0, int(min(1.25 * dilation, 0.8) * steps) : 41]


def _lateral_weights() -> Field:
    """(A,) weights: 0 from 38° above and 62° below the horizontal, where lids usually reach."""
    turn = np.degrees(angles(ANGLES))
    apart = np.minimum(np.abs((turn + 180) % 360 - 180), np.abs(turn - 180))
    below = np.sin(angles(ANGLES)) > 0
    return np.where(below, np.clip((62 - apart) / 20, 0, 1), np.clip((38 - apart) / 12, 0, 1)).astype(np.float32)


_WEIGHT = _lateral_weights()


def _side_weights() -> Field:
    """(2, A) weights of the left and of the right side; each sums to 1."""
    right = np.cos(angles(ANGLES)) > 0
    both = np.stack([_WEIGHT * ~right, _WEIGHT * right])
    return both / both.sum(axis=1, keepdims=True)


_SIDES = _side_weights()
