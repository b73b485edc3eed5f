"""Movements that lay one print on another: proposed by pairs of minutiae that fit together, then fitted to all."""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.comparison.structure import Places, Structure
from biocapture.fingerprint.units import angle_size
from biocapture.types import Indices, Values

MIN_MINUTIAE = 3
"""Of each print, and pairs of both: fewer fit together by chance."""

MAX_GAP_PX, MAX_TURN_RAD = 14.0, np.deg2rad(30.0)
"""How far paired minutiae may lie apart after the movement: skin stretches."""

MAX_MOVEMENTS, SAME_MOVEMENT_FIT = 3, 0.5
"""Movements that are tried; pairs this compatible with the seed of one do not propose another."""

ROUNDS = 2
"""How often a movement is fitted to the minutiae that agree with it."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A turn and a shift that lay the probe on the reference.

    Attributes
    ----------
    turn, shift : complex
        A minutia at p = column - i · row, px at 500 ppi, moves to ``turn * p + shift``; ``turn`` has length 1.
    paired : (K, 2) int
        Minutiae that agree then, of the probe and of the reference.
    """

    turn: complex
    shift: complex
    paired: Indices


def movements(
    probe: Structure,
    reference: Structure,
    pairs: tuple[Indices, Indices],
    compatible: Values,
    after: Values,
    count: int = MAX_MOVEMENTS,
) -> list[Movement]:
    """Movements that the best supported pairs propose; no two of the same pairs. Several, so that ridges can decide.

    Parameters
    ----------
    probe, reference : Structure
    pairs : (P,) int, (P,) int
        Minutiae of the probe and of the reference that are alike.
    compatible : (P, P) float64
        How well pairs fit together, 0..1.
    after : (P,) float64
        Likeness of each pair as far as others confirm it, 0..1.
    count : int
        Most that are returned.

    Returns
    -------
    list of Movement
        The best supported first.
    """
    first, second = pairs
    found = []
    for weight in _seeds(compatible, after, count):
        turn, shift = _fitted(probe.place[first], reference.place[second], weight)
        for _ in range(ROUNDS):
            paired = _paired(probe, reference, turn, shift)
            if len(paired) < MIN_MINUTIAE:
                break
            source, target = probe.place[paired[:, 0]], reference.place[paired[:, 1]]
            turn, shift = _fitted(source, target, np.ones(len(paired)))
        found.append(Movement(turn, shift, paired))
    return found


def _seeds(compatible: Values, after: Values, count: int) -> list[Values]:
    """(P,) weights of the pairs in the movement that each seed proposes."""
    support = after * (compatible @ after)
    weights: list[Values] = []
    while len(weights) < count:
        seed = int(support.argmax())
        weight = compatible[seed] * after
        weight[seed] = after[seed]
        if support[seed] < 0 or weight.sum() <= 0:
            break
        support[seed] = -1
        support[compatible[seed] > SAME_MOVEMENT_FIT] = -1
        weights.append(weight)
    return weights


def _fitted(source: Places, target: Places, weight: Values) -> tuple[complex, complex]:
    """Turn (unit complex) and shift that bring the source on the target with least squares."""
    weight = weight / weight.sum()
    middle, goal = complex(weight @ source), complex(weight @ target)
    both = complex(np.vdot(source - middle, weight * (target - goal)))
    turn = both / max(abs(both), 1e-12)
    return turn, goal - turn * middle


def _paired(probe: Structure, reference: Structure, turn: complex, shift: complex) -> Indices:
    """(K, 2) pairs that are each other's nearest under the movement."""
    moved = (probe.place * turn + shift).astype(np.complex64)
    there = reference.place.astype(np.complex64)
    right, up = moved.real[:, None] - there.real, moved.imag[:, None] - there.imag
    right *= right
    up *= up
    right += up
    # Few lie near one another: directions are compared of these alone.
    near = np.flatnonzero(right < MAX_GAP_PX**2)
    row, column = np.divmod(near, len(reference))
    differing = angle_size(probe.angle[row] + np.angle(turn) - reference.angle[column])
    alike = differing < MAX_TURN_RAD
    row, column = row[alike], column[alike]
    cost = np.sqrt(right.ravel()[near[alike]]) / MAX_GAP_PX + differing[alike] / MAX_TURN_RAD
    # The last that is written stays: the cheapest.
    order = np.argsort(-cost, kind="stable")
    nearest, back = np.full(len(probe), -1), np.full(len(reference), -1)
    nearest[row[order]] = column[order]
    back[column[order]] = row[order]
    each = np.flatnonzero(nearest >= 0)
    mutual = each[back[nearest[each]] == each]
    return np.stack([mutual, nearest[mutual]], axis=1)
