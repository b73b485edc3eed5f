"""A pair list in, the same list with our scores or qualities out, and what they say."""

import functools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.options import Options, options_of
from biocapture.assessment.samples import sample_of
from biocapture.assessment.scoring import reports
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.evaluation.pairs import PairList, read_pairs, write_pairs
from biocapture.comparison.evaluation.plot import require_matplotlib, write_plot
from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at
from biocapture.comparison.evaluation.tables import tabulated
from biocapture.comparison.evaluation.thresholds import identities
from biocapture.comparison.protocol import Matcher, matcher
from biocapture.errors import BiocaptureError, UsageError
from biocapture.workers.maps import map_ordered

SCORE, QUALITY = "biocapture", "biocapture_quality"
"""Columns added to the pair list: our score; the lesser of our qualities of the two."""

FMRS = (1e-2, 1e-3, 1e-4)

PREPARED = 500
"""Templates kept ready for comparison; a fingerprint takes about 0.2 MB."""

Item = TypeVar("Item")
Watch = Callable[[Iterable[Item], int, str], Iterable[Item]]
"""Passes items on and shows how far they are: items, how many there are, what they are."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """What became of one file.

    Attributes
    ----------
    template : bytes
        As stored; empty where the file cannot be read, and where another comparison's scores are given.
    is_empty : bool
        It was read and holds nothing to compare: a failure to extract.
    quality : float
        Ours, where it is wanted.
    error : str
        Why it cannot be read.
    """

    name: str
    template: bytes
    is_empty: bool = False
    quality: float = float("nan")
    error: str = ""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A scored pair list.

    Attributes
    ----------
    lines : list of str
        Errors, error rates and speed, to be read by a person.
    unreadable : int
        Files that cannot be read; their pairs have no score.
    """

    lines: list[str]
    unreadable: int


def evaluate(
    images: Path,
    pairs: Path,
    out: Path,
    modality: str = "fingerprint",
    *,
    ppi: float | None = None,
    workers: int = 1,
    fork: bool = False,
    plot: Path | None = None,
    tables: Path | None = None,
    fmr: float = 1e-3,
    scores_from: str = "",
    watch: Watch[Any] = lambda items, total, what: items,
) -> Evaluated:
    """Score every pair, write the table, and draw the error rates where a plot is asked for.

    Parameters
    ----------
    plot : Path, optional
        Picture of the error rates.
    tables : Path, optional
        Folder for the curves as tables, and for what thresholds on quality do.
    fmr : float
        False match rate of the decision threshold that ``tables`` judge errors by.
    scores_from : str
        Column of the pair list with another comparison's scores, higher is more alike; "" = ours. With it any modality
        can be evaluated, and our quality is always added.

    Raises
    ------
    UsageError
        No such folder, no pair list, an output that cannot be written, a modality that cannot be compared.
    """
    if plot is not None:
        require_matplotlib(plot)
    for folder in (images, out.parent):
        if not folder.is_dir():
            raise UsageError("no such folder", str(folder))
    wanted = options_of(modality, ppi=ppi)
    if wanted.modality is None:
        raise UsageError("an evaluation is of one modality: fingerprint, face or iris", modality)
    part = None if scores_from else matcher(wanted.modality)
    listed = read_pairs(pairs)
    given = _given(listed, scores_from, pairs) if scores_from else np.empty(0)
    with_quality = plot is not None or tables is not None or part is None
    work = partial(_extracted, images=images, wanted=wanted, with_template=part is not None, with_quality=with_quality)
    begun = time.perf_counter()
    stream = map_ordered(work, listed.files, workers, _lost, fork)
    made = {each.name: each for each in watch(stream, len(listed.files), "templates" if part else "qualities")}
    extracted = time.perf_counter()
    scores = _scores(listed, made, part, watch) if part else given
    compared = time.perf_counter()
    # Unlike min, np.minimum passes NaN on whichever side it is.
    quality = np.minimum(*np.array([[made[name].quality for name in pair] for pair in listed.pairs]).T)
    columns = ({} if scores_from else {SCORE: scores}) | ({QUALITY: quality} if with_quality else {})
    write_pairs(listed, columns, out)
    errors = [each.error for each in made.values() if each.error]
    speed = f"{len(made) / (extracted - begun):.0f}/s with {workers} processes"
    lines = [f"unreadable: {error}" for error in errors] + _rates(listed.genuine, scores)
    if part is None:
        lines.append(f"qualities: {speed}")
    else:
        empty = sum(each.is_empty for each in made.values())
        lines.append(f"templates: {speed}, {empty} failures to extract")
        lines.append(f"comparisons: {len(scores) / (compared - extracted):.0f}/s in one process")
    lines.append(f"{len(scores)} pairs → {out}")
    if plot is not None:
        lines.append(_drawn(listed, scores, quality, plot))
    if tables is not None:
        captures = {each.name: each.quality for each in made.values()}
        known = part.THRESHOLDS if part else {}
        lines += tabulated(listed, scores, captures, fmr, known, tables)
    return Evaluated(lines, len(errors))


