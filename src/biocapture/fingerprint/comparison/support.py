"""Second step of a search: whether the alike minutiae of probe and reference fit together, of many references at once.

The relaxation of a full comparison (Cappelli, Ferrara & Maltoni 2010) in short: every minutia of the probe with one
counterpart only.
"""

from dataclasses import dataclass

import numpy as np

from biocapture.fingerprint.comparison.packed import PackedFeatures
from biocapture.fingerprint.comparison.search import MAX_KEPT, UNIT_SCALE, IndexFeatures
from biocapture.types import Field, Indices

MAX_PAIRS = 20
"""Minutiae of the probe, each with its best counterpart, that may support a reference."""

LIKENESS_POWER = 4
"""Contrast of likeness: surroundings are somewhat alike on any two prints."""

ROUNDS = 3
"""Of relaxation."""

DECIDING_PAIRS = 8
"""Best supported pairs, whose mean is the support of a reference."""

STRETCH_PX, STRETCH_SHARE, TURN_RAD = 7.0, 0.06, np.pi / 8
"""How far a distance (plus a share of it) and a direction may differ between two pairs that fit together."""

MIN_GAP_PX = 0.5
"""Two pairs with minutiae nearer than this, on either print, say nothing of one another."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """P pairs of alike minutiae for each of C references.

    Attributes
    ----------
    first, second : (P, C) int
        Minutia of the probe; slot of the reference.
    likeness : (P, C) float32
        0..1 of each pair, drawn towards that of the pairs it fits with.
    fit : (P, P, C) float32
        0..1, whether two pairs keep their distance and directions to one another.
    """

    first: Indices
    second: Indices
    likeness: Field
    fit: Field

    @property
    def support(self) -> Field:
        """(C,) 0..1: mean likeness of the best supported pairs; higher is more alike."""
        best: Field = np.sort(self.likeness, axis=0)[-DECIDING_PAIRS:].mean(axis=0)
        return best


def supported_pairs(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> Pairs:
    """Pair the minutiae of a probe with those of references, and see which pairs support one another.

    Parameters
    ----------
    probe : IndexFeatures
        With at least two minutiae.
    references : PackedFeatures
    chosen : (C,) int
        Which of them; each has at least one minutia.

    Returns
    -------
    Pairs
    """
    first, second, likeness = _alike(probe, references, chosen)
    own = probe.place.real[first], probe.place.imag[first], np.cos(probe.angle)[first], np.sin(probe.angle)[first]
    at = second, chosen
    other = references.column[at], references.row[at], references.cosine[at], references.sine[at]
    fit = _fit(own, other)
    weight = np.float32(0.5 / (len(first) - 1))
    for _ in range(ROUNDS):
        likeness = np.float32(0.5) * likeness + weight * np.einsum("pqg,qg->pg", fit, likeness)
    return Pairs(first, second, likeness, fit)


def _alike(probe: IndexFeatures, references: PackedFeatures, chosen: Indices) -> tuple[Indices, Indices, Field]:
    """The minutiae of the probe that have the most alike counterparts, their slots, and the likeness 0..1."""
    slots, count = len(references.code), len(chosen)
    own = probe.code.T.astype(np.float32) * MAX_KEPT
    products = references.code[:, chosen].astype(np.float32).reshape(-1, len(own)) @ own
    # Whole numbers below 2²⁴: the slot lies in the low bits of the likeness, so a single maximum finds both.
    coded = products.reshape(slots, count, -1) + np.arange(slots, dtype=np.float32)[:, None, None]
    best = coded.max(axis=0).T
    value, slot = np.divmod(best, np.float32(MAX_KEPT))
    kept = min(MAX_PAIRS, len(probe))
    first = np.argpartition(-best, kept - 1, axis=0)[:kept]
    likeness = np.clip(np.take_along_axis(value, first, axis=0) * np.float32(UNIT_SCALE**-2), 0, 1) ** LIKENESS_POWER
    return first, np.take_along_axis(slot, first, axis=0).astype(np.intp), likeness


def _fit(own: tuple[Field, ...], other: tuple[Field, ...]) -> Field:
    """(P, P, C) whether pairs fit together: columns, rows, cosines and sines of both minutiae, each (P, C)."""
    right, up = (part[:, None] - part for part in own[:2])
    right_there, up_there = (part[:, None] - part for part in other[:2])
    length, length_there = np.sqrt(right * right + up * up), np.sqrt(right_there * right_there + up_there * up_there)
    stretch = (length - length_there) / (
        np.float32(STRETCH_PX) + np.float32(STRETCH_SHARE) * np.minimum(length, length_there)
    )
    # Two pairs of one movement turn alike, and the line between them turns as they do: cosines of the differences.
    cosine = own[2] * other[2] + own[3] * other[3]
    sine = own[3] * other[2] - own[2] * other[3]
    alike = cosine[:, None] * cosine + sine[:, None] * sine
    both = np.maximum(length * length_there, np.float32(MIN_GAP_PX**2))
    line = cosine[:, None] * (right * right_there + up * up_there)
    line += sine[:, None] * (up * right_there - right * up_there)
    alike += line / both
    fit: Field = np.exp((alike - 2) * np.float32(TURN_RAD**-2) - np.float32(0.5) * stretch * stretch)
    fit[(length < MIN_GAP_PX) | (length_there < MIN_GAP_PX)] = 0
    return fit
