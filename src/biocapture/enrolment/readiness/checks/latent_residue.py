"""Ghost: the previous person's latent print was recorded instead of, or under, this person's."""

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.evidence import Case, least_score
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot

MAX_UNDERLYING = 0.14
"""Share of a print that may seem to lie over another one; see ``fingerprint/features/latent_residue.py``."""


def check_latent_residue(case: Case) -> list[Finding]:
    """Prints that match the previous person's of the same slot, then prints with another one under them."""
    matched = _of_previous(case)
    taken = {position for finding in matched for position in finding.slots}
    rest = [slot for slot in case.filled if slot.position not in taken]
    return matched + [finding for slot in rest if (finding := _underlying(slot))]


def _of_previous(case: Case) -> list[Finding]:
    fmr = case.profile.record.ghost_fmr
    return [_residue(case.slots[position], score, fmr) for position, score in case.residues.items()]


def _residue(slot: Slot, score: float, fmr: float) -> Finding:
    least = least_score(slot.position.modality, fmr)
    said: dict[str, float | str] = {"score": score, "least": least, "fmr": fmr}
    names = (slot.best.name,) if slot.best else ()
    return Finding("ghost.previous_print", Verdict.RETAKE, (slot.position,), "enrolment.previous_print", said, names)


def _underlying(slot: Slot) -> Finding | None:
    best = slot.best
    if best is None or not best.underlying > MAX_UNDERLYING:
        return None
    said: dict[str, float | str] = {"share": best.underlying, "most": MAX_UNDERLYING}
    key = "enrolment.second_ridges"
    return Finding("ghost.second_ridges", Verdict.RETAKE, (slot.position,), key, said, (best.name,))
