"""Complete: every slot of the profile is filled or excepted, with what belongs there."""

import math

import numpy as np

from biocapture.assessment.modalities import measures
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Absence
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.types import Modality, Position

STATED_SIDE = "iris.stated_side"
"""Measure of irises: whether an eye is the one its slot says; not assessable where that cannot be told."""

SURE = 1.0 - 1e-9
"""Beyond, an eye is as sure as it can be."""


def check_completeness(case: Case) -> list[Finding]:
    """Missing, unreadable, misplaced and contradictory slots."""
    found = [_missing(position) for position in case.profile.required if position not in case.slots]
    for slot in case.slots.values():
        found += _of_slot(slot)
    found += _wrong_eyes(case)
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
    return [] if slot.best or slot.absent else [_unusable(slot)]


def _wrong_eyes(case: Case) -> list[Finding]:
    """Right eye in the left one's slot, the other way round, or both; nothing where which eyes they are cannot be told.

    The eyes of a record are judged together, for they stand right or wrong together unless one eye is in both slots,
    which :mod:`biocapture.enrolment.readiness.checks.duplicate_slots` finds: the odds that each is the one stated are
    multiplied.
    """
    told = {slot.position: side for slot in case.filled if not math.isnan(side := _stated_side(slot))}
    if not told:
        return []
    minimum = max(wanted.get(STATED_SIDE, 0.0) for wanted in (case.profile.retake, case.profile.review))
    together = math.tanh(sum(math.atanh(min(max(side, -SURE), SURE)) for side in told.values()))
    score = float(measures(Modality.IRIS)[STATED_SIDE].curve(np.array(together)))
    if score >= minimum:
        return []
    said: dict[str, float | str] = {"score": score, "minimum": minimum}
    names = tuple(slot.best.name for slot in case.filled if slot.position in told and slot.best)
    return [Finding("complete.wrong_eye", Verdict.RETAKE, tuple(told), "enrolment.wrong_eye", said, names)]


def _stated_side(slot: Slot) -> float:
    """1 where the chosen image shows the eye that the slot says, -1 the other one; NaN where that cannot be told."""
    report = slot.best.report if slot.best and not slot.absent else None
    found = report.measures.get(STATED_SIDE) if report else None
    return found.raw if found else math.nan


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
