"""Consistent attempts: the attempts of one slot show one and the same finger, eye or face, and no other slot's.

Poor prints of one finger often do not match. Two poor attempts that do not match are therefore no evidence; an attempt
that matches another slot's is.
"""

from collections.abc import Sequence
from itertools import combinations, product

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.context import CheckContext, score_threshold
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.types import Modality, Position

MIN_ATTEMPT_QUALITY = 45.0
"""Quality 0..100 from which an attempt that matches no other is evidence of another finger."""

CONSISTENT_FMR = 1e-2
"""False match rate at which attempts of one slot count as the same: lax, since they ought to be."""


def check_attempts(context: CheckContext) -> list[RecordFinding]:
    """Find slots with an attempt of another slot's finger or eye, and slots whose good attempts do not match.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``attempts.exchanged`` and ``attempts.disagree``.
    """
    repeated = [slot for slot in context.slots.values() if len(slot.attempts) > 1 and slot.best]
    exchanged = _exchanged(context, repeated)
    settled = {position for finding in exchanged for position in finding.positions}
    rest = [slot for slot in repeated if slot.position not in settled]
    return exchanged + [finding for slot in rest if (finding := _disagreement(context, slot))]


def _exchanged(context: CheckContext, repeated: Sequence[Slot]) -> list[RecordFinding]:
    """Every two slots of which one has an attempt that matches the other's and none of its own.

    Where the chosen attempts match, :mod:`biocapture.enrolment.readiness.checks.duplicate_slots` finds it.
    """
    strangers = {slot.position: lonely for slot in repeated if (lonely := _strangers(context, slot))}
    if not strangers:
        return []
    best: dict[frozenset[Position], tuple[float, RecordFinding]] = {}
    for slot, other in (way for pair in context.slot_pairs for way in (pair, pair[::-1])):
        both = frozenset((slot.position, other.position))
        threshold = score_threshold(slot.position.modality, context.same_source_fmr(slot.position.modality))
        if slot.position in strangers and _match(context, slot.best, other.best, threshold) is None:
            for pair in product(strangers[slot.position], other.attempts):
                score = _match(context, *pair, max(threshold, best[both][0] if both in best else 0.0))
                if score is not None:
                    best[both] = score, _exchange(slot, other, pair, {"score": score, "least": threshold})
    return [finding for _, finding in best.values()]


def _match(
    context: CheckContext, probe: ExaminedAttempt | None, reference: ExaminedAttempt | None, threshold: float
) -> float | None:
    """The comparison score of two attempts where it reaches the threshold."""
    score = context.score(probe, reference) if probe and reference else None
    return score if score is not None and score >= threshold else None


def _exchange(
    slot: Slot, other: Slot, pair: tuple[ExaminedAttempt, ExaminedAttempt], evidence: Evidence
) -> RecordFinding:
    positions, names = (slot.position, other.position), tuple(attempt.name for attempt in pair)
    key = "enrolment.attempts_exchanged"
    return RecordFinding("attempts.exchanged", Verdict.RETAKE, positions, key, evidence, names)


def _strangers(context: CheckContext, slot: Slot) -> list[ExaminedAttempt]:
    """Attempts that match no other attempt of their slot, which has several."""
    if slot.position.modality is Modality.FACE:
        return []
    comparable = [
        attempt for attempt in slot.attempts if attempt.template is not None and attempt.wrong_modality is None
    ]
    threshold = score_threshold(slot.position.modality, CONSISTENT_FMR)
    lonely = []
    for attempt in comparable:
        scores = [context.score(attempt, other) for other in comparable if other is not attempt]
        if scores and all(score is not None and score < threshold for score in scores):
            lonely.append(attempt)
    return lonely


def _disagreement(context: CheckContext, slot: Slot) -> RecordFinding | None:
    """The two good attempts that match least, unless other attempts link them."""
    if slot.position.modality is Modality.FACE:
        return None
    good = [attempt for attempt in slot.attempts if _is_good(attempt)]
    all_scores = {pair: context.score(*pair) for pair in combinations(good, 2)}
    scores = {pair: score for pair, score in all_scores.items() if score is not None}
    if not scores:
        return None
    threshold = score_threshold(slot.position.modality, CONSISTENT_FMR)
    if len(_linked(good, [pair for pair, score in scores.items() if score >= threshold])) == len(good):
        return None
    pair, score = min(scores.items(), key=lambda item: item[1])
    evidence: Evidence = {"score": score, "least": threshold, "attempts": float(len(slot.attempts))}
    names = tuple(attempt.name for attempt in pair)
    key = "enrolment.attempts_disagree"
    return RecordFinding("attempts.disagree", Verdict.REVIEW, (slot.position,), key, evidence, names, identity=True)


def _is_good(attempt: ExaminedAttempt) -> bool:
    usable = attempt.template is not None and attempt.wrong_modality is None
    return usable and attempt.quality >= MIN_ATTEMPT_QUALITY


def _linked(
    attempts: list[ExaminedAttempt], matches: list[tuple[ExaminedAttempt, ExaminedAttempt]]
) -> list[ExaminedAttempt]:
    """The attempts that are reached from the first one through matches."""
    reached, waiting = [attempts[0]], [attempts[0]]
    while waiting:
        here = waiting.pop()
        for pair in matches:
            if any(each is here for each in pair):
                new = [each for each in pair if not any(each is known for known in reached)]
                reached += new
                waiting += new
    return reached
