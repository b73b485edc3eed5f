"""The checks of a record: one module each, all alike, listed here once in the order of work."""

from collections.abc import Callable
from dataclasses import dataclass

from biocapture.enrolment.readiness.checks.attempts import check_attempts
from biocapture.enrolment.readiness.checks.budget import check_budget
from biocapture.enrolment.readiness.checks.completeness import check_completeness
from biocapture.enrolment.readiness.checks.duplicate_slots import check_duplicate_slots
from biocapture.enrolment.readiness.checks.latent_residue import check_latent_residue
from biocapture.enrolment.readiness.checks.other_person import check_other_person
from biocapture.enrolment.readiness.checks.quality_minima import check_quality_minima
from biocapture.enrolment.readiness.checks.slaps import check_slaps
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import RecordFinding


@dataclass(frozen=True, slots=True)
class Check:
    """A check of a record.

    Attributes
    ----------
    name : str
        First part of the ids of its findings.
    findings : callable
        Takes a :class:`~biocapture.enrolment.readiness.context.CheckContext`, gives the faults of the record; empty
        where there is none. No check depends on another's findings.
    status : str
        Status of an e-KTP record that such a fault leads to. Our reading of the names: the regional server refuses what
        is incomplete, the central one what it cannot make templates of; samples that contradict one another go to an
        adjudicator; samples that match another person's are duplicates.
    """

    name: str
    findings: Callable[[CheckContext], list[RecordFinding]]
    status: str


CHECKS = (
    Check("ghost", check_latent_residue, "DUPLICATE_RECORD"),
    Check("complete", check_completeness, "ENROLL_FAILURE_AT_REGIONAL"),
    Check("slap", check_slaps, "ENROLL_FAILURE_AT_REGIONAL"),
    Check("distinct", check_duplicate_slots, "ADJUDICATE_RECORD"),
    Check("attempts", check_attempts, "ADJUDICATE_RECORD"),
    Check("readable", check_quality_minima, "ENROLL_FAILURE_AT_CENTRAL"),
    Check("person", check_other_person, "DUPLICATE_RECORD"),
    Check("budget", check_budget, "ENROLL_FAILURE_AT_REGIONAL"),
)
"""Every check, in the order of work: a dirty platen first, because it would spoil the captures that follow; then what
is missing, then what is poor."""

STATUSES = {check.name: check.status for check in CHECKS}
"""Name of a check → status of an e-KTP record with such a fault."""

ORDER = tuple(STATUSES)
"""Names of the checks in the order of work."""
