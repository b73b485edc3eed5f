"""Sample enrolments shared by the tests, looked at once per run."""

import csv
import functools
from pathlib import Path

from biocapture.enrolment import read_enrolment
from biocapture.enrolment.readiness.templates import templates_of
from biocapture.enrolment.station import RecentMemory

ROOT = Path(__file__).parents[2] / "sample_data" / "enrolments"

with (ROOT / "labels.csv").open(newline="", encoding="utf8") as handle:
    LABELS = list(csv.DictReader(handle))


@functools.cache
def templates(name: str) -> dict:
    """Templates of a sample enrolment."""
    return templates_of(read_enrolment(ROOT / name))


@functools.cache
def memory() -> RecentMemory:
    """A station that knows the operator Sari, and Ayu as the previous person."""
    known = RecentMemory()
    known.add("sari", templates("operator"), operator=True)
    known.add("ayu", templates("clean_ayu"))
    return known
