"""Ghost: the previous person's latent print was recorded instead of, or under, this person's."""

from biocapture.readiness.case import Case, threshold
from biocapture.readiness.finding import Finding
from biocapture.readiness.slot import Slot
from biocapture.types import Modality
from biocapture.verdict import Verdict

MOST_UNDERLYING = 0.08
"""Share of a print that may seem to lie over another one; see ``fingerprint/underlying.py``."""


def ghost(case: Case) -> list[Finding]:
    """Prints that match the previous person's of the same slot, then prints with another one under them."""
    matched = _of_previous(case)
    taken = {position for finding in matched for position in finding.slots}
    rest = [slot for slot in case.filled if slot.position not in taken]
    return matched + [finding for slot in rest if (finding := _underlying(slot))]


def _of_previous(case: Case) -> list[Finding]:
    if case.memory is None:
        return []
    fmr = case.profile.record.ghost_fmr
    found = []
    for position, score in case.scores_with(case.memory.previous(case.enrolment.id)).items():
        best = case.slots[position].best
        if position.modality is Modality.FINGERPRINT and best and score >= (least := threshold(position.modality, fmr)):
            said: dict[str, float | str] = {"score": score, "least": least, "fmr": fmr}
            key = "enrolment.previous_print"
            found.append(Finding("ghost.previous_print", Verdict.RETAKE, (position,), key, said, (best.name,)))
    return found


def _underlying(slot: Slot) -> Finding | None:
    best = slot.best
    if best is None or not best.underlying > MOST_UNDERLYING:
        return None
    said: dict[str, float | str] = {"share": best.underlying, "most": MOST_UNDERLYING}
    key = "enrolment.second_ridges"
    return Finding("ghost.second_ridges", Verdict.RETAKE, (slot.position,), key, said, (best.name,))
