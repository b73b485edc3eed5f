"""Slaps: what several fingers captured at once show that single ones cannot."""

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding


def check_slaps(context: CheckContext) -> list[RecordFinding]:
    """Find slaps with missing or foreign fingers, of the other hand, cut or turned, or that cannot be read.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``slap.all_fingers``, ``.other_fingers_off``, ``.other_hand``, ``.fingers_inside``, ``.turn_hand``,
        ``.no_print`` and ``.unreadable_file``. A finger that matches another slot, or does not match its own single
        print, is found by the checks of those.
    """
    findings = []
    for fault in context.enrolment.slap_faults:
        evidence: Evidence = {"slap": str(fault.slap.group)}
        if fault.error:
            evidence["error"] = fault.error
        name = fault.key.rpartition(".")[2]
        positions = tuple(finger for finger in fault.slap.group.fingers if finger not in context.enrolment.absent)
        findings.append(
            RecordFinding(f"slap.{name}", Verdict.RETAKE, positions, fault.key, evidence, (fault.slap.name,))
        )
    return findings
