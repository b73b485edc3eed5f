"""The straight line from the pixels of one eye to its outline."""

from collections.abc import Iterable, Iterator

import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.alternatives import SURE_CONFIDENCE, best_hypothesis
from biocapture.iris.segmentation.candidates import candidates
from biocapture.iris.segmentation.confidence import boundary_evidence, confidence
from biocapture.iris.segmentation.limbus import Limbus, find_limbus
from biocapture.iris.segmentation.located import Located
from biocapture.iris.segmentation.proposals import proposal
from biocapture.iris.segmentation.pupil import (
    MAX_RADIUS_SHARE,
    MIN_RADIUS_SHARE,
    Guess,
    Pupil,
    fit_pupil,
    guess_pupils,
    pupil_score,
)
from biocapture.iris.segmentation.reduction import BLACK_QUANTILES, Reduction, close_up, reduce_image
from biocapture.iris.segmentation.refine import Hypothesis, refine_pair
from biocapture.types import Failure, GreyPixels, Trace, no_trace

MIN_PX = 64
"""Shorter side of an image below which it is refused."""

SUFFICIENT_PAIR_SCORE = 1.8
"""Score from which a pair of discs is taken without trying further guesses; see :func:`_pair_score`."""

MIN_SIDE_FOR_TWO_EYES, MIN_SECOND_EYE_CONFIDENCE = 7.0, 0.85
"""Side of an image, in iris radii, that has room for two eyes; confidence from which the second one counts."""

ASKED_BELOW = 0.85
"""Confidence below which the network is asked, too."""


def segment(pixels: GreyPixels, trace: Trace = no_trace) -> Outline | Failure:
    """Find pupil, limbus and lids of an eye lit by near infrared.

    Dark discs are proposed on a tiny image, the best of them fitted with a limbus around it, and both refined together
    with the lids. Where the result is doubtful, alternatives are tried; see ``alternatives.py``. Where it still is, a
    network is asked where pupil and limbus may be; see ``proposals.py``. What the rims speak for most is taken.

    Parameters
    ----------
    pixels : (H, W) uint8
    trace : callable
        Receives the stages ``reduced`` and ``dark``.

    Returns
    -------
    Outline or Failure
        ``iris.no_eye`` where the image is too small or shows no pair of discs, ``iris.one_eye`` where it shows two
        eyes.
    """
    if min(pixels.shape[:2]) < MIN_PX:
        return Failure("iris.no_eye", f"{min(pixels.shape[:2])} px, least {MIN_PX}")
    eye = find_eye(pixels, trace)
    if eye is None:
        return Failure("iris.no_eye", "no dark disc within a larger one")
    located, small = eye
    if _has_second_eye(pixels, small, located):
        return Failure("iris.one_eye", "two eyes")
    return located.outline(pixels.shape)


def find_eye(pixels: GreyPixels, trace: Trace = no_trace) -> tuple[Located, Reduction] | None:
    """The likeliest of all the outlines that are tried.

    Parameters
    ----------
    pixels : (H, W) uint8
    trace : callable
        See :func:`segment`.

    Returns
    -------
    (Located, Reduction) or None
        The eye, and the reduction of all of the image that it was found in.
    """
    found: list[tuple[Located, Reduction]] = []
    for black_quantile in BLACK_QUANTILES:
        small = reduce_image(pixels, black_quantile)
        trace("reduced", small.calm)
        trace("dark", small.dark)
        located = locate(pixels, small, pupil_guesses(small.dark))
        if located is not None:
            found.append((located, small))
            if located.confidence >= SURE_CONFIDENCE:
                break
    if max((located.confidence for located, _ in found), default=0.0) < ASKED_BELOW:
        found += [(each, small) for each in proposed_outlines(pixels, small)]
    return max(found, key=lambda one: one[0].confidence) if found else None


def proposed_outlines(pixels: GreyPixels, small: Reduction) -> Iterator[Located]:
    """The outlines that the network's proposal leads to: with a limbus found near the proposed one, and with that one.

    Parameters
    ----------
    pixels : (H, W) uint8
    small : Reduction
        Of all of the image.

    Yields
    ------
    Located
    """
    proposed = proposal(pixels)
    if proposed is None:
        return
    guess = Guess(small.from_image(proposed.pupil), small.from_image(proposed.limbus))
    if (fitted := first_hypothesis(pixels, small, [guess])) is not None:
        near, hypothesis = fitted
        yield Located(near, hypothesis, confidence(boundary_evidence(near, *hypothesis)))
    near = close_up(pixels, small.tone, proposed.limbus)
    hypothesis = refine_pair(near, near.from_image(proposed.pupil), near.from_image(proposed.limbus))
    yield Located(near, hypothesis, confidence(boundary_evidence(near, *hypothesis)))


