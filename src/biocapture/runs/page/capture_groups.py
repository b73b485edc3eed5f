"""Captures of a run as rows of the page's tables: by modality, position, device and day, and by fault."""

from dataclasses import dataclass
from typing import Any

from biocapture.comparison.evaluation.intervals import wilson
from biocapture.profile.load import Profile
from biocapture.runs.page import charts
from biocapture.runs.page.reference import STRIP_QUANTILES, quantile
from biocapture.runs.page.statistics import VERDICTS, RunStatistics
from biocapture.types import Counts

READY = VERDICTS.index("READY")
MAX_REASONS = 40


@dataclass(frozen=True, slots=True)
class CaptureGroup:
    """Captures with something in common.

    Attributes
    ----------
    modality, name : str
    count : int
    verdicts : list of int
        Per :data:`VERDICTS`.
    ready, low, high : float
        Share that is ready, 0..1, with its 95 % interval.
    median : float
        Of quality, 0..100; NaN where no capture has one.
    strip : Markup
        Drawing of the quantiles of quality, "" for none.
    reason : str
        Guidance key of the most frequent worst fault, "" for none.
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
class ModalityOverview:
    """One modality.

    Attributes
    ----------
    group : CaptureGroup
    counts : (4, 102) int64
        By verdict and rounded quality.
    minima : list of float
        Of quality in the profile, drawn into the histogram.
    """

    group: CaptureGroup
    counts: Counts
    minima: list[float]

    def histogram(self, label: str) -> Any:
        """Histogram of qualities.

        Parameters
        ----------
        label : str
            Says what it shows, for those who cannot see it.

        Returns
        -------
        Markup
            SVG.
        """
        return charts.histogram(self.counts, self.minima, label)


@dataclass(frozen=True, slots=True)
class FaultRow:
    """A fault in one modality.

    Attributes
    ----------
    modality, key : str
        With its guidance key.
    worst, count : int
        Rows where it is the worst fault, and all that have it.
    share : float
        ``worst`` as a share of the modality's rows, 0..1.
    """

    modality: str
    key: str
    worst: int
    count: int
    share: float


def overview(statistics: RunStatistics, modality: str, profile: Profile) -> ModalityOverview:
    """Overview of one modality.

    Parameters
    ----------
    statistics : RunStatistics
    modality : str
        One of its modalities.
    profile : Profile
        Whose minima are drawn.

    Returns
    -------
    ModalityOverview
    """
    counts = statistics.counts_of(modality)
    name = f"{modality}.quality"
    minima = [minima[name] for minima in (profile.retake, profile.review) if name in minima]
    return ModalityOverview(_group(modality, "", counts), counts, minima)


def reasons(statistics: RunStatistics) -> list[FaultRow]:
    """Faults of a run.

    Parameters
    ----------
    statistics : RunStatistics

    Returns
    -------
    list of FaultRow
        Most frequent worst fault first, at most :data:`MAX_REASONS`.
    """
    rows = [
        FaultRow(kind, key, int(first), int(every), float(first / statistics.counts_of(kind).sum()))
        for (kind, key), (every, first) in statistics.reasons.items()
        if kind
    ]
    return sorted(rows, key=lambda row: (-row.worst, -row.count))[:MAX_REASONS]


def groups(statistics: RunStatistics, dimension: str) -> list[tuple[str, list[CaptureGroup]]]:
    """Captures of each modality by position or device.

    Parameters
    ----------
    statistics : RunStatistics
    dimension : str
        ``"position"`` or ``"device"``.

    Returns
    -------
    list of (str, list of CaptureGroup)
        Modality and its groups, fewest ready first; empty where no capture names its group.
    """
    names = {name for _, name in statistics.groups[dimension]}
    if names <= {""}:
        return []
    listed = []
    for modality in statistics.modalities:
        rows = [
            _group(kind, name, counts, _reason(statistics, kind, name) if dimension == "position" else "")
            for (kind, name), counts in statistics.groups[dimension].items()
            if kind == modality
        ]
        listed.append((modality, sorted(rows, key=lambda row: row.ready)))
    return listed


def _reason(statistics: RunStatistics, modality: str, position: str) -> str:
    counts = {
        key: count
        for (kind, where, key), count in statistics.position_reasons.items()
        if (kind, where) == (modality, position)
    }
    return max(counts, key=counts.__getitem__) if counts else ""


def _group(modality: str, name: str, counts: Counts, reason: str = "") -> CaptureGroup:
    verdicts, quality = counts.sum(axis=1), counts[:, :101].sum(axis=0)
    total = int(verdicts.sum())
    low, high = wilson(int(verdicts[READY]), total)
    quantiles = [quantile(quality, share) for share in STRIP_QUANTILES]
    strip = charts.strip(quantiles) if quality.sum() else ""
    ready = float(verdicts[READY] / total)
    return CaptureGroup(modality, name, total, verdicts.tolist(), ready, low, high, quantiles[2], strip, reason)


def days(statistics: RunStatistics, label: str) -> Any:
    """Share of ready captures over the days.

    Parameters
    ----------
    statistics : RunStatistics
    label : str
        Says what the drawing shows.

    Returns
    -------
    (Markup, list of CaptureGroup) or None
        The drawing and its rows; None for fewer than two days.
    """
    merged: dict[str, Counts] = {}
    for (_, name), counts in statistics.groups["day"].items():
        if name[:1].isdigit():
            merged[name] = merged.get(name, 0) + counts
    rows = [_group("", name, counts) for name, counts in sorted(merged.items())]
    if len(rows) < 2:
        return None
    return charts.day_chart([(row.name, row.ready, row.low, row.high) for row in rows], label), rows
