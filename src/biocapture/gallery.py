"""The station's memory: templates of one modality under ids, and the ones most like a probe."""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import TemplateError, UsageError
from biocapture.matcher import Ranking, matcher
from biocapture.types import Modality

CANDIDATES = 100
"""Templates that are compared in full."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A template found: its id and the score 0..100 of the full comparison."""

    id: str
    score: float


class Gallery:
    """Templates to be searched; a fingerprint takes about 12 kB in memory, 1 kB stored."""

    def __init__(self, templates: Iterable[tuple[str, Any]] = (), modality: Modality = Modality.FINGERPRINT) -> None:
        self.modality = modality
        self._matcher = matcher(modality)
        self._templates: dict[str, Any] = {}
        self._sketches: dict[str, Any] = {}
        for name, template in templates:
            self.add(name, template)

    def __len__(self) -> int:
        return len(self._templates)

    def __contains__(self, name: str) -> bool:
        return name in self._templates

    def __iter__(self) -> Iterator[str]:
        return iter(self._templates)

    def add(self, name: str, template: Any) -> None:
        """Keep a template; one of the same id is replaced."""
        self._templates[name] = template
        if isinstance(self._matcher, Ranking):
            self._sketches[name] = self._matcher.sketch(template)

    def remove(self, name: str) -> None:
        """Forget a template; raises :class:`UsageError` when there is none of that id."""
        if name not in self._templates:
            raise UsageError("no such id in the gallery", name)
        del self._templates[name]
        self._sketches.pop(name, None)

    def search(self, probe: Any, top: int = 10, candidates: int = CANDIDATES) -> list[Candidate]:
        """The templates most like a probe, best first.

        Two steps: the matcher ranks all templates by their sketches (fingerprints: surroundings of the minutiae, one
        matrix product per piece of the gallery), then the most promising are compared in full. A modality whose
        matcher does not rank is compared in full throughout.

        Parameters
        ----------
        probe : Template
        top : int
            How many are given at most.
        candidates : int
            How many are compared in full; the others cannot be found.
        """
        names = list(self._templates)
        ready = self._matcher.prepared(probe)
        chosen = [names[i] for i in self._promising(probe, max(top, candidates))]
        found = [Candidate(name, self._matcher.compare(ready, self._templates[name]).score) for name in chosen]
        return sorted(found, key=lambda candidate: -candidate.score)[:top]

    def _promising(self, probe: Any, wanted: int) -> NDArray[np.intp]:
        """Indices of the templates to be compared in full."""
        if not isinstance(self._matcher, Ranking) or wanted >= len(self):
            return np.arange(len(self))
        promise = self._matcher.promise(self._matcher.sketch(probe), list(self._sketches.values()))
        return np.argsort(-promise, kind="stable")[:wanted]

    def save(self, path: Path) -> None:
        """Write the gallery to one file."""
        stored = [template.to_bytes() for template in self._templates.values()]
        partial = path.with_name(path.name + ".part")
        try:
            with partial.open("wb") as handle:
                np.savez(
                    handle,
                    modality=np.array(str(self.modality)),
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
                modality = Modality(str(content["modality"]))
                ids, sizes, data = content["ids"], content["sizes"], content["templates"].tobytes()
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise TemplateError(f"not a gallery: {error}", str(path)) from error
        ends = np.cumsum(sizes)
        if ids.ndim != 1 or ids.shape != sizes.shape or (sizes < 0).any() or (len(ends) and ends[-1] != len(data)):
            raise TemplateError("damaged gallery: its parts do not fit", str(path))
        read = matcher(modality).Template.from_bytes
        parts = (data[end - size : end] for end, size in zip(ends, sizes, strict=True))
        return cls(((str(name), read(part)) for name, part in zip(ids, parts, strict=True)), modality)
