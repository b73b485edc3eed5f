"""A gallery: templates of one modality by id, and a search for those most similar to a probe."""

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.protocol import Prefilter, matcher_for, scores_against
from biocapture.errors import BiocaptureError, TemplateError, UsageError
from biocapture.images.private_files import private
from biocapture.types import Modality

MAGIC = b"BCG1"
"""First bytes of a stored gallery; the digit is the version."""

HEADER = struct.Struct("<4sI")
"""Magic and size of the index (JSON: modality, ids, sizes); the templates follow, one after another."""

MIN_CANDIDATES, CANDIDATE_SHARE = 100, 0.02
"""Templates that are compared in full: of prints of the development sets that match at FMR 10⁻³, 94 % are among the
best fiftieth by the prefilter, 97 % among the best twentieth."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference that was compared: its id and the score 0..100 of the full comparison."""

    id: str
    score: float


class Gallery:
    """Reference templates that can be searched; a fingerprint takes about 24 kB in memory, 7 kB stored."""

    def __init__(self, templates: Iterable[tuple[str, Any]] = (), modality: Modality = Modality.FINGERPRINT) -> None:
        self.modality = modality
        self._matcher = matcher_for(modality)
        self._templates: dict[str, Any] = {}
        self._features: dict[str, Any] = {}
        for name, template in templates:
            self.add(name, template)

    def __len__(self) -> int:
        return len(self._templates)

    def __contains__(self, name: str) -> bool:
        return name in self._templates

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def add(self, name: str, template: Any) -> None:
        """Add a template; one of the same id is replaced.

        Parameters
        ----------
        name : str
            Its id.
        template : Template
        """
        self._templates[name] = template
        if isinstance(self._matcher, Prefilter):
            self._features[name] = self._matcher.index_features(template)

    def remove(self, name: str) -> None:
        """Remove a template.

        Parameters
        ----------
        name : str
            Its id.

        Raises
        ------
        UsageError
            There is none of that id.
        """
        if name not in self._templates:
            raise UsageError("no such id in the gallery", name)
        del self._templates[name]
        self._features.pop(name, None)

    def search(self, probe: Any, top: int = 10, candidates: int | None = None) -> list[Candidate]:
        """The references most similar to a probe, best first.

        Two steps: the matcher's prefilter gives all references a cheap score (fingerprints: minutiae with alike
        surroundings that fit together), then the best are compared in full. Where a matcher has no prefilter, all are
        compared in full.

        Parameters
        ----------
        probe : Template
        top : int
            Most that are returned.
        candidates : int, optional
            How many are compared in full; the others cannot be found. Default: a fiftieth, and at least 100.

        Returns
        -------
        list of Candidate
        """
        if candidates is None:
            candidates = max(MIN_CANDIDATES, round(CANDIDATE_SHARE * len(self)))
        names = list(self._templates)
        ready = self._matcher.prepare(probe)
        chosen = [names[i] for i in self._candidates(probe, max(top, candidates))]
        scores = scores_against(self._matcher, ready, [self._templates[name] for name in chosen])
        compared = [Candidate(name, score) for name, score in zip(chosen, scores, strict=True)]
        return sorted(compared, key=lambda candidate: -candidate.score)[:top]

    def _candidates(self, probe: Any, count: int) -> NDArray[np.intp]:
        """Indices of the templates to be compared in full."""
        if not isinstance(self._matcher, Prefilter) or count >= len(self):
            return np.arange(len(self))
        scores = self._matcher.prefilter_scores(self._matcher.index_features(probe), list(self._features.values()))
        return np.argsort(-scores, kind="stable")[:count]

    def save(self, path: Path) -> None:
        """Write the gallery to one file, the same bytes for the same templates under the same ids in the same order.

        Parameters
        ----------
        path : Path

        Raises
        ------
        UsageError
            The file cannot be written; an older one of that name stays as it is.
        """
        stored = [template.to_bytes() for template in self._templates.values()]
        index = {"modality": self.modality, "ids": list(self._templates), "sizes": [len(each) for each in stored]}
        head = json.dumps(index).encode("ascii")
        partial = path.with_name(path.name + ".part")
        try:
            private(partial).write_bytes(b"".join([HEADER.pack(MAGIC, len(head)), head, *stored]))
            partial.replace(path)
        except OSError as error:
            raise UsageError(f"cannot be written: {error.strerror or error}", str(path)) from error

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a gallery.

        Parameters
        ----------
        path : Path

        Returns
        -------
        Gallery

        Raises
        ------
        TemplateError
            The file is no gallery, or damaged.
        """
        try:
            data = path.read_bytes()
            modality, ids, templates = _parts(data)
            read = matcher_for(modality).Template.from_bytes
            return cls(zip(ids, map(read, templates), strict=True), modality)
        except (OSError, ValueError, TypeError, KeyError, RecursionError, BiocaptureError) as error:
            raise TemplateError(f"not a gallery, or damaged: {error}", str(path)) from error


def _parts(data: bytes) -> tuple[Modality, list[str], list[bytes]]:
    """Modality, ids and stored templates of a gallery file."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise ValueError(f"it begins with {data[:4].hex(' ') or 'nothing'}")
    start = HEADER.size + HEADER.unpack_from(data)[1]
    index = json.loads(data[HEADER.size : start])
    ids, sizes = index["ids"], index["sizes"]
    good = all(isinstance(name, str) for name in ids) and all(isinstance(size, int) and size >= 0 for size in sizes)
    if not good or not len(set(ids)) == len(ids) == len(sizes) or start + sum(sizes) != len(data):
        raise ValueError("its parts do not fit")
    ends = accumulate(sizes, initial=start)
    return Modality(index["modality"]), ids, [data[first:last] for first, last in pairwise(ends)]
