"""From a scored pair list to a threshold on quality: how many captures it sends back, and how many errors it avoids."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.evaluation.intervals import BOOTSTRAP_RESAMPLES, INTERVAL_95, wilson
from biocapture.comparison.evaluation.rates import det, edc, remaining_error_rate, weighted_edc
from biocapture.errors import UsageError
from biocapture.types import Values

QUALITY_THRESHOLDS = tuple(range(0, 100, 5))
"""Thresholds of the table."""

MAX_DISCARDED_SHARE, CURVE_STEPS = 0.9, 91
"""End of the error-versus-discard characteristic, and its points."""

MAX_DET_ROWS = 2000
"""Rows of the table of the detection error trade-off; longer ones are thinned out."""

UNASSESSED = -1.0
"""Stands for no quality: such captures are sent back at every threshold."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with the ends of its 95 % interval; NaN where there is nothing to count."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        value, low, high = (100 * each for each in (self.value, self.low, self.high))
        return f"{value:5.1f} % ({low:.1f} to {high:.1f})" if value == value else "    –"


@dataclass(frozen=True, slots=True)
class ThresholdEffect:
    """What one threshold on quality does.

    Attributes
    ----------
    quality : float
        Captures below are taken again.
    pairs : int
        Mated pairs that are left.
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
class MatedPairs:
    """Mated pairs of a list.

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
    """Which identity each mated pair is of: files that are joined by pairs are of one.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Names of the two files of each mated pair.

    Returns
    -------
    (P,) int64
        Numbers from 0.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for probe, reference in pairs:
        parent[root(probe)] = root(reference)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(root(probe) for probe, _ in pairs))}
    return np.array([numbers[root(probe)] for probe, _ in pairs], np.int64)


def bootstrap_weights(identity: NDArray[np.int64], seed: int = 0) -> Iterable[Values]:
    """Weights of the pairs in each resample of a bootstrap.

    Identities are drawn, not pairs: pairs of one finger are not independent.

    Parameters
    ----------
    identity : (P,) int64
        As :func:`identities` gives them.
    seed : int

    Yields
    ------
    (P,) float64
        How many times each pair counts; :data:`BOOTSTRAP_RESAMPLES` times.
    """
    random = np.random.default_rng(seed)
    count = int(identity.max()) + 1
    for _ in range(BOOTSTRAP_RESAMPLES):
        drawn = np.bincount(random.integers(0, count, count), minlength=count)
        yield drawn[identity].astype(np.float64)


def characteristic(pairs: MatedPairs) -> Characteristic:
    """Error-versus-discard characteristic (ISO/IEC 29794-1) with the band of a bootstrap over identities.

    Parameters
    ----------
    pairs : MatedPairs

    Returns
    -------
    Characteristic
    """
    share = np.linspace(0.0, MAX_DISCARDED_SHARE, CURVE_STEPS)
    rate = remaining_error_rate(share, *edc(pairs.quality, pairs.error))
    curves = [weighted_edc(pairs.quality, pairs.error, weight, share) for weight in bootstrap_weights(pairs.identity)]
    low, high = np.nanquantile(np.stack(curves), INTERVAL_95, axis=0)
    return Characteristic(share, rate, low, high)


def threshold_table(pairs: MatedPairs, qualities: Sequence[float] = QUALITY_THRESHOLDS) -> list[ThresholdEffect]:
    """Effect of each threshold on quality, with 95 % intervals.

    Those of pairs come from a bootstrap over identities, that of captures from Wilson's formula.

    Parameters
    ----------
    pairs : MatedPairs
    qualities : sequence of float
        The thresholds, 0..100.

    Returns
    -------
    list of ThresholdEffect
        One per threshold.
    """
    left = pairs.quality[None, :] >= np.asarray(qualities, np.float64)[:, None]
    flat = np.ones(len(pairs.error))
    middle = _rates(left, pairs.error, flat)
    resamples = np.stack([_rates(left, pairs.error, weight) for weight in bootstrap_weights(pairs.identity)])
    known = np.isfinite(resamples).any(axis=0)
    ends = np.full((2, *middle.shape), np.nan)
    ends[:, known] = np.nanquantile(resamples[:, known], INTERVAL_95, axis=0)
    _widen(middle, ends, left, pairs)
    avoided, fnmr = ([Estimate(*map(float, row)) for row in zip(middle[k], *ends[:, k], strict=True)] for k in (0, 1))
    captures = [_captures(pairs.captures, quality) for quality in qualities]
    counts = left.sum(axis=1).tolist()
    return [ThresholdEffect(*row) for row in zip(map(float, qualities), counts, captures, avoided, fnmr, strict=True)]


def _widen(middle: Values, ends: Values, left: NDArray[np.bool_], pairs: MatedPairs) -> None:
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


def table_lines(table: Sequence[ThresholdEffect], criterion: str) -> list[str]:
    """Effects of thresholds as lines for a terminal.

    Parameters
    ----------
    table : sequence of ThresholdEffect
    criterion : str
        What counts as a false non-match.

    Returns
    -------
    list of str
    """
    head = "  below   taken again               errors avoided            FNMR of the rest (95 % intervals)"
    lines = [f"quality thresholds; a false non-match is {criterion}:", head]
    return lines + [f"  {row.quality:5.0f}  {row.retaken!s:25} {row.avoided!s:25} {row.fnmr}" for row in table]


def write_tables(
    folder: Path, mated: Values, non_mated: Values, curve: Characteristic | None, table: Sequence[ThresholdEffect]
) -> None:
    """Write ``det.csv``, ``edc.csv`` and ``thresholds.csv``.

    Parameters
    ----------
    folder : Path
        Made where it does not exist.
    mated, non_mated : (M,), (N,) float64
        Comparison scores, at least one of each.
    curve : Characteristic or None
        None where no quality is known; there is no ``edc.csv`` then.
    table : sequence of ThresholdEffect

    Raises
    ------
    UsageError
        The folder cannot be made or written to.
    """
    threshold, fmr, fnmr = det(mated, non_mated)
    kept = np.unique(np.linspace(0, len(threshold) - 1, min(len(threshold), MAX_DET_ROWS)).round().astype(int))
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[float]]]] = {
        "det.csv": (("threshold", "fmr", "fnmr"), np.stack([threshold, fmr, fnmr], axis=1)[kept].tolist()),
        "thresholds.csv": (
            ["quality", "pairs", *(name + end for name in ESTIMATES for end in ("", "_low", "_high"))],
            ([row.quality, row.pairs, *row.numbers] for row in table),
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
