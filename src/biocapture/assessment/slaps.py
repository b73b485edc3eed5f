"""A picture of several fingers: a report for each of them and one for all."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from biocapture.assessment.capabilities import FoundSlap, SlapSegmentation
from biocapture.assessment.modalities import capability
from biocapture.assessment.report import Report, SlapSummary
from biocapture.assessment.verdict import Reason, Verdict
from biocapture.images.sources import part_name
from biocapture.types import Position, Sample

VERDICTS = (Verdict.RETAKE, Verdict.REVIEW, Verdict.READY)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class SlapCapture:
    """One capture of several fingers.

    Attributes
    ----------
    sample : Sample
        The whole picture.
    found : FoundSlap
        What its modality finds in it.
    fingers : tuple of Sample
        Each finger as if captured alone, from left to right, named ``<name>#right_index``.
    """

    sample: Sample
    found: FoundSlap
    fingers: tuple[Sample, ...]


def slap_of(sample: Sample) -> SlapCapture | None:
    """The fingers of a capture, where it shows several.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    SlapCapture or None
        None for a capture of one characteristic.
    """
    package = capability(sample.modality, SlapSegmentation)
    found = package.find_slap(sample) if package else None
    if found is None:
        return None
    name = sample.image.path or sample.id
    fingers = []
    for number, (part, finger) in enumerate(zip(found.parts, found.fingers, strict=True)):
        own = part_name(name, part)
        image = replace(found.finger(number), path=own, position=finger.position)
        fingers.append(Sample(image, sample.modality, finger.position, own))
    return SlapCapture(sample, found, tuple(fingers))


def slap_report(capture: SlapCapture, fingers: Sequence[Report]) -> Report:
    """Report of a slap as a whole.

    Parameters
    ----------
    capture : SlapCapture
    fingers : sequence of Report
        Of its fingers.

    Returns
    -------
    Report
        Its quality is the mean of the fingers', as MOSIP's client counts it; its verdict the worst of the slap's own
        and the fingers'; its reasons its own, then the first of each finger.
    """
    image, found = capture.sample.image, capture.found
    own = [Reason(key, Verdict.RETAKE, key) for key in found.faults]
    own += [finger.reasons[0] for finger in fingers if finger.reasons]
    reasons = tuple({reason.key: reason for reason in reversed(own)}.values())[::-1]
    reasons = tuple(sorted(reasons, key=lambda reason: VERDICTS.index(reason.verdict)))
    qualities = [finger.quality for finger in fingers if not math.isnan(finger.quality)]
    mean = sum(qualities) / len(qualities) if qualities else math.nan
    known = sum(finger.position is not Position.UNKNOWN for finger in fingers)
    summary = SlapSummary(
        group=str(found.group or ""),
        fingers=len(fingers),
        expected=len(capture.sample.fingers),
        named=known,
        angle_deg=found.angle_deg,
        lowest_quality=min(qualities, default=math.nan),
        mean_quality=mean,
        faults=tuple(found.faults),
    )
    return Report(
        path=image.path or capture.sample.id,
        sha256=image.sha256,
        modality=capture.sample.modality,
        position=found.group or Position.UNKNOWN,
        width_px=image.pixels.shape[1],
        height_px=image.pixels.shape[0],
        ppi=image.ppi,
        ppi_source=image.ppi_source,
        quality=mean,
        verdict=reasons[0].verdict if reasons else Verdict.READY,
        reasons=reasons,
        notes=image.notes,
        failure=found.faults[0] if found.faults and not fingers else "",
        slap=summary,
    )
