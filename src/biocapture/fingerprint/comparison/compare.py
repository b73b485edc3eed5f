"""Comparison of two prints: local structures propose pairs, their agreement movements, coincident ridges the best."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.comparison.coincidence import (
    FIRST_REACH_PX,
    SECOND_REACH_PX,
    plane_transform,
    refined_transform,
    ridge_coincidence,
)
from biocapture.fingerprint.comparison.pairing import agreement, best_pairs, compatibility, relaxed_likeness, similarity
from biocapture.fingerprint.comparison.structure import Places, Structure, at_cells, structure_of
from biocapture.fingerprint.comparison.template import FIELD_PX, Template
from biocapture.fingerprint.units import angle_size
from biocapture.types import Indices, Values

MIN_MINUTIAE = 3
"""Of each print, and pairs of both: fewer fit together by chance."""

MAX_GAP_PX, MAX_TURN_RAD = 14.0, np.deg2rad(30.0)
"""How far paired minutiae may lie apart after the movement: skin stretches."""

MIN_OVERLAP_CELLS = 5
"""Cells that both prints must cover for shares and directions to be compared."""

MIN_AREA_WEIGHT = 0.5
"""Of all minutiae in the common area, so that a share of hardly anything is none."""

MAX_MOVEMENTS, SAME_MOVEMENT_FIT = 3, 0.5
"""Movements that are tried; pairs this compatible with the seed of one do not propose another."""

MIN_ALIGNED_PAIRS = 4
"""Minutiae a movement has to pair for ridges to be laid over one another."""

MAX_COUNTED_PAIRS = 20
"""More pairs mean many minutiae, not likeness: they are found in any two crowded prints."""

WEIGHTS = {"agreement": 0.2048, "paired": 0.2501, "share": 7.0631, "directions": 2.8693, "ridges": 19.8749}
OFFSET = -11.9786
"""Of the pieces of evidence; from models/fingerprint_comparison/fit.py."""

MINUTIAE_WEIGHTS = {"agreement": 0.9419, "paired": 0.1611, "share": 6.6231, "directions": 5.3444}
MINUTIAE_OFFSET = -6.069
"""Where ridges are not known; scores mean the same false match rates (same recipe)."""

THRESHOLDS = {1e-2: 51.28, 1e-3: 77.45, 1e-4: 99.47}
"""False match rate → lowest score of a match, measured on the non-mated pairs of the six development sets (same
recipe): of 16,704 pairs of one sensor, none reaches the highest; of 760 pairs of other synthetic fingers of one
pattern, 15 do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two prints are.

    Attributes
    ----------
    score : float
        Comparison score, 0..100, higher is more alike; see :data:`THRESHOLDS`.
    paired : (K, 2) int
        Indices of the minutiae that agree, in the probe and in the reference.
    rotation_deg : float
        By which the probe is turned, counter-clockwise, to lie on the reference.
    evidence : dict
        The pieces of evidence, before weighting; without ``ridges`` where they are not known of one of the prints.
    """

    score: float
    paired: Indices
    rotation_deg: float
    evidence: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Movement:
    """A turn (unit complex) and a shift that lay the probe on the reference, and the minutiae that agree then."""

    turn: complex
    shift: complex
    paired: Indices


NO_EVIDENCE = {"agreement": -9.0, "paired": 0.0, "share": 0.0, "directions": 0.0, "ridges": 0.0}
"""Evidence where a print has too few minutiae, or no movement explains the pairs."""

NO_PAIRS = np.zeros((0, 2), np.intp)


def compare(probe: Template | Structure, reference: Template | Structure) -> Comparison:
    """Compare two prints.

    Which of them is the probe hardly matters, and the same pair in the same order always gives the same score.

    Parameters
    ----------
    probe, reference : Template or Structure
        A structure saves time where a print is compared more than once.

    Returns
    -------
    Comparison
        With a score near 0 where one of them has fewer than three minutiae.
    """
    first, second = (each if isinstance(each, Structure) else structure_of(each) for each in (probe, reference))
    evidence, paired, rotation = _evidence(first, second)
    offset, weights = (OFFSET, WEIGHTS) if "ridges" in evidence else (MINUTIAE_OFFSET, MINUTIAE_WEIGHTS)
    logit = offset + sum(weights[name] * value for name, value in evidence.items())
    score = 100.0 / (1.0 + np.exp(np.clip(-logit, -60, 60)))
    return Comparison(float(score), paired, float(np.rad2deg(rotation)), evidence)


def _evidence(probe: Structure, reference: Structure) -> tuple[dict[str, float], Indices, float]:
    """Pieces of evidence, paired minutiae, rotation in radians."""
    ridged = probe.ridges.size > 0 and reference.ridges.size > 0
    nothing = {name: value for name, value in NO_EVIDENCE.items() if name != "ridges" or ridged}
    if min(len(probe), len(reference)) < MIN_MINUTIAE:
        return nothing, NO_PAIRS, 0.0
    likeness = similarity(probe, reference)
    first, second = best_pairs(likeness)
    if len(first) < MIN_MINUTIAE:
        return nothing, NO_PAIRS, 0.0
    before = likeness[first, second]
    compatible = compatibility(probe, reference, first, second)
    after = relaxed_likeness(before, compatible)
    movements = list(_movements(probe, reference, (first, second), compatible, after))
    if not movements:
        return nothing, NO_PAIRS, 0.0
    best, ridges = _best_movement(probe, reference, movements) if ridged else (movements[0], {})
    evidence = {"agreement": agreement(before, after, min(likeness.shape))}
    evidence |= {"paired": float(min(len(best.paired), MAX_COUNTED_PAIRS))} | _overlap(probe, reference, best) | ridges
    return evidence, best.paired, float(np.angle(best.turn))


def _movements(
    probe: Structure, reference: Structure, pairs: tuple[Indices, Indices], compatible: Values, after: Values
) -> Iterator[_Movement]:
    """Movements that the best supported pairs propose, each with those that agree with it; no two of the same pairs.

    Several, so that the ridges can decide.
    """
    first, second = pairs
    support = after * (compatible @ after)
    for _ in range(MAX_MOVEMENTS):
        seed = int(np.argmax(support))
        weight = compatible[seed] * after
        weight[seed] = after[seed]
        if support[seed] < 0 or weight.sum() <= 0:
            return
        support[seed] = -1
        support[compatible[seed] > SAME_MOVEMENT_FIT] = -1
        turn, shift = _movement(probe.place[first], reference.place[second], weight)
        for _ in range(2):
            paired = _paired(probe, reference, turn, shift)
            if len(paired) < MIN_MINUTIAE:
                break
            source, target = probe.place[paired[:, 0]], reference.place[paired[:, 1]]
            turn, shift = _movement(source, target, np.ones(len(paired)))
        yield _Movement(turn, shift, paired)


def _best_movement(
    probe: Structure, reference: Structure, movements: list[_Movement]
) -> tuple[_Movement, dict[str, float]]:
    """The movement in which ridges coincide most, and how much they do once it is corrected by their shifts."""
    tried = [movement for movement in movements if len(movement.paired) >= MIN_ALIGNED_PAIRS]
    if not tried:
        return movements[0], {"ridges": NO_EVIDENCE["ridges"]}
    transforms = [plane_transform(movement.turn, movement.shift) for movement in tried]
    coarse = [ridge_coincidence(probe.ridges, reference.ridges, each, FIRST_REACH_PX) for each in transforms]
    best = max(range(len(coarse)), key=lambda index: coarse[index].value)
    refined = refined_transform(transforms[best], coarse[best])
    fine = ridge_coincidence(probe.ridges, reference.ridges, refined, SECOND_REACH_PX)
    return tried[best], {"ridges": fine.value}


def _movement(source: Places, target: Places, weight: Values) -> tuple[complex, complex]:
    """Turn (unit complex) and shift that bring the source on the target with least squares."""
    weight = weight / weight.sum()
    middle, goal = (weight * source).sum(), (weight * target).sum()
    both = (weight * (target - goal) * np.conj(source - middle)).sum()
    turn = both / max(abs(both), 1e-12)
    return complex(turn), complex(goal - turn * middle)


def _paired(probe: Structure, reference: Structure, turn: complex, shift: complex) -> Indices:
    """(K, 2) pairs that are each other's nearest under the movement."""
    gap = np.abs((probe.place * turn + shift)[:, None] - reference.place[None, :])
    differing = angle_size(probe.angle[:, None] + np.angle(turn) - reference.angle[None, :])
    near = (gap < MAX_GAP_PX) & (differing < MAX_TURN_RAD)
    cost = np.where(near, gap / MAX_GAP_PX + differing / MAX_TURN_RAD, np.inf)
    nearest, back = cost.argmin(axis=1), cost.argmin(axis=0)
    each = np.arange(len(probe))
    mutual = (back[nearest] == each) & np.isfinite(cost[each, nearest])
    return np.stack([each[mutual], nearest[mutual]], axis=1)


