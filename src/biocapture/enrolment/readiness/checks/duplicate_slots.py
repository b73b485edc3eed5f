"""Distinct slots: no finger, eye or image is in two of them."""

from itertools import combinations

from biocapture.assessment.verdict import Verdict
from biocapture.enrolment.readiness.context import CheckContext, SlotPair, score_threshold
from biocapture.enrolment.readiness.copies import best_turned_correlation
from biocapture.enrolment.readiness.finding import Evidence, RecordFinding
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.types import Modality

MIN_COPY_CORRELATION = 0.6
"""Correlation of textures from which one image is a copy of the other. Two touches of one finger reach 0.35, a copy
through WSQ at 20:1 or JPEG of quality 30 stays above 0.8."""


def check_duplicate_slots(context: CheckContext) -> list[RecordFinding]:
    """Find every two slots whose chosen images are the same, or show the same finger or eye.

    Parameters
    ----------
    context : CheckContext

    Returns
    -------
    list of RecordFinding
        ``distinct.same_file``, ``.copied_image``, ``.same_finger`` and ``.same_eye``.
    """
    copies = [_copy(pair) for pair in combinations(context.filled_slots, 2)]
    copied = {frozenset(finding.positions) for finding in copies if finding}
    others = [pair for pair in context.slot_pairs if frozenset(slot.position for slot in pair) not in copied]
    return [finding for finding in copies + [_same_source(context, pair) for pair in others] if finding]


def _copy(pair: SlotPair) -> RecordFinding | None:
    """One file twice, or one image recompressed, resized, turned by quarters or mirrored."""
    probe, reference = _best(pair)
    assert probe.sample is not None
    assert reference.sample is not None
    if probe.sample.image.sha256 and probe.sample.image.sha256 == reference.sample.image.sha256:
        return _finding("same_file", pair, {"sha256": probe.sample.image.sha256})
    if probe.signature is None or reference.signature is None:
        return None
    correlation, orientation = best_turned_correlation(probe.signature, reference.signature)
    if correlation < MIN_COPY_CORRELATION:
        return None
    evidence: Evidence = {"likeness": correlation, "least": MIN_COPY_CORRELATION, "lies": orientation}
    return _finding("copied_image", pair, evidence)


def _same_source(context: CheckContext, pair: SlotPair) -> RecordFinding | None:
    """One finger or eye captured in two slots; a crop or a turned copy of an image shows the same finger, too."""
    modality = pair[0].position.modality
    if modality is Modality.FACE:
        return None
    score, fmr = context.score(*_best(pair)), context.same_source_fmr(modality)
    if score is None or score < (threshold := score_threshold(modality, fmr)):
        return None
    fault = "same_finger" if modality is Modality.FINGERPRINT else "same_eye"
    return _finding(fault, pair, {"score": score, "least": threshold, "fmr": fmr})


def _finding(fault: str, pair: SlotPair, evidence: Evidence) -> RecordFinding:
    """Both slots, the poorer first: one of them must be wrong, and the poorer gains more from a new capture."""
    poorer_first = sorted(pair, key=_known_quality)
    names = tuple(slot.best.name for slot in poorer_first if slot.best)
    positions = tuple(slot.position for slot in poorer_first)
    return RecordFinding(f"distinct.{fault}", Verdict.RETAKE, positions, f"enrolment.{fault}", evidence, names)


def _known_quality(slot: Slot) -> float:
    return slot.quality if slot.quality == slot.quality else 0.0


def _best(pair: SlotPair) -> tuple[ExaminedAttempt, ExaminedAttempt]:
    probe, reference = (slot.best for slot in pair)
    assert probe is not None
    assert reference is not None
    return probe, reference
