"""Slots and groups below what the profile asks: which reason is named, and which fingers of a group."""

import pytest
from tests.support.slots import FACE, INDEX, MIDDLE, NAN, RIGHT_EYE, RING, THUMB, attempt, bare, context, slot

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.enrolment.readiness.checks.quality_minima import check_quality_minima, group_mean
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.profile.record_rules import Group

DRY = Reason("fingerprint.press_firmly", Verdict.RETAKE, "fingerprint.dryness", 12.0, 25.0)
POOR = Reason("fingerprint.poor_quality", Verdict.REVIEW, "fingerprint.quality", 30.0, 40.0)
MIRRORED = Reason("image.mirrored", Verdict.REVIEW, "image.mirrored")
SIDE = Reason("iris.check_side", Verdict.REVIEW, "iris.stated_side", 0.0, 50.0)


def faulty(position: object, *reasons: Reason) -> Slot:
    return Slot(position, (attempt(position, report=Report(quality=37.0, verdict=Verdict.REVIEW, reasons=reasons)),))


def test_the_worst_reason_of_the_best_attempt_is_the_finding() -> None:
    slots = faulty(THUMB, DRY, POOR), faulty(INDEX, MIRRORED), faulty(RIGHT_EYE, SIDE), slot(FACE, 50.0, report=None)
    assert check_quality_minima(context(*slots, slot(MIDDLE, 90.0))) == [
        RecordFinding(
            "readable.slot",
            Verdict.RETAKE,
            (THUMB,),
            "fingerprint.press_firmly",
            {"quality": 37.0, "reason": "fingerprint.dryness", "score": 12.0, "minimum": 25.0},
            ("right_thumb 1",),
        ),
        RecordFinding(
            "readable.slot",
            Verdict.REVIEW,
            (INDEX,),
            "image.mirrored",
            {"quality": 37.0, "reason": "image.mirrored"},
            ("right_index 1",),
        ),
    ]
    (finding,) = check_quality_minima(context(faulty(RIGHT_EYE, SIDE, POOR)))  # the side is told for both eyes together
    assert finding.key == "fingerprint.poor_quality"


@pytest.mark.parametrize(
    ("qualities", "named"),
    [
        ((60.0, 60.0), None),  # the mean at the minimum passes
        ((60.0, 59.9), (MIDDLE,)),
        ((59.0, 20.0), (MIDDLE, INDEX)),
        ((100.0, 10.0), (MIDDLE,)),
        ((NAN, 10.0), (INDEX, MIDDLE)),
        ((NAN, NAN), None),
    ],
)
def test_a_group_below_its_mean_names_its_weak_fingers_weakest_first(
    qualities: tuple[float, float], named: tuple[object, ...] | None
) -> None:
    slots = slot(INDEX, qualities[0]), slot(MIDDLE, qualities[1]), slot(RING, 1.0, error="cut"), slot(THUMB, 1.0)
    record = context(*slots, profile=bare(means={Group.RIGHT_SLAP: 60.0, Group.IRISES: 60.0}))
    findings = check_quality_minima(record)
    assert [(each.id, each.verdict, each.positions, each.key) for each in findings] == (
        [("readable.group", Verdict.RETAKE, named, "enrolment.poor_group")] if named else []
    )
    if named:
        mean = group_mean(record, Group.RIGHT_SLAP)
        assert findings[0].evidence == {"group": "right_slap", "mean": mean, "minimum": 60.0}
        known = [quality for quality in qualities if quality == quality]
        assert mean == pytest.approx(sum(known) / len(known))
