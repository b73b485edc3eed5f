"""Two runs compared: what got better or worse, with 95 % intervals."""

from dataclasses import dataclass

import numpy as np

from biocapture.comparison.evaluation.intervals import mean_difference, share_difference
from biocapture.runs.page.samples import RowSample
from biocapture.runs.page.statistics import VERDICTS, RunStatistics
from biocapture.types import Counts

READY, ERROR = VERDICTS.index("READY"), VERDICTS.index("ERROR")


@dataclass(frozen=True, slots=True)
class Change:
    """One number in two runs.

    Attributes
    ----------
    kind : str
        ``ready``, ``error``, ``slot``, ``quality``, ``measure`` or ``reason``.
    modality, name : str
    before, now : float
        Shares 0..1, or mean scores 0..100.
    difference, low, high : float
        ``now`` minus ``before``, with its 95 % interval.
    more_is_better : bool
        False for shares of errors and of faults.
    """

    kind: str
    modality: str
    name: str
    before: float
    now: float
    difference: float
    low: float
    high: float
    more_is_better: bool = True

    @property
    def direction(self) -> int:
        """1 better, -1 worse, 0 where the interval holds zero."""
        if self.low <= 0 <= self.high:
            return 0
        return 1 if (self.difference > 0) is self.more_is_better else -1


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """Files that are in the samples of both runs.

    Attributes
    ----------
    count, changed : int
        Files, and those whose verdict differs.
    mean, low, high : float
        Mean change of quality (0..100), with its 95 % interval of a bootstrap.
    """

    count: int
    changed: int
    mean: float
    low: float
    high: float


def changes(before: RunStatistics, now: RunStatistics) -> list[Change]:
    """Differences between two runs, in the order of the page.

    Parameters
    ----------
    before, now : RunStatistics

    Returns
    -------
    list of Change
        For modalities, positions, faults and measures that occur in both.
    """
    listed = [_share("error", "", "", *(_counted(run.verdicts, ERROR) for run in (before, now)), better=False)]
    for kind in (kind for kind in now.modalities if kind in before.modalities):
        earlier, later = before.counts_of(kind), now.counts_of(kind)
        listed.append(_share("ready", kind, "", *(_counted(counts.sum(axis=1), READY) for counts in (earlier, later))))
        listed += _mean("quality", kind, "", earlier[:, :101].sum(axis=0), later[:, :101].sum(axis=0))
        for key in sorted(set(before.groups["position"]) & set(now.groups["position"])):
            pair = [_counted(run.groups["position"][key].sum(axis=1), READY) for run in (before, now)]
            if key[0] == kind and key[1]:
                listed.append(_share("slot", kind, key[1], *pair))
        totals = int(earlier.sum()), int(later.sum())
        for reason in sorted({key for which, key in (*before.reasons, *now.reasons) if which == kind}):
            counts = [int(run.reasons.get((kind, reason), np.zeros(2, int))[1]) for run in (before, now)]
            if max(counts):
                pair = list(zip(counts, totals, strict=True))
                listed.append(_share("reason", kind, reason, *pair, better=False))
        own = (name for name in now.scores if name.startswith(f"{kind}.") and name != f"{kind}.quality")
        for name in (name for name in own if name in before.scores):
            listed += _mean("measure", kind, name, before.scores[name], now.scores[name])
    return [change for change in listed if change is not None]


def _counted(verdicts: Counts, which: int) -> tuple[int, int]:
    return int(verdicts[which]), int(verdicts.sum())


def _share(
    kind: str, modality: str, name: str, before: tuple[int, int], now: tuple[int, int], *, better: bool = True
) -> Change | None:
    if not before[1] or not now[1]:
        return None
    difference = share_difference(before, now)
    return Change(kind, modality, name, before[0] / before[1], now[0] / now[1], *difference, more_is_better=better)


def _mean(kind: str, modality: str, name: str, before: Counts, now: Counts) -> list[Change]:
    if not before.sum() or not now.sum():
        return []
    earlier, later = (float((counts * np.arange(len(counts))).sum() / counts.sum()) for counts in (before, now))
    return [Change(kind, modality, name, earlier, later, *mean_difference(before, now))]


def paired_difference(before: RowSample, now: RowSample) -> PairedDifference | None:
    """Compare the files that are in both samples.

    A sample holds the files whose content has the lowest hashes, so that runs over the same files sample the same ones.

    Parameters
    ----------
    before, now : RowSample
        Of one modality.

    Returns
    -------
    PairedDifference or None
        None for fewer than two files of known quality.
    """
    _, earlier, later = np.intersect1d(before.priority, now.priority, return_indices=True)
    change = (now.quality[later] - before.quality[earlier]).astype(np.float64)
    change = change[np.isfinite(change)]
    if len(earlier) < 2 or len(change) < 2:
        return None
    changed = int((before.verdict[earlier] != now.verdict[later]).sum())
    resampled = np.random.default_rng(0).integers(0, len(change), (300, len(change)), dtype=np.int32)
    low, high = np.quantile(change[resampled].mean(axis=1), (0.025, 0.975))
    return PairedDifference(len(earlier), changed, float(change.mean()), float(low), float(high))
