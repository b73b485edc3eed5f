"""Comparison of two prints: local structures propose pairs, their agreement movements, coincident ridges the best."""

from dataclasses import dataclass, replace

import numpy as np

from biocapture.fingerprint.comparison.coincidence import (
    FIRST_REACH_PX,
    NO_OVERLAP,
    SECOND_REACH_PX,
    plane_transform,
    refined_transform,
    ridge_coincidence,
)
from biocapture.fingerprint.comparison.movement import MIN_MINUTIAE, Movement, movements
from biocapture.fingerprint.comparison.pairing import agreement, best_pairs, compatibility, relaxed_likeness, similarity
from biocapture.fingerprint.comparison.structure import Structure, at_cells, structure_of
from biocapture.fingerprint.comparison.template import Template
from biocapture.types import Indices, Values

MIN_OVERLAP_CELLS = 5
"""Cells that both prints must cover for shares and directions to be compared."""

MIN_AREA_WEIGHT = 0.5
"""Of all minutiae in the common area, so that a share of hardly anything is none."""

MIN_ALIGNED_PAIRS = 4
"""Minutiae a movement has to pair for ridges to be laid over one another."""

MIN_AGREEMENT, MIN_MINUTIAE_LOGIT = -4.5, -2.0
"""Of local structures, and of all evidence of minutiae: below, prints of different fingers are recognised without
laying them on one another, or without their ridges. Of 2,258 mated pairs of the development sets that reach FMR 10⁻²,
10 lie below; of the non-mated ones, half and nine tenths."""

RIVAL_SHARE = 0.7
"""Movements that pair fewer minutiae than this share of the most are not tried."""

EVIDENT_COINCIDENCE = 0.35
"""Ridges that coincide so far leave no doubt that the movement is the right one: others are not tried."""

MAX_COUNTED_PAIRS = 20
"""More pairs mean many minutiae, not likeness: they are found in any two crowded prints."""

WEIGHTS = {"agreement": 0.2048, "paired": 0.2501, "share": 7.0631, "directions": 2.8693, "ridges": 19.8749}
OFFSET = -11.9786
"""Of the pieces of evidence; from models/fingerprint_comparison/fit.py."""

MINUTIAE_WEIGHTS = {"agreement": 0.9419, "paired": 0.1611, "share": 6.6231, "directions": 5.3444}
MINUTIAE_OFFSET = -6.069
"""Where ridges are not known; scores mean the same false match rates (same recipe)."""

THRESHOLDS = {1e-2: 53.65, 1e-3: 81.45, 1e-4: 92.0}
"""False match rate → lowest score of a match: the first two measured on 25,344 non-mated pairs of nine development
sensors (models/fingerprint_comparison/thresholds.py). For the rarest, these and 11,175 pairs of synthetic fingers say
89.0 (87.0 to 90.5), which rests on four pairs; it stands where the hundred highest of the sensors' pairs lead to.
Measured on one sensor with the others' thresholds, false match rates are 0.2 to 1.3 % for 10⁻², 4.0 % on FVC 2002 DB4,
and 0 to 0.31 % for 10⁻³."""


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


NO_EVIDENCE = {"agreement": -9.0, "paired": 0.0, "share": 0.0, "directions": 0.0, "ridges": 0.0}
"""Evidence where a print has too few minutiae, or no movement explains the pairs."""

NO_PAIRS = np.zeros((0, 2), np.intp)