def locate(pixels: GreyPixels, small: Reduction, guesses: Iterable[Guess]) -> Located | None:
    """Pupil, limbus and lids of the likeliest eye.

    Parameters
    ----------
    pixels : (H, W) uint8
    small : Reduction
        Of all of the image.
    guesses : iterable of Guess
        In pixels of it; see :func:`pupil_guesses`.

    Returns
    -------
    Located or None
        None where there is no pair of discs.
    """
    first = first_hypothesis(pixels, small, guesses)
    if first is None:
        return None
    near, hypothesis = first
    return Located(near, *best_hypothesis(near, hypothesis))


def first_hypothesis(
    pixels: GreyPixels, small: Reduction, guesses: Iterable[Guess]
) -> tuple[Reduction, Hypothesis] | None:
    """The best pair of discs, refined; no alternatives are tried.

    Parameters
    ----------
    pixels : (H, W) uint8
    small : Reduction
        Of all of the image.
    guesses : iterable of Guess
        In pixels of it; see :func:`pupil_guesses`.

    Returns
    -------
    (near, (pupil, limbus, lids)) or None
        The working image of the iris, and the outline in pixels of it.
    """
    pair = _best_pair(small, guesses)
    if pair is None:
        return None
    pupil, limbus = (small.to_image(disc.ellipse) for disc in pair)
    near = close_up(pixels, small.tone, limbus)
    return near, refine_pair(near, near.from_image(pupil), near.from_image(limbus))


def _has_second_eye(pixels: GreyPixels, small: Reduction, first: Located) -> bool:
    """Whether there is a second eye beside the first; looked for where an image is wide enough for two."""
    limbus = first.limbus
    if max(pixels.shape) < MIN_SIDE_FOR_TWO_EYES * limbus.radius_px:
        return False
    far = 3 * limbus.radius_px
    guesses = pupil_guesses(small.dark)
    beside = (guess for guess in guesses if small.to_image(guess.circle).centre_distance_px(limbus) > far)
    second = locate(pixels, small, beside)
    if second is None:
        return False
    alike = 0.6 < second.limbus.radius_px / limbus.radius_px < 1.7
    return second.confidence > MIN_SECOND_EYE_CONFIDENCE and alike


def pupil_guesses(dark: GreyPixels) -> Iterator[Guess]:
    """Distinct circles that may be the pupil, found as they are asked for.

    Parameters
    ----------
    dark : (H, W) uint8
        See :class:`biocapture.iris.segmentation.reduction.Reduction`.

    Yields
    ------
    Guess
        The likeliest first.
    """
    longer = max(dark.shape)
    known: list[Ellipse] = []
    for candidate in candidates(dark):
        for guess in guess_pupils(dark, candidate):
            right_size = MIN_RADIUS_SHARE * longer < guess.circle.radius_px < MAX_RADIUS_SHARE * longer
            if right_size and not any(_is_same_circle(guess.circle, circle) for circle in known):
                known.append(guess.circle)
                yield guess


def _is_same_circle(first: Ellipse, second: Ellipse) -> bool:
    near = first.centre_distance_px(second) < 0.3 * first.radius_px
    return near and abs(first.radius_px - second.radius_px) < 0.25 * first.radius_px


def _best_pair(small: Reduction, guesses: Iterable[Guess]) -> tuple[Pupil, Limbus] | None:
    best: tuple[float, Pupil, Limbus] | None = None
    for guess in guesses:
        pupil = fit_pupil(small.dark, small.glare, guess.circle)
        limbus = find_limbus(small.calm, pupil.ellipse, guess.limbus)
        if limbus is None:
            continue
        score = _pair_score(pupil, limbus, max(small.calm.shape))
        if best is None or score > best[0]:
            best = score, pupil, limbus
        if best[0] > SUFFICIENT_PAIR_SCORE:
            break
    return best[1:] if best else None


def _pair_score(pupil: Pupil, limbus: Limbus, longer: int) -> float:
    """How much a pair looks like an eye: a good pupil in an even, brighter iris with a sharp rim; 3 is excellent."""
    rim = np.sqrt(min(max(limbus.score, 0.1), 20.0)) / (1 + (limbus.spread / 30.0) ** 2)
    large = min(1.0, limbus.ellipse.radius_px / (0.13 * longer))
    return float(pupil_score(pupil) * rim * large)
