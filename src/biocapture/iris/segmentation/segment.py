"""The straight line from the pixels of one eye to its outline."""

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.alternatives import best_hypothesis
from biocapture.iris.segmentation.candidates import candidates
from biocapture.iris.segmentation.ellipse_fit import with_shape
from biocapture.iris.segmentation.lids import Lid, uprightness
from biocapture.iris.segmentation.limbus import Limbus, find_limbus
from biocapture.iris.segmentation.polar import angles, polar_image, radial_rise
from biocapture.iris.segmentation.pupil import (
    MAX_RADIUS_SHARE,
    MIN_RADIUS_SHARE,
    Guess,
    Pupil,
    fit_pupil,
    guess_pupil,
    pupil_score,
)
from biocapture.iris.segmentation.reduction import Reduction, reduce_image
from biocapture.iris.segmentation.refine import Hypothesis, refine_pair
from biocapture.types import Failure, GreyPixels, Trace, Values, no_trace

MIN_PX = 64
"""Images with a shorter side are refused."""

MAX_GUESSES = 3
"""Guesses that are looked at closely."""

SUFFICIENT_PAIR_SCORE = 1.8
"""A pair this good is taken without looking further."""

MIN_SIDE_FOR_TWO_EYES, MIN_SECOND_EYE_CONFIDENCE = 7.0, 0.5
"""Side of a picture, in iris radii, that has room for two eyes; confidence from which the second one is one."""

EDGE_ANGLES = 128


def segment(pixels: GreyPixels, trace: Trace = no_trace) -> Outline | Failure:
    """Find pupil, limbus and lids of an eye lit by near infrared.

    Parameters
    ----------
    pixels : (H, W) uint8
    trace : callable
        Told the stages ``reduced``, ``dark``.

    Returns
    -------
    Outline or Failure
    """
    if min(pixels.shape[:2]) < MIN_PX:
        return Failure("iris.no_eye", f"{min(pixels.shape[:2])} px, least {MIN_PX}")
    small = reduce_image(pixels)
    trace("reduced", small.calm)
    trace("dark", small.dark)
    guesses = pupil_guesses(small.dark)
    found = locate(small, guesses)
    if found is None:
        return Failure("iris.no_eye", "no dark disc within a larger one")
    outline, sure = found
    if _has_second_eye(small, guesses, outline[1]):
        return Failure("iris.one_eye", "two eyes")
    return _outline_in_image(pixels, small, outline, sure)


def locate(small: Reduction, guesses: list[Guess]) -> tuple[Hypothesis, float] | None:
    """Pupil, limbus and lids in the working image, and how sure it is; None where there is no pair of discs."""
    found = first_hypothesis(small, guesses)
    return None if found is None else best_hypothesis(small, found)


def first_hypothesis(small: Reduction, guesses: list[Guess]) -> Hypothesis | None:
    """The best pair of discs, refined."""
    found = _best_pair(small, guesses)
    return None if found is None else refine_pair(small, found[0].ellipse, found[1].ellipse)


def _has_second_eye(small: Reduction, guesses: list[Guess], limbus: Ellipse) -> bool:
    """Whether there is a second eye beside the first; looked for where a picture is wide enough for two."""
    if max(small.calm.shape) < MIN_SIDE_FOR_TWO_EYES * limbus.radius_px:
        return False
    beside = [guess for guess in guesses if _distance(guess.circle, limbus) > 3 * limbus.radius_px]
    other = locate(small, beside)
    if other is None:
        return False
    (_, around, _), sure = other
    return sure > MIN_SECOND_EYE_CONFIDENCE and 0.6 < around.radius_px / limbus.radius_px < 1.7


def _distance(one: Ellipse, other: Ellipse) -> float:
    return float(np.hypot(one.row_px - other.row_px, one.column_px - other.column_px))


def pupil_guesses(dark: GreyPixels) -> list[Guess]:
    """Distinct circles that may be the pupil, best first."""
    longer = max(dark.shape)
    found: list[Guess] = []
    for candidate in candidates(dark):
        guess = guess_pupil(dark, candidate)
        sized = MIN_RADIUS_SHARE * longer < guess.circle.radius_px < MAX_RADIUS_SHARE * longer
        if sized and not any(_is_same_circle(guess.circle, other.circle) for other in found):
            found.append(guess)
    return sorted(found, key=lambda guess: -guess.score)[:MAX_GUESSES]


