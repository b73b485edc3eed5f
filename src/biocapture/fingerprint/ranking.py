"""Which templates of a gallery are worth a full comparison: the surroundings of all minutiae in a matrix product."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.structure import structure_of
from biocapture.fingerprint.template import Template

Rows = NDArray[np.int8]

SCALE = 127
"""Unit vectors are kept as whole 127ths."""

PIECE_ROWS = 65_536
"""Rows of surroundings compared at once: bounds the memory of a search to about 100 MB."""

DECIDING = 8
"""Best minutiae of a probe whose mean ranks a template."""


def sketch(template: Template) -> Rows:
    """(M, 160) unit vectors of the surroundings, in 127ths."""
    surroundings = structure_of(template).surroundings
    length = np.maximum(np.linalg.norm(surroundings, axis=1, keepdims=True), 1e-6)
    return np.rint(SCALE * surroundings / length).astype(np.int8)


def promise(probe: Rows, sketches: Sequence[Rows]) -> NDArray[np.float64]:
    """(N,) mean likeness of the best minutiae of the probe to their best counterparts in each template, -1..1."""
    found = np.zeros(len(sketches))
    wanted = probe.astype(np.float32)
    for members, rows in _pieces(sketches):
        alike = wanted @ rows.astype(np.float32).T / SCALE**2
        sizes = [len(own) for own in members.values()]
        best = np.maximum.reduceat(alike, np.cumsum([0, *sizes[:-1]]), axis=1)  # no group is empty
        kept = min(DECIDING, len(best))
        found[list(members)] = np.sort(best, axis=0)[len(best) - kept :].mean(axis=0) if kept else 0.0
    return found


def _pieces(every: Sequence[Rows]) -> Iterator[tuple[dict[int, Rows], Rows]]:
    """Index → rows of consecutive templates that have rows, and those rows together, at most :data:`PIECE_ROWS`."""
    members: dict[int, Rows] = {}
    total = 0
    for i, rows in enumerate(every):
        if total + len(rows) > PIECE_ROWS and members:
            yield members, np.concatenate(list(members.values()))
            members, total = {}, 0
        if len(rows):
            members[i] = rows
            total += len(rows)
    if members:
        yield members, np.concatenate(list(members.values()))
