"""What is missing from a record, what cannot be used, and eyes in each other's slot."""

import math
from dataclasses import replace

import pytest
from tests.support.slots import FACE, INDEX, LEFT_EYE, MIDDLE, NAN, RIGHT_EYE, THUMB, attempt, bare, context, slot

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.checks.completeness import STATED_SIDE, check_completeness
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.measure import Score
from biocapture.types import Modality, Position


def test_every_required_position_is_there_or_missing() -> None:
    profile = replace(bare(), required=(MIDDLE, THUMB, INDEX))
    assert check_completeness(context(slot(INDEX, 80.0), slot(FACE, 80.0), profile=profile)) == [
        RecordFinding("complete.missing_slot", Verdict.RETAKE, (MIDDLE,), "enrolment.missing_slot"),
        RecordFinding("complete.missing_slot", Verdict.RETAKE, (THUMB,), "enrolment.missing_slot"),
    ]


def test_exceptions_and_files_without_a_place() -> None:
    record = context(
        slot(THUMB, absent=Absence.AMPUTATED),
        slot(INDEX, absent=Absence.BANDAGED),
        slot(MIDDLE, 80.0, 70.0, absent=Absence.BANDAGED),
    )
    record = replace(record, enrolment=replace(record.enrolment, unplaced=("a.png", "b.png")))
    assert check_completeness(record) == [
        RecordFinding("complete.bandaged", Verdict.REVIEW, (INDEX,), "enrolment.bandaged"),
        RecordFinding(
            "complete.filled_exception",
            Verdict.REVIEW,
            (MIDDLE,),
            "enrolment.filled_exception",
            {"exception": "bandaged"},
            ("right_middle 1", "right_middle 2"),
        ),
        *[
            RecordFinding("complete.unplaced_file", Verdict.REVIEW, (), "enrolment.unplaced_file", images=(name,))
            for name in ("a.png", "b.png")
        ],
    ]


def test_why_a_slot_has_no_usable_attempt() -> None:
    unreadable = [attempt(INDEX, number, error=f"cut at {number}") for number in (1, 2)]
    face = attempt(INDEX, 3, wrong_modality=Modality.FACE)
    (finding,) = check_completeness(context(Slot(INDEX, tuple(unreadable))))
    assert finding == RecordFinding(
        "complete.unreadable_file",
        Verdict.RETAKE,
        (INDEX,),
        "enrolment.unreadable_file",
        {"error": "cut at 1"},
        ("right_index 1",),
    )
    (finding,) = check_completeness(context(Slot(INDEX, (*unreadable, face))))
    assert finding == RecordFinding(
        "complete.wrong_modality",
        Verdict.RETAKE,
        (INDEX,),
        "enrolment.wrong_modality",
        {"shows": "face", "expected": "fingerprint"},
        ("right_index 3",),
    )
    assert check_completeness(context(Slot(INDEX, (*unreadable, face, attempt(INDEX, 4))))) == []


def eye(position: Position, side: float, absent: Absence | None = None) -> Slot:
    measures = {} if side is None else {STATED_SIDE: Score(side, 50.0)}
    report = Report(quality=80.0, verdict=Verdict.READY, measures=measures)
    return Slot(position, (attempt(position, report=report),), absent)


def minima(retake: float | None, review: float | None) -> dict[str, dict[str, float]]:
    return {
        name: {} if value is None else {STATED_SIDE: value} for name, value in (("retake", retake), ("review", review))
    }


@pytest.mark.parametrize(
    ("right", "left", "score"),
    [
        # the curve rises from 0 at -0.9 to 100 at -0.6; two sides add like velocities: (a + b) / (1 + a·b)
        (-0.8, 0.0, 100 / 3),
        (-0.8, NAN, 100 / 3),
        (NAN, -0.8, 100 / 3),
        (None, -0.8, 100 / 3),
        (-0.5, -0.5, 100 / 3),
        (-0.9, 0.5, 100 * (0.9 - 0.4 / 0.55) / 0.3),
        (-1.0, 0.5, 0.0),
        (0.5, -1.0, 0.0),
        (-1.0, 1.0, None),
        (0.8, 0.8, None),
        (NAN, NAN, None),
    ],
)
def test_both_eyes_are_judged_together_by_the_odds_of_their_sides(
    right: float, left: float, score: float | None
) -> None:
    profile = replace(bare(), **minima(70.0, 30.0))
    findings = check_completeness(context(eye(RIGHT_EYE, right), eye(LEFT_EYE, left), profile=profile))
    if score is None:
        assert findings == []
        return
    (finding,) = findings
    known = [p for p, side in ((RIGHT_EYE, right), (LEFT_EYE, left)) if side is not None and not math.isnan(side)]
    assert (finding.id, finding.verdict, finding.key) == (
        "complete.wrong_eye",
        Verdict.RETAKE,
        "enrolment.wrong_eye",
    )
    assert finding.positions == tuple(known)
    assert finding.images == tuple(f"{position} 1" for position in known)
    assert finding.evidence == {"score": pytest.approx(score, abs=1e-4), "minimum": 70.0}


@pytest.mark.parametrize(
    ("retake", "review", "side", "found"),
    [
        (None, None, -1.0, False),
        (33.0, None, -0.8, False),
        (33.4, None, -0.8, True),
        (None, 33.4, -0.8, True),
        (10.0, 33.4, -0.8, True),
    ],
)
def test_the_side_is_asked_for_by_either_list_of_minima(
    retake: float | None, review: float | None, side: float, found: bool
) -> None:
    profile = replace(bare(), **minima(retake, review))
    assert bool(check_completeness(context(eye(RIGHT_EYE, side), profile=profile))) == found


def test_a_score_at_the_minimum_passes() -> None:
    profile = replace(bare(), **minima(100.0, None))
    assert check_completeness(context(eye(RIGHT_EYE, -0.6), profile=profile)) == []


def test_an_eye_that_is_excepted_tells_no_side() -> None:
    findings = check_completeness(context(eye(RIGHT_EYE, -1.0, Absence.BANDAGED)))
    assert [finding.id for finding in findings] == ["complete.filled_exception"]
