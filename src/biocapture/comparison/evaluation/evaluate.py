"""A pair list in, the same list with our scores or qualities out, and the error rates."""

import functools
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from biocapture.assessment.options import options_of
from biocapture.comparison.evaluation.extraction import Extraction, extract, lost_extraction
from biocapture.comparison.evaluation.pairs import PairList, read_pairs, write_pairs
from biocapture.comparison.evaluation.plot import require_matplotlib, write_plot
from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at
from biocapture.comparison.evaluation.tables import write_threshold_report
from biocapture.comparison.evaluation.thresholds import identities
from biocapture.comparison.protocol import Matcher, matcher_for
from biocapture.errors import UsageError
from biocapture.types import Mask, Modality, Values
from biocapture.workers.maps import map_ordered

SCORE_COLUMN, QUALITY_COLUMN = "biocapture", "biocapture_quality"
"""Columns added to the pair list: our score; the lesser of our qualities of the two."""

FALSE_MATCH_RATES = (1e-2, 1e-3, 1e-4)

MAX_PREPARED_TEMPLATES = 500
"""Templates kept ready for comparison; a fingerprint takes about 0.6 MB."""

Item = TypeVar("Item")
ShowProgress = Callable[[Iterable[Item], int, str], Iterable[Item]]
"""Passes items on and shows the progress; takes the items, their number, and their name in the plural."""


