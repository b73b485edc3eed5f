"""Which minutiae of two prints may correspond: alike local structures, and pairs of them that fit together."""

import numpy as np

from biocapture.fingerprint.comparison.structure import Structure
from biocapture.fingerprint.units import angle_size
from biocapture.types import Indices, Values

MAX_PAIRS = 30
"""Pairs that are relaxed together."""

ROUNDS, INERTIA = 5, 0.5
"""Relaxation (Cappelli, Ferrara & Maltoni 2010, LSS-R)."""

MIN_DECIDING_PAIRS, MAX_DECIDING_PAIRS = 4, 12
"""Fewest and most pairs whose mean decides; between the two by the number of minutiae."""

MIN_RING_SAMPLES = 20
"""Ring samples that must lie on both prints for their surroundings to be compared."""

DIRECTION_POWER = 6
"""Surroundings are alike on any two prints of a pattern; only very alike ones count."""


def similarity(probe: Structure, reference: Structure) -> Values:
    """Likeness of every local structure of one print to every one of the other.

    Parameters
    ----------
    probe, reference : Structure
        Of M and M' minutiae.

    Returns
    -------
    (M, M') float64
        0..1.
    """
    common = probe.on_print @ reference.on_print.T
    aligned = probe.surroundings @ reference.surroundings.T
    directions = np.where(common > MIN_RING_SAMPLES, aligned / np.maximum(common, 1), 0)
    neighbours = probe.cylinder @ reference.cylinder.T
    return np.clip(directions, 0, 1).astype(np.float64) ** DIRECTION_POWER * np.clip(neighbours, 0, 1)


def best_pairs(likeness: Values) -> tuple[Indices, Indices]:
    """The most alike pairs, each minutia at most once: a pair that is the best of its row and column goes first.

    Parameters
    ----------
    likeness : (M, M') float64

    Returns
    -------
    first, second : (P,) int
        Row and column of each pair, at most :data:`MAX_PAIRS`, the most alike first.
    """
    count = min(MAX_PAIRS, *likeness.shape)
    flat = np.argsort(-likeness, axis=None, kind="stable")[: 4 * count]
    row, column = np.divmod(flat, likeness.shape[1])
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    chosen = []
    for rank, (i, j) in enumerate(zip(row.tolist(), column.tolist(), strict=True)):
        if i not in taken_rows and j not in taken_columns:
            taken_rows.add(i)
            taken_columns.add(j)
            chosen.append(rank)
            if len(chosen) == count:
                break
    return row[chosen], column[chosen]


def compatibility(probe: Structure, reference: Structure, first: Indices, second: Indices) -> Values:
    """Whether two pairs keep their distance and their directions to one another.

    Parameters
    ----------
    probe, reference : Structure
    first, second : (P,) int
        Minutiae of the probe and of the reference that are paired.

    Returns
    -------
    (P, P) float64
        0..1; 0 for pairs with minutiae in one place.
    """
    gap_a, gap_b = (each[:, None] - each[None, :] for each in (probe.place[first], reference.place[second]))
    length_a, length_b = np.abs(gap_a), np.abs(gap_b)
    stretch = np.abs(length_a - length_b)
    angle_a, angle_b = probe.angle[first], reference.angle[second]
    turn = angle_size((angle_a[:, None] - angle_a[None, :]) - (angle_b[:, None] - angle_b[None, :]))
    bearing = angle_size((angle_a[:, None] - np.angle(gap_a)) - (angle_b[:, None] - np.angle(gap_b)))
    keeps = _falling(stretch, 8.0 + 0.04 * np.minimum(length_a, length_b), 0.6)
    keeps *= _falling(turn, np.pi / 8, 12.0) * _falling(bearing, np.pi / 10, 14.0)
    keeps[(length_a < 1e-3) | (length_b < 1e-3)] = 0.0
    return keeps


def relaxed_likeness(value: Values, compatible: Values) -> Values:
    """Likeness of each pair, drawn towards that of the pairs it agrees with.

    A pair that no other confirms loses its likeness round by round.

    Parameters
    ----------
    value : (P,) float64
        Likeness of each pair by itself; P > 1.
    compatible : (P, P) float64
        As :func:`compatibility` gives it.

    Returns
    -------
    (P,) float64
        0..1.
    """
    for _ in range(ROUNDS):
        value = INERTIA * value + (1 - INERTIA) / (len(value) - 1) * (compatible @ value)
    return value


def agreement(before: Values, after: Values, minutiae: int) -> float:
    """Logarithm of the mean relaxed likeness of the pairs that lost least.

    Parameters
    ----------
    before, after : (P,) float64
        Likeness of each pair before and after relaxation.
    minutiae : int
        Of the print that has fewer: the more, the more pairs decide.

    Returns
    -------
    float
        -9.2..0.
    """
    spread = MAX_DECIDING_PAIRS - MIN_DECIDING_PAIRS
    deciding = MIN_DECIDING_PAIRS + spread / (1 + np.exp(-0.15 * (minutiae - 30)))
    kept = np.argsort(-after / np.maximum(before, 1e-9), kind="stable")[: round(deciding)]
    return float(np.log(after[kept].mean() + 1e-4))


def _falling(value: Values, middle: Values | float, slope: float) -> Values:
    """Sigmoid from 1 down to 0, ½ at ``middle``."""
    return 1 / (1 + np.exp(slope * (value - middle)))
