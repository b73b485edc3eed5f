"""From findings to a decision on the record: the verdict, and the slots to take again in the best order."""

from collections.abc import Iterable

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import ORDER
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.record import position_order
from biocapture.types import Position


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """REVIEW where it is in doubt whose samples these are, else RETAKE where a capture helps, else REVIEW or READY.

    A retake outweighs other reviews because the new captures are judged again; it does not settle a doubt about the
    person.
    """
    found = list(findings)
    if any(finding.identity for finding in found):
        return Verdict.REVIEW
    if any(finding.verdict is Verdict.RETAKE for finding in found):
        return Verdict.RETAKE
    return Verdict.REVIEW if found else Verdict.READY


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Doubts about the person first, then retakes in the order of work, then the rest."""
    return tuple(sorted(findings, key=_rank))


def retakes(findings: Iterable[Finding]) -> tuple[tuple[Position, tuple[str, ...]], ...]:
    """Slots to take again, in order, each with what is to be done (guidance keys)."""
    todo: dict[Position, list[str]] = {}
    for finding in ordered(findings):
        if finding.verdict is Verdict.RETAKE:
            for position in finding.slots:
                todo.setdefault(position, []).append(finding.key)
    return tuple((position, tuple(dict.fromkeys(keys))) for position, keys in todo.items())


def _rank(finding: Finding) -> tuple[bool, bool, int, int]:
    place = position_order(finding.slots[0]) if finding.slots else 99
    return not finding.identity, finding.verdict is not Verdict.RETAKE, ORDER.index(finding.check), place
