"""What a failed capture shows instead of what its slot should hold: an eye in a face's slot, a face in a finger's."""

from biocapture.assessment.guess import guess_modality
from biocapture.assessment.modalities import AVAILABLE
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import SlotAttempt
from biocapture.images.decode import decode
from biocapture.profile.load import Profile
from biocapture.types import Image, Modality, Sample

MIN_CREDIBLE_QUALITY, MIN_CONVINCING_QUALITY = 10.0, 25.0
"""Quality 0..100 below which a capture may show another modality, and from which that other modality is accepted."""


def wrong_modality(attempt: SlotAttempt, sample: Sample, report: Report | None, profile: Profile) -> Modality | None:
    """The modality that a capture shows instead of its slot's.

    A modality that is assessed in this version must find its own characteristic there. One that is not is guessed, and
    only where the capture fails altogether. Where nothing assesses the slot itself, the guess comes first.

    Parameters
    ----------
    attempt : SlotAttempt
    sample : Sample
        The attempt, decoded as its slot's modality.
    report : Report or None
        Its assessment; None where nothing assesses the slot's modality.
    profile : Profile

    Returns
    -------
    Modality or None
        None where it shows what it should, or where no other modality is convincing.
    """
    if report is None:
        guessed = guess_modality(_image(attempt, sample, Modality.FACE))
        others = [guessed] if guessed not in (None, sample.modality) else []
    elif report.failure or report.quality < MIN_CREDIBLE_QUALITY:
        guessed = guess_modality(_image(attempt, sample, Modality.FACE)) if report.failure else None
        others = [other for other in Modality if other is not sample.modality]
    else:
        return None
    for other in others:
        if other is not None and (
            _convinces(attempt, sample, other, profile) if other in AVAILABLE else other is guessed
        ):
            return other
    return None


def _convinces(attempt: SlotAttempt, sample: Sample, other: Modality, profile: Profile) -> bool:
    """Whether the other modality finds its own characteristic, in fair quality."""
    reread = Sample(_image(attempt, sample, other), other, id=sample.id)
    report = next(assess_many([reread], profile=profile))
    # a NaN passes: the modality gives no quality, and its verdict decides
    poor = report.verdict is Verdict.RETAKE or report.quality < MIN_CONVINCING_QUALITY
    return not report.error and not report.failure and not poor


def _image(attempt: SlotAttempt, sample: Sample, modality: Modality) -> Image:
    """The image decoded for a modality: faces in colour, which decoding as a print or an eye drops."""
    if isinstance(attempt.source, Sample):
        return sample.image
    return decode(attempt.source, modality=modality, ppi=attempt.ppi)
