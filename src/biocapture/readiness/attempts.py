"""Consistent attempts: the attempts of one slot show one and the same finger, eye or face."""

from itertools import combinations

from biocapture.readiness.case import Case, least_score
from biocapture.readiness.finding import Finding
from biocapture.readiness.slot import Examined, Slot
from biocapture.types import Modality
from biocapture.verdict import Verdict

LEAST_QUALITY = 45.0
"""Attempts below say nothing: poor prints of one finger often do not match."""

LAX_FMR = 1e-2
"""Attempts that match at this rate are consistent."""


def consistent_attempts(case: Case) -> list[Finding]:
    """Slots two of whose good attempts do not match one another."""
    return [finding for slot in case.filled if (finding := _of_slot(case, slot))]


def _of_slot(case: Case, slot: Slot) -> Finding | None:
    """The pair that disagrees most, unless a third attempt links the two."""
    if slot.position.modality is Modality.FACE:
        return None
    good = [attempt for attempt in slot.attempts if _is_good(attempt)]
    scores = {pair: case.score(*pair) for pair in combinations(good, 2)}
    told = {pair: score for pair, score in scores.items() if score is not None}
    if not told:
        return None
    least = least_score(slot.position.modality, LAX_FMR)
    if len(_linked(good, [pair for pair, score in told.items() if score >= least])) == len(good):
        return None
    pair, score = min(told.items(), key=lambda item: item[1])
    said: dict[str, float | str] = {"score": score, "least": least, "attempts": float(len(slot.attempts))}
    names = tuple(attempt.name for attempt in pair)
    key = "enrolment.attempts_disagree"
    return Finding("attempts.disagree", Verdict.REVIEW, (slot.position,), key, said, names, identity=True)


def _is_good(attempt: Examined) -> bool:
    return attempt.template is not None and attempt.shows is None and attempt.quality >= LEAST_QUALITY


def _linked(attempts: list[Examined], matches: list[tuple[Examined, Examined]]) -> list[Examined]:
    """The attempts that are reached from the first over matches."""
    reached, waiting = [attempts[0]], [attempts[0]]
    while waiting:
        here = waiting.pop()
        for pair in matches:
            if any(each is here for each in pair):
                new = [each for each in pair if not any(each is known for known in reached)]
                reached += new
                waiting += new
    return reached
