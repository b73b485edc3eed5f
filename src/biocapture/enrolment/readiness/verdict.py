"""From findings to a decision on the record: the verdict, and the positions to take again in the best order."""

from collections.abc import Iterable

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.checks import ORDER
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.record import position_order
from biocapture.types import Position


def record_verdict(findings: Iterable[RecordFinding]) -> Verdict:
    """The verdict on a record.

    A retake outweighs other reviews because the new captures are judged again; it does not settle a doubt about the
    person.

    Parameters
    ----------
    findings : iterable of RecordFinding

    Returns
    -------
    Verdict
        REVIEW where it is in doubt whose samples these are; otherwise RETAKE where a new capture helps; otherwise
        REVIEW where there is any finding, and READY where there is none.
    """
    known = list(findings)
    if any(finding.identity for finding in known):
        return Verdict.REVIEW
    if any(finding.verdict is Verdict.RETAKE for finding in known):
        return Verdict.RETAKE
    return Verdict.REVIEW if known else Verdict.READY


def in_work_order(findings: Iterable[RecordFinding]) -> tuple[RecordFinding, ...]:
    """Findings in the order in which an operator deals with them.

    Parameters
    ----------
    findings : iterable of RecordFinding

    Returns
    -------
    tuple of RecordFinding
        Doubts about the person first, then retakes, then the rest; each by the order of the checks, then of positions.
    """
    return tuple(sorted(findings, key=_rank))


def retakes(findings: Iterable[RecordFinding]) -> tuple[tuple[Position, tuple[str, ...]], ...]:
    """What is to be captured again.

    Parameters
    ----------
    findings : iterable of RecordFinding

    Returns
    -------
    tuple of (Position, tuple of str)
        Positions in order, each with the guidance keys of what is to be done.
    """
    todo: dict[Position, list[str]] = {}
    for finding in in_work_order(findings):
        if finding.verdict is Verdict.RETAKE:
            for position in finding.positions:
                todo.setdefault(position, []).append(finding.key)
    return tuple((position, tuple(dict.fromkeys(keys))) for position, keys in todo.items())


def _rank(finding: RecordFinding) -> tuple[bool, bool, int, int]:
    first = position_order(finding.positions[0]) if finding.positions else len(Position)
    return not finding.identity, finding.verdict is not Verdict.RETAKE, ORDER.index(finding.check), first
