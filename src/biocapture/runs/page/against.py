"""Two runs side by side: what got better or worse, and how sure that is."""

from dataclasses import dataclass

import numpy as np

from biocapture.comparison.evaluation.intervals import mean_difference, share_difference
from biocapture.runs.page.counts import VERDICTS, Tally
from biocapture.runs.page.kept import Sampled
from biocapture.types import Counts

READY, ERROR = VERDICTS.index("READY"), VERDICTS.index("ERROR")


@dataclass(frozen=True, slots=True)
class Change:
    """One number of two runs.

    Attributes
    ----------
    kind : str
        ``ready``, ``error``, ``slot``, ``quality``, ``measure`` or ``reason``.
    modality, name : str
    before, now : float
        Shares 0..1, or mean scores 0..100.
    difference, low, high : float
        Of now less before, with its 95 % interval.
    more_is_better : bool
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
class Paired:
    """The files that both samples hold.

    Attributes
    ----------
    count, changed : int
        Files, and those whose verdict is another.
    mean, low, high : float
        Change of quality with its 95 % interval.
    """

    count: int
    changed: int
    mean: float
    low: float
    high: float


def changes(before: Tally, now: Tally) -> list[Change]:
    """All differences between two runs that hold the same kind of captures, in the order of the page."""
    found = [_share("error", "", "", *(_counted(part.verdicts, ERROR) for part in (before, now)), better=False)]
    for kind in (kind for kind in now.modalities if kind in before.modalities):
        one, other = before.shares(kind), now.shares(kind)
        found.append(_share("ready", kind, "", *(_counted(part.sum(axis=1), READY) for part in (one, other))))
        found += _mean("quality", kind, "", one[:, :101].sum(axis=0), other[:, :101].sum(axis=0))
        for key in sorted(set(before.groups["position"]) & set(now.groups["position"])):
            pair = [_counted(part.groups["position"][key].sum(axis=1), READY) for part in (before, now)]
            if key[0] == kind and key[1]:
                found.append(_share("slot", kind, key[1], *pair))
        totals = int(one.sum()), int(other.sum())
        for reason in sorted({key for which, key in (*before.reasons, *now.reasons) if which == kind}):
            counts = [int(part.reasons.get((kind, reason), np.zeros(2, int))[1]) for part in (before, now)]
            if max(counts):
                pair = list(zip(counts, totals, strict=True))
                found.append(_share("reason", kind, reason, *pair, better=False))
        own = (name for name in now.scores if name.startswith(f"{kind}.") and name != f"{kind}.quality")
        for name in (name for name in own if name in before.scores):
            found += _mean("measure", kind, name, before.scores[name], now.scores[name])
    return [change for change in found if change is not None]


def _counted(verdicts: Counts, which: int) -> tuple[int, int]:
    return int(verdicts[which]), int(verdicts.sum())


def _share(
    kind: str, modality: str, name: str, one: tuple[int, int], other: tuple[int, int], *, better: bool = True
) -> Change | None:
    if not one[1] or not other[1]:
        return None
    difference = share_difference(one, other)
    return Change(kind, modality, name, one[0] / one[1], other[0] / other[1], *difference, more_is_better=better)


def _mean(kind: str, modality: str, name: str, one: Counts, other: Counts) -> list[Change]:
    if not one.sum() or not other.sum():
        return []
    before, now = (float((part * np.arange(len(part))).sum() / part.sum()) for part in (one, other))
    return [Change(kind, modality, name, before, now, *mean_difference(one, other))]


def paired(before: Sampled, now: Sampled) -> Paired | None:
    """What became of the files that are in both samples; None for less than two.

    Samples are those files whose content hashes lowest, so that runs over the same files share theirs.
    """
    _, one, other = np.intersect1d(before.priority, now.priority, return_indices=True)
    change = (now.quality[other] - before.quality[one]).astype(np.float64)
    change = change[np.isfinite(change)]
    if len(one) < 2 or len(change) < 2:
        return None
    changed = int((before.verdict[one] != now.verdict[other]).sum())
    drawn = np.random.default_rng(0).integers(0, len(change), (300, len(change)), dtype=np.int32)
    low, high = np.quantile(change[drawn].mean(axis=1), (0.025, 0.975))
    return Paired(len(one), changed, float(change.mean()), float(low), float(high))
