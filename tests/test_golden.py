"""Raw value and score of every measure of every sample print, against ``golden/sample_data.csv``.

The table is never written by a test: after a change that is meant, run ``python tests/golden/update.py``.
"""

import csv
import functools
import math
from typing import NamedTuple

import pytest
from golden.update import TABLE, header, measured, sample_paths

from biocapture.measure import Score
from biocapture.modality import measures


class Tolerance(NamedTuple):
    """Raw values may differ by ``relative`` of the value or by ``absolute``; scores by ``score`` points."""

    relative: float
    absolute: float
    score: float


EXACT = Tolerance(1e-6, 1e-9, 1e-4)
"""From whole numbers and float64: measured without SIMD on the same machine, nothing changes."""

SINGLE = Tolerance(1e-3, 1e-3, 0.1)
"""From float32 filters, whose sums may be ordered otherwise on another processor."""

CELLS = Tolerance(1e-3, 0.5, 0.5)
"""Three cells of 0.17 mm² may fall on the other side of a threshold."""

TOLERANCES = {
    "fingerprint.quality": Tolerance(0.0, 0.3, 0.3),
    "fingerprint.nfiq2_estimate": Tolerance(0.0, 0.5, 0.5),
    "fingerprint.print_likeness": SINGLE,
    "fingerprint.usable_ridge_area": CELLS,
    "fingerprint.centring": Tolerance(0.0, 0.01, 0.3),
    "fingerprint.dryness": SINGLE,
    "fingerprint.wetness": SINGLE,
    "fingerprint.ghost_ridges": Tolerance(1e-3, 0.5, 1.1),
    "fingerprint.partial_print": Tolerance(0.0, 0.002, 0.6),
    "fingerprint.border_cut": Tolerance(0.0, 0.009, 1.8),
    "fingerprint.ridge_period": Tolerance(1e-3, 0.0, 0.2),
    "fingerprint.ridge_signal": Tolerance(1e-3, 0.0, 0.5),
    "fingerprint.ridge_contrast": Tolerance(1e-3, 0.0, 0.2),
    "fingerprint.usable_minutiae": Tolerance(0.0, 1.0, 4.2),
    "fingerprint.orientation_certainty": EXACT,
    "fingerprint.local_clarity": EXACT,
    "fingerprint.frequency_concentration": EXACT,
    "fingerprint.ridge_valley_uniformity": EXACT,
    "fingerprint.orientation_flow": EXACT,
}

measured_once = functools.cache(measured)


@functools.cache
def golden() -> list[dict[str, str]]:
    assert TABLE.is_file(), f"{TABLE} is missing: python tests/golden/update.py writes it"
    with TABLE.open(newline="", encoding="utf8") as handle:
        return list(csv.DictReader(handle))


def number(cell: str) -> float:
    return float(cell) if cell else math.nan


def agrees(found: float, wanted: float, relative: float, absolute: float) -> bool:
    if math.isnan(found) or math.isnan(wanted):
        return math.isnan(found) and math.isnan(wanted)
    return abs(found - wanted) <= max(absolute, relative * abs(wanted))


def test_table_has_every_sample_and_every_measure() -> None:
    assert list(golden()[0]) == header()
    assert [row["path"] for row in golden()] == sample_paths()
    assert all(None not in row.values() for row in golden())


def test_every_measure_has_a_tolerance() -> None:
    assert set(TOLERANCES) == set(measures())


@pytest.mark.parametrize("measure_id", measures())
def test_measure_is_as_in_the_table(measure_id: str) -> None:
    allowed = TOLERANCES[measure_id]
    wrong = []
    for row in golden():
        found: Score = measured_once()[row["path"]][measure_id]
        raw, score = number(row[measure_id]), number(row[f"{measure_id}.score"])
        if not agrees(found.raw, raw, allowed.relative, allowed.absolute):
            wrong.append(f"{row['path']}: raw {found.raw:.9g}, table {raw:.9g}")
        if not agrees(found.score, score, 0.0, allowed.score):
            wrong.append(f"{row['path']}: score {found.score:.6g}, table {score:.6g}")
    assert not wrong, "\n".join(wrong)
