"""Distinct: no finger, eye or image stands in two slots."""

from itertools import combinations

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.copies import turned_likeness
from biocapture.enrolment.readiness.evidence import Case, Pair, least_score
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.types import Modality

COPY = 0.6
"""Correlation of textures from which one image is a copy of the other. Two touches of one finger reach 0.35, a copy
through WSQ at 20:1 or JPEG of quality 30 stays above 0.8."""


def check_duplicate_slots(case: Case) -> list[Finding]:
    """Every two slots whose chosen images are the same, or show the same finger or eye."""
    found = [_copy(case, pair) for pair in combinations(case.filled, 2)]
    copied = {frozenset(finding.slots) for finding in found if finding}
    others = [pair for pair in case.pairs if frozenset(slot.position for slot in pair) not in copied]
    return [finding for finding in found + [_same(case, pair) for pair in others] if finding]


def _copy(case: Case, pair: Pair) -> Finding | None:
    """One file twice, or one image recompressed, resized, turned by quarters or mirrored."""
    one, other = _best(pair)
    assert one.sample is not None
    assert other.sample is not None
    if one.sample.image.sha256 and one.sample.image.sha256 == other.sample.image.sha256:
        return _finding("same_file", pair, {"sha256": one.sample.image.sha256})
    if one.signature is None or other.signature is None:
        return None
    alike, lies = turned_likeness(one.signature, other.signature)
    if alike < COPY:
        return None
    return _finding("copied_image", pair, {"likeness": alike, "least": COPY, "lies": lies})


def _same(case: Case, pair: Pair) -> Finding | None:
    """One finger or eye captured in two slots; a crop or a turned copy of an image shows the same finger, too."""
    one, other = _best(pair)
    if pair[0].position.modality is Modality.FACE:
        return None
    score = case.score(one, other)
    fmr = case.same_fmr(pair[0].position.modality)
    if score is None or score < (least := least_score(pair[0].position.modality, fmr)):
        return None
    fault = "same_finger" if pair[0].position.modality is Modality.FINGERPRINT else "same_eye"
    return _finding(fault, pair, {"score": score, "least": least, "fmr": fmr})


def _finding(fault: str, pair: Pair, said: dict[str, float | str]) -> Finding:
    """Both slots, the poorer first: one of them must be wrong, and the poorer gains more from a new capture."""
    weaker = sorted(pair, key=_quality)
    names = tuple(slot.best.name for slot in weaker if slot.best)
    positions = tuple(slot.position for slot in weaker)
    return Finding(f"distinct.{fault}", Verdict.RETAKE, positions, f"enrolment.{fault}", said, names)


def _quality(slot: Slot) -> float:
    return slot.quality if slot.quality == slot.quality else 0.0


def _best(pair: Pair) -> tuple[Examined, Examined]:
    one, other = (slot.best for slot in pair)
    assert one is not None
    assert other is not None
    return one, other
