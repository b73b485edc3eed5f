"""From two sources to a comparison: decode → template → compare. A source may be a stored template."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from biocapture.assessment.options import Options, options_of
from biocapture.assessment.samples import Source, at_working_resolution, sample_of
from biocapture.comparison.protocol import Exchange, matcher
from biocapture.errors import BiocaptureError, TemplateError, UsageError
from biocapture.types import Modality, Sample

MAX_TEMPLATE = 16_000_000
"""Bytes; larger files are refused."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Two captures and their comparison.

    Attributes
    ----------
    modality : Modality
    samples : (Sample, Sample)
        At the resolution the templates were made at.
    templates : (Template, Template)
    comparison : Comparison
    """

    modality: Modality
    samples: tuple[Sample, Sample]
    templates: tuple[Any, Any]
    comparison: Any

    def is_match(self, fmr: float) -> bool:
        """Whether the score reaches the threshold of one of the documented false match rates."""
        thresholds = matcher(self.modality).THRESHOLDS
        if fmr not in thresholds:
            raise UsageError(f"false match rate must be one of {', '.join(map(str, thresholds))}", str(fmr))
        return bool(self.comparison.score >= thresholds[fmr])

    @property
    def summary(self) -> str:
        """What agreed, in one line."""
        return matcher(self.modality).summary(self.templates, self.comparison)


def template(source: Source, modality: str = "fingerprint", *, ppi: float | None = None) -> Any:
    """Template of one capture, or the one that is stored in a file.

    Raises
    ------
    BiocaptureError
        For bad input. A bad capture gives a template with nothing or little to compare.
    """
    return sample_and_template(source, options_of(modality, ppi=ppi))[1]


def compare(one: Source, other: Source, modality: str = "fingerprint", *, ppi: float | None = None) -> Matched:
    """Compare two captures of one modality; either may be a stored template.

    Raises
    ------
    BiocaptureError
        For bad input, and where the two show different modalities.
    """
    wanted = options_of(modality, ppi=ppi)
    (first, a), (second, b) = (sample_and_template(source, wanted) for source in (one, other))
    if first.modality is not second.modality:
        raise UsageError(f"{first.modality} cannot be compared with {second.modality}", second.id)
    return Matched(first.modality, (first, second), (a, b), matcher(first.modality).compare(a, b))


def write_template(source: Source, wanted: Options, format: str, out: Path) -> int:
    """Write the template of a capture, or that of a stored template, in a format of its modality; bytes written.

    Raises
    ------
    BiocaptureError
        For bad input, an unknown format, what the format cannot hold, and an output that cannot be written.
    """
    sample, made = sample_and_template(source, wanted)
    part = matcher(sample.modality)
    known = part.WRITERS if isinstance(part, Exchange) else {"own": part.Template.to_bytes}
    if format not in known:
        raise UsageError(f"format of {sample.modality} templates must be one of {', '.join(known)}", format)
    try:
        return out.write_bytes(known[format](made))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error


def sample_and_template(source: Source, wanted: Options) -> tuple[Sample, Any]:
    """One source at the working resolution, and its template; a stored template has a white image in its stead."""
    if wanted.modality is not None and isinstance(source, str | Path | bytes):
        part = matcher(wanted.modality)
        if isinstance(part, Exchange) and (reader := _reader(part, source)):
            return _stored(part, reader, source)
    sample = sample_of(source, wanted)
    made = matcher(sample.modality).template_of  # before any work: the modality may have no matcher
    ready = at_working_resolution(sample)
    return ready, made(ready)


def _reader(part: Exchange, source: str | Path | bytes) -> Callable[[bytes], Any] | None:
    """What reads a file that begins like this one; None for anything but a template."""
    data = _beginning(source, max(map(len, part.READERS)))
    return next((reader for magic, reader in part.READERS.items() if data.startswith(magic)), None)


def _stored(part: Exchange, reader: Callable[[bytes], Any], source: str | Path | bytes) -> tuple[Sample, Any]:
    name = "" if isinstance(source, bytes) else str(source)
    data = _beginning(source, MAX_TEMPLATE + 1)
    try:
        if len(data) > MAX_TEMPLATE:
            raise TemplateError(f"more than {MAX_TEMPLATE} bytes, too large for a template")
        made = reader(data)
    except BiocaptureError as error:
        raise type(error)(error.message, name or "template bytes") from error
    return replace(part.placeholder_image(made), id=name), made


def _beginning(source: str | Path | bytes, size: int) -> bytes:
    """At most so many bytes; none of what cannot be read, which decoding then says in its own words."""
    if isinstance(source, bytes):
        return source[:size]
    try:
        if not Path(source).is_file():
            return b""
        with Path(source).open("rb") as handle:
            return handle.read(size)
    except (OSError, ValueError):
        return b""
