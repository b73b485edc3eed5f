"""The straight line for one enrolment: examine → check → decide."""

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from biocapture.assessment.modalities import measures
from biocapture.enrolment import Enrolment, read_enrolment
from biocapture.enrolment.readiness.checks.attempts import consistent_attempts
from biocapture.enrolment.readiness.checks.budget import budget, over_budget
from biocapture.enrolment.readiness.checks.completeness import complete
from biocapture.enrolment.readiness.checks.duplicate_slots import distinct
from biocapture.enrolment.readiness.checks.other_person import one_person
from biocapture.enrolment.readiness.checks.quality_minima import group_mean, readable
from biocapture.enrolment.readiness.checks.residue import ghost
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.examine import examined_slots
from biocapture.enrolment.readiness.failure_risk import chance_of_failure
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.result import Readiness, Summary
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.readiness.verdict import ordered, verdict_of
from biocapture.enrolment.station import Memory
from biocapture.profile.load import Profile, load_profile
from biocapture.profile.record_rules import Group
from biocapture.types import Modality, Position

Check = Callable[[Case], list[Finding]]

CHECKS: tuple[Check, ...] = (complete, readable, distinct, ghost, one_person, consistent_attempts)
"""Every check of a record, each for itself."""


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
    if not isinstance(profile, Profile):
        profile = load_profile(profile, measures())
    slots = examined_slots(enrolment, profile, threads)
    return judged(Case(enrolment, profile, slots, station, max(1, threads)), plan)


def judged(case: Case, plan: bool = False) -> Readiness:
    """Run every check on an examined record and decide."""
    sizes = budget(case, plan)
    findings = ordered([finding for each in CHECKS for finding in each(case)] + over_budget(sizes))
    slots = tuple(case.slots.values())
    return Readiness(
        id=case.enrolment.id,
        profile=case.profile.name,
        language=case.profile.language,
        verdict=verdict_of(findings),
        findings=findings,
        slots=slots,
        budget=sizes,
        chance=chance_of_failure(case, findings),
        summaries=_summaries(case.slots),
        means={str(group): group_mean(case, group) for group in Group},
        not_assessed=tuple(slot.position for slot in case.filled if slot.best and slot.best.report is None),
        not_compared=tuple(slot.position for slot in case.filled if slot.best and slot.best.template is None),
    )


def _summaries(slots: Mapping[Position, Slot]) -> dict[Modality, Summary]:
    found = {}
    for modality in Modality:
        own = [slot.quality for slot in slots.values() if slot.position.modality is modality and slot.attempts]
        told = [quality for quality in own if not math.isnan(quality)]
        if own:
            found[modality] = Summary(min(told), sum(told) / len(told)) if told else Summary(math.nan, math.nan)
    return found
