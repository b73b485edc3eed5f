"""What a capture shows that fails as what its slot should hold: an eye in the face's slot, a face in a finger's."""

from biocapture.assessment.guess import guess_modality
from biocapture.assessment.modalities import AVAILABLE
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.enrolment import Attempt
from biocapture.images.decode import decode
from biocapture.profile.load import Profile
from biocapture.types import Image, Modality, Sample

HOPELESS, CONVINCING = 10.0, 25.0
"""Quality below which a capture may be something else, and from which it is that other thing."""


def other_modality(attempt: Attempt, sample: Sample, report: Report | None, profile: Profile) -> Modality | None:
    """The modality it shows; None where it is what it should be, or where nothing else is convincing.

    A modality that is assessed in this version must find its own characteristic there. One that is not is guessed, and
    only where the capture fails altogether. Where nothing assesses the slot itself, the guess comes first.
    """
    if report is None:
        guessed = guess_modality(_image(attempt, sample, Modality.FACE))
        others = [guessed] if guessed not in (None, sample.modality) else []
    elif report.failure or report.quality < HOPELESS:
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


def _convinces(attempt: Attempt, sample: Sample, other: Modality, profile: Profile) -> bool:
    """Whether the other modality finds its own characteristic, in fair quality."""
    seen = Sample(_image(attempt, sample, other), other, id=sample.id)
    report = next(assess_many([seen], profile=profile))
    poor = report.verdict is Verdict.RETAKE or report.quality < CONVINCING  # NaN: its quality is not told
    return not report.error and not report.failure and not poor


def _image(attempt: Attempt, sample: Sample, modality: Modality) -> Image:
    """The image as that modality reads it: faces in colour, which a reading as a print or an eye has lost."""
    if isinstance(attempt.source, Sample):
        return sample.image
    return decode(attempt.source, modality=modality, ppi=attempt.ppi)
