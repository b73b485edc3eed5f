"""One person: nobody else whom the station remembers has these samples, and they are not the operator's.

One match is enough at a false match rate at which all comparisons of a check together are wrong in
:data:`FALSE_ALARM_RATE` of the checks; for eyes, at the profile's own rate where that is lower. Several matches with
one person are enough at a laxer rate, since chance matches that agree on a person are rarer still.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from biocapture.assessment.verdict import Verdict
from biocapture.comparison.protocol import Matcher, prefilter_of
from biocapture.enrolment.readiness.context import CheckContext, score_threshold
from biocapture.enrolment.readiness.examine import matcher_or_none
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import Slot
from biocapture.enrolment.station import RememberedSample
from biocapture.types import FINGERS, Modality, Position

FALSE_ALARM_RATE = 1e-3
"""Share of checks in which a single chance match may name somebody."""

MAX_PROBE_FINGERS = 3
"""Fingers that are searched: the best ones, thumbs and index fingers first. Of other modalities all are."""

MIN_PROBE_QUALITY = 50.0
"""Fingers of this quality 0..100 are searched before poorer ones."""

PROBE_ORDER = (*FINGERS[1:3], *FINGERS[6:8], *FINGERS[3:6], *FINGERS[8:])
"""Fingers in order of preference: thumbs and index fingers first, which have the largest area."""

MAX_FULL_COMPARISONS = 8
"""Remembered samples of a position that are compared in full; the others only have a prefilter score."""

MIN_JOINT_MATCHES, JOINT_MATCH_FMR = 2, 1.5e-4
"""Matches with one person, and the false match rate of each, that are as good as one at the strict rate: of ten fingers
and a thousand people, two match by chance in 45 · 1000 · 1.5e-4² = 1e-3 of the records."""


@dataclass(frozen=True, slots=True)
class PersonMatch:
    """A remembered person whose samples match.

    Attributes
    ----------
    person : str
        Id.
    operator : bool
    scores : dict
        Position → comparison score 0..100, of those that match.
    comparisons : int
        Made with the whole memory.
    """

    person: str
    operator: bool
    scores: dict[Position, float]
    comparisons: int


def check_other_person(context: CheckContext) -> list[RecordFinding]:
    """Find people other than this one whose samples are in the record.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``person.other_person`` and ``person.operator``; none without a memory.
    """
    return [_finding(context, match) for match in matching_people(context)]


def matching_people(context: CheckContext) -> list[PersonMatch]:
    """Search the memory for the samples of a record.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of PersonMatch
        Best first. Without the previous person where only residue matches.
    """
    memory = context.memory
    if memory is None:
        return []
    probes = _probes(context)
    remembered = {slot.position: memory.samples_at(slot.position, context.enrolment.id) for slot in probes}
    comparisons = sum(map(len, remembered.values()))
    with ThreadPoolExecutor(context.threads) as pool:
        searches = pool.map(lambda slot: _candidates(context, slot, remembered[slot.position]), probes)
        people = {sample.person: sample.operator for candidates in searches for sample in candidates}
    verified = (_verify(context, person, operator, comparisons) for person, operator in people.items())
    matches = [match for match in verified if match]
    previous = memory.previous(context.enrolment.id)[0] if matches else ""
    residue = set(context.residue_scores) if matches else set()
    own = [match for match in matches if not (match.person == previous and set(match.scores) <= residue)]
    return sorted(own, key=lambda match: -max(match.scores.values()))


def _probes(context: CheckContext) -> list[Slot]:
    """The best fingers in order of preference, and every eye that can be compared."""
    comparable = [slot for slot in context.filled_slots if slot.best and slot.best.template is not None]
    fingers = [slot for slot in comparable if slot.position.modality is Modality.FINGERPRINT]
    fingers.sort(key=lambda slot: (not slot.quality >= MIN_PROBE_QUALITY, PROBE_ORDER.index(slot.position)))
    return fingers[:MAX_PROBE_FINGERS] + [slot for slot in comparable if slot.position.modality is Modality.IRIS]


def _candidates(context: CheckContext, slot: Slot, remembered: Sequence[RememberedSample]) -> list[RememberedSample]:
    """Samples that match at the laxer rate."""
    matcher = matcher_or_none(slot.position.modality)
    assert matcher is not None
    assert slot.best is not None
    threshold = score_threshold(slot.position.modality, JOINT_MATCH_FMR)
    probe = context.prepared_template(slot.best)
    ranked = [remembered[i] for i in _highest_ranked(matcher, slot.best.template, remembered)]
    return [sample for sample in ranked if matcher.compare(probe, sample.template).score >= threshold]


def _highest_ranked(matcher: Matcher, template: Any, remembered: Sequence[RememberedSample]) -> list[int]:
    """Indices of the samples to compare in full."""
    prefilter = prefilter_of(matcher)
    if prefilter is None or len(remembered) <= MAX_FULL_COMPARISONS:
        return list(range(len(remembered)))
    scores = prefilter.prefilter_scores(prefilter.index_features(template), [sample.features for sample in remembered])
    return [int(i) for i in np.argsort(-scores, kind="stable")[:MAX_FULL_COMPARISONS]]


def _verify(context: CheckContext, person: str, operator: bool, comparisons: int) -> PersonMatch | None:
    """Compare every slot with a candidate's samples and decide."""
    assert context.memory is not None
    strict_fmr = FALSE_ALARM_RATE / max(comparisons, 1)
    strict, lax = {}, {}
    for position, score in context.scores_against(context.memory.templates_of(person)).items():
        is_eye = position.modality is Modality.IRIS
        fmr = min(strict_fmr, context.profile.record.eye_fmr) if is_eye else strict_fmr
        if score >= score_threshold(position.modality, fmr):
            strict[position] = lax[position] = score
        elif not is_eye and score >= score_threshold(position.modality, JOINT_MATCH_FMR):
            lax[position] = score
    if not strict and len(lax) < MIN_JOINT_MATCHES:
        return None
    return PersonMatch(person, operator, lax, comparisons)


def _finding(context: CheckContext, match: PersonMatch) -> RecordFinding:
    positions = tuple(sorted(match.scores, key=lambda position: -match.scores[position]))
    evidence: Evidence = {
        "person": match.person,
        "slots": float(len(positions)),
        "score": match.scores[positions[0]],
        "comparisons": float(match.comparisons),
        "fmr": FALSE_ALARM_RATE / max(match.comparisons, 1),
    }
    names = tuple(best.name for position in positions if (best := context.slots[position].best))
    fault = "operator" if match.operator else "other_person"
    key = f"enrolment.{fault}"
    return RecordFinding(f"person.{fault}", Verdict.REVIEW, positions, key, evidence, names, identity=True)
