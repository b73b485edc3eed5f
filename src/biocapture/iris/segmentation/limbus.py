"""The limbus: where the iris ends and the white of the eye begins, looked for left and right of the pupil."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.ellipse_fit import fit_ellipse, shape_of, with_shape
from biocapture.iris.segmentation.polar import (
    CircleScores,
    angles,
    circle_scores,
    polar_image,
    radial_rise,
    shift_and_scale,
)
from biocapture.types import Field, GreyPixels, Values

ANGLES = 48

MIN_RADIUS_SHARE, MAX_RADIUS_SHARE = 0.085, 0.42
"""Radii accepted, in longer sides of the working image."""

MIN_DILATION, MAX_DILATION = 0.1, 0.8

PUPIL_SHAPE_DEVIATION = 0.02
"""Pupils differ from ellipses this much (half logarithm of the ratio of axes): less says nothing of the gaze."""

SHAPE_STIFFNESS = 8.0

FULL_WEIGHT_GREYS = 25.0


@dataclass(frozen=True, slots=True)
class Limbus:
    """A limbus found, in pixels of the working image.

    Attributes
    ----------
    ellipse : Ellipse
    score : float
        Mean rise along it, left and right, greys; balanced sides count more.
    grey, spread : float
        Median of the iris beside the pupil, mean deviation from it.
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


def find_limbus(calm: GreyPixels, pupil: Ellipse) -> Limbus | None:
    """The limbus around a pupil; None where the image has no room for one."""
    frame = with_shape(pupil, _gaze_shape(shape_of(pupil)))
    first = _search(calm, frame)
    if first is None:
        return None
    rough, score, balance = first
    centred = _recentre(calm, rough)
    ellipse, agreeing = _fit(calm, centred)
    inside = _iris_greys(calm, ellipse, pupil.radius_px / ellipse.radius_px)
    grey = median(inside) if inside.size else 0.0
    spread = float(np.abs(inside - grey).mean()) if inside.size else 99.0
    return Limbus(ellipse, score, grey, spread, balance, agreeing)


def _gaze_shape(shape: tuple[float, float]) -> tuple[float, float]:
    """What of a pupil's shape is due to the gaze (a Wiener filter)."""
    square = shape[0] ** 2 + shape[1] ** 2
    keep = max(0.0, 1 - PUPIL_SHAPE_DEVIATION**2 / max(square, 1e-12))
    return shape[0] * keep, shape[1] * keep


def _search(calm: GreyPixels, pupil: Ellipse) -> tuple[Ellipse, float, float] | None:
    """Circle in the pupil's frame with the steepest rise on both sides; its score and the sides' balance."""
    longer = max(calm.shape)
    least = max(MIN_RADIUS_SHARE * longer / pupil.radius_px, 1 / MAX_DILATION)
    most = min(MAX_RADIUS_SHARE * longer / pupil.radius_px, 1 / MIN_DILATION)
    reach, steps = 1.3 * most, 72
    per_radius = steps / reach
    radius = np.arange(max(2, int(least * per_radius)), int(most * per_radius) + 1)
    if len(radius) < 3:
        return None
    sheet = polar_image(calm, pupil, reach, steps, ANGLES)
    hidden = min(steps - 2, int(1.18 * per_radius) + 2)
    sheet[:, :hidden] = sheet[:, hidden : hidden + 1]
    half = max(3, round(0.055 * most * per_radius))
    rise = np.clip(radial_rise(sheet, half), -10.0, 22.0)
    shift = 0.16 * max(least, 2.0) * per_radius
    return _choose(circle_scores(rise, radius, shift, 5, _SIDES), pupil, per_radius, shift)


def _choose(found: CircleScores, pupil: Ellipse, per_radius: float, most: float) -> tuple[Ellipse, float, float]:
    left, right = found.score[:, 0], found.score[:, 1]
    lesser, mean = np.minimum(left, right), 0.5 * (left + right)
    away = (found.right**2 + found.down**2) / (most * most)
    dilation = per_radius / found.radius
    usual = np.where(dilation < 0.2, 0.8, np.where(dilation > 0.68, 0.7, 1.0))
    total = (mean + 0.6 * lesser) * (1 - 0.125 * away)[:, None] * usual
    at, size = divmod(int(total.argmax()), len(found.radius))
    factor = found.radius[size] / per_radius
    circle = shift_and_scale(pupil, found.right[at] / per_radius, found.down[at] / per_radius, factor)
    balance = float(lesser[at, size] / max(mean[at, size], 1e-3))
    return circle, float(total[at, size]), balance


def _recentre(calm: GreyPixels, rough: Ellipse) -> Ellipse:
    reach, steps = 1.3, 96
    per_radius = steps / reach
    rise = np.clip(radial_rise(polar_image(calm, rough, reach, steps, ANGLES), round(0.05 * per_radius)), -8.0, 24.0)
    radius = np.arange(int(0.86 * per_radius), int(1.14 * per_radius) + 1)
    found = circle_scores(rise, radius, 0.07 * per_radius, 5, _SIDES.mean(axis=0, keepdims=True))
    at, size = divmod(int(found.score[:, 0].argmax()), len(radius))
    return shift_and_scale(rough, found.right[at] / per_radius, found.down[at] / per_radius, radius[size] / per_radius)


def _fit(calm: GreyPixels, start: Ellipse) -> tuple[Ellipse, float]:
    """Ellipse through the steepest rise at every angle beside the pupil; how many of them it explains."""
    edge, rise = lateral_edges(calm, start)
    weight = np.asarray(_WEIGHT * np.clip(rise, 0, FULL_WEIGHT_GREYS) / FULL_WEIGHT_GREYS, np.float64)
    found = fit_ellipse(start, edge, weight, 0.015, shape_of(start), SHAPE_STIFFNESS)
    apart = np.hypot(found.row_px - start.row_px, found.column_px - start.column_px)
    if max(apart, abs(found.radius_px - start.radius_px)) > 0.12 * start.radius_px:
        found = start
    edge, rise = lateral_edges(calm, found)
    on = (np.abs(edge - 1) < 0.035) & (rise > 2)
    return found, float((_WEIGHT * on).sum() / _WEIGHT.sum())


def lateral_edges(calm: GreyPixels, limbus: Ellipse) -> tuple[Values, Values]:
    """(A,) where greys rise most near a limbus, in its radii, and by how much."""
    reach, steps = 1.25, 96
    per_radius = steps / reach
    rise = cv2.GaussianBlur(radial_rise(polar_image(calm, limbus, reach, steps, ANGLES), 4), (1, 5), 0)
    low, high = int(0.88 * per_radius), int(1.12 * per_radius) + 1
    best = rise[:, low:high].argmax(axis=1)
    return (best + low + 0.5) / per_radius, rise[np.arange(ANGLES), best + low].astype(np.float64)


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
    right = np.cos(angles(ANGLES)) > 0
    both = np.stack([_WEIGHT * ~right, _WEIGHT * right])
    return both / both.sum(axis=1, keepdims=True)


_SIDES = _side_weights()
