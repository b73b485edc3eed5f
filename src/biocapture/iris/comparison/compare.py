"""Comparison of two eyes: the least Hamming distance of their codes over turns of ±22.5°."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.comparison.template import HALVES, Template
from biocapture.iris.features.iris_code import PLACES
from biocapture.iris.parabola import parabola_vertex
from biocapture.types import Counts, Values

WideWords = NDArray[np.uint64]

MAX_SHIFT = 8
"""Places by which a head may be turned, either way: 22.5°."""

SHIFTS = np.arange(-MAX_SHIFT - 1, MAX_SHIFT + 2)
"""Of a prepared code: one more either way, so that the distance at the outermost turn has two neighbours."""

PLACE_DEG = 360.0 / PLACES

USUAL_BITS = 1591
"""Median number of bits that two eyes have in common (development eyes)."""

MIN_BITS = 250
"""Common bits below which two eyes are not compared: their distance is :data:`CHANCE_DISTANCE`."""

CHANCE_DISTANCE = 0.5
"""Distance of codes that have nothing to do with each other: half of the bits agree by chance."""

SCORE_CENTRE, SCORE_WIDTH = 0.3883, 0.0102
"""Distances: centre and width of the logistic curve to the score, such that a score means about the false match rate it
means for fingerprints; from models/iris_comparison/fit.py."""

THRESHOLDS = {1e-2: 78.11, 1e-3: 95.79, 1e-4: 98.37}
"""False match rate → smallest score that keeps it in 95 of 100 drawings of other eyes; measured on non-mated pairs of
development eyes (same recipe)."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Result of comparing two eyes.

    Attributes
    ----------
    score : float
        Comparison score 0..100, higher is more alike; see :data:`THRESHOLDS`.
    distance : float
        Share of the common bits that differ, drawn towards 0.5 the fewer they are (Daugman 2007,
        doi:10.1109/TSMCB.2006.889699); 0 = identical, about 0.4 for different eyes at their best turn.
    common : int
        Bits that were compared.
    shift : int
        Places by which the code of the probe is rolled to lie on the reference.
    rotation_deg : float
        By which the probe is turned, counter-clockwise, to lie on the reference; between places by interpolation.
    """

    score: float
    distance: float
    common: int
    shift: int
    rotation_deg: float


@dataclass(frozen=True, slots=True)
class PreparedTemplate:
    """A template prepared for many comparisons.

    Attributes
    ----------
    template : Template
    code, mask : (19, 2, 32) uint64
        Rolled by each of :data:`SHIFTS`.
    """

    template: Template
    code: WideWords
    mask: WideWords


def prepare(template: Template) -> PreparedTemplate:
    """Roll a template by all turns, once for many comparisons.

    Parameters
    ----------
    template : Template

    Returns
    -------
    PreparedTemplate
    """
    code, mask = (packed_words(np.moveaxis(rolled_codes(words), -2, 0)) for words in (template.code, template.mask))
    return PreparedTemplate(template, code, mask)


def rolled_codes(words: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Words of a code, or of its mask, rolled along their places by each of :data:`SHIFTS`.

    Parameters
    ----------
    words : (..., 128) uint16

    Returns
    -------
    (..., 19, 128) uint16
    """
    return words[..., (np.arange(PLACES)[None] - SHIFTS[:, None]) % PLACES]


def packed_words(words: NDArray[np.uint16]) -> WideWords:
    """Four words in one, so that a comparison takes a quarter of the steps.

    Parameters
    ----------
    words : (..., 128) uint16

    Returns
    -------
    (..., 32) uint64
    """
    return np.ascontiguousarray(words).view(np.uint64)


def compare(probe: Template | PreparedTemplate, reference: Template | PreparedTemplate) -> Comparison:
    """Compare two eyes: half of the bits at all turns, then all of them at the best turn and beside it.

    Parameters
    ----------
    probe, reference : Template or PreparedTemplate
        Preparing the probe saves time where it is compared often; that of the reference is not used.

    Returns
    -------
    Comparison
    """
    first = probe if isinstance(probe, PreparedTemplate) else prepare(probe)
    second = reference.template if isinstance(reference, PreparedTemplate) else reference
    code, mask = packed_words(second.code), packed_words(second.mask)
    rough, _ = _distances(first.code[1:-1, :1], first.mask[1:-1, :1], code[:1], mask[:1])
    best = int(rough.argmin()) + 1
    near = slice(best - 1, best + 2)
    fine, common = _distances(first.code[near], first.mask[near], code, mask)
    chosen = int(np.where(np.abs(SHIFTS[near]) <= MAX_SHIFT, fine, np.inf).argmin())
    shift, distance = int(SHIFTS[near][chosen]), float(fine[chosen])
    turn = shift + (parabola_vertex(fine) if chosen == 1 else 0.0)
    return Comparison(score_of(distance), distance, int(common[chosen]), shift, -turn * PLACE_DEG)


def normalised_distance(differing: Counts, common: Counts, usual: float = USUAL_BITS) -> Values:
    """Distances that rank pairs with many and with few common bits together.

    0.5 - (0.5 - differing / common) · √(common / usual): different eyes spread as the square root of the number of bits
    that are compared (Daugman 2007, equation 3). More than the usual number draws no further: no distance is negative.

    Parameters
    ----------
    differing, common : (...) integers
        Number of bits that differ, and that both codes have.
    usual : float
        Number of common bits at which the share stays as it is.

    Returns
    -------
    (...) float64
        0..1; 0 = identical, 0.5 where too few bits are common.
    """
    share = differing / np.maximum(common, 1)
    enough = common >= MIN_BITS * usual / USUAL_BITS
    drawn = CHANCE_DISTANCE - (CHANCE_DISTANCE - share) * np.sqrt(np.minimum(common / usual, 1.0))
    return np.where(enough, drawn, CHANCE_DISTANCE)


def score_of(distance: float) -> float:
    """Comparison score of a distance.

    Parameters
    ----------
    distance : float
        0..1; see :func:`normalised_distance`.

    Returns
    -------
    float
        0..100, higher is more alike.
    """
    return 100.0 / (1.0 + math.exp(min((distance - SCORE_CENTRE) / SCORE_WIDTH, 60.0)))


def _distances(code: WideWords, mask: WideWords, other_code: WideWords, other_mask: WideWords) -> tuple[Values, Counts]:
    """(S,) normalised distances of (S, H, 32) rolled codes to an (H, 32) one, and numbers of common bits."""
    both = mask & other_mask
    differing = np.bitwise_count((code ^ other_code) & both).sum(axis=(1, 2), dtype=np.int64)
    common = np.bitwise_count(both).sum(axis=(1, 2), dtype=np.int64)
    return normalised_distance(differing, common, USUAL_BITS * len(other_code) / HALVES), common
