"""Comparison of two prints: local structures propose pairs, their agreement movements, coincident ridges the one."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.coincidence import (
    FIRST_REACH_PX,
    SECOND_REACH_PX,
    corrected,
    laid_over,
    movement,
)
from biocapture.fingerprint.comparison.structure import Structure, at_cells, structure_of
from biocapture.fingerprint.comparison.template import FIELD_PX, Template
from biocapture.fingerprint.units import angle_size
from biocapture.types import Values

Indices = NDArray[np.intp]

MAX_PAIRS = 30
"""Pairs that are relaxed together."""

ROUNDS, INERTIA = 5, 0.5
"""Relaxation (Cappelli, Ferrara & Maltoni 2010, LSS-R)."""

MIN_JUDGED, MAX_JUDGED = 4, 12
"""Pairs whose mean decides, by the number of minutiae."""

MIN_MINUTIAE = 3
MIN_SEEN = 20
"""Ring samples that must lie on both prints for their surroundings to be compared."""

DIRECTION_POWER = 6
"""Surroundings are alike on any two prints of a pattern; only very alike ones count."""

SAME_PX, SAME_RAD = 14.0, np.deg2rad(30.0)
"""How far paired minutiae may lie apart after the movement: skin stretches."""

MIN_OVERLAP_CELLS = 5

MIN_WEIGHT = 0.5
"""Of all minutiae in the common area, so that a share of hardly anything is none."""

MAX_WAYS, ALIKE = 3, 0.5
"""Movements that are tried; pairs this compatible with the seed of one do not propose another."""

MIN_LAID = 4
"""Minutiae a movement has to pair for ridges to be laid over one another."""

MAX_COUNTED = 20
"""More pairs tell of many minutiae, not of likeness: they are found in any two crowded prints."""

WEIGHTS = {"agreement": 0.2048, "paired": 0.2501, "share": 7.0631, "directions": 2.8693, "ridges": 19.8749}
OFFSET = -11.9786
"""Of the pieces of evidence; from models/fingerprint_comparison/fit.py."""

MINUTIAE_WEIGHTS = {"agreement": 0.9419, "paired": 0.1611, "share": 6.6231, "directions": 5.3444}
MINUTIAE_OFFSET = -6.069
"""Where ridges are not known; scores mean the same false match rates (same recipe)."""

THRESHOLDS = {1e-2: 51.28, 1e-3: 77.45, 1e-4: 99.47}
"""False match rate → least score, measured on the impostor pairs of the six development sets (same recipe): of 16,704
pairs of one sensor, none reaches the highest; of 760 pairs of other synthetic fingers of one pattern, 15 do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two prints are.

    Attributes
    ----------
    score : float
        0..100, higher is more alike; see :data:`THRESHOLDS`.
    paired : (K, 2) int
        Indices of the minutiae that agree, in the first and in the second template.
    rotation_deg : float
        By which the first print is turned, counter-clockwise, to lie on the second.
    evidence : dict
        The pieces of evidence, before weighting; without ``ridges`` where one of the prints does not tell its ridges.
    """

    score: float
    paired: Indices
    rotation_deg: float
    evidence: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Way:
    """A turn (unit complex) and a shift that lay the first print on the second, and the minutiae that agree then."""

    turn: complex
    shift: complex
    paired: Indices


NOTHING = {"agreement": -9.0, "paired": 0.0, "share": 0.0, "directions": 0.0, "ridges": 0.0}
"""Evidence where a print has too few minutiae, or no movement explains the pairs."""

NO_PAIRS = np.zeros((0, 2), np.intp)


def compare(one: Template | Structure, other: Template | Structure) -> Comparison:
    """Compare two prints; the order does not matter much, and the same pair always gives the same score."""
    a, b = (each if isinstance(each, Structure) else structure_of(each) for each in (one, other))
    evidence, paired, rotation = _evidence(a, b)
    offset, weights = (OFFSET, WEIGHTS) if "ridges" in evidence else (MINUTIAE_OFFSET, MINUTIAE_WEIGHTS)
    logit = offset + sum(weights[name] * value for name, value in evidence.items())
    score = 100.0 / (1.0 + np.exp(np.clip(-logit, -60, 60)))
    return Comparison(float(score), paired, float(np.rad2deg(rotation)), evidence)


def similarity(a: Structure, b: Structure) -> Values:
    """(M, M') likeness of local structures, 0..1."""
    common = a.seen @ b.seen.T
    turned = a.surroundings @ b.surroundings.T
    directions = np.where(common > MIN_SEEN, turned / np.maximum(common, 1), 0)
    neighbours = a.cylinder @ b.cylinder.T
    return np.clip(directions, 0, 1).astype(np.float64) ** DIRECTION_POWER * np.clip(neighbours, 0, 1)


def _evidence(a: Structure, b: Structure) -> tuple[dict[str, float], Indices, float]:
    ridged = a.ridges.size > 0 and b.ridges.size > 0
    nothing = {name: value for name, value in NOTHING.items() if name != "ridges" or ridged}
    if min(len(a), len(b)) < MIN_MINUTIAE:
        return nothing, NO_PAIRS, 0.0
    alike = similarity(a, b)
    first, second = _best_pairs(alike)
    if len(first) < MIN_MINUTIAE:
        return nothing, NO_PAIRS, 0.0
    before = alike[first, second]
    compatible = _compatible(a, b, first, second)
    after = _relaxed(before, compatible)
    ways = list(_ways(a, b, (first, second), compatible, after))
    if not ways:
        return nothing, NO_PAIRS, 0.0
    way, ridges = _best_way(a, b, ways) if ridged else (ways[0], {})
    evidence = {"agreement": _agreement(before, after, min(alike.shape))}
    evidence |= {"paired": float(min(len(way.paired), MAX_COUNTED))} | _overlap(a, b, way) | ridges
    return evidence, way.paired, float(np.angle(way.turn))


def _ways(
    a: Structure, b: Structure, pairs: tuple[Indices, Indices], compatible: Values, after: Values
) -> Iterator[_Way]:
    """Movements that the best supported pairs propose, each with those that agree with it; no two of the same pairs."""
    first, second = pairs
    support = after * (compatible @ after)
    for _ in range(MAX_WAYS):
        seed = int(np.argmax(support))
        weight = compatible[seed] * after
        weight[seed] = after[seed]
        if support[seed] < 0 or weight.sum() <= 0:
            return
        support[seed] = -1
        support[compatible[seed] > ALIKE] = -1
        turn, shift = _movement(a.place[first], b.place[second], weight)
        for _ in range(2):
            paired = _paired(a, b, turn, shift)
            if len(paired) < MIN_MINUTIAE:
                break
            turn, shift = _movement(a.place[paired[:, 0]], b.place[paired[:, 1]], np.ones(len(paired)))
        yield _Way(turn, shift, paired)


def _best_way(a: Structure, b: Structure, ways: list[_Way]) -> tuple[_Way, dict[str, float]]:
    """The way in which ridges coincide most, and how much they do once it is corrected by what they tell."""
    tried = [way for way in ways if len(way.paired) >= MIN_LAID]
    if not tried:
        return ways[0], {"ridges": NOTHING["ridges"]}
    moved = [movement(way.turn, way.shift) for way in tried]
    laid = [laid_over(a.ridges, b.ridges, each, FIRST_REACH_PX) for each in moved]
    best = max(range(len(laid)), key=lambda way: laid[way].coincidence)
    again = laid_over(a.ridges, b.ridges, corrected(moved[best], laid[best]), SECOND_REACH_PX)
    return tried[best], {"ridges": again.coincidence}


def _best_pairs(alike: Values) -> tuple[Indices, Indices]:
    """The most alike pairs, each minutia at most once: a pair that is the best of its row and column goes first."""
    wanted = min(MAX_PAIRS, *alike.shape)
    flat = np.argsort(-alike, axis=None, kind="stable")[: 4 * wanted]
    row, column = np.divmod(flat, alike.shape[1])
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    chosen = []
    for rank, (i, j) in enumerate(zip(row.tolist(), column.tolist(), strict=True)):
        if i not in taken_rows and j not in taken_columns:
            taken_rows.add(i)
            taken_columns.add(j)
            chosen.append(rank)
            if len(chosen) == wanted:
                break
    return row[chosen], column[chosen]


def _compatible(a: Structure, b: Structure, first: Indices, second: Indices) -> Values:
    """(P, P) 0..1: whether two pairs keep their distance and their directions to one another."""
    gap_a, gap_b = (each[:, None] - each[None, :] for each in (a.place[first], b.place[second]))
    length_a, length_b = np.abs(gap_a), np.abs(gap_b)
    stretch = np.abs(length_a - length_b)
    angle_a, angle_b = a.angle[first], b.angle[second]
    turn = angle_size((angle_a[:, None] - angle_a[None, :]) - (angle_b[:, None] - angle_b[None, :]))
    bearing = angle_size((angle_a[:, None] - np.angle(gap_a)) - (angle_b[:, None] - np.angle(gap_b)))
    keeps = _falling(stretch, 8.0 + 0.04 * np.minimum(length_a, length_b), 0.6)
    keeps *= _falling(turn, np.pi / 8, 12.0) * _falling(bearing, np.pi / 10, 14.0)
    keeps[(length_a < 1e-3) | (length_b < 1e-3)] = 0.0
    return keeps


def _relaxed(value: Values, compatible: Values) -> Values:
    """Likeness of each pair drawn towards that of the pairs it agrees with."""
    for _ in range(ROUNDS):
        value = INERTIA * value + (1 - INERTIA) / (len(value) - 1) * (compatible @ value)
    return value


def _agreement(before: Values, after: Values, minutiae: int) -> float:
    """Logarithm of the mean relaxed likeness of the pairs that lost least."""
    judged = MIN_JUDGED + (MAX_JUDGED - MIN_JUDGED) / (1 + np.exp(-0.15 * (minutiae - 30)))
    kept = np.argsort(-after / np.maximum(before, 1e-9), kind="stable")[: round(judged)]
    return float(np.log(after[kept].mean() + 1e-4))


def _movement(
    source: NDArray[np.complex128], target: NDArray[np.complex128], weight: Values
) -> tuple[complex, complex]:
    """Turn (unit complex) and shift that bring the source on the target with least squares."""
    weight = weight / weight.sum()
    middle, goal = (weight * source).sum(), (weight * target).sum()
    both = (weight * (target - goal) * np.conj(source - middle)).sum()
    turn = both / max(abs(both), 1e-12)
    return complex(turn), complex(goal - turn * middle)


def _paired(a: Structure, b: Structure, turn: complex, shift: complex) -> Indices:
    """(K, 2) pairs that are each other's nearest under the movement."""
    gap = np.abs((a.place * turn + shift)[:, None] - b.place[None, :])
    differing = angle_size(a.angle[:, None] + np.angle(turn) - b.angle[None, :])
    cost = np.where((gap < SAME_PX) & (differing < SAME_RAD), gap / SAME_PX + differing / SAME_RAD, np.inf)
    nearest, back = cost.argmin(axis=1), cost.argmin(axis=0)
    each = np.arange(len(a))
    mutual = (back[nearest] == each) & np.isfinite(cost[each, nearest])
    return np.stack([each[mutual], nearest[mutual]], axis=1)


def _overlap(a: Structure, b: Structure, way: _Way) -> dict[str, float]:
    """Of the common area: share of the minutiae's weight that is paired, mean agreement of ridge directions (-1..1)."""
    turn, shift = way.turn, way.shift
    row, column = np.nonzero(a.direction)
    place = (column + 0.5) * FIELD_PX - 1j * (row + 0.5) * FIELD_PX
    there = at_cells(b.direction, place * turn + shift)
    common = there != 0
    if common.sum() < MIN_OVERLAP_CELLS:
        return {"share": 0.0, "directions": 0.0}
    here = a.direction[row[common], column[common]]
    directions = float((here * np.conj(there[common]) * np.complex64(turn * turn)).real.mean())
    inside_a = a.weight[at_cells(b.direction, a.place * turn + shift) != 0].sum()
    inside_b = b.weight[at_cells(a.direction, (b.place - shift) / turn) != 0].sum()
    paired = np.sqrt(a.weight[way.paired[:, 0]] * b.weight[way.paired[:, 1]]).sum()
    common_weight = np.sqrt(max(inside_a, MIN_WEIGHT) * max(inside_b, MIN_WEIGHT))
    return {"share": float(paired / common_weight), "directions": directions}


def _falling(value: Values, middle: Values | float, slope: float) -> Values:
    """Sigmoid from 1 down to 0, ½ at ``middle``."""
    return 1 / (1 + np.exp(slope * (value - middle)))
