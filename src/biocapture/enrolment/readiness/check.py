"""The straight line for one enrolment: read → examine every attempt → run every check → decide."""

import math
from collections.abc import Mapping
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness.checks import CHECKS
from biocapture.enrolment.readiness.checks.budget import packet_budget
from biocapture.enrolment.readiness.checks.quality_minima import group_mean
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.examine import examine_slots
from biocapture.enrolment.readiness.failure_risk import failure_risk
from biocapture.enrolment.readiness.result import ModalityQuality, Readiness
from biocapture.enrolment.readiness.slaps import with_slap_fingers
from biocapture.enrolment.readiness.slot import Slot, mean_quality
from biocapture.enrolment.readiness.verdict import in_work_order, record_verdict
from biocapture.enrolment.station import Memory
from biocapture.profile.load import Profile, load_profile
from biocapture.profile.record_rules import Group
from biocapture.types import Modality, Position


def check(
    enrolment: Enrolment | str | Path,
    *,
    profile: str | Path | Profile = "default",
    station: Memory | None = None,
    plan: bool = False,
    threads: int = 2,
) -> Readiness:
    """Check whether one person's enrolment is ready to upload.

    Parameters
    ----------
    enrolment : Enrolment, str or Path
        Or the path of a folder or manifest.
    profile : str, Path or Profile
        What the programme requires: a name, a file of your own, or a profile already read.
    station : Station or RecentMemory, optional
        The people it is compared with: the previous person, everybody remembered, the operators. It is not changed.
    plan : bool
        Also compress every chosen image in each admissible way: sizes and qualities are in ``budget``.
    threads : int
        Attempts examined at a time; the result does not depend on it.

    Returns
    -------
    Readiness
        Bad captures are findings in it, never errors.

    Raises
    ------
    EnrolmentError
        The folder or manifest cannot be understood.
    ProfileError
        The profile is unreadable or names something unknown.
    """
    if not isinstance(enrolment, Enrolment):
        enrolment = read_enrolment(enrolment)
    profile = load_profile(profile, measures())
    enrolment = with_slap_fingers(enrolment, profile)
    slots = examine_slots(enrolment, profile, threads)
    return judge(CheckContext(enrolment, profile, slots, station, max(1, threads), plan))


def judge(context: CheckContext) -> Readiness:
    """Run every check on an examined record and decide.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    Readiness
    """
    findings = in_work_order(finding for check in CHECKS for finding in check.findings(context))
    slots = tuple(context.slots.values())
    return Readiness(
        id=context.enrolment.id,
        profile=context.profile.name,
        language=context.profile.language,
        verdict=record_verdict(findings),
        findings=findings,
        slots=slots,
        budget=packet_budget(context),
        failure_risk=failure_risk(context, findings),
        modality_qualities=_modality_qualities(context.slots),
        group_means={str(group): group_mean(context, group) for group in Group},
        not_assessed=tuple(slot.position for slot in context.filled_slots if slot.best and slot.best.report is None),
        not_compared=tuple(slot.position for slot in context.filled_slots if slot.best and slot.best.template is None),
    )


def _modality_qualities(slots: Mapping[Position, Slot]) -> dict[Modality, ModalityQuality]:
    qualities = {}
    for modality in Modality:
        own = [slot for slot in slots.values() if slot.position.modality is modality and slot.attempts]
        if own:
            lowest = min((slot.quality for slot in own if not math.isnan(slot.quality)), default=math.nan)
            qualities[modality] = ModalityQuality(lowest, mean_quality(own))
    return qualities
