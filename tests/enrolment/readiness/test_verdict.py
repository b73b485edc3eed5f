"""The order of work on a record's findings, and what is taken again."""

import random

from tests.support.slots import INDEX, MIDDLE, THUMB

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.verdict import in_work_order, retakes

RETAKE, REVIEW = Verdict.RETAKE, Verdict.REVIEW

IN_ORDER = [
    RecordFinding("person.other_person", REVIEW, (MIDDLE,), "a", identity=True),  # doubts about the person first
    RecordFinding("ghost.previous_print", RETAKE, (INDEX,), "b"),  # then captures, by the order of the checks
    RecordFinding("complete.missing_slot", RETAKE, (THUMB,), "c"),
    RecordFinding("distinct.same_finger", RETAKE, (THUMB, INDEX), "d"),
    RecordFinding("readable.slot", RETAKE, (INDEX, THUMB), "e"),  # then by the first position
    RecordFinding("readable.slot", RETAKE, (MIDDLE,), "c"),
    RecordFinding("readable.group", RETAKE, (), "f"),  # what concerns no position last
    RecordFinding("complete.bandaged", REVIEW, (THUMB,), "g"),
    RecordFinding("budget.too_large", REVIEW, (), "h"),
]


def test_findings_come_in_the_order_of_work() -> None:
    for seed in range(20):
        mixed = random.Random(seed).sample(IN_ORDER, len(IN_ORDER))
        assert list(in_work_order(mixed)) == IN_ORDER


def test_each_position_is_taken_again_once_for_all_its_reasons() -> None:
    again = RecordFinding("readable.slot", RETAKE, (INDEX,), "e")
    assert retakes([*reversed(IN_ORDER), again]) == (
        (INDEX, ("b", "d", "e")),
        (THUMB, ("c", "d", "e")),
        (MIDDLE, ("c",)),
    )
    assert retakes([]) == ()
