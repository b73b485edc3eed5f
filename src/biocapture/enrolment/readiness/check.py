"""The straight line for one enrolment: examine → check → decide."""

import math
from collections.abc import Mapping
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness.checks import CHECKS
from biocapture.enrolment.readiness.checks.budget import packet_budget
from biocapture.enrolment.readiness.checks.quality_minima import group_mean
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.examine import examined_slots
from biocapture.enrolment.readiness.failure_risk import failure_risk
from biocapture.enrolment.readiness.result import Readiness, Summary
from biocapture.enrolment.readiness.slot import Slot, mean_quality
from biocapture.enrolment.readiness.verdict import ordered, verdict_of
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
    """Whether one person's enrolment is ready to upload.

    Parameters
    ----------
    enrolment : Enrolment, or path of a folder or manifest
    profile : str, Path or Profile
    station : Station or Recent, optional
        Whom it is compared with: the person before, everybody remembered, the operators. It is not changed.
    plan : bool
        Also compress every chosen image in each admissible way: sizes and qualities are in ``budget``.
    threads : int
        Attempts looked at side by side; the answer does not depend on it.

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
    slots = examined_slots(enrolment, profile, threads)
    return judge(Case(enrolment, profile, slots, station, max(1, threads), plan))


def judge(case: Case) -> Readiness:
    """Run every check on an examined record and decide."""
    findings = ordered(finding for check in CHECKS for finding in check.findings(case))
    slots = tuple(case.slots.values())
    return Readiness(
        id=case.enrolment.id,
        profile=case.profile.name,
        language=case.profile.language,
        verdict=verdict_of(findings),
        findings=findings,
        slots=slots,
        budget=packet_budget(case),
        chance=failure_risk(case, findings),
        summaries=_summaries(case.slots),
        means={str(group): group_mean(case, group) for group in Group},
        not_assessed=tuple(slot.position for slot in case.filled if slot.best and slot.best.report is None),
        not_compared=tuple(slot.position for slot in case.filled if slot.best and slot.best.template is None),
    )


def _summaries(slots: Mapping[Position, Slot]) -> dict[Modality, Summary]:
    found = {}
    for modality in Modality:
        own = [slot for slot in slots.values() if slot.position.modality is modality and slot.attempts]
        if own:
            lowest = min((slot.quality for slot in own if not math.isnan(slot.quality)), default=math.nan)
            found[modality] = Summary(lowest, mean_quality(own))
    return found