@dataclass(frozen=True, slots=True)
class Evaluation:
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
    progress: ShowProgress[Any] = lambda items, total, what: items,
) -> Evaluation:
    """Score every pair, write the table, and draw the error rates if a plot is requested.

    Parameters
    ----------
    images : Path
        Folder of the files that the pairs name.
    pairs : Path
        CSV with the columns ``file1``, ``file2`` and, for error rates, ``genuine``.
    out : Path
        The same CSV with our columns.
    modality : str
        Of all files.
    ppi : float, optional
        Resolution of the images in pixels per inch, 50..5000; overrides what their files state.
    workers, fork
        As :func:`biocapture.workers.maps.map_ordered` has them.
    plot : Path, optional
        Picture of the error rates.
    tables : Path, optional
        Folder for the curves as tables, and for the effects of thresholds on quality.
    fmr : float
        False match rate of the decision threshold that ``tables`` judge errors by.
    scores_from : str
        Column of the pair list with another comparison's scores, higher is more alike; "" = ours. With it any modality
        can be evaluated, and our quality is always added.
    progress : callable
        Passes items on and shows how far they are.

    Returns
    -------
    Evaluation

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
    options = options_of(modality, ppi=ppi)
    if options.modality is None:
        raise UsageError(f"an evaluation is of one modality: {_names()}", modality)
    matcher = None if scores_from else matcher_for(options.modality)
    pair_list = read_pairs(pairs)
    given = _given_scores(pair_list, scores_from, pairs) if scores_from else np.empty(0)
    with_quality = plot is not None or tables is not None or matcher is None
    work = partial(
        extract, images=images, options=options, with_template=matcher is not None, with_quality=with_quality
    )
    begun = time.perf_counter()
    stream = map_ordered(work, pair_list.files, workers, lost_extraction, fork)
    subject = "templates" if matcher else "qualities"
    extractions = {each.name: each for each in progress(stream, len(pair_list.files), subject)}
    extracted = time.perf_counter()
    scores = _scores(pair_list, extractions, matcher, progress) if matcher else given
    compared = time.perf_counter()
    quality = _qualities(pair_list, extractions)
    columns = ({} if scores_from else {SCORE_COLUMN: scores}) | ({QUALITY_COLUMN: quality} if with_quality else {})
    write_pairs(pair_list, columns, out)
    errors = [each.error for each in extractions.values() if each.error]
    lines = [f"unreadable: {error}" for error in errors] + _rates(pair_list.mated, scores)
    speed = f"{len(extractions) / (extracted - begun):.0f}/s with {workers} processes"
    if matcher is None:
        lines.append(f"qualities: {speed}")
    else:
        empty = sum(each.is_empty for each in extractions.values())
        lines.append(f"templates: {speed}, {empty} failures to extract")
        lines.append(f"comparisons: {len(scores) / (compared - extracted):.0f}/s in one process")
    lines.append(f"{len(scores)} pairs → {out}")
    if plot is not None:
        lines.append(_draw(pair_list, scores, quality, plot))
    if tables is not None:
        captures = {each.name: each.quality for each in extractions.values()}
        known = matcher.THRESHOLDS if matcher else {}
        lines += write_threshold_report(pair_list, scores, captures, fmr, known, tables)
    return Evaluation(lines, len(errors))


def _names() -> str:
    *rest, last = Modality
    return f"{', '.join(rest)} or {last}"


def _scores(
    pair_list: PairList, extractions: Mapping[str, Extraction], matcher: Matcher, progress: ShowProgress[Any]
) -> Values:
    """(P,) score of each pair, NaN where a file cannot be read."""

    @functools.lru_cache(MAX_PREPARED_TEMPLATES)
    def template(name: str) -> Any:
        return matcher.prepare(matcher.Template.from_bytes(extractions[name].template))

    def score(probe: str, reference: str) -> float:
        if not extractions[probe].template or not extractions[reference].template:
            return np.nan
        return float(matcher.compare(template(probe), template(reference)).score)

    total = len(pair_list.rows)
    return np.fromiter((score(*pair) for pair in progress(pair_list.pairs, total, "comparisons")), np.float64, total)


def _qualities(pair_list: PairList, extractions: Mapping[str, Extraction]) -> Values:
    """(P,) the lesser quality of each pair, NaN where one has none."""
    # Unlike min, np.minimum passes NaN on whichever side it is.
    return np.minimum(*np.array([[extractions[name].quality for name in pair] for pair in pair_list.pairs]).T)


def _given_scores(pair_list: PairList, column: str, path: Path) -> Values:
    """(P,) scores as the list has them, NaN for empty fields."""
    if column not in pair_list.names:
        raise UsageError(f"the pair list has no column {column!r}", str(path))
    try:
        return np.array([float(row[column] or "nan") for row in pair_list.rows])
    except ValueError as error:
        raise UsageError(f"column {column!r}: {error}", str(path)) from error


def _rates(is_mated: Mask | None, scores: Values) -> list[str]:
    """Error rates with what stands behind them; empty where the list does not say which pairs are mated."""
    if is_mated is None:
        return []
    mated, non_mated = _split(is_mated, scores)
    counts = f"{len(mated)} mated and {len(non_mated)} non-mated scores"
    if not mated.size or not non_mated.size:
        return [f"no error rates: {counts}"]
    lines = [f"EER: {100 * equal_error_rate(mated, non_mated):.2f} % ({counts})"]
    for fmr in FALSE_MATCH_RATES:
        above = int(fmr * len(non_mated))
        if above:
            note = f"{above} of {len(non_mated)} non-mated scores lie above the threshold"
            lines.append(f"FNMR at FMR {fmr:g}: {100 * fnmr_at(mated, non_mated, fmr):.2f} % ({note})")
        else:
            lines.append(f"FNMR at FMR {fmr:g}: needs at least {round(1 / fmr)} non-mated scores")
    return lines


def _split(is_mated: Mask, scores: Values) -> tuple[Values, Values]:
    """Scores of mated and of non-mated pairs, those without a score left out."""
    compared = np.isfinite(scores)
    return scores[compared & is_mated], scores[compared & ~is_mated]


def _draw(pair_list: PairList, scores: Values, quality: Values, plot: Path) -> str:
    if pair_list.mated is None:
        return "no plot: the pair list has no column 'genuine'"
    mated, non_mated = _split(pair_list.mated, scores)
    if not mated.size or not non_mated.size:
        return "no plot: mated and non-mated scores are both needed"
    drawn = np.isfinite(scores) & pair_list.mated
    identity = identities([pair for pair, is_drawn in zip(pair_list.pairs, drawn.tolist(), strict=True) if is_drawn])
    write_plot(mated, non_mated, quality[drawn], plot, identity)
    return f"curves → {plot}"
