"""Which attempt of a slot is the best, and how the slot stands in words."""

import itertools
import math

import pytest
from tests.support.slots import INDEX, NAN, THUMB, attempt, slot

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.slot import Slot, mean_quality
from biocapture.types import Modality


def judged(number: int, verdict: Verdict | None, quality: float, **known: object) -> object:
    report = Report(quality=quality, verdict=verdict) if verdict else None
    return attempt(INDEX, number, report=report, **known)


BEST_FIRST = [
    judged(4, Verdict.READY, 50.0),
    judged(3, Verdict.REVIEW, 90.0),
    judged(2, Verdict.RETAKE, 95.0),
    judged(5, Verdict.RETAKE, 0.0),
    judged(1, Verdict.RETAKE, NAN),
    judged(6, Verdict.RETAKE, NAN),  # of equals the earlier
    judged(7, None, NAN),
    judged(8, Verdict.READY, 99.0, error="cut"),
    judged(9, Verdict.READY, 98.0, wrong_modality=Modality.FACE),
]


def test_readable_first_then_the_verdict_then_quality_then_the_earlier() -> None:
    for better, worse in itertools.pairwise(BEST_FIRST):
        assert better.rank > worse.rank
        assert Slot(INDEX, (worse, better)).best is (None if better.error else better)
    assert [each.verdict for each in BEST_FIRST[-3:]] == [None, Verdict.RETAKE, Verdict.RETAKE]
    assert [each.quality for each in BEST_FIRST[:2]] == [50.0, 90.0]
    assert Slot(INDEX).best is None
    assert math.isnan(Slot(INDEX).quality)
    assert slot(INDEX, 10.0, 60.0).quality == 60.0


@pytest.mark.parametrize(
    ("stands", "english", "indonesian"),
    [
        (slot(INDEX, absent=Absence.AMPUTATED), "amputated", "diamputasi"),
        (slot(INDEX, 80.0, absent=Absence.AMPUTATED), "good", "baik"),
        (slot(INDEX, 80.0, error="cut"), "no usable capture", "tidak ada gambar yang dapat dipakai"),
        (slot(INDEX, 80.0, report=None), "not assessed in this version", "belum dinilai pada versi ini"),
        (slot(INDEX, 80.0, report=Report(verdict=Verdict.RETAKE)), "take again", "ambil ulang"),
    ],
    ids=["excepted", "filled", "unreadable", "not assessed", "poor"],
)
def test_the_state_of_a_slot_in_words(stands: Slot, english: str, indonesian: str) -> None:
    assert (stands.state(), stands.state("id")) == (english, indonesian)


def test_which_attempt_is_the_best_is_said_where_there_are_several() -> None:
    several = slot(INDEX, 10.0, 60.0, 20.0)
    assert several.attempts_note() == "best of 3 attempts: 2"
    assert several.attempts_note("id") == "terbaik dari 3 percobaan: 2"
    assert slot(INDEX, 10.0).attempts_note() == ""
    assert slot(INDEX, 10.0, 20.0, error="cut").attempts_note() == ""
    assert slot(INDEX, 10.0, 20.0).attempts_note() == "best of 2 attempts: 2"


def test_the_mean_is_of_what_is_assessed() -> None:
    assert mean_quality([slot(INDEX, 40.0), slot(THUMB, NAN), slot(THUMB, 80.0)]) == 60.0
    assert math.isnan(mean_quality([slot(THUMB, NAN)]))
