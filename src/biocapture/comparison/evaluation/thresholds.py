"""From a scored pair list to a threshold on quality: how many captures it sends back, and how many errors it avoids."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.evaluation.intervals import wilson
from biocapture.comparison.evaluation.rates import det, edc, rates_left, weighted_edc
from biocapture.errors import UsageError
from biocapture.types import Values

REPEATS = 500
"""Resamples of the bootstrap."""

QUALITIES = tuple(range(0, 100, 5))
"""Thresholds of the table."""

MAX_DISCARDED, STEPS = 0.9, 91
MAX_DET_ROWS = 2000

UNASSESSED = -1.0
"""Stands for no quality: such captures are sent back at every threshold."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with the ends of its 95 % interval; NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        value, low, high = (100 * part for part in (self.value, self.low, self.high))
        return f"{value:5.1f} % ({low:.1f} to {high:.1f})" if value == value else "    –"


@dataclass(frozen=True, slots=True)
class Threshold:
    """What one threshold on quality does.

    Attributes
    ----------
    quality : float
        Captures below are taken again.
    pairs : int
        Genuine pairs that are left.
    retaken : Estimate
        Share of the captures.
    avoided : Estimate
        Share of the false non-matches in whose pairs a capture would have been taken again.
    fnmr : Estimate
        False non-match rate of the pairs that are left.
    """

    quality: float
    pairs: int
    retaken: Estimate
    avoided: Estimate
    fnmr: Estimate

    @property
    def numbers(self) -> list[float]:
        """The estimates in the order of :data:`ESTIMATES`, each with its interval."""
        return [number for name in ESTIMATES for number in astuple(getattr(self, name))]


ESTIMATES = ("retaken", "avoided", "fnmr")


@dataclass(frozen=True, slots=True)
class Genuine:
    """Genuine pairs of a list.

    Attributes
    ----------
    quality : (P,) float64
        The lesser of each pair's two captures; :data:`UNASSESSED` where one has none.
    error : (P,) bool
        Whether the pair failed to match.
    identity : (P,) int64
        Which finger, eye or face it is of: pairs of the same one are not independent.
    captures : (C,) float64
        Quality of every capture once.
    """

    quality: Values
    error: NDArray[np.bool_]
    identity: NDArray[np.int64]
    captures: Values


@dataclass(frozen=True, slots=True)
class Characteristic:
    """Error-versus-discard characteristic with its 95 % band: (S,) shares discarded and rates of the rest."""

    discarded: Values
    rate: Values
    low: Values
    high: Values


