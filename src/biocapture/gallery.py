"""The station's memory: templates under ids, and the ones most like a probe."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError, UsageError
from biocapture.fingerprint.comparison import compare
from biocapture.fingerprint.structure import structure_of
from biocapture.fingerprint.template import Template

Rows = NDArray[np.int8]

SCALE = 127
"""Unit vectors are kept as whole 127ths."""

PIECE_ROWS = 65_536
"""Rows of surroundings compared at once: bounds the memory of a search to about 100 MB."""

DECIDING = 8
"""Best minutiae of a probe whose mean ranks a template in the first step."""

CANDIDATES = 100
"""Templates that are compared in full."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template found: its id and the score 0..100 of the full comparison."""

    id: str
    score: float


class Gallery:
    """Templates to be searched; about 12 kB each in memory, 1 kB stored."""

    def __init__(self, templates: Iterable[tuple[str, Template]] = ()) -> None:
        self._templates: dict[str, Template] = {}
        self._rows: dict[str, Rows] = {}
        for name, template in templates:
            self.add(name, template)

    def __len__(self) -> int:
        return len(self._templates)

    def __contains__(self, name: str) -> bool:
        return name in self._templates

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def add(self, name: str, template: Template) -> None:
        """Keep a template; one of the same id is replaced."""
        self._templates[name] = template
        self._rows[name] = _rows_of(template)

    def remove(self, name: str) -> None:
        """Forget a template; raises :class:`UsageError` when there is none of that id."""
        if name not in self._templates:
            raise UsageError("no such id in the gallery", name)
        del self._templates[name], self._rows[name]

    def search(self, probe: Template, top: int = 10, candidates: int = CANDIDATES) -> list[Candidate]:
        """The templates most like a probe, best first.

        Two steps: the surroundings of all minutiae are compared in one matrix product per piece of the gallery, then
        the most promising templates in full.

        Parameters
        ----------
        probe : Template
        top : int
            How many are given at most.
        candidates : int
            How many are compared in full; the others cannot be found.
        """
        promise = self._promise(_rows_of(probe))
        names = list(self._templates)
        order = np.argsort(-promise, kind="stable")[: max(top, candidates)]
        ready = structure_of(probe)
        found = [Candidate(names[i], compare(ready, self._templates[names[i]]).score) for i in order]
        return sorted(found, key=lambda candidate: -candidate.score)[:top]

    def _promise(self, probe: Rows) -> NDArray[np.float64]:
        """(N,) mean likeness of the best minutiae of the probe to their best counterparts in each template."""
        promise = np.zeros(len(self))
        wanted = probe.astype(np.float32)
        for members, rows in _pieces(list(self._rows.values())):
            alike = wanted @ rows.astype(np.float32).T / SCALE**2
            sizes = [len(self_rows) for self_rows in members.values()]
            best = np.maximum.reduceat(alike, np.cumsum([0, *sizes[:-1]]), axis=1)  # no group is empty
            kept = min(DECIDING, len(best))
            promise[list(members)] = np.sort(best, axis=0)[len(best) - kept :].mean(axis=0) if kept else 0.0
        return promise

    def save(self, path: Path) -> None:
        """Write the gallery to one file."""
        stored = [template.to_bytes() for template in self._templates.values()]
        partial = path.with_name(path.name + ".part")
        try:
            with partial.open("wb") as handle:
                np.savez(
                    handle,
                    ids=np.array(list(self._templates), dtype=np.str_),
                    sizes=np.array([len(each) for each in stored], np.int64),
                    templates=np.frombuffer(b"".join(stored), np.uint8),
                )
            partial.replace(path)
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a gallery.

        Raises
        ------
        TemplateError
            The file is no gallery, or damaged.
        """
        try:
            with path.open("rb") as handle, np.load(handle, allow_pickle=False) as content:
                ids, sizes, data = content["ids"], content["sizes"], content["templates"].tobytes()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TemplateError(f"not a gallery: {error}", str(path)) from error
        ends = np.cumsum(sizes)
        if ids.ndim != 1 or ids.shape != sizes.shape or (sizes < 0).any() or (len(ends) and ends[-1] != len(data)):
            raise TemplateError("damaged gallery: its parts do not fit", str(path))
        parts = (data[end - size : end] for end, size in zip(ends, sizes, strict=True))
        return cls((str(name), Template.from_bytes(part)) for name, part in zip(ids, parts, strict=True))


def _rows_of(template: Template) -> Rows:
    """(M, 160) unit vectors of the surroundings."""
    surroundings = structure_of(template).surroundings
    length = np.maximum(np.linalg.norm(surroundings, axis=1, keepdims=True), 1e-6)
    return np.rint(SCALE * surroundings / length).astype(np.int8)


def _pieces(every: list[Rows]) -> Iterator[tuple[dict[int, Rows], Rows]]:
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
