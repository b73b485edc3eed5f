"""Consistent attempts: the attempts of one slot show one and the same finger, eye or face, and no other slot's.

Poor prints of one finger often do not match, so that two poor attempts which do not match say nothing. One that matches
an attempt of another slot says whose it is.
"""

from collections.abc import Sequence
from itertools import combinations, product

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.evidence import Case, least_score
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.types import Modality, Position

MIN_QUALITY = 45.0
"""Attempts below say nothing: poor prints of one finger often do not match."""

LAX_FMR = 1e-2
"""Attempts that match at this rate are consistent."""


def check_attempts(case: Case) -> list[Finding]:
    """Slots with an attempt of another slot's finger or eye, and slots two of whose good attempts do not match."""
    several = [slot for slot in case.slots.values() if len(slot.attempts) > 1 and slot.best]
    exchanged = _exchanged(case, several)
    settled = {position for finding in exchanged for position in finding.slots}
    rest = [slot for slot in several if slot.position not in settled]
    return exchanged + [finding for slot in rest if (finding := _of_slot(case, slot))]


def _exchanged(case: Case, several: Sequence[Slot]) -> list[Finding]:
    """Every two slots of which one has an attempt that matches the other's and none of its own.

    Where the chosen attempts match, :mod:`biocapture.enrolment.readiness.checks.duplicate_slots` says so.
    """
    strangers = {slot.position: lonely for slot in several if (lonely := _strangers(case, slot))}
    if not strangers:
        return []
    found: dict[frozenset[Position], tuple[float, Finding]] = {}
    for slot, other in (way for pair in case.pairs for way in (pair, pair[::-1])):
        both = frozenset((slot.position, other.position))
        least = least_score(slot.position.modality, case.same_fmr(slot.position.modality))
        if slot.position in strangers and _reaches(case, slot.best, other.best, least) is None:
            for pair in product(strangers[slot.position], other.attempts):
                score = _reaches(case, *pair, max(least, found[both][0] if both in found else 0.0))
                if score is not None:
                    found[both] = score, _of_both(slot, other, pair, {"score": score, "least": least})
    return [finding for _, finding in found.values()]


def _reaches(case: Case, one: Examined | None, other: Examined | None, least: float) -> float | None:
    """The score of two attempts where it is at least so high."""
    score = case.score(one, other) if one and other else None
    return score if score is not None and score >= least else None


def _of_both(slot: Slot, other: Slot, pair: tuple[Examined, Examined], said: dict[str, float | str]) -> Finding:
    positions, names = (slot.position, other.position), tuple(attempt.name for attempt in pair)
    return Finding("attempts.exchanged", Verdict.RETAKE, positions, "enrolment.attempts_exchanged", said, names)


def _strangers(case: Case, slot: Slot) -> list[Examined]:
    """Attempts, of several, that match no other attempt of their slot."""
    if slot.position.modality is Modality.FACE:
        return []
    able = [attempt for attempt in slot.attempts if attempt.template is not None and attempt.shows is None]
    least = least_score(slot.position.modality, LAX_FMR)
    lonely = []
    for attempt in able:
        scores = [case.score(attempt, other) for other in able if other is not attempt]
        if scores and all(score is not None and score < least for score in scores):
            lonely.append(attempt)
    return lonely


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
    return attempt.template is not None and attempt.shows is None and attempt.quality >= MIN_QUALITY


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