def _scores(listed: PairList, made: dict[str, Extracted], part: Matcher, watch: Watch[Any]) -> NDArray[np.float64]:
    """(P,) score of each pair, NaN where a file cannot be read."""

    @functools.lru_cache(PREPARED)
    def ready(name: str) -> Any:
        return part.prepare(part.Template.from_bytes(made[name].template))

    scores = (
        part.compare(ready(one), ready(other)).score if made[one].template and made[other].template else np.nan
        for one, other in watch(listed.pairs, len(listed.rows), "comparisons")
    )
    return np.fromiter(scores, np.float64, len(listed.rows))


def _given(listed: PairList, column: str, path: Path) -> NDArray[np.float64]:
    """(P,) scores as the list has them, NaN for empty fields."""
    if column not in listed.names:
        raise UsageError(f"the pair list has no column {column!r}", str(path))
    try:
        return np.array([float(row[column] or "nan") for row in listed.rows])
    except ValueError as error:
        raise UsageError(f"column {column!r}: {error}", str(path)) from error


def _rates(genuine: NDArray[np.bool_] | None, scores: NDArray[np.float64]) -> list[str]:
    """Error rates with what stands behind them; empty where the list does not say which pairs are genuine."""
    if genuine is None:
        return []
    same, different = _split(genuine, scores)
    counts = f"{len(same)} genuine and {len(different)} impostor scores"
    if not same.size or not different.size:
        return [f"no error rates: {counts}"]
    lines = [f"EER: {100 * equal_error_rate(same, different):.2f} % ({counts})"]
    for fmr in FMRS:
        above = int(fmr * len(different))
        if above:
            note = f"{above} of {len(different)} impostor scores lie above the threshold"
            lines.append(f"FNMR at FMR {fmr:g}: {100 * fnmr_at(same, different, fmr):.2f} % ({note})")
        else:
            lines.append(f"FNMR at FMR {fmr:g}: needs at least {round(1 / fmr)} impostor scores")
    return lines


def _split(genuine: NDArray[np.bool_], scores: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Genuine and impostor scores, those without a score left out."""
    whole = np.isfinite(scores)
    return scores[whole & genuine], scores[whole & ~genuine]


def _drawn(listed: PairList, scores: NDArray[np.float64], quality: NDArray[np.float64], plot: Path) -> str:
    if listed.genuine is None:
        return "no plot: the pair list has no column genuine"
    same, different = _split(listed.genuine, scores)
    if not same.size or not different.size:
        return "no plot: genuine and impostor scores are both needed"
    wanted = np.isfinite(scores) & listed.genuine
    identity = identities([pair for pair, which in zip(listed.pairs, wanted.tolist(), strict=True) if which])
    write_plot(same, different, quality[wanted], plot, identity)
    return f"curves → {plot}"


def _extracted(
    names: Sequence[str], images: Path, wanted: Options, with_template: bool, with_quality: bool
) -> list[Extracted]:
    return [_extracted_one(name, images, wanted, with_template, with_quality) for name in names]


def _extracted_one(name: str, images: Path, wanted: Options, with_template: bool, with_quality: bool) -> Extracted:
    try:
        if not with_template:
            return Extracted(name, b"", quality=reports([sample_of(images / name, wanted)], wanted)[0].quality)
        sample, template = sample_and_template(images / name, wanted)
        quality = reports([sample], wanted)[0].quality if with_quality else float("nan")
        return Extracted(name, template.to_bytes(), matcher(sample.modality).is_empty(template), quality)
    except (BiocaptureError, MemoryError) as error:
        return Extracted(name, b"", error=str(error) or f"{name}: {type(error).__name__}")
    except Exception as error:  # noqa: BLE001  a fault of ours must cost one file, not the list
        return _lost(name, f"internal error, please report it: {type(error).__name__}: {error}")


def _lost(name: str, why: str) -> Extracted:
    return Extracted(name, b"", error=f"{name}: {why}")
