"""Rewrite the golden table of the sample prints. Run it on purpose, then read the difference before committing it.

usage: python tests/golden/update.py
"""

import csv
import math
from pathlib import Path

from biocapture.measure import Score
from biocapture.modality import measures
from biocapture.pipeline import assess_many

SAMPLES = Path(__file__).parents[2] / "sample_data"
TABLE = Path(__file__).with_name("sample_data.csv")
DIGITS = 9


def header() -> list[str]:
    """``path``, then ``<id>`` and ``<id>.score`` of every measure."""
    return ["path", *(name for measure_id in measures() for name in (measure_id, f"{measure_id}.score"))]


def sample_paths() -> list[str]:
    """Every print of the index, relative to ``sample_data``."""
    with (SAMPLES / "index.csv").open(newline="", encoding="utf8") as handle:
        return [row["path"] for row in csv.DictReader(handle)]


def measured() -> dict[str, dict[str, Score]]:
    """Raw value and score of every measure of every sample print, by path."""
    paths = sample_paths()
    reports = assess_many([SAMPLES / path for path in paths], "fingerprint")
    return {path: report.measures for path, report in zip(paths, reports, strict=True)}


def write() -> None:
    """Replace the table."""
    with TABLE.open("w", newline="", encoding="utf8") as handle:
        rows = csv.writer(handle, lineterminator="\n")
        rows.writerow(header())
        for path, values in measured().items():
            numbers = [part for value in values.values() for part in (value.raw, value.score)]
            rows.writerow([path, *("" if math.isnan(number) else f"{number:.{DIGITS}g}" for number in numbers)])


if __name__ == "__main__":
    write()
