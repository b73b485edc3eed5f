"""Which minutiae of two prints may correspond: alike local structures, and pairs of them that fit together."""

import numpy as np

from biocapture.fingerprint.comparison.structure import Structure
from biocapture.types import Field, Indices, Values

MAX_PAIRS = 30
"""Pairs that are relaxed together."""

ROUNDS, INERTIA = 5, 0.5
"""Relaxation (Cappelli, Ferrara & Maltoni 2010, LSS-R)."""

MIN_DECIDING_PAIRS, MAX_DECIDING_PAIRS = 4, 12
"""Fewest and most pairs whose mean decides; between the two by the number of minutiae."""

MIN_RING_SAMPLES = 20
"""Ring samples that must lie on both prints for their surroundings to be compared."""


def similarity(probe: Structure, reference: Structure) -> Field:
    """Likeness of every local structure of one print to every one of the other.

    Surroundings are alike on any two prints of a pattern: the sixth power lets only very alike ones count.

    Parameters
    ----------
    probe, reference : Structure
        Of M and M' minutiae.

    Returns
    -------
    (M, M') float32
        0..1.
    """
    common = probe.on_print @ reference.on_print.T
    likeness: Field = probe.surroundings @ reference.surroundings.T
    likeness *= common > MIN_RING_SAMPLES
    likeness /= np.maximum(common, 1, out=common)
    np.clip(likeness, 0, 1, out=likeness)
    likeness *= likeness
    # The sixth power: of what was squared, the third.
    likeness *= likeness * likeness
    neighbours = probe.cylinder @ reference.cylinder.T
    likeness *= np.clip(neighbours, 0, 1, out=neighbours)
    return likeness


def best_pairs(likeness: Field) -> tuple[Indices, Indices]:
    """The most alike pairs, each minutia at most once: a pair that is the best of its row and column goes first.

    Parameters
    ----------
    likeness : (M, M') float32

    Returns
    -------
    first, second : (P,) int
        Row and column of each pair, at most :data:`MAX_PAIRS`, the most alike first.
    """
    count = min(MAX_PAIRS, *likeness.shape)
    flat = _highest(likeness.ravel(), 4 * count)
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
    # Angles to one another do not change with the movement, so both prints are expressed in the frames of minutiae.
    pair = np.stack([probe.place[first], reference.place[second]]).astype(np.complex64)
    facing = np.exp(-1j * np.stack([probe.angle[first], reference.angle[second]])).astype(np.complex64)
    gap = pair[:, :, None] - pair[:, None, :]
    length = np.abs(gap)
    bearing = gap * facing[:, :, None]
    turned = facing[1] * facing[0].conj()
    off = np.abs(np.angle(np.stack([bearing[0] * bearing[1].conj(), turned[:, None] * turned.conj()])))
    stretch = np.abs(length[0] - length[1])
    nearer = np.minimum(length[0], length[1])
    keeps = _falling(stretch, np.float32(8.0) + np.float32(0.04) * nearer, 0.6)
    keeps *= _falling(off[1], np.pi / 8, 12.0)
    keeps *= _falling(off[0], np.pi / 10, 14.0)
    keeps[nearer < 1e-3] = 0.0
    return keeps.astype(np.float64)


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


def _highest(values: Field, count: int) -> Indices:
    """Indices of the highest values, the highest first and of equal ones the first."""
    if count < len(values):
        chosen = np.flatnonzero(values >= np.partition(values, len(values) - count)[len(values) - count])
    else:
        chosen = np.arange(len(values))
    return chosen[np.argsort(-values[chosen], kind="stable")][:count]


def _falling(value: Field, middle: Field | float, slope: float) -> Field:
    """Sigmoid from 1 down to 0, ½ at ``middle``."""
    fallen: Field = 1 / (1 + np.exp(np.minimum(np.float32(slope) * (value - np.float32(middle)), np.float32(60))))
    return fallen
