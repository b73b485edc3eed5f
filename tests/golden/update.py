"""Rewrite the golden tables of the sample captures. Run it on purpose, then read the difference before committing it.

usage: python tests/golden/update.py [fingerprint] [iris] [face]
"""

import csv
import math
import sys
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.assessment.pipeline import assess_many
from biocapture.measure import Score
from biocapture.types import Modality

SAMPLES = Path(__file__).parents[2] / "sample_data"

INDEX = {
    Modality.FINGERPRINT: SAMPLES / "index.csv",
    Modality.IRIS: SAMPLES / "iris" / "index.csv",
    Modality.FACE: SAMPLES / "face" / "index.csv",
}
TABLES = {
    Modality.FINGERPRINT: Path(__file__).with_name("sample_data.csv"),
    Modality.IRIS: Path(__file__).with_name("iris.csv"),
    Modality.FACE: Path(__file__).with_name("face.csv"),
}
"""A table for every modality whose samples are in the repository."""

DIGITS = 9


def header(modality: Modality) -> list[str]:
    """``path``, then ``<id>`` and ``<id>.score`` of every measure."""
    return ["path", *(name for measure_id in measures(modality) for name in (measure_id, f"{measure_id}.score"))]


def sample_paths(modality: Modality) -> list[str]:
    """Every capture of the index, relative to ``sample_data``."""
    with INDEX[modality].open(newline="", encoding="utf8") as handle:
        return [row["path"] for row in csv.DictReader(handle)]


def measured(modality: Modality) -> dict[str, dict[str, Score]]:
    """Raw value and score of every measure of every sample capture, by path."""
    paths = sample_paths(modality)
    reports = assess_many([SAMPLES / path for path in paths], modality)
    return {path: report.measures for path, report in zip(paths, reports, strict=True)}


def write(modality: Modality) -> None:
    """Replace the table of a modality."""
    with TABLES[modality].open("w", newline="", encoding="utf8") as handle:
        rows = csv.writer(handle, lineterminator="\n")
        rows.writerow(header(modality))
        for path, values in measured(modality).items():
            numbers = [part for value in values.values() for part in (value.raw, value.score)]
            rows.writerow([path, *("" if math.isnan(number) else f"{number:.{DIGITS}g}" for number in numbers)])


if __name__ == "__main__":
    for word in sys.argv[1:] or TABLES:
        write(Modality(word))
