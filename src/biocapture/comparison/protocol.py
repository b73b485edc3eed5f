"""What a modality offers for comparison, behind one door; each modality is imported when first needed."""

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol, Self, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.capabilities import Comparable
from biocapture.assessment.modalities import capability
from biocapture.errors import UsageError
from biocapture.types import Modality, Sample


class Template(Protocol):
    """What a comparison needs of one sample."""

    def to_bytes(self) -> bytes:
        """Stored form, the same for the same sample anywhere."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a stored template; raises :class:`TemplateError` when it is none."""


class Comparison(Protocol):
    """The result of a comparison."""

    @property
    def score(self) -> float:
        """0..100, higher is more alike."""


class Matcher(Protocol):
    """What a modality package gives for comparison, a module."""

    THRESHOLDS: Mapping[float, float]
    """False match rate → least score."""

    Template: type[Any]

    def template_of(self, sample: Sample) -> Any:
        """Template of one capture at the working resolution; an empty one where there is nothing to see."""

    def is_empty(self, template: Any) -> bool:
        """Whether the template holds nothing that could be compared: a failure to extract."""

    def prepared(self, template: Any) -> Any:
        """The template made ready for many comparisons; may be the template itself."""

    def compare(self, one: Any, other: Any) -> Any:
        """:class:`Comparison` of two templates, prepared or not."""

    def summary(self, templates: tuple[Any, Any], comparison: Any) -> str:
        """What agreed, in one line."""

    def picture(self, samples: tuple[Sample, Sample], templates: tuple[Any, Any], comparison: Any) -> NDArray[np.uint8]:
        """(H, W, 3) BGR: both samples and what agreed."""


@runtime_checkable
class Ranking(Protocol):
    """What a matcher may offer besides, so that a search compares only the promising templates in full."""

    def sketch(self, template: Any) -> Any:
        """What ranking needs of a template; a gallery keeps it in memory."""

    def promise(self, probe: Any, sketches: Sequence[Any]) -> NDArray[np.float64]:
        """(N,) how promising each sketch is for the sketch of a probe; higher is better."""


@runtime_checkable
class StoredSketches(Protocol):
    """What a ranking matcher may offer besides: sketches that can be kept, a dataclass of arrays."""

    Sketch: type[Any]


@runtime_checkable
class Exchange(Protocol):
    """What a matcher may offer besides: templates as files, its own and those of other systems."""

    READERS: Mapping[bytes, Callable[[bytes], Any]]
    """First bytes of a file → reads the template in it; raises :class:`BiocaptureError` when it is damaged."""

    WRITERS: Mapping[str, Callable[[Any], bytes]]
    """Name of a format → writes a template."""

    def stand_in(self, template: Any) -> Sample:
        """What a picture shows where only the template is there: a white image of its size."""


def ranking(part: Matcher) -> Ranking | None:
    """The matcher as one that ranks, or None."""
    return cast("Ranking", part) if _offers(cast("Hashable", part), Ranking) else None


def stored_sketches(part: Matcher) -> StoredSketches | None:
    """The matcher as one whose sketches can be kept, or None."""
    return cast("StoredSketches", part) if _offers(cast("Hashable", part), StoredSketches) else None


@functools.cache
def _offers(part: Hashable, protocol: type) -> bool:
    """Asked once each: looking at all members of a protocol takes longer than reading a template."""
    return isinstance(part, protocol)


@functools.cache
def matcher(modality: Modality) -> Matcher:
    """The matcher of one modality, imported when first needed.

    Parameters
    ----------
    modality : Modality

    Returns
    -------
    Matcher

    Raises
    ------
    UsageError
        The modality cannot be compared in this version.
    """
    part = capability(modality, Comparable)
    if part is None:
        raise UsageError("cannot be compared in this version", modality)
    return cast("Matcher", part.load_matcher())
