"""Prefilter of a search: which references of a gallery are worth a full comparison.

Those whose minutiae have surroundings like the probe's and fit together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError
from biocapture.fingerprint.comparison.structure import (
    RINGS,
    cylinders,
    directions_of,
    minutiae_of,
    surroundings_of,
    weights_of,
)
from biocapture.fingerprint.comparison.template import MAX_MINUTIAE, Template
from biocapture.fingerprint.units import angle_size
from biocapture.types import Field, Values

MAX_KEPT = 64
"""Minutiae of a print that take part: the clearest, with most of the print about them."""

HARMONICS = (-2, -1, 0, 1, 2)
"""Of the ridge directions along each ring about a minutia that are kept: they change slowly."""

NEIGHBOUR_CELLS, NEIGHBOUR_ANGLES, NEIGHBOUR_SPREAD_PX = 5, 4, 16.0
"""Of the neighbouring minutiae: a coarser cylinder than that of a full comparison."""

DIRECTION_SHARE = 0.65
"""Of the likeness of two minutiae that their ridge directions decide, the rest their neighbours."""

UNIT_SCALE = 127
"""Unit vectors are kept as whole 127ths: their products are whole numbers, the same in any order of summation."""

INDEX_BITS = 9
"""Of the index, when a likeness and an index share one number; 134 · 127² · 2⁹ is below 2³¹."""

MAX_BATCH_ROWS = 16_384
"""Minutiae of the gallery compared together: bounds the memory of a search to some 100 MB."""

MAX_PAIRS = 24
"""Minutiae of the probe, each with its best counterpart, that may support a reference."""

LIKENESS_POWER = 4
"""Contrast of likeness: surroundings are somewhat alike on any two prints."""

ROUNDS = 3
"""Of relaxation."""

DECIDING_PAIRS = 8
"""Best supported pairs, whose mean is the score of a reference."""

STRETCH_PX, STRETCH_SHARE, TURN_RAD = 7.0, 0.06, np.pi / 8
"""How far a distance (plus a share of it) and a direction may differ between two pairs that fit together."""

MIN_GAP_PX = 0.5
"""Two pairs with minutiae nearer than this, on either print, say nothing of one another."""

assert MAX_KEPT < 1 << INDEX_BITS


@dataclass(frozen=True, slots=True)
class IndexFeatures:
    """The part of a template that the prefilter needs, the clearest minutiae first.

    Attributes
    ----------
    descriptor : (M, 134) int8
        Unit vectors in 127ths: ridge directions and neighbours about each minutia.
    place : (M,) complex64
        Column - i · row.
    angle : (M,) float32
        Radians.
    """

    descriptor: NDArray[np.int8]
    place: NDArray[np.complex64]
    angle: Field

    def __len__(self) -> int:
        return len(self.angle)


def index_features(template: Template) -> IndexFeatures:
    """Features of a template by which a gallery is prefiltered; 146 bytes per minutia, of 64 at most.

    Parameters
    ----------
    template : Template

    Returns
    -------
    IndexFeatures
        Without rows for a template without minutiae.

    Raises
    ------
    TemplateError
        The template has more minutiae than extraction gives.
    """
    if len(template) > MAX_MINUTIAE:
        raise TemplateError(f"{len(template)} minutiae, expected at most {MAX_MINUTIAE}")
    place, angle = minutiae_of(template)
    surroundings, on_print = surroundings_of(place, angle, np.pad(directions_of(template), ((0, 1), (0, 1))))
    clearest = np.argsort(-on_print.mean(axis=1) * weights_of(template), kind="stable")[:MAX_KEPT]
    rings = surroundings[clearest] @ _HARMONICS
    rings /= np.maximum(np.linalg.norm(rings, axis=1, keepdims=True), 1e-6)
    near = cylinders(place, angle, NEIGHBOUR_CELLS, NEIGHBOUR_ANGLES, NEIGHBOUR_SPREAD_PX)[clearest]
    parts = np.sqrt(DIRECTION_SHARE) * rings, np.sqrt(1 - DIRECTION_SHARE) * near
    descriptor = np.rint(UNIT_SCALE * np.concatenate(parts, axis=1)).astype(np.int8)
    return IndexFeatures(descriptor, place[clearest].astype(np.complex64), angle[clearest].astype(np.float32))


def prefilter_scores(probe: IndexFeatures, references: Sequence[IndexFeatures]) -> Values:
    """Cheap score of each reference: likeness of the best minutiae, as far as others fit with them.

    The relaxation of a full comparison (Cappelli, Ferrara & Maltoni 2010) in short: for many references at once, every
    minutia of the probe with one counterpart only.

    Parameters
    ----------
    probe : IndexFeatures
    references : sequence of IndexFeatures
        N of them.

    Returns
    -------
    (N,) float64
        0..1, higher is more alike; 0 where the probe has fewer than two minutiae, or the reference none.
    """
    scores = np.zeros(len(references))
    if len(probe) > 1:
        for members in _batches(references):
            scores[members] = _batch_scores(probe, [references[i] for i in members])
    return scores


def _batches(references: Sequence[IndexFeatures]) -> Iterator[list[int]]:
    """Indices of consecutive references with minutiae, at most :data:`MAX_BATCH_ROWS` unless one alone has more."""
    members: list[int] = []
    total = 0
    for i, each in enumerate(references):
        if total + len(each) > MAX_BATCH_ROWS and members:
            yield members
            members, total = [], 0
        if len(each):
            members.append(i)
            total += len(each)
    if members:
        yield members


def _batch_scores(probe: IndexFeatures, batch: Sequence[IndexFeatures]) -> Field:
    """(G,) scores of references with minutiae."""
    likeness, partner = _counterparts(probe, batch)
    kept = min(MAX_PAIRS, len(probe))
    chosen = np.argpartition(-likeness, kept - 1, axis=0)[:kept]
    likeness = np.clip(np.take_along_axis(likeness, chosen, axis=0), 0, 1) ** LIKENESS_POWER
    partner = np.take_along_axis(partner, chosen, axis=0)
    place, angle = (np.concatenate([getattr(own, name) for own in batch])[partner] for name in ("place", "angle"))
    fit = _fit(probe.place[chosen], probe.angle[chosen], place, angle)
    for _ in range(ROUNDS):
        likeness = 0.5 * likeness + 0.5 / (kept - 1) * np.einsum("pqg,qg->pg", fit, likeness)
    best: Field = np.sort(likeness, axis=0)[-DECIDING_PAIRS:].mean(axis=0)
    return best


def _counterparts(probe: IndexFeatures, batch: Sequence[IndexFeatures]) -> tuple[Field, NDArray[np.int32]]:
    """(M, G) likeness -1..1 of each minutia of the probe to the most alike one of each reference; which one of all."""
    sizes = np.array([len(own) for own in batch])
    start = np.cumsum(sizes) - sizes
    rows = np.concatenate([own.descriptor for own in batch]).astype(np.float32)
    within = (np.arange(len(rows)) - np.repeat(start, sizes)).astype(np.int32)
    # The index lies in the low bits of the likeness: a single maximum finds both, and breaks ties the same way always.
    code = (probe.descriptor.astype(np.float32) @ rows.T).astype(np.int32)
    code <<= INDEX_BITS
    code |= within
    best = np.maximum.reduceat(code, start, axis=1)  # no group is empty
    likeness = (best >> INDEX_BITS).astype(np.float32) * np.float32(UNIT_SCALE**-2)
    return likeness, (best & ((1 << INDEX_BITS) - 1)) + start.astype(np.int32)


def _fit(place_a: NDArray[np.complex64], angle_a: Field, place_b: NDArray[np.complex64], angle_b: Field) -> Field:
    """(P, P, G) 0..1: whether two pairs keep their distance and directions to one another; all arguments (P, G)."""
    gap_a, gap_b = (place[:, None] - place[None] for place in (place_a, place_b))
    length_a, length_b = np.abs(gap_a), np.abs(gap_b)
    stretch = (length_a - length_b) / (STRETCH_PX + STRETCH_SHARE * np.minimum(length_a, length_b))
    turn = angle_a - angle_b
    # Two pairs of one movement turn alike, and the line between them turns as they do.
    off = angle_size(turn[:, None] - turn[None]) ** 2
    off += angle_size(turn[:, None] - np.angle(gap_a * np.conj(gap_b))) ** 2
    fit: Field = np.exp(-0.5 * (stretch**2 + off / np.float32(TURN_RAD**2)))
    fit[(length_a < MIN_GAP_PX) | (length_b < MIN_GAP_PX)] = 0
    return fit


def _harmonics() -> Field:
    """(160, 50) from the samples on all rings, cosines and sines, to their harmonics, real and imaginary."""
    parts = []
    before, total = 0, sum(count for _, count in RINGS)
    for _, count in RINGS:
        wave = np.exp(-2j * np.pi * np.outer(np.arange(count) / count, HARMONICS)) / np.sqrt(count)
        own = np.zeros((total, len(HARMONICS)), complex)
        own[before : before + count] = wave
        # (x + iy) · w = x Re w - y Im w + i (x Im w + y Re w)
        parts += [np.concatenate([own.real, -own.imag]), np.concatenate([own.imag, own.real])]
        before += count
    return np.concatenate(parts, axis=1).astype(np.float32)


_HARMONICS = _harmonics()
