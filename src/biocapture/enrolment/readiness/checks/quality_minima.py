"""Quality minima: what the profile requires of each slot's best attempt, and of the groups of a capture screen."""

import math

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks.completeness import STATED_SIDE
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import Slot, mean_quality
from biocapture.profile.record_rules import Group


def check_quality_minima(context: CheckContext) -> list[RecordFinding]:
    """Find slots whose best attempt falls short of the profile, and groups whose mean does.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``readable.slot`` and ``readable.group``.
    """
    slots = [_slot_finding(slot) for slot in context.filled_slots]
    groups = [_group_finding(context, group, minimum) for group, minimum in context.profile.record.means.items()]
    return [finding for finding in slots + groups if finding]


def group_mean(context: CheckContext, group: Group) -> float:
    """Mean quality of the filled slots of a group, as MOSIP's client computes it.

    Parameters
    ----------
    context : CheckContext
    group : Group

    Returns
    -------
    float
        0..100; NaN where none is assessed.
    """
    return mean_quality(context.slots[position] for position in group.positions if position in context.slots)


def _slot_finding(slot: Slot) -> RecordFinding | None:
    best = slot.best
    if best is None or best.report is None:
        return None
    # which eye it is, the check of completeness judges for both eyes together
    worst = next((reason for reason in best.report.reasons if reason.source != STATED_SIDE), None)
    if worst is None:
        return None
    evidence: Evidence = {"quality": best.quality, "reason": worst.source}
    if not math.isnan(worst.score):
        evidence |= {"score": worst.score, "minimum": worst.minimum}
    return RecordFinding("readable.slot", worst.verdict, (slot.position,), worst.key, evidence, (best.name,))


def _group_finding(context: CheckContext, group: Group, minimum: float) -> RecordFinding | None:
    mean = group_mean(context, group)
    if not mean < minimum:
        return None
    slots = [context.slots[position] for position in group.positions if position in context.slots]
    weakest_first = sorted((slot for slot in slots if slot.best), key=lambda slot: slot.quality)
    evidence: Evidence = {"group": str(group), "mean": mean, "minimum": minimum}
    positions = tuple(slot.position for slot in weakest_first if not slot.quality >= minimum)
    return RecordFinding("readable.group", Verdict.RETAKE, positions, "enrolment.poor_group", evidence)
