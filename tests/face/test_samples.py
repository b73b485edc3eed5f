"""The sample portraits: every planted fault is named, good ones are READY, pose is the one rendered."""

import csv
import functools
import math
from pathlib import Path

import pytest

from biocapture.assessment.modalities import measures
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.types import Modality

SAMPLES = Path(__file__).parents[2] / "sample_data"

with (SAMPLES / "face" / "index.csv").open(newline="", encoding="utf8") as handle:
    ROWS = {Path(row["path"]).stem: row for row in csv.DictReader(handle)}

UNSEEN = {"face.no_face", "face.cut_off"}
"""Of what is not in the picture nothing can be said."""

MAX_ERROR_DEG = {"face.yaw": 8.0, "face.pitch": 18.0, "face.roll": 8.0}
"""Pitch is found too small: 18° of 35°."""

GOOD, FAULTY = ([name for name, row in ROWS.items() if bool(row["fault"]) is faulty] for faulty in (False, True))


@functools.cache
def reports() -> dict[str, Report]:
    """Of all sample portraits."""
    paths = [SAMPLES / row["path"] for row in ROWS.values()]
    return dict(zip(ROWS, assess_many(paths, Modality.FACE), strict=True))


@pytest.mark.parametrize("name", GOOD)
def test_good_portraits_are_ready(name: str) -> None:
    report = reports()[name]
    assert report.verdict is Verdict.READY, report.reasons


@pytest.mark.parametrize("name", FAULTY)
def test_every_planted_fault_is_named(name: str) -> None:
    report, expected = reports()[name], ROWS[name]["expected"]
    named = {reason.source for reason in report.reasons} | {f"face.{reason.source}" for reason in report.reasons}
    assert report.verdict is not Verdict.READY
    assert expected in named


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row["expected"] not in UNSEEN])
def test_pose_is_the_one_rendered(name: str) -> None:
    found = reports()[name].measures
    for measure_id, largest in MAX_ERROR_DEG.items():
        true = float(ROWS[name][f"{measure_id.removeprefix('face.')}_deg"])
        assert found[measure_id].raw == pytest.approx(true, abs=largest)


def test_all_measures_of_faces_are_told_somewhere() -> None:
    told = {
        name for report in reports().values() for name, score in report.measures.items() if not math.isnan(score.raw)
    }
    untold = set(measures(Modality.FACE)) - told
    assert untold == {"face.head_covering", "face.glasses", "face.hair_over_eyes"}
