"""Which templates of a gallery are worth a full comparison: those with alike minutiae that fit together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError
from biocapture.fingerprint.comparison.structure import directions_of, minutiae_of, surroundings_of
from biocapture.fingerprint.comparison.template import MAX_MINUTIAE, Template
from biocapture.fingerprint.units import angle_size

Real = NDArray[np.float32]

SCALE = 127
"""Unit vectors are kept as whole 127ths: their products are whole numbers, the same in any order of summation."""

CODE_BITS = 9
"""Of a likeness and an index in one number; 160 · 127² · 2⁹ is below 2³¹."""

PIECE_ROWS = 32_768
"""Minutiae of the gallery looked at together: bounds the memory of a search to some 100 MB."""

PAIRS = 24
"""Minutiae of the probe, each with its best counterpart, that may support a template."""

POWER, ROUNDS, DECIDING = 4, 3, 8
"""Contrast of likeness; rounds of relaxation; supported pairs whose mean ranks a template."""

STRETCH_PX, STRETCH_SHARE, TURN_RAD = 7.0, 0.06, np.pi / 8
"""How far a distance (plus a share of it) and a direction may differ between two pairs that fit together."""

assert MAX_MINUTIAE < 1 << CODE_BITS


@dataclass(frozen=True, slots=True)
class Sketch:
    """What ranking needs of a template.

    Attributes
    ----------
    surroundings : (M, 160) int8
        Unit vectors in 127ths.
    place : (M,) complex64
        Column - i · row.
    angle : (M,) float32
        Radians.
    """

    surroundings: NDArray[np.int8]
    place: NDArray[np.complex64]
    angle: Real

    def __len__(self) -> int:
        return len(self.angle)


def sketch(template: Template) -> Sketch:
    """Sketch of a template, 172 bytes per minutia; raises :class:`TemplateError` for more than extraction gives."""
    if len(template) > MAX_MINUTIAE:
        raise TemplateError(f"{len(template)} minutiae, expected at most {MAX_MINUTIAE}")
    place, angle = minutiae_of(template)
    surroundings, _ = surroundings_of(place, angle, directions_of(template))
    length = np.maximum(np.linalg.norm(surroundings, axis=1, keepdims=True), 1e-6)
    unit = np.rint(SCALE * surroundings / length).astype(np.int8)
    return Sketch(unit, place.astype(np.complex64), angle.astype(np.float32))


def promise(probe: Sketch, sketches: Sequence[Sketch]) -> NDArray[np.float64]:
    """(N,) how promising each template is, 0..1: likeness of the best minutiae, as far as others fit with them.

    The relaxation of a full comparison (Cappelli, Ferrara & Maltoni 2010) in short: for many templates at once, on the
    surroundings alone, every minutia of the probe with one counterpart only.
    """
    found = np.zeros(len(sketches))
    if len(probe) > 1:
        for members in _pieces(sketches):
            found[members] = _promise(probe, [sketches[i] for i in members])
    return found


def _pieces(sketches: Sequence[Sketch]) -> Iterator[list[int]]:
    """Indices of consecutive templates that have minutiae, at most :data:`PIECE_ROWS` unless one alone has more."""
    members: list[int] = []
    total = 0
    for i, each in enumerate(sketches):
        if total + len(each) > PIECE_ROWS and members:
            yield members
            members, total = [], 0
        if len(each):
            members.append(i)
            total += len(each)
    if members:
        yield members


def _promise(probe: Sketch, group: Sequence[Sketch]) -> Real:
    """(G,) for templates with minutiae."""
    likeness, partner = _counterparts(probe, group)
    kept = min(PAIRS, len(probe))
    chosen = np.argpartition(-likeness, kept - 1, axis=0)[:kept]
    likeness = np.clip(np.take_along_axis(likeness, chosen, axis=0), 0, 1) ** POWER
    partner = np.take_along_axis(partner, chosen, axis=0)
    place, angle = (np.concatenate([getattr(own, name) for own in group])[partner] for name in ("place", "angle"))
    fit = _fit(probe.place[chosen], probe.angle[chosen], place, angle)
    for _ in range(ROUNDS):
        likeness = 0.5 * likeness + 0.5 / (kept - 1) * (fit * likeness[None]).sum(axis=1)
    best: Real = np.sort(likeness, axis=0)[-DECIDING:].mean(axis=0)
    return best


def _counterparts(probe: Sketch, group: Sequence[Sketch]) -> tuple[Real, NDArray[np.int32]]:
    """(M, G) likeness -1..1 of each minutia of the probe to the most alike one of each template; which one of all."""
    sizes = np.array([len(own) for own in group])
    start = np.cumsum(sizes) - sizes
    rows = np.concatenate([own.surroundings for own in group]).astype(np.float32)
    within = (np.arange(len(rows)) - np.repeat(start, sizes)).astype(np.int32)
    code = (probe.surroundings.astype(np.float32) @ rows.T).astype(np.int32)
    code <<= CODE_BITS
    code |= within
    best = np.maximum.reduceat(code, start, axis=1)  # no group is empty
    likeness = (best >> CODE_BITS).astype(np.float32) * np.float32(SCALE**-2)
    return likeness, (best & ((1 << CODE_BITS) - 1)) + start.astype(np.int32)


def _fit(place_a: NDArray[np.complex64], angle_a: Real, place_b: NDArray[np.complex64], angle_b: Real) -> Real:
    """(P, P, G) 0..1: whether two pairs keep their distance and directions to one another; all arguments (P, G)."""
    gap_a, gap_b = (place[:, None] - place[None] for place in (place_a, place_b))
    length_a, length_b = np.abs(gap_a), np.abs(gap_b)
    stretch = (length_a - length_b) / (STRETCH_PX + STRETCH_SHARE * np.minimum(length_a, length_b))
    turn = angle_a - angle_b
    off = angle_size(turn[:, None] - turn[None]) ** 2
    off += angle_size(turn[:, None] - np.angle(gap_a * np.conj(gap_b))) ** 2
    fit: Real = np.exp(-0.5 * (stretch**2 + off / TURN_RAD**2))
    fit[(length_a < 0.5) | (length_b < 0.5)] = 0
    return fit