def compare(probe: Template | Structure, reference: Template | Structure) -> Comparison:
    """Compare two prints. Which of them is the probe does not change the score.

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
    if second.order < first.order:
        turned = _compared(second, first)
        return replace(turned, paired=turned.paired[:, ::-1], rotation_deg=-turned.rotation_deg)
    return _compared(first, second)


def _compared(probe: Structure, reference: Structure) -> Comparison:
    evidence, paired, rotation = _evidence(probe, reference)
    score = 100.0 / (1.0 + np.exp(np.clip(-_logit(evidence), -60, 60)))
    return Comparison(float(score), paired, float(np.rad2deg(rotation)), evidence)


@dataclass(frozen=True, slots=True)
class _Local:
    """Pairs of alike local structures, how they fit together, their likeness after relaxation, and its logarithm."""

    pairs: tuple[Indices, Indices]
    compatible: Values
    after: Values
    agreement: float


def _local(probe: Structure, reference: Structure) -> _Local | None:
    """None where a print has too few minutiae or too few are alike."""
    if min(len(probe), len(reference)) < MIN_MINUTIAE:
        return None
    likeness = similarity(probe, reference)
    first, second = best_pairs(likeness)
    if len(first) < MIN_MINUTIAE:
        return None
    before = likeness[first, second].astype(np.float64)
    compatible = compatibility(probe, reference, first, second)
    after = relaxed_likeness(before, compatible)
    agreed = agreement(before, after, min(likeness.shape))
    return _Local((first, second), compatible, after, agreed) if agreed >= MIN_AGREEMENT else None


def _evidence(probe: Structure, reference: Structure) -> tuple[dict[str, float], Indices, float]:
    """Pieces of evidence, paired minutiae, rotation in radians."""
    ridged = probe.ridges.plane.size > 0 and reference.ridges.plane.size > 0
    local = _local(probe, reference)
    tried = movements(probe, reference, local.pairs, local.compatible, local.after) if local else []
    if local is None or not tried:
        return {name: value for name, value in NO_EVIDENCE.items() if name != "ridges" or ridged}, NO_PAIRS, 0.0
    best, agreed = tried[0], {"agreement": local.agreement}
    evidence = agreed | _of_minutiae(probe, reference, best)
    if ridged and _logit(evidence) < MIN_MINUTIAE_LOGIT:
        evidence |= {"ridges": NO_EVIDENCE["ridges"]}
    elif ridged:
        best, coincidence = _best_movement(probe, reference, tried)
        evidence = agreed | _of_minutiae(probe, reference, best) | {"ridges": coincidence}
    return evidence, best.paired, float(np.angle(best.turn))


def _logit(evidence: dict[str, float]) -> float:
    offset, weights = (OFFSET, WEIGHTS) if "ridges" in evidence else (MINUTIAE_OFFSET, MINUTIAE_WEIGHTS)
    return offset + sum(weights[name] * value for name, value in evidence.items())


def _of_minutiae(probe: Structure, reference: Structure, movement: Movement) -> dict[str, float]:
    """Evidence of the minutiae and of the ridge directions under a movement."""
    return {"paired": float(min(len(movement.paired), MAX_COUNTED_PAIRS))} | _overlap(probe, reference, movement)


def _best_movement(probe: Structure, reference: Structure, proposed: list[Movement]) -> tuple[Movement, float]:
    """The movement in which ridges coincide most, and how much they do once it is corrected by their shifts."""
    best, transform, coarse = proposed[0], None, NO_OVERLAP
    least = max(MIN_ALIGNED_PAIRS, RIVAL_SHARE * max(len(movement.paired) for movement in proposed))
    for movement in proposed:
        if len(movement.paired) < least:
            continue
        own = plane_transform(movement.turn, movement.shift)
        found = ridge_coincidence(probe.ridges, reference.ridges, own, FIRST_REACH_PX)
        if transform is None or found.value > coarse.value:
            best, transform, coarse = movement, own, found
        if coarse.value > EVIDENT_COINCIDENCE:
            break
    if transform is None:
        return best, NO_EVIDENCE["ridges"]
    refined = refined_transform(transform, coarse)
    return best, ridge_coincidence(probe.ridges, reference.ridges, refined, SECOND_REACH_PX).value


def _overlap(probe: Structure, reference: Structure, movement: Movement) -> dict[str, float]:
    """Of the common area: share of the minutiae's weight that is paired, mean agreement of ridge directions (-1..1)."""
    turn, shift, paired = movement.turn, movement.shift, movement.paired
    there = at_cells(reference.direction, probe.cell * turn + shift)
    common = np.count_nonzero(there)
    if common < MIN_OVERLAP_CELLS:
        return {"share": 0.0, "directions": 0.0}
    # Doubled directions turn by twice the angle of the movement; cells of the background add nothing.
    directions = float((np.vdot(there, probe.cell_direction) * turn * turn).real) / common
    in_probe = probe.weight[at_cells(reference.direction, probe.place * turn + shift) != 0].sum()
    in_reference = reference.weight[at_cells(probe.direction, (reference.place - shift) / turn) != 0].sum()
    weight = np.sqrt(probe.weight[paired[:, 0]] * reference.weight[paired[:, 1]]).sum()
    common_weight = np.sqrt(max(in_probe, MIN_AREA_WEIGHT) * max(in_reference, MIN_AREA_WEIGHT))
    return {"share": float(weight / common_weight), "directions": directions}
