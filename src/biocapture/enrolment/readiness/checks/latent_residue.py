"""Latent residue: a print that a previous person left on the platen was recorded instead of, or under, this person's.

ISO/IEC 2382-37 calls the copy that a finger leaves on a surface a latent.
"""

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.context import CheckContext, score_threshold
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import Slot

MAX_RESIDUE_SHARE = 0.14
"""Share of a clean print, 0..1, that may appear to lie over another one; see
``fingerprint/features/latent_residue.py``."""


def check_latent_residue(context: CheckContext) -> list[RecordFinding]:
    """Find prints that match the previous person's of the same position, and prints with another one under them.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``ghost.previous_print`` and ``ghost.second_ridges``.
    """
    fmr = context.profile.record.ghost_fmr
    scores = context.residue_scores
    matches = [_previous_print(context.slots[position], score, fmr) for position, score in scores.items()]
    rest = [slot for slot in context.filled_slots if slot.position not in scores]
    return matches + [finding for slot in rest if (finding := _second_ridges(slot))]


def _previous_print(slot: Slot, score: float, fmr: float) -> RecordFinding:
    evidence: Evidence = {"score": score, "least": score_threshold(slot.position.modality, fmr), "fmr": fmr}
    names = (slot.best.name,) if slot.best else ()
    key = "enrolment.previous_print"
    return RecordFinding("ghost.previous_print", Verdict.RETAKE, (slot.position,), key, evidence, names)


def _second_ridges(slot: Slot) -> RecordFinding | None:
    best = slot.best
    if best is None or not best.residue_share > MAX_RESIDUE_SHARE:
        return None
    evidence: Evidence = {"share": best.residue_share, "most": MAX_RESIDUE_SHARE}
    key = "enrolment.second_ridges"
    return RecordFinding("ghost.second_ridges", Verdict.RETAKE, (slot.position,), key, evidence, (best.name,))
