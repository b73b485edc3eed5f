"""Statistics of a run, gathered in one pass over its rows."""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from biocapture.runs.page.run_table import RowBatch, RunTable
from biocapture.runs.page.samples import RowSample, Shortlist, sampling_priorities
from biocapture.runs.page.statistics import (
    BINS,
    CASES_PER_MODALITY,
    EXAMPLES_PER_REASON,
    MAX_ERRORS,
    MAX_GROUPS,
    NO_QUALITY,
    OTHER,
    VERDICTS,
    ErrorGroup,
    RunStatistics,
)
from biocapture.types import Counts, Modality, Position

MODALITIES = tuple(Modality)
POSITIONS = frozenset(Position)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MAX_TIME_S = 4e9
"""Seconds since 1970 beyond which a number is no time (the year 2096)."""


def gather_statistics(run: RunTable, minima: Mapping[str, float]) -> RunStatistics:
    """Gather the statistics of a run.

    Parameters
    ----------
    run : RunTable
    minima : mapping
        Measure id → lowest score the profile accepts.

    Returns
    -------
    RunStatistics

    Raises
    ------
    UsageError
        A table is damaged.
    """
    statistics = RunStatistics(groups={name: {} for name in ("modality", "position", "device", "day")})
    random = np.random.default_rng(0)
    for rows in run.batches():
        if len(rows):
            _Batch(rows, run, random).add_to(statistics, minima)
    return statistics


class _Batch:
    """One batch with the codes that all its counts need: index of verdict, modality and rounded quality of each row."""

    def __init__(self, rows: RowBatch, run: RunTable, random: np.random.Generator) -> None:
        self.rows, self.run = rows, run
        codes, texts = rows.codes("verdict")
        self.verdict = np.array([VERDICTS.index(text) if text in VERDICTS[:3] else 3 for text in texts])[codes]
        codes, texts = rows.codes("modality")
        # Rows that could not be read have no modality; they form a group of their own.
        kinds = [MODALITIES.index(Modality(text)) if text in set(Modality) else -1 for text in texts]
        self.kind = np.array(kinds)[codes]
        quality = rows.numbers("quality")
        self.quality = np.where(np.isfinite(quality), quality, np.nan)
        whole = np.rint(np.clip(np.nan_to_num(self.quality), 0, 100)).astype(np.int64)
        self.bin = np.where(np.isnan(self.quality), NO_QUALITY, whole)
        self.position = rows.codes("position")
        self.priority = sampling_priorities(rows, random)

    def add_to(self, statistics: RunStatistics, minima: Mapping[str, float]) -> None:
        statistics.rows += len(self.rows)
        self._groups(statistics.groups["modality"], np.zeros(len(self.rows), np.int64), [""])
        self._groups(statistics.groups["position"], *self.position)
        if self.run.device:
            self._groups(statistics.groups["device"], *self.rows.codes(self.run.device))
        elif isinstance(named := self.run.manifest.get("device"), str):
            self._groups(statistics.groups["device"], np.zeros(len(self.rows), np.int64), [named])
        if self.run.day:
            self._groups(statistics.groups["day"], *row_days(self.rows, self.run.day))
        self._reasons(statistics)
        self._scores(statistics, minima)
        self._cases(statistics, minima)
        _errors(statistics, self.rows)

    def _groups(self, groups: dict[tuple[str, str], Counts], codes: NDArray[np.int64], texts: list[str]) -> None:
        known = {value for _, value in groups}
        room = MAX_GROUPS - len(known)
        fresh = list(dict.fromkeys(text for text in texts if text not in known))
        over = set(fresh[max(room, 0) :])
        names = [OTHER if text in over else text for text in texts]
        distinct = list(dict.fromkeys(names))
        place = {name: i for i, name in enumerate(distinct)}
        value = np.array([place[name] for name in names], np.int64)[codes]
        flat, inverse = np.unique((self.kind + 1) * len(distinct) + value, return_inverse=True)
        size = len(VERDICTS) * BINS
        cell = inverse * size + self.verdict * BINS + self.bin
        counts = np.bincount(cell, minlength=len(flat) * size).reshape(-1, len(VERDICTS), BINS)
        for code, cells in zip(flat.tolist(), counts, strict=True):
            kind, which = divmod(code, len(distinct))
            key = _kind_name(kind - 1), distinct[which]
            groups[key] = groups.get(key, 0) + cells.astype(np.int64)

    def _reasons(self, statistics: RunStatistics) -> None:
        """Count faults. Texts of reasons repeat, so each distinct text is split once."""
        codes, texts = self.rows.codes("reasons")
        positions, position_texts = self.position
        keys = [[key for key in text.split(";") if key] for text in texts]
        flat = ((self.kind + 1) * len(position_texts) + positions) * len(texts) + codes
        combined, counts = np.unique(flat, return_counts=True)
        for code, count in zip(combined.tolist(), counts.tolist(), strict=True):
            rest, which = divmod(code, len(texts))
            kind, position = divmod(rest, len(position_texts))
            for place, key in enumerate(keys[which]):
                if len(statistics.reasons) < MAX_GROUPS or (_kind_name(kind - 1), key) in statistics.reasons:
                    counted = statistics.reasons.setdefault((_kind_name(kind - 1), key), np.zeros(2, np.int64))
                    counted += (count, count if place == 0 else 0)
                    if place == 0 and position_texts[position] in POSITIONS:
                        statistics.position_reasons[_kind_name(kind - 1), position_texts[position], key] += count
        self._examples(statistics, codes, [listed[0] if listed else "" for listed in keys])

    def _examples(self, statistics: RunStatistics, codes: NDArray[np.int64], firsts: list[str]) -> None:
        for key in dict.fromkeys(firsts):
            of_key = np.isin(codes, [i for i, first in enumerate(firsts) if first == key]) if key else None
            for kind in np.unique(self.kind[of_key]).tolist() if of_key is not None else ():
                if (_kind_name(kind), key) in statistics.reasons:
                    chosen = statistics.examples.setdefault((_kind_name(kind), key), Shortlist(EXAMPLES_PER_REASON))
                    chosen.add(self.rows, self.priority, of_key & (self.kind == kind))

    def _scores(self, statistics: RunStatistics, minima: Mapping[str, float]) -> None:
        for name in self.run.measures:
            score = self.rows.numbers(f"{name}.score")
            score = score[np.isfinite(score)]
            if score.size:
                whole = np.rint(np.clip(score, 0, 100)).astype(np.int64)
                statistics.scores[name] = statistics.scores.get(name, 0) + np.bincount(whole, minlength=101)
                statistics.below[name] += int((score < minima.get(name, -1.0)).sum())

    def _cases(self, statistics: RunStatistics, minima: Mapping[str, float]) -> None:
        for kind in np.unique(self.kind[self.kind >= 0]).tolist():
            name, is_kind = _kind_name(kind), self.kind == kind
            own = tuple(measure for measure in self.run.measures if measure.startswith(f"{name}."))
            sampled = statistics.sampled.setdefault(name, RowSample(own))
            sampled.add(self.rows, self.priority, self.verdict, is_kind)
            worst = statistics.worst.setdefault(name, Shortlist(CASES_PER_MODALITY))
            worst.add(self.rows, self.quality, is_kind & np.isfinite(self.quality))
            judged = [measure for measure in own if measure in minima]
            if judged:
                margins = np.stack([self.rows.numbers(f"{m}.score") - minima[m] for m in judged])
                known = np.where(np.isfinite(margins), margins, np.inf)
                decides, lowest = known.argmin(axis=0), known.min(axis=0)
                near = statistics.borderline.setdefault(name, Shortlist(CASES_PER_MODALITY))
                deciding = [judged[i] for i in decides.tolist()]
                near.add(
                    self.rows, np.abs(lowest), is_kind & np.isfinite(lowest), measure=deciding, margin=lowest.tolist()
                )