def _is_same_circle(one: Ellipse, other: Ellipse) -> bool:
    return bool(
        _distance(one, other) < 0.3 * one.radius_px and abs(one.radius_px - other.radius_px) < 0.25 * one.radius_px
    )


def _best_pair(small: Reduction, guesses: list[Guess]) -> tuple[Pupil, Limbus] | None:
    best: tuple[float, Pupil, Limbus] | None = None
    for guess in guesses:
        pupil = fit_pupil(small.dark, small.glare, guess.circle)
        limbus = find_limbus(small.calm, pupil.ellipse)
        if limbus is None:
            continue
        score = _pair_score(pupil, limbus, max(small.calm.shape))
        if best is None or score > best[0]:
            best = score, pupil, limbus
        if best[0] > SUFFICIENT_PAIR_SCORE:
            break
    return best[1:] if best else None


def _pair_score(pupil: Pupil, limbus: Limbus, longer: int) -> float:
    """How much a pair looks like an eye; 3 is excellent."""
    rim = np.sqrt(min(max(limbus.score, 0.1), 20.0)) / (1 + (limbus.spread / 18.0) ** 2)
    large = min(1.0, limbus.ellipse.radius_px / (0.13 * longer))
    brighter = min(1.0, max(0.02, (limbus.grey - pupil.grey - 4) / 14.0))
    return float(pupil_score(pupil) * rim * large * brighter)


def _outline_in_image(pixels: GreyPixels, small: Reduction, found: Hypothesis, sure: float) -> Outline:
    within, around, (upper, lower) = found
    enlarged = 1 / small.factor
    inner, outer = within.scaled(enlarged), around.scaled(enlarged)
    return Outline(
        pupil=inner,
        limbus=outer,
        pupil_edge_px=_edge_distances(small.dark, within) * enlarged,
        limbus_edge_px=_edge_distances(small.calm, around) * enlarged,
        upper_lid=_lid_rows(upper, outer, pixels.shape),
        lower_lid=_lid_rows(lower, outer, pixels.shape),
        confidence=sure,
        upright=uprightness(small, *found),
    )


def _edge_distances(image: GreyPixels, ellipse: Ellipse) -> Values:
    """(A,) distance from the centre at which greys rise most, near the ellipse; NaN where they do not rise."""
    reach, steps = 1.5, 96
    sheet = polar_image(image, with_shape(ellipse, (0.0, 0.0)), reach, steps, EDGE_ANGLES)
    rise = cv2.GaussianBlur(radial_rise(sheet, 3), (5, 3), 0)
    away = np.abs((np.arange(steps) + 0.5) * reach / steps - (_radii(ellipse) / ellipse.radius_px)[:, None])
    rise[away > 0.15] = 0
    best = rise.argmax(axis=1)
    seen = rise[np.arange(EDGE_ANGLES), best] > 2
    return np.where(seen, (best + 0.5) * reach / steps * ellipse.radius_px, np.nan)


def _radii(ellipse: Ellipse) -> Values:
    """(A,) px distance of the ellipse from its centre at equal angles."""
    turn = angles(EDGE_ANGLES) - ellipse.tilt_rad
    return 1 / np.hypot(np.cos(turn) / ellipse.major_px, np.sin(turn) / ellipse.minor_px)


def _lid_rows(lid: Lid, limbus: Ellipse, shape: tuple[int, ...]) -> Values:
    """Row of a rim in every column of the image; the image's edge where the lid does not reach over the iris."""
    height, width = shape[:2]
    if not lid.covers:
        return np.full(width, -0.5 if lid.upper else height - 0.5)
    column: Values = (np.arange(width, dtype=np.float64) - limbus.column_px) / limbus.radius_px
    return np.clip(limbus.row_px + lid.at(column) * limbus.radius_px, -0.5, height - 0.5)
