"""Comparison of two eyes: the turn at which their codes agree best, and how unlikely so much agreement is by chance."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.comparison.independence import dependence
from biocapture.iris.comparison.template import HALVES, Template
from biocapture.iris.comparison.turns import (
    MAX_SHIFT,
    NEAR,
    SHIFTS,
    Turns,
    best_turns,
    digits,
    exact_reference,
    rolled,
    turns_of,
)
from biocapture.iris.features.iris_code import PLACES
from biocapture.iris.parabola import parabola_vertex
from biocapture.types import Counts, Values

PLACE_DEG = 360.0 / PLACES

MIN_BITS = 250
"""Common bits below which two eyes are not compared: their distance is :data:`CHANCE_DISTANCE`."""

CHANCE_DISTANCE = 0.5
"""Distance of codes that have nothing to do with each other: half of the bits agree by chance."""

USUAL_INDEPENDENT_BITS = 200
"""Independent bits at which a distance is the share of bits that differ."""

FAR_TURN_DEVIATIONS = 1.0
"""By so many standard deviations eyes must be more alike where a turn is not that of a head: so many turns are tried
that different eyes would match several times as often; with it, a twentieth to a seventh more often."""

SCORE_CENTRE, SCORE_WIDTH = 0.3994, 0.01316
"""Distances: centre and width of the logistic curve to the score, such that a score means about the false match rate it
means for fingerprints; from models/iris_comparison/fit.py."""

THRESHOLDS = {1e-2: 79.3, 1e-3: 94.9, 1e-4: 98.57}
"""False match rate → smallest score of a match, midway between the development cameras with most and with fewest false
matches; same recipe."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Result of comparing two eyes.

    Attributes
    ----------
    score : float
        Comparison score 0..100, higher is more alike; see :data:`THRESHOLDS`.
    distance : float
        Share of the common bits that differ, as it would be with as many independent bits as usual; 0 = identical,
        about 0.4 for different eyes at their best turn. See :func:`normalised_distance`.
    common : int
        Bits that were compared.
    independent : float
        How many independent bits they are worth; see ``independence.py``.
    shift : int
        Places by which the code of the probe is rolled to lie on the reference: -64..63.
    rotation_deg : float
        By which the probe is turned, counter-clockwise, to lie on the reference; between places by
        interpolation where the eyes are alike.
    """

    score: float
    distance: float
    common: int
    independent: float
    shift: int
    rotation_deg: float


@dataclass(frozen=True, slots=True)
class Comparisons:
    """Results of comparing a probe with N references, (N,) each; see :class:`Comparison`.

    Attributes
    ----------
    distance : float64
    common : int64
    independent : float64
    shift : int64
    """

    distance: Values
    common: Counts
    independent: Values
    shift: Counts


@dataclass(frozen=True)
class PreparedTemplate:
    """A template prepared for many comparisons: rolled by all turns, once.

    Attributes
    ----------
    template : Template
    """

    template: Template

    @functools.cached_property
    def near(self) -> Turns:
        """At the turns of a head."""
        return turns_of(self.template.code, self.template.mask, SHIFTS[:NEAR], HALVES)

    @functools.cached_property
    def far(self) -> Turns:
        """At all others."""
        return turns_of(self.template.code, self.template.mask, SHIFTS[NEAR:], 1)


def prepare(template: Template) -> PreparedTemplate:
    """Make a template ready to be rolled once for many comparisons.

    Parameters
    ----------
    template : Template

    Returns
    -------
    PreparedTemplate
    """
    prepared = PreparedTemplate(template)
    prepared.near  # noqa: B018 (rolled now, and by the other turns when first needed)
    return prepared


def compare(probe: Template | PreparedTemplate, reference: Template | PreparedTemplate) -> Comparison:
    """Compare two eyes at the turns of a head and, where nothing fits there, at all others.

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
    found = compare_many(first, [second])
    distance, common, shift = float(found.distance[0]), int(found.common[0]), int(found.shift[0])
    beside = _between_places(first.template, second, shift) if distance < _ALIKE else 0.0
    turn = -(shift + beside) * PLACE_DEG
    return Comparison(score_of(distance), distance, common, float(found.independent[0]), shift, turn)