def _overlap(probe: Structure, reference: Structure, movement: _Movement) -> dict[str, float]:
    """Of the common area: share of the minutiae's weight that is paired, mean agreement of ridge directions (-1..1)."""
    turn, shift, paired = movement.turn, movement.shift, movement.paired
    row, column = np.nonzero(probe.direction)
    place = (column + 0.5) * FIELD_PX - 1j * (row + 0.5) * FIELD_PX
    there = at_cells(reference.direction, place * turn + shift)
    common = there != 0
    if common.sum() < MIN_OVERLAP_CELLS:
        return {"share": 0.0, "directions": 0.0}
    here = probe.direction[row[common], column[common]]
    # Doubled directions turn by twice the angle of the movement.
    directions = float((here * np.conj(there[common]) * np.complex64(turn * turn)).real.mean())
    in_probe = probe.weight[at_cells(reference.direction, probe.place * turn + shift) != 0].sum()
    in_reference = reference.weight[at_cells(probe.direction, (reference.place - shift) / turn) != 0].sum()
    weight = np.sqrt(probe.weight[paired[:, 0]] * reference.weight[paired[:, 1]]).sum()
    common_weight = np.sqrt(max(in_probe, MIN_AREA_WEIGHT) * max(in_reference, MIN_AREA_WEIGHT))
    return {"share": float(weight / common_weight), "directions": directions}
