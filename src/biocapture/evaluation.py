"""A pair list in, the same list with our scores out, and what they say."""

import csv
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.matching import PairList, figures, read_pairs, scored, structures

COLUMN = "biocapture"


def run(images: Path, pairs: Path, out: Path, *, ppi: float | None, workers: int) -> tuple[list[str], int]:
    """Score every pair and write the table.

    Returns
    -------
    lines : list of str
        Error rates and speed, to be read by a person.
    unreadable : int
        Files that cannot be read; their pairs have an empty score.
    """
    if not images.is_dir():
        raise UsageError("no such folder", str(images))
    listed = read_pairs(pairs)
    begun = time.perf_counter()
    made = list(structures(listed.files, images, ppi=ppi, workers=workers, fork=True))
    extracted = time.perf_counter()
    scores = np.fromiter(scored(listed, {name: found for name, found, _ in made}), np.float64, len(listed.rows))
    compared = time.perf_counter()
    _write(listed, scores, out)
    errors = [(name, error) for name, _, error in made if error]
    empty = sum(found is not None and not len(found) for _, found, _ in made)
    lines = [f"unreadable: {error}" for _, error in errors]
    lines += [f"{name}: {100 * rate:.2f} %" for name, rate in _rates(listed, scores).items()]
    lines += [
        f"templates: {len(made) / (extracted - begun):.0f}/s with {workers} processes, {empty} failures to extract",
        f"comparisons: {len(scores) / (compared - extracted):.0f}/s",
        f"{len(scores)} pairs → {out}",
    ]
    return lines, len(errors)


def _rates(listed: PairList, scores: NDArray[np.float64]) -> dict[str, float]:
    genuine = listed.genuine
    return {} if genuine is None else figures(scores, genuine)


def _write(listed: PairList, scores: Sequence[float] | NDArray[np.float64], out: Path) -> None:
    names = [name for name in listed.names if name != COLUMN] + [COLUMN]
    try:
        with out.open("w", newline="", encoding="utf8") as handle:
            table = csv.DictWriter(handle, names, extrasaction="ignore", lineterminator="\n")
            table.writeheader()
            for row, score in zip(listed.rows, scores, strict=True):
                table.writerow(row | {COLUMN: f"{score:.4f}" if score == score else ""})
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error
