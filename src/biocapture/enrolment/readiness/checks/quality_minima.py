"""Readable: what each slot's best attempt is worth by itself, and what the groups of a capture screen are worth."""

import math

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks.completeness import STATED_SIDE
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot, mean_quality
from biocapture.profile.record_rules import Group


def check_quality_minima(case: Case) -> list[Finding]:
    """Slots whose best attempt falls short of the profile, then groups whose mean does."""
    found = [_of_slot(slot) for slot in case.filled]
    groups = [_of_group(case, group, minimum) for group, minimum in case.profile.record.means.items()]
    return [finding for finding in found + groups if finding]


def group_mean(case: Case, group: Group) -> float:
    """Mean quality of the filled slots of a group, as MOSIP's client has it; NaN where none is assessed."""
    return mean_quality(case.slots[position] for position in group.positions if position in case.slots)


def _of_slot(slot: Slot) -> Finding | None:
    best = slot.best
    if best is None or best.report is None:
        return None
    worst = next((reason for reason in best.report.reasons if reason.source != STATED_SIDE), None)
    if worst is None:
        return None
    said: dict[str, float | str] = {"quality": best.quality, "reason": worst.source}
    if not math.isnan(worst.score):
        said |= {"score": worst.score, "minimum": worst.minimum}
    return Finding("readable.slot", worst.verdict, (slot.position,), worst.key, said, (best.name,))


def _of_group(case: Case, group: Group, minimum: float) -> Finding | None:
    mean = group_mean(case, group)
    if not mean < minimum:
        return None
    slots = [case.slots[position] for position in group.positions if position in case.slots]
    weakest = sorted((slot for slot in slots if slot.best), key=lambda slot: slot.quality)
    said: dict[str, float | str] = {"group": str(group), "mean": mean, "minimum": minimum}
    positions = tuple(slot.position for slot in weakest if not slot.quality >= minimum)
    return Finding("readable.group", Verdict.RETAKE, positions, "enrolment.poor_group", said)
