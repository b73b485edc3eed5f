"""From two sources to a comparison: decode → template → compare. A source may be a stored template."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options, options_of
from biocapture.assessment.samples import Source, at_working_resolution, sample_of
from biocapture.comparison.protocol import TemplateExchange, matcher_for
from biocapture.errors import BiocaptureError, ResolutionError, TemplateError, UsageError
from biocapture.images.private_files import private
from biocapture.types import Modality, Sample

MAX_TEMPLATE_BYTES = 16_000_000
"""Larger files are refused."""


@dataclass(frozen=True, slots=True)
class PairComparison:
    """Two captures and their comparison.

    Attributes
    ----------
    modality : Modality
    samples : (Sample, Sample)
        Probe and reference, at the resolution the templates were made at.
    templates : (Template, Template)
    comparison : Comparison
    """

    modality: Modality
    samples: tuple[Sample, Sample]
    templates: tuple[Any, Any]
    comparison: Any

    def is_match(self, fmr: float) -> bool:
        """Whether the score reaches the threshold of a documented false match rate.

        Parameters
        ----------
        fmr : float
            One of the matcher's ``THRESHOLDS``.

        Returns
        -------
        bool

        Raises
        ------
        UsageError
            It is none of them.
        """
        thresholds = matcher_for(self.modality).THRESHOLDS
        if fmr not in thresholds:
            raise UsageError(f"false match rate must be one of {', '.join(map(str, thresholds))}", str(fmr))
        return bool(self.comparison.score >= thresholds[fmr])

    @property
    def summary(self) -> str:
        """What agreed, in one line."""
        return matcher_for(self.modality).summary(self.templates, self.comparison)


def template(source: Source, modality: str = "fingerprint", *, ppi: float | None = None) -> Any:
    """Template of one capture, or the one that is stored in a file.

    Parameters
    ----------
    source : path, bytes, array or Sample
    modality : str
        Its name, or ``"auto"``; stored templates are read only where it is named.
    ppi : float, optional
        Pixels per inch, 50..5000; overrides what the file states.

    Returns
    -------
    Template
        A bad capture gives one with nothing or little to compare.

    Raises
    ------
    BiocaptureError
        For bad input.
    """
    return sample_and_template(source, options_of(modality, ppi=ppi))[1]


def compare(
    probe: Source, reference: Source, modality: str = "fingerprint", *, ppi: float | None = None
) -> PairComparison:
    """Compare two captures of one modality; either may be a stored template.

    Parameters
    ----------
    probe, reference : path, bytes, array or Sample
    modality : str
        Its name, or ``"auto"``; stored templates are read only where it is named.
    ppi : float, optional
        Resolution of both in pixels per inch, 50..5000; overrides what the files state.

    Returns
    -------
    PairComparison

    Raises
    ------
    BiocaptureError
        For bad input, and where the two show different modalities.
    """
    options = options_of(modality, ppi=ppi)
    (first, a), (second, b) = (sample_and_template(source, options) for source in (probe, reference))
    if first.modality is not second.modality:
        raise UsageError(f"{first.modality} cannot be compared with {second.modality}", second.id)
    return PairComparison(first.modality, (first, second), (a, b), matcher_for(first.modality).compare(a, b))


def template_bytes(source: Source, options: Options, format: str) -> bytes:
    """The template of a capture, or that of a stored template, in a format of its modality.

    Parameters
    ----------
    source : path, bytes, array or Sample
    options : Options
    format : str
        Name of one of the matcher's ``WRITERS``; ``"own"`` is one.

    Returns
    -------
    bytes

    Raises
    ------
    BiocaptureError
        For bad input, an unknown format, and what the format cannot hold.
    """
    sample, template = sample_and_template(source, options)
    matcher = matcher_for(sample.modality)
    writers = matcher.WRITERS if isinstance(matcher, TemplateExchange) else {"own": matcher.Template.to_bytes}
    if format not in writers:
        raise UsageError(f"format of {sample.modality} templates must be one of {', '.join(writers)}", format)
    return writers[format](template)


def write_template(source: Source, options: Options, format: str, out: Path) -> int:
    """Write the template of a capture, or that of a stored template, in a format of its modality.

    Parameters
    ----------
    source, options, format
        As :func:`template_bytes`.
    out : Path

    Returns
    -------
    int
        Bytes written.

    Raises
    ------
    BiocaptureError
        As :func:`template_bytes`; also for an output that cannot be written.
    """
    content = template_bytes(source, options, format)
    try:
        return private(out).write_bytes(content)
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error


def sample_and_template(source: Source, options: Options) -> tuple[Sample, Any]:
    """One source at the working resolution, and its template.

    Parameters
    ----------
    source : path, bytes, array or Sample
        Files and bytes of a stated modality may be stored templates.
    options : Options

    Returns
    -------
    sample : Sample
        For a stored template, a white image of its size.
    template : Template

    Raises
    ------
    BiocaptureError
        For bad input, and where the modality cannot be compared, or not at this resolution.
    """
    if options.modality is not None and isinstance(source, str | Path | bytes):
        matcher = matcher_for(options.modality)
        if isinstance(matcher, TemplateExchange) and (reader := _reader(matcher, source)):
            return _read_stored(matcher, reader, source)
    sample = sample_of(source, options)
    template_of = matcher_for(sample.modality).template_of  # before any work: the modality may have no matcher
    if problem := resolution_problem(sample):
        raise ResolutionError(problem, sample.id)
    resampled = at_working_resolution(sample)
    return resampled, template_of(resampled)


def resolution_problem(sample: Sample) -> str:
    """Why the resolution of a capture does not allow a comparison.

    Parameters
    ----------
    sample : Sample
        As it was captured, not yet at the working resolution.

    Returns
    -------
    str
        Empty where it does, and where the modality is compared at any.
    """
    least: float = getattr(matcher_for(sample.modality), "MIN_PPI", 0.0)
    if not sample.image.ppi < least:
        return ""
    return (
        f"{sample.image.ppi:.0f} ppi, expected at least {least:.0f}: ridges are lost, and other people match; "
        "capture it again at 500 ppi, or state the resolution if it is not that of the file"
    )


def _reader(matcher: TemplateExchange, source: str | Path | bytes) -> Callable[[bytes], Any] | None:
    """What reads a file that begins like this one; None for anything but a template."""
    data = _beginning(source, max(map(len, matcher.READERS)))
    return next((reader for magic, reader in matcher.READERS.items() if data.startswith(magic)), None)


def _read_stored(
    matcher: TemplateExchange, reader: Callable[[bytes], Any], source: str | Path | bytes
) -> tuple[Sample, Any]:
    name = "" if isinstance(source, bytes) else str(source)
    data = _beginning(source, MAX_TEMPLATE_BYTES + 1)
    try:
        if len(data) > MAX_TEMPLATE_BYTES:
            raise TemplateError(f"more than {MAX_TEMPLATE_BYTES} bytes, too large for a template")
        template = reader(data)
    except BiocaptureError as error:
        raise type(error)(error.message, name or "template bytes") from error
    return replace(matcher.placeholder_image(template), id=name), template


def _beginning(source: str | Path | bytes, size: int) -> bytes:
    """The first ``size`` bytes; none of what cannot be read, for which decoding then raises its own error."""
    if isinstance(source, bytes):
        return source[:size]
    try:
        if not Path(source).is_file():
            return b""
        with Path(source).open("rb") as handle:
            return handle.read(size)
    except (OSError, ValueError):
        return b""
