"""A gallery: templates of one modality by id, and a search for those most similar to a probe."""

import json
import struct
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.protocol import Prefilter, matcher_for, scores_against
from biocapture.comparison.search_index import Indexed
from biocapture.errors import BiocaptureError, TemplateError, UsageError
from biocapture.images.private_files import private
from biocapture.types import Modality

MAGIC = b"BCG1"
"""First bytes of a stored gallery; the digit is the version."""

HEADER = struct.Struct("<4sI")
"""Magic and size of the index (JSON: modality, ids, sizes); the templates follow, one after another."""

MIN_CANDIDATES, CANDIDATE_SHARE = 100, 0.01
"""Templates compared in full where a prefilter of the matcher chooses them: at least so many, and this share of all."""

MIN_INDEXED, INDEXED_SHARE = 20, 0.005
"""The same where an index chooses, which is surer: models/fingerprint_comparison/mates_lost.py counts the lost."""

MAX_PREPARED = 1000
"""Templates that are kept ready for comparison, 0.1 to 0.3 MB each; those used longest ago give way to others."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A reference that was compared: its id and the score 0..100 of the full comparison."""

    id: str
    score: float


class Gallery:
    """Reference templates that can be searched; a fingerprint takes about 15 kB in memory, 7 kB stored."""

    def __init__(self, templates: Iterable[tuple[str, Any]] = (), modality: Modality = Modality.FINGERPRINT) -> None:
        self.modality = modality
        self._matcher = matcher_for(modality)
        self._indexed = isinstance(self._matcher, Indexed)
        self._templates: dict[str, Any] = {}
        self._features: dict[str, Any] = {}
        self._names: list[str] | None = None
        self._index: Any = None
        self._prepared: OrderedDict[str, Any] = OrderedDict()
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
        self._changed(name)

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
        self._changed(name)

    def _changed(self, name: str) -> None:
        self._prepared.pop(name, None)
        self._names = self._index = None

    def search(self, probe: Any, top: int = 10, candidates: int | None = None) -> list[Candidate]:
        """The references most similar to a probe, best first.

        A cheap score or an index of the matcher (fingerprints: minutiae with alike surroundings, those that fit
        together, prints laid on one another) chooses the most promising, which are compared in full. Where a matcher
        has none, all are compared in full.

        Parameters
        ----------
        probe : Template
        top : int
            Most that are returned.
        candidates : int, optional
            How many are compared in full; the others cannot be found. Default: :data:`CANDIDATE_SHARE` of all, and at
            least :data:`MIN_CANDIDATES`; fewer where the matcher has an index.

        Returns
        -------
        list of Candidate
        """
        features = self._matcher.index_features(probe) if isinstance(self._matcher, Prefilter) else None
        return self._search(self._matcher.prepare(probe), features, 0, top, candidates)

    def search_after(self, name: str, top: int = 10, candidates: int | None = None) -> list[Candidate]:
        """The templates most like one of the gallery, of those that come after it: each two are compared once.

        Parameters
        ----------
        name : str
            Id of the probe.
        top : int
            Most that are returned.
        candidates : int, optional
            As in :meth:`search`.

        Returns
        -------
        list of Candidate

        Raises
        ------
        UsageError
            There is none of that id.
        """
        if name not in self._templates:
            raise UsageError("no such id in the gallery", name)
        start = self._places()[name] + 1
        return self._search(self._ready(name), self._features.get(name), start, top, candidates)

    def _search(self, ready: Any, features: Any, start: int, top: int, candidates: int | None) -> list[Candidate]:
        if candidates is None:
            least, share = (MIN_INDEXED, INDEXED_SHARE) if self._indexed else (MIN_CANDIDATES, CANDIDATE_SHARE)
            candidates = max(least, round(share * len(self)))
        self._places()
        names = cast("list[str]", self._names)
        chosen = [names[i] for i in self._candidates(features, max(top, candidates), start)]
        references = [self._ready(name) if self._indexed else self._templates[name] for name in chosen]
        scores = scores_against(self._matcher, ready, references)
        compared = [Candidate(name, score) for name, score in zip(chosen, scores, strict=True)]
        return sorted(compared, key=lambda candidate: -candidate.score)[:top]

    def _places(self) -> dict[str, int]:
        """Where each id stands."""
        if self._names is None:
            self._names = list(self._templates)
            self._place = {name: i for i, name in enumerate(self._names)}
        return self._place

    def _candidates(self, features: Any, count: int, start: int) -> NDArray[np.intp]:
        """Indices of the templates to be compared in full."""
        if not isinstance(self._matcher, Prefilter) or count >= len(self) - start:
            return np.arange(start, len(self))
        if isinstance(self._matcher, Indexed):
            if self._index is None:
                self._index = self._matcher.Index(list(self._features.values()))
            found: NDArray[np.intp] = self._index.candidates(features, count, start)
            return found
        references = list(islice(self._features.values(), start, None))
        scores = self._matcher.prefilter_scores(features, references)
        return np.argsort(-scores, kind="stable")[:count] + start

    def _ready(self, name: str) -> Any:
        """A template of the gallery, prepared."""
        ready = self._prepared.pop(name, None)
        if ready is None:
            ready = self._matcher.prepare(self._templates[name])
            if len(self._prepared) >= MAX_PREPARED:
                self._prepared.popitem(last=False)
        self._prepared[name] = ready
        return ready

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
