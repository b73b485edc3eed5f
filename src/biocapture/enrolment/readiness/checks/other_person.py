"""One person: nobody else recorded at this station has these samples, and they are not the operator's.

A finger that matches alone must do so at a false match rate at which all comparisons of one check together are wrong
once in 1/:data:`FALSE_ALARMS` checks, an eye at the profile's own rate where that is less. A person of whom two fingers
match at a laxer rate is found as well: two chance matches with one and the same person are rarer still.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from biocapture.assessment.verdict import Verdict
from biocapture.comparison.protocol import Matcher, ranking
from biocapture.enrolment.readiness.evidence import Case, least_score
from biocapture.enrolment.readiness.examine import matcher_of
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.station import Known
from biocapture.types import FINGERS, Modality, Position

FALSE_ALARMS = 1e-3

PROBES = 3
"""Fingers that are searched: the best ones, thumbs and index fingers first. Other modalities are searched in full."""

CANDIDATES = 8
"""Remembered samples of a slot that are compared in full."""

TOGETHER, TOGETHER_FMR = 2, 1.5e-4
"""So many fingers at this rate are as good as one at the strict rate: of ten fingers and a thousand people, two match
by chance in 45 · 1000 · 1.5e-4² = 1e-3 of the records."""

PREFERRED = (*FINGERS[1:3], *FINGERS[6:8], *FINGERS[3:6], *FINGERS[8:])


@dataclass(frozen=True, slots=True)
class Hit:
    """A remembered person who matches.

    Attributes
    ----------
    person : str
    operator : bool
    scores : dict
        Slot → score, of the slots that match.
    comparisons : int
        Made with the whole memory.
    """

    person: str
    operator: bool
    scores: dict[Position, float]
    comparisons: int


def check_other_person(case: Case) -> list[Finding]:
    """People other than this one whose samples are in the record."""
    if case.memory is None:
        return []
    return [_finding(case, hit) for hit in hits(case)]


def hits(case: Case) -> list[Hit]:
    """Remembered people who match, best first."""
    assert case.memory is not None
    probes = _probes(case)
    remembered = {slot.position: case.memory.of_slot(slot.position, case.enrolment.id) for slot in probes}
    comparisons = sum(map(len, remembered.values()))
    with ThreadPoolExecutor(case.threads) as pool:
        searched = pool.map(lambda slot: _likely(case, slot, remembered[slot.position]), probes)
        likely = {sample.person: sample.operator for found in searched for sample in found}
    judged = [_judged(case, person, operator, comparisons) for person, operator in likely.items()]
    previous = case.memory.previous(case.enrolment.id)[0] if judged else ""
    judged = [hit for hit in judged if hit and not (hit.person == previous and set(hit.scores) <= set(case.residues))]
    return sorted((hit for hit in judged if hit), key=lambda hit: -max(hit.scores.values()))


def _probes(case: Case) -> list[Slot]:
    """The best fingers in order of preference, and whatever else can be compared."""
    able = [slot for slot in case.filled if slot.best and slot.best.template is not None]
    fingers = [slot for slot in able if slot.position.modality is Modality.FINGERPRINT]
    good = sorted(fingers, key=lambda slot: (not slot.quality >= 50, PREFERRED.index(slot.position)))
    return good[:PROBES] + [slot for slot in able if slot.position.modality is Modality.IRIS]


def _likely(case: Case, slot: Slot, remembered: Sequence[Known]) -> list[Known]:
    """Samples that match at the laxer rate."""
    part = matcher_of(slot.position.modality)
    assert part is not None
    assert slot.best is not None
    least = least_score(slot.position.modality, TOGETHER_FMR)
    ready = case.prepared(slot.best)
    near = [remembered[i] for i in _promising(part, slot.best.template, remembered)]
    return [sample for sample in near if part.compare(ready, sample.template).score >= least]


def _promising(part: Matcher, template: Any, remembered: Sequence[Known]) -> list[int]:
    ranks = ranking(part)
    if ranks is None or len(remembered) <= CANDIDATES:
        return list(range(len(remembered)))
    promise = ranks.promise(ranks.sketch(template), [sample.sketch for sample in remembered])
    return [int(i) for i in np.argsort(-promise, kind="stable")[:CANDIDATES]]


def _judged(case: Case, person: str, operator: bool, comparisons: int) -> Hit | None:
    """Compare every slot with the candidate's and decide."""
    assert case.memory is not None
    scores = case.scores_with(case.memory.of_person(person))
    strict, lax = {}, {}
    for position, score in scores.items():
        is_eye, rate = position.modality is Modality.IRIS, FALSE_ALARMS / max(comparisons, 1)
        if score >= least_score(position.modality, min(rate, case.profile.record.eye_fmr) if is_eye else rate):
            strict[position] = lax[position] = score
        elif not is_eye and score >= least_score(position.modality, TOGETHER_FMR):
            lax[position] = score
    if not strict and len(lax) < TOGETHER:
        return None
    return Hit(person, operator, lax, comparisons)


def _finding(case: Case, hit: Hit) -> Finding:
    order = sorted(hit.scores, key=lambda position: -hit.scores[position])
    said: dict[str, float | str] = {"person": hit.person, "slots": float(len(order)), "score": hit.scores[order[0]]}
    said |= {"comparisons": float(hit.comparisons), "fmr": FALSE_ALARMS / max(hit.comparisons, 1)}
    names = tuple(best.name for position in order if (best := case.slots[position].best))
    fault = "operator" if hit.operator else "other_person"
    return Finding(f"person.{fault}", Verdict.REVIEW, tuple(order), f"enrolment.{fault}", said, names, identity=True)
