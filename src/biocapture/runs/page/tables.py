"""Rows of the page's tables."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from biocapture.assessment.modalities import measures as catalogue
from biocapture.comparison.evaluation.intervals import wilson
from biocapture.profile.load import Profile
from biocapture.runs.page import charts
from biocapture.runs.page.correlation import spearman
from biocapture.runs.page.counts import VERDICTS, Tally
from biocapture.runs.page.reference import STRIP, Reference, quantile
from biocapture.types import Counts

READY = VERDICTS.index("READY")
MAX_REASONS, MAX_PAIRS = 40, 10
MAX_MEASURES = 80
"""Of a correlation matrix: ours have at most half as many."""


@dataclass(frozen=True, slots=True)
class Group:
    """Captures that have something in common.

    Attributes
    ----------
    modality, name : str
    count : int
    verdicts : list of int
        Per :data:`VERDICTS`.
    ready, low, high : float
        Share that is ready, with its 95 % interval.
    median : float
        Of quality.
    strip : Markup
    reason : str
        Most frequent worst fault, "" for none.
    """

    modality: str
    name: str
    count: int
    verdicts: list[int]
    ready: float
    low: float
    high: float
    median: float
    strip: Any
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """One modality: its group, the counts of its histogram, and the minima that are drawn into it."""

    group: Group
    counts: Counts
    minima: list[float]

    def histogram(self, label: str) -> Any:
        """Drawn with a label that says what it shows."""
        return charts.histogram(self.counts, self.minima, label)


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason: rows where it is the worst fault, rows that have it at all, share of its modality."""

    modality: str
    key: str
    worst: int
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure: medians of raw values, strip of scores, tail below the reference, share below the minimum."""

    id: str
    summary: str
    unit: str
    count: int
    median: float
    reference_median: float
    score: float
    strip: Any
    tail: float
    minimum: float
    below: float


def overview(found: Tally, modality: str, profile: Profile) -> Overview:
    """Of one modality."""
    counts = found.shares(modality)
    name = f"{modality}.quality"
    minima = [part[name] for part in (profile.retake, profile.review) if name in part]
    return Overview(_group(modality, "", counts), counts, minima)


def reasons(found: Tally) -> list[Fault]:
    """Worst faults, the most frequent first."""
    rows = [
        Fault(kind, key, int(first), int(every), float(first / found.shares(kind).sum()))
        for (kind, key), (every, first) in found.reasons.items()
        if kind
    ]
    return sorted(rows, key=lambda row: (-row.worst, -row.count))[:MAX_REASONS]


def groups(found: Tally, dimension: str) -> list[tuple[str, list[Group]]]:
    """Captures of each modality by slot or device, the worst first; empty where all are of one unnamed group."""
    names = {name for _, name in found.groups[dimension]}
    if names <= {""}:
        return []
    listed = []
    for modality in found.modalities:
        rows = [
            _group(kind, name, counts, _reason(found, kind, name) if dimension == "position" else "")
            for (kind, name), counts in found.groups[dimension].items()
            if kind == modality
        ]
        listed.append((modality, sorted(rows, key=lambda row: row.ready)))
    return listed


def _reason(found: Tally, modality: str, slot: str) -> str:
    told = {key: count for (kind, where, key), count in found.slot_reasons.items() if (kind, where) == (modality, slot)}
    return max(told, key=told.__getitem__) if told else ""


def _group(modality: str, name: str, counts: Counts, reason: str = "") -> Group:
    verdicts, quality = counts.sum(axis=1), counts[:, :101].sum(axis=0)
    total = int(verdicts.sum())
    low, high = wilson(int(verdicts[READY]), total)
    quantiles = [quantile(quality, part) for part in STRIP]
    strip = charts.strip(quantiles) if quality.sum() else ""
    ready = float(verdicts[READY] / total)
    return Group(modality, name, total, verdicts.tolist(), ready, low, high, quantiles[2], strip, reason)


def days(found: Tally, label: str) -> Any:
    """The share of ready captures over the days as a drawing, and its rows; nothing for less than two days."""
    merged: dict[str, Counts] = {}
    for (_, name), counts in found.groups["day"].items():
        if name[:1].isdigit():
            merged[name] = merged.get(name, 0) + counts
    rows = [_group("", name, counts) for name, counts in sorted(merged.items())]
    if len(rows) < 2:
        return None
    return charts.days([(row.name, row.ready, row.low, row.high) for row in rows], label), rows


def measures(found: Tally, reference: Reference, profile: Profile) -> list[tuple[str, list[MeasureRow]]]:
    """Per modality, the measures that differ most from the reference first."""
    sample = {
        name: sampled.raw[:, i] for sampled in found.sampled.values() for i, name in enumerate(sampled.names)
    }  # fmt: skip
    row = partial(_measure, found=found, sample=sample, reference=reference, profile=profile)
    listed = [(kind, [row(name) for name in found.scores if name.startswith(f"{kind}.")]) for kind in found.modalities]
    return [(kind, sorted(rows, key=lambda each: -np.nan_to_num(each.tail, nan=-1))) for kind, rows in listed if rows]


def _measure(name: str, found: Tally, sample: dict[str, Any], reference: Reference, profile: Profile) -> MeasureRow:
    known = catalogue().get(name)
    counts = found.scores[name]
    total = int(counts.sum())
    quantiles = [quantile(counts, part) for part in STRIP]
    theirs = reference.strip(name)
    minimum = profile.retake.get(name)
    raw = sample.get(name, np.zeros(0))
    raw = raw[np.isfinite(raw)]
    # Where the reference's fifth percentile is 0, nothing lies below it.
    tail = float(counts[: int(np.ceil(theirs[0]))].sum() / total) if theirs else float("nan")
    return MeasureRow(
        id=name,
        summary=known.summary if known else "",
        unit=known.unit if known else "",
        count=total,
        median=float(np.median(raw)) if raw.size else float("nan"),
        reference_median=reference.raw[name][len(reference.raw[name]) // 2] if name in reference.raw else float("nan"),
        score=quantiles[2],
        strip=charts.strip(quantiles, theirs, minimum),
        tail=tail,
        minimum=float("nan") if minimum is None else minimum,
        below=float("nan") if minimum is None else found.below[name] / total,
    )


def correlations(found: Tally, label: str) -> list[tuple[str, Any, list[tuple[str, str, float]]]]:
    """Per modality: drawing, and the strongest pairs of different measures."""
    listed = []
    for kind in found.modalities:
        sampled = found.sampled[kind]
        values = spearman(sampled.score[:, :MAX_MEASURES])
        varied = np.flatnonzero(np.isfinite(values).sum(axis=0) > 1)
        if varied.size < 2:
            continue
        values = values[np.ix_(varied, varied)]
        names = [sampled.names[i].removeprefix(f"{kind}.") for i in varied.tolist()]
        order = _order(names, values)
        values, names = values[np.ix_(order, order)], [names[i] for i in order]
        upper = np.where(np.triu(np.ones(values.shape, bool), 1), np.nan_to_num(np.abs(values)), -1.0)
        best = np.argsort(-upper, axis=None)[:MAX_PAIRS]
        chosen = [(int(i), int(j)) for i, j in zip(*np.unravel_index(best, upper.shape), strict=True)]
        pairs = [(names[i], names[j], float(values[i, j])) for i, j in chosen if upper[i, j] >= 0]
        listed.append((kind, charts.heat_map(names, values, label), pairs))
    return listed


def _order(names: list[str], values: Any) -> list[int]:
    """Quality first, then by how strongly each moves with it."""
    if "quality" not in names:
        return list(range(len(names)))
    return np.argsort(-np.nan_to_num(values[names.index("quality")], nan=-2.0), kind="stable").tolist()