def _kind_name(kind: int) -> str:
    """Name of a modality by its index, "" for rows without one."""
    return str(MODALITIES[kind]) if kind >= 0 else ""


def row_days(rows: RowBatch, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """Day of each row.

    Parameters
    ----------
    rows : RowBatch
        Of N rows.
    name : str
        Column of time stamps, texts that begin with a date, or seconds since 1970.

    Returns
    -------
    codes : (N,) int64
        Index into the days.
    days : list of str
        YYYY-MM-DD in UTC, "" where it is unknown; a day may occur several times.
    """
    codes, texts = rows.codes(name)
    return codes, [_day(text) for text in texts]


def _day(text: str) -> str:
    if date := DAY.match(text):
        return date.group()
    try:
        seconds = float(text)
    except ValueError:
        return ""
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]")) if 0 < seconds < MAX_TIME_S else ""


def _errors(statistics: RunStatistics, rows: RowBatch) -> None:
    """Group messages that differ in names and numbers only."""
    codes, texts = rows.codes("error")
    has_error = np.array([bool(text) for text in texts])[codes]
    if not has_error.any():
        return
    among = np.flatnonzero(has_error)
    for path, error in zip(rows.cells("path", among), rows.cells("error", among), strict=True):
        key = re.sub(r"\d+", "#", error.removeprefix(f"{path}: "))[:200]
        if key not in statistics.errors and len(statistics.errors) >= MAX_ERRORS:
            key = OTHER
        group = statistics.errors.setdefault(key, ErrorGroup(0, path, error))
        group.rows += 1
