"""The pupil: the dark disc whose rim is the sharpest circle around it."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.ellipse_fit import fit_ellipse
from biocapture.iris.segmentation.polar import (
    angles,
    circle_scores,
    polar_image,
    radial_rise,
    steepest,
    unit_vectors,
    unmasked,
)
from biocapture.types import Field, GreyPixels, Values

ANGLES, COARSE_ANGLES = 64, 32

MAX_RISE_GREYS = 40.0
"""Steeper edges count as this steep: a lamp's edge is no better than a pupil's."""

UPPER_LID_WEIGHT = 0.35
"""Weight of the angles under the upper lid and its lashes; of the others 1."""

MIN_RADIUS_SHARE, MAX_RADIUS_SHARE = 0.014, 0.26
"""Radii accepted, in longer sides of the working image."""

NESTED_RISE_SHARE, NESTED_RISE_GREYS, NESTED_DARKER_GREYS = 0.22, 5.0, 10
"""A disc within a disc is the pupil within the iris if its rim is this steep relative to the outer one's, this steep in
greys, and its inside darker by this many greys."""

EVEN_SHARE = 0.4
"""Of the step at the rim: greys of the inside that are nearer than this to their median are even."""

FULL_STEP_GREYS = 30.0
"""Step at the rim from which a disc is dark enough for a pupil."""

FULL_WEIGHT_GREYS = 30.0
"""Rise from which an edge counts fully in a fit."""

EDGE_REACH, EDGE_STEPS = 1.6, 72
"""Of the polar image in which edges are measured; reach in pupil radii."""

ROUND_STIFFNESS, SHAPE_STIFFNESS = 64.0, 4.0
"""Trust in a circle, in edges, of the first and the second fit."""


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil, in pixels of the working image.

    Attributes
    ----------
    ellipse : Ellipse
    edge : (A,) float64
        Distance of the steepest rise at A equal angles from the centre, px.
    rise : (A,) float64
        How steep it is, greys.
    grey : float
        Median of the inside.
    step : float
        How much brighter it is just outside, greys.
    even : float
        0..1: share of the inside that is nearer to its median than to what lies around.
    agreeing : float
        0..1 weighted share of the angles whose edge lies on the ellipse.
    """

    ellipse: Ellipse
    edge: Values
    rise: Values
    grey: float
    step: float
    even: float
    agreeing: float


@dataclass(frozen=True, slots=True)
class Guess:
    """A circle that may be the pupil.

    Attributes
    ----------
    circle : Ellipse
    limbus : Ellipse or None
        A circle that may be its limbus; None where it has to be looked for.
    """

    circle: Ellipse
    limbus: Ellipse | None = None


def guess_pupils(dark: GreyPixels, candidate: Ellipse) -> list[Guess]:
    """The darker circle within the best circle near a candidate if there is one, and that circle itself.

    Where pupil and iris are both darker than the white of the eye, the limbus is often the sharper circle.

    Parameters
    ----------
    dark : (H, W) uint8
        See :class:`biocapture.iris.segmentation.reduction.Reduction`.
    candidate : Ellipse
        In pixels of it.

    Returns
    -------
    list of Guess
        One or two.
    """
    circle, rise = _best_circle(dark, candidate, 1.8, 56, (0.65, 1.45), 7, 0.25)
    inner, inner_rise = _best_circle(dark, circle, 1.05, 48, (0.168, 0.777), 9, 0.294)
    if inner_rise < max(NESTED_RISE_GREYS, NESTED_RISE_SHARE * rise):
        return [Guess(circle)]
    inner, _ = _best_circle(dark, inner, 1.6, 56, (0.6, 1.3), 7, 0.3)
    return [Guess(inner), Guess(circle)] if _is_darker(dark, inner, circle) else [Guess(circle)]


def _inside(dark: GreyPixels, circle: Ellipse) -> tuple[float, float, float]:
    """Median of a disc; how much brighter it is around it; share of the disc that is nearer to its median than to that.

    An iris with its pupil is uneven, whatever the camera's greys.
    """
    sheet = polar_image(dark, circle, 1.5, 30, 24)
    inside, around = sheet[:, 5:17].astype(np.float32), sheet[:, 22:]
    middle = median(inside)
    step = median(around) - middle
    even = float((np.abs(inside - middle) < EVEN_SHARE * step).mean()) if step > 0 else 0.0
    return middle, step, even


def _best_circle(
    dark: GreyPixels,
    start: Ellipse,
    reach: float,
    steps: int,
    radii: tuple[float, float],
    shifts: int,
    max_shift: float,
) -> tuple[Ellipse, float]:
    """The circle of steepest mean rise around a start; radii and shifts in radii of the start."""
    per_radius = steps / reach
    rise = np.minimum(radial_rise(polar_image(dark, start, reach, steps, COARSE_ANGLES), 3), MAX_RISE_GREYS)
    low, high = max(3, int(radii[0] * per_radius)), min(steps - 3, int(radii[1] * per_radius))
    scores = circle_scores(rise, np.arange(low, high + 1), max_shift * per_radius, shifts, _COARSE_WEIGHT[None])
    return scores.best_circle(start, per_radius)


