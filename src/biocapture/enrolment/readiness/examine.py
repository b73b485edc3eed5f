"""From an attempt to what the checks need of it: decode, assess, extract. Each attempt by itself."""

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
from biocapture.comparison.compare import resolution_problem
from biocapture.comparison.protocol import Matcher, matcher_for
from biocapture.enrolment import Enrolment, SlotAttempt
from biocapture.enrolment.readiness.copies import signature
from biocapture.enrolment.readiness.slot import ExaminedAttempt, Slot
from biocapture.enrolment.readiness.wrong_characteristic import MIN_CREDIBLE_QUALITY, wrong_modality
from biocapture.errors import BiocaptureError, FormatError, UsageError
from biocapture.images.decode import named_parts
from biocapture.images.records.record import parts_of_record
from biocapture.images.records.record_image import RecordImage
from biocapture.images.sources import split_part
from biocapture.profile.load import Profile
from biocapture.types import Modality, Position, Sample


def examine_slots(enrolment: Enrolment, profile: Profile, threads: int = 1) -> dict[Position, Slot]:
    """Examine every attempt of an enrolment.

    Parameters
    ----------
    enrolment : Enrolment
    profile : Profile
    threads : int
        Attempts examined at a time; the result does not depend on it.

    Returns
    -------
    dict
        Position → slot, of those that have attempts or are excepted, in the order of the positions.
    """
    with ThreadPoolExecutor(max(1, threads)) as pool:
        attempts = list(pool.map(lambda attempt: examine(attempt, profile), enrolment.attempts))
    return group_by_slot(enrolment, attempts)


def group_by_slot(enrolment: Enrolment, examined: Sequence[ExaminedAttempt]) -> dict[Position, Slot]:
    """Gather examined attempts into slots.

    Parameters
    ----------
    enrolment : Enrolment
        Says which positions are excepted.
    examined : sequence of ExaminedAttempt

    Returns
    -------
    dict
        Position → slot, of those that have attempts or are excepted, in the order of the positions.
    """
    slots = {}
    for position in Position:
        attempts = tuple(each for each in examined if each.attempt.position is position)
        absent = enrolment.absent.get(position)
        if attempts or absent:
            slots[position] = Slot(position, attempts, absent)
    return slots


def examine(attempt: SlotAttempt, profile: Profile) -> ExaminedAttempt:
    """Decode one attempt, assess it, and extract its template and texture.

    Parameters
    ----------
    attempt : SlotAttempt
    profile : Profile

    Returns
    -------
    ExaminedAttempt
        With ``error`` where the source cannot be read; this never raises for bad input.
    """
    modality = attempt.position.modality
    try:
        captured = _sample(attempt, Options(profile, modality, attempt.position, attempt.ppi))
        sample = at_working_resolution(captured)
    except (BiocaptureError, MemoryError) as error:
        return ExaminedAttempt(attempt, error=str(error) or type(error).__name__)
    report = _report(sample, profile)
    if report is not None and report.error and report.verdict is None:
        return ExaminedAttempt(attempt, sample, error=report.error)
    return ExaminedAttempt(
        attempt,
        sample,
        report,
        _template(captured, sample),
        signature(sample.image.pixels),
        _residue_share(sample, report),
        wrong_modality(attempt, sample, report, profile),
        _file_bytes(attempt, sample),
    )


def matcher_or_none(modality: Modality | None) -> Matcher | None:
    """The matcher of a modality.

    Parameters
    ----------
    modality : Modality or None

    Returns
    -------
    Matcher or None
        None while the modality has none.
    """
    try:
        return matcher_for(modality) if modality else None
    except UsageError:
        return None


def _sample(attempt: SlotAttempt, options: Options) -> Sample:
    sample = sample_of(attempt.source, options)
    if sample.position is not attempt.position:
        sample = replace(sample, position=attempt.position)
    if sample.modality is not attempt.position.modality:
        raise UsageError(f"a sample of modality {sample.modality} was put in the slot {attempt.position}", attempt.name)
    return sample


def _report(sample: Sample, profile: Profile) -> Report | None:
    if sample.modality not in AVAILABLE:
        return None
    return next(assess_many([sample], profile=profile))


def _template(captured: Sample, sample: Sample) -> object:
    """Template; None for a failure to extract, and where the resolution of the capture does not allow a comparison."""
    own = matcher_or_none(sample.modality)
    if own is None or resolution_problem(captured):
        return None
    template = own.template_of(sample)
    return None if own.is_empty(template) else template


def _residue_share(sample: Sample, report: Report | None) -> float:
    """Share of a capture that lies over latent residue, 0..1; NaN where the capture itself is too poor to say."""
    if report is None or report.failure or not report.quality >= MIN_CREDIBLE_QUALITY:
        return math.nan
    detection = capability(sample.modality, ResidueDetection) if sample.modality in AVAILABLE else None
    return detection.latent_residue(sample).share if detection else math.nan


def _file_bytes(attempt: SlotAttempt, sample: Sample) -> int:
    if isinstance(attempt.source, bytes):
        return len(attempt.source)
    path = str(attempt.source) if isinstance(attempt.source, str | Path) else sample.image.path
    try:
        file, part = split_part(path)
        if part:
            return _picture_bytes(Path(file).read_bytes(), part)
        return Path(path).stat().st_size if path else 0
    except (OSError, FormatError):
        return 0


def _picture_bytes(record: bytes, part: str) -> int:
    """Bytes of one picture of a record."""
    chosen = named_parts(parts_of_record(record), part)[0][1]
    return len(chosen.picture.data) if isinstance(chosen, RecordImage) else 0
