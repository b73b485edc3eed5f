"""Complete: every slot of the profile is filled or excepted, with what belongs there."""

from biocapture.enrolment import Absence
from biocapture.readiness.case import Case
from biocapture.readiness.finding import Finding
from biocapture.readiness.slot import Slot
from biocapture.types import Position
from biocapture.verdict import Verdict

STATED_SIDE = "iris.stated_side"
"""Measure of irises: whether an eye is the one its slot says; not assessable where that cannot be told."""


def complete(case: Case) -> list[Finding]:
    """Missing, unreadable, misplaced and contradictory slots."""
    found = [_missing(position) for position in case.profile.required if position not in case.slots]
    for slot in case.slots.values():
        found += _of_slot(slot)
    found += [
        Finding("complete.unplaced_file", Verdict.REVIEW, (), "enrolment.unplaced_file", images=(name,))
        for name in case.enrolment.unplaced
    ]
    return found


def _missing(position: Position) -> Finding:
    return Finding("complete.missing_slot", Verdict.RETAKE, (position,), "enrolment.missing_slot")


def _of_slot(slot: Slot) -> list[Finding]:
    if slot.absent and slot.attempts:
        said = {"exception": str(slot.absent)}
        names = tuple(attempt.name for attempt in slot.attempts)
        return [
            Finding(
                "complete.filled_exception", Verdict.REVIEW, (slot.position,), "enrolment.filled_exception", said, names
            )
        ]
    if slot.absent is Absence.BANDAGED:
        return [Finding("complete.bandaged", Verdict.REVIEW, (slot.position,), "enrolment.bandaged")]
    if slot.best:
        return _wrong_eye(slot)
    return [] if slot.absent else [_unusable(slot)]


def _wrong_eye(slot: Slot) -> list[Finding]:
    """A right eye in the left one's slot, or the other way round; nothing where which eye it is cannot be told."""
    report = slot.best.report if slot.best else None
    reason = next((reason for reason in report.reasons if reason.source == STATED_SIDE), None) if report else None
    if reason is None or slot.best is None:
        return []
    said: dict[str, float | str] = {"score": reason.score, "minimum": reason.minimum}
    key = "enrolment.wrong_eye"
    return [Finding("complete.wrong_eye", Verdict.RETAKE, (slot.position,), key, said, (slot.best.name,))]


def _unusable(slot: Slot) -> Finding:
    """No attempt shows what belongs in the slot: why, from the attempt that comes nearest."""
    last = next((attempt for attempt in slot.attempts if attempt.shows), slot.attempts[0])
    if last.shows:
        said = {"shows": str(last.shows), "expected": str(slot.position.modality)}
        return Finding(
            "complete.wrong_modality", Verdict.RETAKE, (slot.position,), "enrolment.wrong_modality", said, (last.name,)
        )
    return Finding(
        "complete.unreadable_file",
        Verdict.RETAKE,
        (slot.position,),
        "enrolment.unreadable_file",
        {"error": last.error},
        (last.name,),
    )
