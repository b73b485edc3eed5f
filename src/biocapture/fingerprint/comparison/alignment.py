"""Third step of a search: the probe laid on each of the best references, in one batch of arrays over them."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.movement import MAX_GAP_PX, MAX_TURN_RAD, MIN_MINUTIAE
from biocapture.fingerprint.comparison.packed import PackedFeatures
from biocapture.fingerprint.comparison.search import MAX_KEPT, IndexFeatures
from biocapture.fingerprint.comparison.support import Pairs
from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS
from biocapture.types import Field, Indices, Mask

MAX_MOVEMENTS, SAME_MOVEMENT_FIT = 2, 0.5
"""Movements that are tried; pairs this compatible with the seed of one do not propose another."""

WEIGHTS = {"agreement": 0.94, "paired": 0.4, "share": 3.0, "directions": 5.3}
"""Of the pieces of evidence, which are those of a full comparison but for the ridges."""

MIN_OVERLAP_CELLS = 5
"""Cells that both prints must cover for directions to be compared."""

MAX_COST, COST_STEPS = 2, 4096
"""Cost of a pair of minutiae at both limits, and steps of one: a step and a slot share one whole number."""

Complex = NDArray[np.complex64]


class _Movements(NamedTuple):
    """A turn (complex of length 1) and a shift (C,) for each reference: p moves to turn · p + shift."""

    turn: Complex
    shift: Complex


@dataclass(frozen=True, slots=True)
class _Probe:
    """A probe as the alignment needs it: minutiae (M,), cells of its print (F,) and their doubled directions."""

    place: Complex
    facing: Complex
    cell: Complex
    direction: Complex
    orientation: NDArray[np.uint8]


def aligned_scores(probe: IndexFeatures, references: PackedFeatures, chosen: Indices, pairs: Pairs) -> Field:
    """How well minutiae and ridge directions agree once the probe is laid on each reference.

    Parameters
    ----------
    probe : IndexFeatures
    references : PackedFeatures
    chosen : (C,) int
        Which of them.
    pairs : Pairs
        Of the probe with these.

    Returns
    -------
    (C,) float32
        Higher is more alike.
    """
    own = _probe(probe)
    agreement = np.float32(WEIGHTS["agreement"]) * np.log(pairs.support + np.float32(1e-4))
    best = np.full(len(chosen), -np.inf, np.float32)
    waiting = pairs.likeness * np.einsum("pqg,qg->pg", pairs.fit, pairs.likeness)
    for _ in range(MAX_MOVEMENTS):
        proposed = _proposed(probe, references, chosen, pairs, waiting)
        paired, slot, _ = _paired(own, references, chosen, proposed)
        target = np.where(paired, _places(references, (slot, chosen)), 0)
        fitted = _fitted(paired.astype(np.float32), own.place[:, None], target)
        enough = paired.sum(axis=0) >= MIN_MINUTIAE
        refined = _Movements(*(np.where(enough, new, old) for new, old in zip(fitted, proposed, strict=True)))
        best = np.maximum(best, _evidence(own, references, chosen, refined))
    total: Field = agreement + best
    return total


def _probe(probe: IndexFeatures) -> _Probe:
    row, column = np.nonzero(probe.orientation)
    cell = ((column + 0.5) * FIELD_PX - 1j * (row + 0.5) * FIELD_PX).astype(np.complex64)
    facing = np.exp(1j * probe.angle).astype(np.complex64)
    return _Probe(probe.place, facing, cell, _DOUBLED[probe.orientation[row, column]], probe.orientation)


def _places(references: PackedFeatures, at: Any) -> Complex:
    place: Complex = references.column[at] + np.complex64(1j) * references.row[at]
    return place


def _proposed(
    probe: IndexFeatures, references: PackedFeatures, chosen: Indices, pairs: Pairs, waiting: Field
) -> _Movements:
    """What the best supported pair of each and those that fit with it propose; these wait no longer."""
    each = np.arange(len(chosen))
    seed = waiting.argmax(axis=0)
    fit = pairs.fit[:, seed, each]
    weight = fit * pairs.likeness
    weight[seed, each] = pairs.likeness[seed, each]
    waiting[fit > SAME_MOVEMENT_FIT] = -1
    waiting[seed, each] = -1
    return _fitted(weight, probe.place[pairs.first], _places(references, (pairs.second, chosen)))


def _fitted(weight: Field, source: Complex, target: Complex) -> _Movements:
    """Those that bring the source (P, C) on the target with least squares."""
    weight = weight / np.maximum(weight.sum(axis=0), np.float32(1e-12))
    middle, goal = (weight * source).sum(axis=0), (weight * target).sum(axis=0)
    both = (weight * (source - middle).conj() * (target - goal)).sum(axis=0)
    length = np.abs(both)
    turn = np.where(length > 0, both / np.maximum(length, np.float32(1e-12)), 1).astype(np.complex64)
    return _Movements(turn, goal - turn * middle)


def _paired(
    own: _Probe, references: PackedFeatures, chosen: Indices, movements: _Movements
) -> tuple[Mask, Indices, Field]:
    """(M, C) whether each minutia and one of the reference are each other's nearest; its slot; the cost 0..2."""
    moved, facing = own.place[:, None] * movements.turn + movements.shift, own.facing[:, None] * movements.turn
    gap = moved.real[:, None] - references.column[:, chosen]
    gap *= gap
    up = moved.imag[:, None] - references.row[:, chosen]
    up *= up
    gap += up
    gap *= np.float32(MAX_GAP_PX**-2)
    turn = facing.real[:, None] * references.cosine[:, chosen]
    turn += facing.imag[:, None] * references.sine[:, chosen]
    np.subtract(1, turn, out=turn)
    turn *= np.float32(1 / (1 - np.cos(MAX_TURN_RAD)))
    apart = np.maximum(gap, turn) > 1
    gap += turn
    gap[apart] = MAX_COST
    # Cost and slot share one number: a single minimum finds both, and breaks ties the same way always.
    steps = (gap * np.float32(COST_STEPS)).astype(np.int32) * MAX_KEPT
    minutiae, slots = (np.arange(side, dtype=np.int32) for side in steps.shape[:2])
    there = (steps + slots[:, None]).min(axis=1)
    steps += minutiae[:, None, None]
    back = steps.min(axis=0) % MAX_KEPT
    slot = (there % MAX_KEPT).astype(np.intp)
    cost = (there // MAX_KEPT).astype(np.float32) / np.float32(COST_STEPS)
    mutual = (np.take_along_axis(back, slot, axis=0) == minutiae[:, None]) & (cost < MAX_COST)
    return mutual, slot, cost


def _evidence(own: _Probe, references: PackedFeatures, chosen: Indices, movements: _Movements) -> Field:
    """(C,) weighed evidence under the movements."""
    mutual, _, cost = _paired(own, references, chosen, movements)
    near = (mutual * np.exp(np.float32(-1.5) * cost)).sum(axis=0)
    moved = own.place[:, None] * movements.turn + movements.shift
    inside = (references.cells_at(chosen, moved.real, moved.imag) > 0).sum(axis=0)
    there = _inside_probe(own, references, chosen, movements)
    share = mutual.sum(axis=0) / np.sqrt(np.maximum(inside, 1) * np.maximum(there, 1))
    directions = _direction_agreement(own, references, chosen, movements)
    evidence = WEIGHTS["paired"] * near + WEIGHTS["share"] * share + WEIGHTS["directions"] * directions
    return evidence.astype(np.float32)


def _inside_probe(own: _Probe, references: PackedFeatures, chosen: Indices, movements: _Movements) -> Indices:
    """(C,) minutiae of each reference that lie on the print of the probe."""
    place = (_places(references, (slice(None), chosen)) - movements.shift) * movements.turn.conj()
    row = np.floor(place.imag * np.float32(-1 / FIELD_PX)).astype(np.int32)
    column = np.floor(place.real * np.float32(1 / FIELD_PX)).astype(np.int32)
    rows, columns = own.orientation.shape
    inside = references.present(chosen) & (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    padded = np.pad(own.orientation, ((0, 1), (0, 1)))
    count: Indices = (padded[np.where(inside, row, rows), np.where(inside, column, columns)] > 0).sum(axis=0)
    return count


def _direction_agreement(own: _Probe, references: PackedFeatures, chosen: Indices, movements: _Movements) -> Field:
    """(C,) -1..1: mean agreement of the ridge directions of the cells that both prints cover."""
    moved = own.cell[:, None] * movements.turn + movements.shift
    there = _DOUBLED[references.cells_at(chosen, moved.real, moved.imag)]
    common = (there != 0).sum(axis=0)
    # Doubled directions turn by twice the angle of the movement; cells of the background add nothing.
    total = (np.einsum("fc,f->c", there, own.direction.conj()) * (movements.turn * movements.turn).conj()).real
    return np.where(common < MIN_OVERLAP_CELLS, 0, total / np.maximum(common, 1)).astype(np.float32)


_DOUBLED = np.concatenate([[0], np.exp(2j * np.pi * np.arange(ORIENTATIONS) / ORIENTATIONS)]).astype(np.complex64)
"""exp(2iθ) of each orientation code."""
