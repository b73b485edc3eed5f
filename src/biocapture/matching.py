"""From two sources to a comparison: decode → template → compare."""

from dataclasses import dataclass
from typing import Any

from biocapture.errors import UsageError
from biocapture.matcher import matcher
from biocapture.pipeline import Options, Source, at_working_resolution, options, sample_of
from biocapture.types import Modality, Sample


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
    """Template of one capture.

    Raises
    ------
    BiocaptureError
        For bad input. A bad capture gives a template with nothing or little to compare.
    """
    return sample_and_template(source, options(modality, ppi=ppi))[1]


def compare(one: Source, other: Source, modality: str = "fingerprint", *, ppi: float | None = None) -> Matched:
    """Compare two captures of one modality.

    Raises
    ------
    BiocaptureError
        For bad input, and where the two show different modalities.
    """
    wanted = options(modality, ppi=ppi)
    (first, a), (second, b) = (sample_and_template(source, wanted) for source in (one, other))
    if first.modality is not second.modality:
        raise UsageError(f"{first.modality} cannot be compared with {second.modality}", second.id)
    return Matched(first.modality, (first, second), (a, b), matcher(first.modality).compare(a, b))


def sample_and_template(source: Source, wanted: Options) -> tuple[Sample, Any]:
    """One source at the working resolution, and its template."""
    sample = sample_of(source, wanted)
    made = matcher(sample.modality).template_of  # before any work: the modality may have no matcher
    ready = at_working_resolution(sample)
    return ready, made(ready)
