"""What is kept of the rows themselves: a fair sample for statistics, and a few cases to look at."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.runs.page.rows import Rows

MAX_SAMPLED = 10_000
"""Rows per modality: a share is then known to one in a hundred, a quantile to half a per cent of the rows."""

PRIORITY_DIGITS = 13
"""Of the hash that decides whether a row is sampled: 52 bits, exact in float64."""


@dataclass(frozen=True, slots=True)
class Case:
    """One row that is shown.

    Attributes
    ----------
    path, modality, position, verdict, reasons : str
    quality : float
    measure : str
        Which measure decides, where the case is borderline.
    margin : float
        How far its score lies above the profile's minimum; negative = below.
    """

    path: str
    modality: str
    position: str
    verdict: str
    reasons: str
    quality: float
    measure: str = ""
    margin: float = float("nan")


@dataclass
class Shortlist:
    """The cases with the least keys.

    Attributes
    ----------
    size : int
    cases : list of (float, Case)
        Ascending.
    """

    size: int
    cases: list[tuple[float, Case]] = field(default_factory=list)

    def take(self, rows: Rows, keys: NDArray[np.float64], which: NDArray[np.bool_], **more: Any) -> None:
        """Look at the rows ``which`` of a batch; ``more`` are (N,) columns of what :class:`Case` has besides."""
        limit = self.cases[-1][0] if len(self.cases) == self.size else np.inf
        among = np.flatnonzero(which & (keys < limit))
        if not among.size:
            return
        best = among[np.argsort(keys[among], kind="stable")[: self.size]]
        columns = [rows.cells(name, best) for name in ("path", "modality", "position", "verdict", "reasons")]
        quality = rows.numbers("quality")[best].tolist()
        extra = [{name: column[i] for name, column in more.items()} for i in best.tolist()]
        for key, texts, value, besides in zip(
            keys[best].tolist(), zip(*columns, strict=True), quality, extra, strict=True
        ):
            path, modality, position, verdict, reasons = texts
            case = Case(path, modality, position, verdict, reasons, value, **besides)
            self.cases.append((key, case))
        self.cases.sort(key=lambda pair: pair[0])
        del self.cases[self.size :]


@dataclass
class Sampled:
    """A uniform sample of one modality's rows: those whose content hashes lowest, so that two runs over the same files
    sample the same files.

    Attributes
    ----------
    names : tuple of str
        Measures.
    priority : (S,) float64
        From the SHA-256 of each file; equal = the same content.
    verdict : (S,) int64
        Index into the verdicts.
    quality : (S,) float32
    raw, score : (S, M) float32
    """

    names: tuple[str, ...]
    priority: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    verdict: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    quality: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    raw: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    score: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __len__(self) -> int:
        return len(self.priority)

    def take(self, rows: Rows, priority: NDArray[np.float64], verdict: NDArray[np.int64], of_it: NDArray[Any]) -> None:
        """Look at the rows ``of_it`` of a batch."""
        limit = self.priority[-1] if len(self) == MAX_SAMPLED else np.inf
        among = np.flatnonzero(of_it & (priority < limit))
        if not among.size:
            return
        raw, score = (
            np.stack([rows.numbers(name + part)[among] for name in self.names], axis=1).astype(np.float32)
            if self.names
            else np.zeros((len(among), 0), np.float32)
            for part in ("", ".score")
        )
        if not len(self):
            self.raw, self.score = raw[:0], score[:0]
        quality = rows.numbers("quality")[among].astype(np.float32)
        merged = np.concatenate([self.priority, priority[among]])
        kept = np.argsort(merged, kind="stable")[:MAX_SAMPLED]
        self.priority = merged[kept]
        self.verdict = np.concatenate([self.verdict, verdict[among]])[kept]
        self.quality = np.concatenate([self.quality, quality])[kept]
        self.raw = np.concatenate([self.raw, raw])[kept]
        self.score = np.concatenate([self.score, score])[kept]


def priorities(rows: Rows, random: np.random.Generator) -> NDArray[np.float64]:
    """(N,) in 0..1 from the content of each file; drawn where its hash is not told."""
    drawn = random.random(len(rows))
    codes, texts = rows.codes("sha256")
    known = np.array([_fraction(text) for text in texts])[codes]
    return np.where(np.isnan(known), drawn, known)


def _fraction(digest: str) -> float:
    try:
        return int(digest[:PRIORITY_DIGITS], 16) / 16**PRIORITY_DIGITS if len(digest) == 64 else float("nan")
    except ValueError:
        return float("nan")