def identities(pairs: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    """(P,) which of several identities each genuine pair belongs to: files that are joined by pairs are of one."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for one, other in pairs:
        parent[root(one)] = root(other)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(root(one) for one, _ in pairs))}
    return np.array([numbers[root(one)] for one, _ in pairs], np.int64)


def resampled(identity: NDArray[np.int64], seed: int = 0) -> Iterable[Values]:
    """Weights (P,) of the pairs in each bootstrap resample: whole identities are drawn, as people come to a booth."""
    random = np.random.default_rng(seed)
    count = int(identity.max()) + 1
    for _ in range(REPEATS):
        drawn = np.bincount(random.integers(0, count, count), minlength=count)
        yield drawn[identity].astype(np.float64)


def characteristic(pairs: Genuine) -> Characteristic:
    """Error-versus-discard characteristic (ISO/IEC 29794-1) with the band of a bootstrap over identities."""
    share = np.linspace(0.0, MAX_DISCARDED, STEPS)
    rate = rates_left(share, *edc(pairs.quality, pairs.error))
    made = [weighted_edc(pairs.quality, pairs.error, weight, share) for weight in resampled(pairs.identity)]
    low, high = np.nanquantile(np.stack(made), (0.025, 0.975), axis=0)
    return Characteristic(share, rate, low, high)


def threshold_table(pairs: Genuine, qualities: Sequence[float] = QUALITIES) -> list[Threshold]:
    """What each threshold does; intervals by a bootstrap over identities, that of captures by Wilson's formula."""
    left = pairs.quality[None, :] >= np.asarray(qualities, np.float64)[:, None]
    flat = np.ones(len(pairs.error))
    middle = _rates(left, pairs.error, flat)
    made = np.stack([_rates(left, pairs.error, weight) for weight in resampled(pairs.identity)])
    known = np.isfinite(made).any(axis=0)
    ends = np.full((2, *middle.shape), np.nan)
    ends[:, known] = np.nanquantile(made[:, known], (0.025, 0.975), axis=0)
    _widen(middle, ends, left, pairs)
    avoided, fnmr = ([Estimate(*map(float, row)) for row in zip(middle[k], *ends[:, k], strict=True)] for k in (0, 1))
    captures = [_captures(pairs.captures, quality) for quality in qualities]
    counts = left.sum(axis=1).tolist()
    return [Threshold(*row) for row in zip(map(float, qualities), counts, captures, avoided, fnmr, strict=True)]


def _widen(middle: Values, ends: Values, left: NDArray[np.bool_], pairs: Genuine) -> None:
    """Where no error, or every error, was avoided, no resample differs: Wilson's interval over identities instead."""
    faulty = len(np.unique(pairs.identity[pairs.error]))
    for i, kept in enumerate(left):
        for row, trials in ((0, faulty), (1, len(np.unique(pairs.identity[kept])))):
            if trials and middle[row, i] == 0.0:
                ends[1, row, i] = max(ends[1, row, i], wilson(0, trials)[1])
            if trials and middle[row, i] == 1.0:
                ends[0, row, i] = min(ends[0, row, i], wilson(trials, trials)[0])


def _captures(quality: Values, threshold: float) -> Estimate:
    """Share of the captures below."""
    below = int((quality < threshold).sum())
    return Estimate(below / len(quality), *wilson(below, len(quality)))


def _rates(left: NDArray[np.bool_], error: NDArray[np.bool_], weight: Values) -> Values:
    """(2, T) share of the errors avoided and false non-match rate of the rest, NaN where there is nothing to count."""
    wrong = weight * error
    errors, rest, kept = wrong.sum(), left @ wrong, left @ weight
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.stack([1.0 - rest / errors if errors else np.full(len(rest), np.nan), rest / kept])


def printed(table: Sequence[Threshold], about: str) -> list[str]:
    """The table as lines for a terminal."""
    head = "  below   taken again               errors avoided            FNMR of the rest (95 % intervals)"
    lines = [f"quality thresholds; a false non-match is {about}:", head]
    return lines + [f"  {row.quality:5.0f}  {row.retaken!s:25} {row.avoided!s:25} {row.fnmr}" for row in table]


def write_tables(
    folder: Path, genuine: Values, impostor: Values, curve: Characteristic | None, table: Sequence[Threshold]
) -> None:
    """Write ``det.csv``, ``edc.csv`` and ``thresholds.csv``.

    Raises
    ------
    UsageError
        The folder cannot be made or written to.
    """
    threshold, fmr, fnmr = det(genuine, impostor)
    kept = np.unique(np.linspace(0, len(threshold) - 1, min(len(threshold), MAX_DET_ROWS)).round().astype(int))
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[float]]]] = {
        "det.csv": (("threshold", "fmr", "fnmr"), np.stack([threshold, fmr, fnmr], axis=1)[kept].tolist()),
        "thresholds.csv": (
            ["quality", "pairs", *(name + part for name in ESTIMATES for part in ("", "_low", "_high"))],
            (
                [row.quality, row.pairs, *(x for name in ESTIMATES for x in astuple(getattr(row, name)))]
                for row in table
            ),
        ),
    }
    if curve is not None:
        names = [field.name for field in fields(Characteristic)]
        tables["edc.csv"] = names, np.stack(astuple(curve), axis=1).tolist()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, (header, rows) in tables.items():
            with (folder / name).open("w", newline="", encoding="utf8") as handle:
                writer = csv.writer(handle, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(["" if value != value else f"{value:.6g}" for value in row] for row in rows)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(folder)) from error
