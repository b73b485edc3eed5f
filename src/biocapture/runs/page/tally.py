"""Everything a report says of a run, gathered in one pass over its rows."""

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from biocapture.runs.page.counts import (
    BINS,
    EXAMPLES,
    MAX_ERRORS,
    MAX_GROUPS,
    NO_QUALITY,
    OTHER,
    SHOWN,
    VERDICTS,
    Group,
    Tally,
)
from biocapture.runs.page.kept import Sampled, Shortlist, priorities
from biocapture.runs.page.rows import Rows, Run
from biocapture.types import Counts, Modality, Position

KINDS = tuple(Modality)
SLOTS = frozenset(Position)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
LATEST_S = 4e9
"""Seconds since 1970 beyond which a number is no time (the year 2096)."""


def tally(run: Run, minima: Mapping[str, float]) -> Tally:
    """Count a run; ``minima`` are the profile's least scores, measure id → score.

    Raises
    ------
    UsageError
        A table is damaged.
    """
    found = Tally(groups={name: {} for name in ("modality", "position", "device", "day")})
    random = np.random.default_rng(0)
    for rows in run.batches():
        if len(rows):
            _Batch(rows, run, random).into(found, minima)
    return found


class _Batch:
    """One batch with the codes that all counts need."""

    def __init__(self, rows: Rows, run: Run, random: np.random.Generator) -> None:
        self.rows, self.run = rows, run
        codes, texts = rows.codes("verdict")
        self.verdict = np.array([VERDICTS.index(text) if text in VERDICTS[:3] else 3 for text in texts])[codes]
        codes, texts = rows.codes("modality")
        kinds = list(Modality)
        # Rows that could not be read have no modality and form their own group.
        self.kind = np.array([kinds.index(Modality(text)) if text in set(Modality) else -1 for text in texts])[codes]
        quality = rows.numbers("quality")
        self.quality = np.where(np.isfinite(quality), quality, np.nan)
        whole = np.rint(np.clip(np.nan_to_num(self.quality), 0, 100)).astype(np.int64)
        self.bin = np.where(np.isnan(self.quality), NO_QUALITY, whole)
        self.position = rows.codes("position")
        self.priority = priorities(rows, random)

    def into(self, found: Tally, minima: Mapping[str, float]) -> None:
        found.rows += len(self.rows)
        self._groups(found.groups["modality"], np.zeros(len(self.rows), np.int64), [""])
        self._groups(found.groups["position"], *self.position)
        if self.run.device:
            self._groups(found.groups["device"], *self.rows.codes(self.run.device))
        elif isinstance(named := self.run.manifest.get("device"), str):
            self._groups(found.groups["device"], np.zeros(len(self.rows), np.int64), [named])
        if self.run.day:
            self._groups(found.groups["day"], *days(self.rows, self.run.day))
        self._reasons(found)
        self._scores(found, minima)
        self._cases(found, minima)
        _errors(found, self.rows)

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
        for code, part in zip(flat.tolist(), counts, strict=True):
            kind, which = divmod(code, len(distinct))
            key = _kind_name(kind - 1), distinct[which]
            groups[key] = groups.get(key, 0) + part.astype(np.int64)

    def _reasons(self, found: Tally) -> None:
        """Texts of reasons repeat: each distinct one is taken apart once."""
        codes, texts = self.rows.codes("reasons")
        slots, slot_texts = self.position
        parts = [[key for key in text.split(";") if key] for text in texts]
        flat = ((self.kind + 1) * len(slot_texts) + slots) * len(texts) + codes
        combined, counts = np.unique(flat, return_counts=True)
        for code, count in zip(combined.tolist(), counts.tolist(), strict=True):
            rest, which = divmod(code, len(texts))
            kind, slot = divmod(rest, len(slot_texts))
            for place, key in enumerate(parts[which]):
                if len(found.reasons) < MAX_GROUPS or (_kind_name(kind - 1), key) in found.reasons:
                    counted = found.reasons.setdefault((_kind_name(kind - 1), key), np.zeros(2, np.int64))
                    counted += (count, count if place == 0 else 0)
                    if place == 0 and slot_texts[slot] in SLOTS:
                        found.slot_reasons[_kind_name(kind - 1), slot_texts[slot], key] += count
        self._examples(found, codes, [part[0] if part else "" for part in parts])

    def _examples(self, found: Tally, codes: NDArray[np.int64], firsts: list[str]) -> None:
        for key in dict.fromkeys(firsts):
            of_key = np.isin(codes, [i for i, first in enumerate(firsts) if first == key]) if key else None
            for kind in np.unique(self.kind[of_key]).tolist() if of_key is not None else ():
                if (_kind_name(kind), key) in found.reasons:
                    chosen = found.examples.setdefault((_kind_name(kind), key), Shortlist(EXAMPLES))
                    chosen.take(self.rows, self.priority, of_key & (self.kind == kind))

    def _scores(self, found: Tally, minima: Mapping[str, float]) -> None:
        for name in self.run.measures:
            score = self.rows.numbers(f"{name}.score")
            score = score[np.isfinite(score)]
            if score.size:
                whole = np.rint(np.clip(score, 0, 100)).astype(np.int64)
                found.scores[name] = found.scores.get(name, 0) + np.bincount(whole, minlength=101)
                found.below[name] += int((score < minima.get(name, -1.0)).sum())

    def _cases(self, found: Tally, minima: Mapping[str, float]) -> None:
        for kind in np.unique(self.kind[self.kind >= 0]).tolist():
            name, of_it = _kind_name(kind), self.kind == kind
            own = tuple(measure for measure in self.run.measures if measure.startswith(f"{name}."))
            sampled = found.sampled.setdefault(name, Sampled(own))
            sampled.take(self.rows, self.priority, self.verdict, of_it)
            worst = found.worst.setdefault(name, Shortlist(SHOWN))
            worst.take(self.rows, self.quality, of_it & np.isfinite(self.quality))
            judged = [measure for measure in own if measure in minima]
            if judged:
                margins = np.stack([self.rows.numbers(f"{m}.score") - minima[m] for m in judged])
                known = np.where(np.isfinite(margins), margins, np.inf)
                decides, least = known.argmin(axis=0), known.min(axis=0)
                near = found.borderline.setdefault(name, Shortlist(SHOWN))
                deciding = [judged[i] for i in decides.tolist()]
                near.take(self.rows, np.abs(least), of_it & np.isfinite(least), measure=deciding, margin=least.tolist())