def _is_darker(dark: GreyPixels, inner: Ellipse, outer: Ellipse) -> bool:
    """Whether the inner disc is darker than all of what the outer one adds."""
    if inner.radius_px < 3:
        return False
    sheet = polar_image(dark, inner, 1.5, 24, 16)
    annulus = median(sheet[:, 18:23])
    beyond = inner.radius_px / outer.radius_px * 1.2
    outer_half = polar_image(dark, outer, 0.95, 40, 24)[:, int((beyond + 0.95) / 2 / 0.95 * 40) :]
    if outer_half.size:
        annulus = min(annulus, median(outer_half))
    return annulus - median(sheet[:, :12]) >= NESTED_DARKER_GREYS


def fit_pupil(dark: GreyPixels, glare: GreyPixels, circle: Ellipse) -> Pupil:
    """Measure the rim at every angle and fit an ellipse to it, at first nearly a circle.

    Parameters
    ----------
    dark, glare : (H, W) uint8
        See :class:`biocapture.iris.segmentation.reduction.Reduction`.
    circle : Ellipse
        About where the pupil is.

    Returns
    -------
    Pupil
        ``circle`` where a fit leads far away from it.
    """
    ellipse = circle
    for low, high, stiffness in ((0.7, 1.35, ROUND_STIFFNESS), (0.8, 1.22, SHAPE_STIFFNESS)):
        edge, rise = _edges(dark, ellipse, low, high)
        visible = unmasked(glare, ellipse, ANGLES)
        weight = np.clip(rise, 0, FULL_WEIGHT_GREYS) / FULL_WEIGHT_GREYS * _WEIGHT * visible
        min_deviation = max(0.6 / ellipse.radius_px, 0.03)
        fit = fit_ellipse(ellipse, edge, weight, min_deviation, (0.0, 0.0), stiffness)
        if not _is_near(fit, ellipse):
            break
        ellipse = fit
    edge, rise = _edges(dark, ellipse, 0.8, 1.22)
    on = (np.abs(edge - 1) < max(1.5 / ellipse.radius_px, 0.1)) & (rise > 5)
    grey, step, even = _inside(dark, ellipse)
    return Pupil(
        ellipse=ellipse,
        edge=edge * _radii_px(ellipse),
        rise=rise,
        grey=grey,
        step=step,
        even=even,
        agreeing=float((_WEIGHT * on).sum() / _WEIGHT.sum()),
    )


def _edges(dark: GreyPixels, ellipse: Ellipse, low: float, high: float) -> tuple[Values, Values]:
    """Where greys rise most at each angle, in radii, and by how much."""
    sheet = polar_image(dark, ellipse, EDGE_REACH, EDGE_STEPS, ANGLES)
    per_radius = EDGE_STEPS / EDGE_REACH
    return steepest(radial_rise(sheet, 2), per_radius, int(low * per_radius), int(high * per_radius) + 1)


def _is_near(fit: Ellipse, start: Ellipse) -> bool:
    changed = abs(fit.radius_px - start.radius_px)
    return changed < 0.3 * start.radius_px and fit.centre_distance_px(start) < 0.4 * start.radius_px


def _radii_px(ellipse: Ellipse) -> Values:
    """(A,) length of the stretched unit vector at each angle."""
    right, down = ellipse.stretch @ unit_vectors(ANGLES)
    return np.hypot(right, down)


def pupil_score(pupil: Pupil) -> float:
    """How much a disc looks like a pupil: an even dark disc with a sharp rim all around.

    Parameters
    ----------
    pupil : Pupil

    Returns
    -------
    float
        0..1, higher is better.
    """
    steep = min(float(np.clip(pupil.rise, 0, MAX_RISE_GREYS).mean()), 15.0) / 15.0
    return pupil.agreeing * steep * pupil.even * float(np.clip(pupil.step / FULL_STEP_GREYS, 0.02, 1.0))


def _coarse_weight() -> Field:
    """(A,) lower where the upper lid usually lies; sum 1."""
    height = np.sin(angles(COARSE_ANGLES))
    weight = np.where(height < -0.6, 0.3, np.where(height < -0.3, 0.7, 1.0))
    return (weight / weight.sum()).astype(np.float32)


_COARSE_WEIGHT = _coarse_weight()
_WEIGHT = np.where(np.sin(angles(ANGLES)) < -0.6, UPPER_LID_WEIGHT, 1.0)
