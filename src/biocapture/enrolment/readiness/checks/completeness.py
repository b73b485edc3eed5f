"""Completeness: every position of the profile is captured or excepted, and shows what belongs there."""

import math

import numpy as np

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.types import Modality, Position

STATED_SIDE = "iris.stated_side"
"""Measure of irises: whether an eye is the one its slot says, -1..1; not assessable where the image does not show
it."""

MAX_SIDE_CERTAINTY = 1.0 - 1e-9
"""Largest absolute side that is used: its logarithm of odds is finite."""


def check_completeness(context: CheckContext) -> list[RecordFinding]:
    """Find missing, unreadable, misplaced and contradictory slots.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``complete.missing_slot``, ``.unreadable_file``, ``.wrong_modality``, ``.wrong_eye``, ``.filled_exception``,
        ``.bandaged`` and ``.unplaced_file``.
    """
    findings = [_missing(position) for position in context.profile.required if position not in context.slots]
    for slot in context.slots.values():
        findings += _slot_findings(slot)
    findings += _wrong_eyes(context)
    findings += [
        RecordFinding("complete.unplaced_file", Verdict.REVIEW, (), "enrolment.unplaced_file", images=(name,))
        for name in context.enrolment.unplaced
    ]
    return findings


def _missing(position: Position) -> RecordFinding:
    return RecordFinding("complete.missing_slot", Verdict.RETAKE, (position,), "enrolment.missing_slot")


def _slot_findings(slot: Slot) -> list[RecordFinding]:
    if slot.absent and slot.attempts:
        evidence: Evidence = {"exception": str(slot.absent)}
        names = tuple(attempt.name for attempt in slot.attempts)
        key = "enrolment.filled_exception"
        return [RecordFinding("complete.filled_exception", Verdict.REVIEW, (slot.position,), key, evidence, names)]
    if slot.absent is Absence.BANDAGED:
        return [RecordFinding("complete.bandaged", Verdict.REVIEW, (slot.position,), "enrolment.bandaged")]
    return [] if slot.best or slot.absent else [_unusable(slot)]


def _wrong_eyes(context: CheckContext) -> list[RecordFinding]:
    """Right eye in the left one's slot, the other way round, or both; nothing where the images do not show the side.

    The eyes of a record are judged together: they stand right or wrong together unless one eye is in both slots, which
    :mod:`biocapture.enrolment.readiness.checks.duplicate_slots` finds. The odds that each is the one stated are
    multiplied: a side s stands for the odds (1 + s) / (1 - s), and atanh is half their logarithm.
    """
    sides = {slot.position: side for slot in context.filled_slots if not math.isnan(side := _stated_side(slot))}
    if not sides:
        return []
    minimum = max(minima.get(STATED_SIDE, 0.0) for minima in (context.profile.retake, context.profile.review))
    finite = (min(max(side, -MAX_SIDE_CERTAINTY), MAX_SIDE_CERTAINTY) for side in sides.values())
    joint_side = math.tanh(sum(math.atanh(side) for side in finite))
    score = float(measures(Modality.IRIS)[STATED_SIDE].curve(np.array(joint_side)))
    if score >= minimum:
        return []
    evidence: Evidence = {"score": score, "minimum": minimum}
    names = tuple(slot.best.name for slot in context.filled_slots if slot.position in sides and slot.best)
    return [RecordFinding("complete.wrong_eye", Verdict.RETAKE, tuple(sides), "enrolment.wrong_eye", evidence, names)]


def _stated_side(slot: Slot) -> float:
    """1 where the chosen image shows the eye that the slot says, -1 the other one; NaN where it does not show which."""
    report = slot.best.report if slot.best and not slot.absent else None
    measure = report.measures.get(STATED_SIDE) if report else None
    return measure.raw if measure else math.nan


def _unusable(slot: Slot) -> RecordFinding:
    """Why no attempt shows what belongs in the slot: the first that shows something else, or the first unreadable."""
    attempt = next((attempt for attempt in slot.attempts if attempt.wrong_modality), slot.attempts[0])
    positions, names = (slot.position,), (attempt.name,)
    if attempt.wrong_modality:
        key = "enrolment.wrong_modality"
        evidence: Evidence = {"shows": str(attempt.wrong_modality), "expected": str(slot.position.modality)}
        return RecordFinding("complete.wrong_modality", Verdict.RETAKE, positions, key, evidence, names)
    key = "enrolment.unreadable_file"
    return RecordFinding("complete.unreadable_file", Verdict.RETAKE, positions, key, {"error": attempt.error}, names)
