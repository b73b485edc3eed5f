"""What is kept of the rows themselves: a random sample for statistics, and a few examples to show."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.runs.page.run_table import RowBatch

MAX_SAMPLED = 10_000
"""Rows per modality: a share is then known to one per cent, a quantile to half a per cent of the rows."""

PRIORITY_DIGITS = 13
"""Hexadecimal digits of the hash that decides whether a row is sampled: 52 bits, exact in float64."""


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One row that the page shows.

    Attributes
    ----------
    path, modality, position, verdict, reasons : str
    quality : float
    measure : str
        The measure that decides, where the row is borderline.
    margin : float
        Its score minus the profile's minimum, -100..100; NaN where the row is not borderline.
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
    """The rows with the lowest keys.

    Attributes
    ----------
    size : int
        Rows that are kept.
    ranked : list of (float, ExampleRow)
        Keys and rows, ascending.
    """

    size: int
    ranked: list[tuple[float, ExampleRow]] = field(default_factory=list)

    def add(self, rows: RowBatch, keys: NDArray[np.float64], which: NDArray[np.bool_], **more: Any) -> None:
        """Consider the rows of a batch.

        Parameters
        ----------
        rows : RowBatch
            Of N rows.
        keys : (N,) float64
            The lowest are kept.
        which : (N,) bool
            Rows to consider.
        **more
            Sequences of N values for further fields of :class:`ExampleRow`.
        """
        limit = self.ranked[-1][0] if len(self.ranked) == self.size else np.inf
        among = np.flatnonzero(which & (keys < limit))
        if not among.size:
            return
        best = among[np.argsort(keys[among], kind="stable")[: self.size]]
        columns = [rows.cells(name, best) for name in ("path", "modality", "position", "verdict", "reasons")]
        quality = rows.numbers("quality")[best].tolist()
        extra = [{name: column[i] for name, column in more.items()} for i in best.tolist()]
        for key, texts, value, fields in zip(
            keys[best].tolist(), zip(*columns, strict=True), quality, extra, strict=True
        ):
            path, modality, position, verdict, reasons = texts
            example = ExampleRow(path, modality, position, verdict, reasons, value, **fields)
            self.ranked.append((key, example))
        self.ranked.sort(key=lambda pair: pair[0])
        del self.ranked[self.size :]


@dataclass
class RowSample:
    """A uniform sample of one modality's rows.

    It holds the files whose content has the lowest hashes, so that two runs over the same files sample the same files.

    Attributes
    ----------
    measures : tuple of str
        Ids of M measures.
    priority : (S,) float64
        0..1 from the SHA-256 of each file, ascending; equal = the same content.
    verdict : (S,) int64
        Index into :data:`biocapture.runs.page.statistics.VERDICTS`.
    quality : (S,) float32
        0..100, NaN = not assessable.
    raw, score : (S, M) float32
        NaN = not assessable.
    """

    measures: tuple[str, ...]
    priority: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    verdict: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    quality: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    raw: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    score: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def __len__(self) -> int:
        return len(self.priority)

    def add(
        self, rows: RowBatch, priority: NDArray[np.float64], verdict: NDArray[np.int64], which: NDArray[np.bool_]
    ) -> None:
        """Consider the rows of a batch.

        Parameters
        ----------
        rows : RowBatch
            Of N rows.
        priority : (N,) float64
            As :func:`sampling_priorities` gives it.
        verdict : (N,) int64
        which : (N,) bool
            Rows of the sample's modality.
        """
        limit = self.priority[-1] if len(self) == MAX_SAMPLED else np.inf
        among = np.flatnonzero(which & (priority < limit))
        if not among.size:
            return
        raw, score = (
            np.stack([rows.numbers(name + part)[among] for name in self.measures], axis=1).astype(np.float32)
            if self.measures
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


def sampling_priorities(rows: RowBatch, random: np.random.Generator) -> NDArray[np.float64]:
    """Priority of each row for the sample; low ones are taken.

    Parameters
    ----------
    rows : RowBatch
        Of N rows.
    random : numpy.random.Generator
        For rows without a hash.

    Returns
    -------
    (N,) float64
        0..1, from the SHA-256 of each file.
    """
    drawn = random.random(len(rows))
    codes, texts = rows.codes("sha256")
    known = np.array([_fraction(text) for text in texts])[codes]
    return np.where(np.isnan(known), drawn, known)


def _fraction(digest: str) -> float:
    try:
        return int(digest[:PRIORITY_DIGITS], 16) / 16**PRIORITY_DIGITS if len(digest) == 64 else float("nan")
    except ValueError:
        return float("nan")