def _kind_name(kind: int) -> str:
    """Name of a modality, "" for rows without one."""
    return str(KINDS[kind]) if kind >= 0 else ""


def days(rows: Rows, name: str) -> tuple[NDArray[np.int64], list[str]]:
    """(N,) index into the distinct days, and these as YYYY-MM-DD in UTC; "" where it is not told.

    The column may hold time stamps, texts that begin with a date, or seconds since 1970.
    """
    codes, texts = rows.codes(name)
    return codes, [_day(text) for text in texts]


def _day(text: str) -> str:
    if found := DAY.match(text):
        return found.group()
    try:
        seconds = float(text)
    except ValueError:
        return ""
    return str(np.datetime64(int(seconds), "s").astype("datetime64[D]")) if 0 < seconds < LATEST_S else ""


def _errors(found: Tally, rows: Rows) -> None:
    """Group messages that differ in names and numbers only."""
    codes, texts = rows.codes("error")
    told = np.array([bool(text) for text in texts])[codes]
    if not told.any():
        return
    among = np.flatnonzero(told)
    for path, error in zip(rows.cells("path", among), rows.cells("error", among), strict=True):
        key = re.sub(r"\d+", "#", error.removeprefix(f"{path}: "))[:200]
        if key not in found.errors and len(found.errors) >= MAX_ERRORS:
            key = OTHER
        group = found.errors.setdefault(key, Group(0, path, error))
        group.rows += 1
