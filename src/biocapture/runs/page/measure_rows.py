"""Measures of a run as rows of the page's tables: distributions beside a reference population, and correlations."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from biocapture.assessment.modalities import measures as catalogue
from biocapture.profile.load import Profile
from biocapture.runs.page import charts
from biocapture.runs.page.correlation import spearman
from biocapture.runs.page.reference import STRIP_QUANTILES, ReferencePopulation, quantile
from biocapture.runs.page.statistics import RunStatistics

MAX_PAIRS = 10
MAX_MEASURES = 80
"""Of a correlation matrix; our modalities have at most half as many."""


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure.

    Attributes
    ----------
    id, summary, unit : str
    count : int
        Rows with a score.
    median, reference_median : float
        Of raw values in the sample and in the reference population; NaN = unknown.
    score : float
        Median, 0..100.
    strip : Markup
        Drawing of the quantiles of scores.
    tail : float
        Share of scores below the reference's 5 % quantile; NaN where the reference has none.
    minimum, below : float
        Lowest score the profile accepts, and the share of rows below it; NaN where it names none.
    """

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


def measures(
    statistics: RunStatistics, reference: ReferencePopulation, profile: Profile
) -> list[tuple[str, list[MeasureRow]]]:
    """Measures of a run.

    Parameters
    ----------
    statistics : RunStatistics
    reference : ReferencePopulation
    profile : Profile

    Returns
    -------
    list of (str, list of MeasureRow)
        Modality and its measures, those with most scores below the reference's 5 % quantile first.
    """
    sample = {
        name: sampled.raw[:, i] for sampled in statistics.sampled.values() for i, name in enumerate(sampled.measures)
    }  # fmt: skip
    row = partial(_measure, statistics=statistics, sample=sample, reference=reference, profile=profile)
    listed = [
        (kind, [row(name) for name in statistics.scores if name.startswith(f"{kind}.")])
        for kind in statistics.modalities
    ]
    return [(kind, sorted(rows, key=lambda each: -np.nan_to_num(each.tail, nan=-1))) for kind, rows in listed if rows]


def _measure(
    name: str, statistics: RunStatistics, sample: dict[str, Any], reference: ReferencePopulation, profile: Profile
) -> MeasureRow:
    known = catalogue().get(name)
    counts = statistics.scores[name]
    total = int(counts.sum())
    quantiles = [quantile(counts, share) for share in STRIP_QUANTILES]
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
        below=float("nan") if minimum is None else statistics.below[name] / total,
    )


def correlations(statistics: RunStatistics, label: str) -> list[tuple[str, Any, list[tuple[str, str, float]]]]:
    """Rank correlations of scores.

    Parameters
    ----------
    statistics : RunStatistics
    label : str
        Says what a drawing shows.

    Returns
    -------
    list of (str, Markup, list of (str, str, float))
        Modality, drawing, and the pairs of measures with the strongest correlation, -1..1.
    """
    listed = []
    for kind in statistics.modalities:
        sampled = statistics.sampled[kind]
        values = spearman(sampled.score[:, :MAX_MEASURES])
        varied = np.flatnonzero(np.isfinite(values).sum(axis=0) > 1)
        if varied.size < 2:
            continue
        values = values[np.ix_(varied, varied)]
        names = [sampled.measures[i].removeprefix(f"{kind}.") for i in varied.tolist()]
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