def compare_many(probe: PreparedTemplate, references: Sequence[Template]) -> Comparisons:
    """Compare one eye with many, at the turns of a head and, where nothing fits there, at all others.

    Parameters
    ----------
    probe : PreparedTemplate
    references : sequence of N Templates
        At least one.

    Returns
    -------
    Comparisons
    """
    codes, masks, grains = (
        np.array([getattr(each, name) for each in references]) for name in ("code", "mask", "grain")
    )
    bits_per_bit = dependence(probe.template.grain, grains)
    near = _at_best(probe.near, codes, masks, bits_per_bit)
    unlike = np.flatnonzero(near.distance > _CERTAIN)
    if not unlike.size:
        return near
    far = _at_best(probe.far, codes[unlike], masks[unlike], bits_per_bit[unlike])
    far.distance[:] = np.minimum(far.distance + FAR_TURN_DEVIATIONS * _DEVIATION, CHANCE_DISTANCE)
    better = far.distance < near.distance[unlike]
    for name in Comparisons.__slots__:
        getattr(near, name)[unlike[better]] = getattr(far, name)[better]
    return near


def scores_of_many(probe: Template | PreparedTemplate, references: Sequence[Template]) -> Values:
    """Scores of a probe against many references, each the same as that of :func:`compare`.

    Parameters
    ----------
    probe : Template or PreparedTemplate
    references : sequence of N Templates

    Returns
    -------
    (N,) float64
        0..100.
    """
    first = probe if isinstance(probe, PreparedTemplate) else prepare(probe)
    distances = compare_many(first, references).distance if len(references) else np.empty(0)
    return np.array([score_of(distance) for distance in distances.tolist()])


def normalised_distance(differing: Counts, common: Counts, independent: Values) -> Values:
    """Distances that rank pairs with many and with few independent bits together.

    0.5 - (0.5 - differing / common) · √(independent / usual): as many standard deviations below one half as the share
    of bits that differ is, for codes that have nothing to do with each other (Daugman 2007, equation 3,
    doi:10.1109/TSMCB.2006.889699, for independent bits instead of common ones).

    Parameters
    ----------
    differing, common : (...) integers
        Number of bits that differ, and that both codes have.
    independent : (...) float64
        How many independent bits the common ones are worth.

    Returns
    -------
    (...) float64
        0..1; 0 = identical, 0.5 where too few bits are common.
    """
    share = differing / np.maximum(common, 1)
    drawn = CHANCE_DISTANCE - (CHANCE_DISTANCE - share) * np.sqrt(independent / USUAL_INDEPENDENT_BITS)
    return np.where(common >= MIN_BITS, np.clip(drawn, 0.0, 1.0), CHANCE_DISTANCE)


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


def _at_best(turns: Turns, codes: NDArray[np.uint16], masks: NDArray[np.uint16], bits_per_bit: Values) -> Comparisons:
    """At the one of some turns at which the most bits agree, of (N, 2, 128) codes and masks."""
    codes, masks = (each.reshape(len(each), -1) for each in (codes, masks))
    size = turns.written.shape[1]
    turn, _ = best_turns(turns.written, exact_reference(digits(codes[:, :size], masks[:, :size])))
    both = turns.mask[turn] & masks.view(np.uint64)
    common = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
    differing = np.bitwise_count((turns.code[turn] ^ codes.view(np.uint64)) & both).sum(axis=1, dtype=np.int64)
    independent = common / bits_per_bit
    distance = normalised_distance(differing, common, independent)
    return Comparisons(distance, common, independent, turns.shifts[turn])


def _between_places(probe: Template, reference: Template, shift: int) -> float:
    """Where between the neighbouring places the codes would agree best, -0.5..0.5 places from a shift."""
    shifts = shift + _NEIGHBOURS
    both = rolled(probe.mask, shifts) & reference.mask.reshape(-1)
    differing = (rolled(probe.code, shifts) ^ reference.code.reshape(-1)) & both
    counts = np.bitwise_count(np.array([differing, both]).view(np.uint64)).sum(axis=2, dtype=np.int64)
    return parabola_vertex(counts[0] / np.maximum(counts[1], 1))


_NEIGHBOURS = np.array([-1, 0, 1])


def _distance_at(score: float) -> float:
    return SCORE_CENTRE - SCORE_WIDTH * math.log(score / (100.0 - score))


_CERTAIN, _ALIKE = _distance_at(THRESHOLDS[1e-4]), _distance_at(THRESHOLDS[1e-2])
"""Distance below which no farther turn is looked at; from which on it makes no sense to look between places."""

_DEVIATION = 1 / (2 * math.sqrt(USUAL_INDEPENDENT_BITS))
"""Of the normalised distances of eyes that have nothing to do with each other, at one turn."""

__all__ = ["MAX_SHIFT", "THRESHOLDS", "Comparison", "PreparedTemplate", "compare", "prepare", "scores_of_many"]
