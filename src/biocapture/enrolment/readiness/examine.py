"""From an attempt to what the checks need of it: decode, assess, extract, sign. Each attempt by itself."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from biocapture.assessment.capabilities import ResidueDetection
from biocapture.assessment.modalities import AVAILABLE, capability
from biocapture.assessment.options import Options
from biocapture.assessment.pipeline import assess_many
from biocapture.assessment.report import Report
from biocapture.assessment.samples import at_working_resolution, sample_of
from biocapture.comparison.protocol import Matcher, matcher
from biocapture.enrolment import Attempt, Enrolment
from biocapture.enrolment.readiness.copies import signature
from biocapture.enrolment.readiness.slot import Examined, Slot
from biocapture.enrolment.readiness.wrong_characteristic import HOPELESS, other_modality
from biocapture.errors import BiocaptureError, UsageError
from biocapture.profile.load import Profile
from biocapture.types import Modality, Position, Sample


def examined_slots(enrolment: Enrolment, profile: Profile, threads: int = 1) -> dict[Position, Slot]:
    """Every slot that has attempts or is excepted, in the order of the positions.

    The answers do not depend on the number of threads.
    """
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(lambda attempt: examine(attempt, profile), enrolment.attempts))
    return slots_of(enrolment, found)


def slots_of(enrolment: Enrolment, found: Sequence[Examined]) -> dict[Position, Slot]:
    """Examined attempts by slot."""
    slots = {}
    for position in Position:
        attempts = tuple(each for each in found if each.attempt.position is position)
        absent = enrolment.absent.get(position)
        if attempts or absent:
            slots[position] = Slot(position, attempts, absent)
    return slots


def examine(attempt: Attempt, profile: Profile) -> Examined:
    """Look at one attempt; what cannot be read is an answer with ``error``, never an exception."""
    modality = attempt.position.modality
    try:
        sample = _sample(attempt, Options(profile, modality, attempt.position, attempt.ppi))
    except (BiocaptureError, MemoryError) as error:
        return Examined(attempt, error=str(error) or type(error).__name__)
    report = _report(sample, profile)
    if report is not None and report.error and report.verdict is None:
        return Examined(attempt, sample, error=report.error)
    return Examined(
        attempt,
        sample,
        report,
        _template(sample),
        signature(sample.image.pixels),
        _underlying(sample, report),
        other_modality(attempt, sample, report, profile),
        _size(attempt, sample),
    )


def matcher_of(modality: Modality | None) -> Matcher | None:
    """The matcher of a modality; None while it has none."""
    try:
        return matcher(modality) if modality else None
    except UsageError:
        return None


def _sample(attempt: Attempt, wanted: Options) -> Sample:
    sample = sample_of(attempt.source, wanted)
    if sample.position is not attempt.position:
        sample = replace(sample, position=attempt.position)
    if sample.modality is not attempt.position.modality:
        raise UsageError(f"a sample of modality {sample.modality} was put in the slot {attempt.position}", attempt.name)
    return at_working_resolution(sample)


def _report(sample: Sample, profile: Profile) -> Report | None:
    if sample.modality not in AVAILABLE:
        return None
    return next(assess_many([sample], profile=profile))


def _template(sample: Sample) -> object:
    """Template, or None where there is nothing to compare."""
    part = matcher_of(sample.modality)
    if part is None:
        return None
    made = part.template_of(sample)
    return None if part.is_empty(made) else made


def _underlying(sample: Sample, report: Report | None) -> float:
    """Share that lies over an earlier capture; NaN where the capture itself is hardly one."""
    if report is None or report.failure or not report.quality >= HOPELESS:
        return math.nan
    part = capability(sample.modality, ResidueDetection) if sample.modality in AVAILABLE else None
    return part.latent_residue(sample).share if part else math.nan


def _size(attempt: Attempt, sample: Sample) -> int:
    if isinstance(attempt.source, bytes):
        return len(attempt.source)
    try:
        path = attempt.source if isinstance(attempt.source, str | Path) else sample.image.path
        return Path(path).stat().st_size if path else 0
    except OSError:
        return 0
