"""From samples of one modality to reports: describe → measures → verdict."""

import math
from collections.abc import Sequence
from dataclasses import replace

from biocapture.assessment.modalities import backend_option, measures, package
from biocapture.assessment.options import Options
from biocapture.assessment.report import Report
from biocapture.assessment.samples import at_working_resolution
from biocapture.assessment.verdict import judge
from biocapture.measure import Batch, Score, raw_columns
from biocapture.types import Sample

CONFLICT, SETTLED, IMPLAUSIBLE = "image.ppi_conflict", "image.ppi_settled", "image.ppi_implausible"
NO_SCORE = Score(math.nan, math.nan)


def reports(samples: Sequence[Sample], options: Options) -> list[Report]:
    """Assess samples of one modality together; each report is the same as if its sample were alone.

    Parameters
    ----------
    samples : sequence of Sample
        At least one.
    options : Options

    Returns
    -------
    list of Report
        One per sample.
    """
    described = [described_sample(sample, options) for sample in samples]
    return reports_from_statistics([sample for sample, _ in described], [each for _, each in described], options)


def described_sample(sample: Sample, options: Options) -> tuple[Sample, Batch]:
    """Statistics of one sample, after what its ridges say of contradictory resolutions.

    Where file and record disagree, the resolution counts with which the ridges agree: two of three. That is noted and
    no fault any more. Where the ridges say nothing, or contradict all of them, it stays one.

    Parameters
    ----------
    sample : Sample
    options : Options
        Of which only the backend matters.

    Returns
    -------
    sample : Sample
        With the resolution that counts.
    statistics : Batch
        Of one, as :func:`statistics_of` gives it.
    """
    statistics = statistics_of(sample, options)
    if CONFLICT not in sample.image.notes or not sample.modality.by_contact:
        return sample, statistics
    for ppi in (None, *sample.image.other_ppi):
        other = sample if ppi is None else replace(sample, image=replace(sample.image, ppi=ppi))
        again = statistics if ppi is None else statistics_of(other, options)
        if again.failure[0] is None and IMPLAUSIBLE not in again.notes[0]:
            notes = tuple(SETTLED if note == CONFLICT else note for note in sample.image.notes)
            return replace(other, image=replace(other.image, notes=notes, other_ppi=())), again
    return sample, statistics


def statistics_of(sample: Sample, options: Options) -> Batch:
    """Statistics of one sample, measured at the resolution of its modality.

    Parameters
    ----------
    sample : Sample
    options : Options
        Of which only the backend matters.

    Returns
    -------
    Batch
        Of one; a capture of which nothing can be measured is a failure in it.

    Raises
    ------
    ModelError
        A network is missing or damaged.
    """
    modality = sample.modality
    return package(modality).describe(at_working_resolution(sample), **backend_option(modality, options.backend))


def reports_from_statistics(samples: Sequence[Sample], statistics: Sequence[Batch], options: Options) -> list[Report]:
    """Measure and judge samples of one modality whose statistics are known.

    Parameters
    ----------
    samples : sequence of Sample
        At least one.
    statistics : sequence of Batch
        One per sample, as :func:`statistics_of` gives them.
    options : Options

    Returns
    -------
    list of Report
        One per sample. A measure that fails is NaN and named in ``error``.
    """
    modality_package = package(samples[0].modality)
    batch = type(statistics[0]).join(statistics)
    raw, problems = raw_columns(modality_package.MEASURES, batch, len(samples))
    scores = {item.id: item.curve(raw[item.id]) for item in modality_package.MEASURES}
    native = modality_package.native(batch) if options.native else {}
    error = "; ".join(f"{name}: {text}" for name, text in problems.items())
    return [
        _report(
            sample,
            {name: Score(float(raw[name][i]), float(scores[name][i])) for name in raw},
            batch,
            i,
            {name: float(column[i]) for name, column in native.items()},
            error,
            options,
        )
        for i, sample in enumerate(samples)
    ]


def _report(
    sample: Sample,
    values: dict[str, Score],
    batch: Batch,
    index: int,
    native: dict[str, float],
    error: str,
    options: Options,
) -> Report:
    image, failure = sample.image, batch.failure[index]
    notes = tuple(dict.fromkeys(image.notes + batch.notes[index]))
    verdict, reasons = judge(values, failure, notes, options.profile, measures(sample.modality))
    return Report(
        path=image.path,
        sha256=image.sha256,
        modality=sample.modality,
        position=sample.position,
        width_px=image.pixels.shape[1],
        height_px=image.pixels.shape[0],
        ppi=image.ppi,
        ppi_source=image.ppi_source,
        quality=values.get(f"{sample.modality}.quality", NO_SCORE).score,
        verdict=verdict,
        reasons=reasons,
        notes=notes,
        failure=failure.reason if failure else "",
        measures=values,
        native=native,
        error=error,
    )
