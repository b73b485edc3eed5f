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
        """Read a stored template.

        Parameters
        ----------
        data : bytes
            As :meth:`to_bytes` gives them.

        Raises
        ------
        TemplateError
            They are none, or damaged.
        """


class Comparison(Protocol):
    """The result of a comparison."""

    @property
    def score(self) -> float:
        """0..100, higher is more alike."""


class Matcher(Protocol):
    """What a modality package gives for comparison, a module."""

    THRESHOLDS: Mapping[float, float]
    """False match rate → lowest score of a match."""

    Template: type[Any]

    def template_of(self, sample: Sample) -> Any:
        """Extract the template of one capture.

        Parameters
        ----------
        sample : Sample
            At the working resolution.

        Returns
        -------
        Template
            An empty one where there is nothing to extract.
        """

    def is_empty(self, template: Any) -> bool:
        """Whether the template holds nothing that could be compared: a failure to extract.

        Parameters
        ----------
        template : Template

        Returns
        -------
        bool
        """

    def prepare(self, template: Any) -> Any:
        """Make a template ready for many comparisons; may give the template itself.

        Parameters
        ----------
        template : Template

        Returns
        -------
        object
            What :meth:`compare` takes in its stead.
        """

    def compare(self, probe: Any, reference: Any) -> Any:
        """Compare two templates.

        Parameters
        ----------
        probe, reference : Template
            Prepared or not.

        Returns
        -------
        Comparison
        """

    def summary(self, templates: tuple[Any, Any], comparison: Any) -> str:
        """What agreed, in one line.

        Parameters
        ----------
        templates : (Template, Template)
            Probe and reference.
        comparison : Comparison
            Of these.

        Returns
        -------
        str
        """

    def picture(self, samples: tuple[Sample, Sample], templates: tuple[Any, Any], comparison: Any) -> NDArray[np.uint8]:
        """Both samples side by side, and what agreed.

        Parameters
        ----------
        samples : (Sample, Sample)
            Probe and reference at the working resolution.
        templates : (Template, Template)
            Theirs.
        comparison : Comparison
            Of these.

        Returns
        -------
        (H, W, 3) uint8
            BGR.
        """


@runtime_checkable
class Prefilter(Protocol):
    """Optional part of a matcher: a cheap score, so that a search compares only the best references in full."""

    def index_features(self, template: Any) -> Any:
        """The part of a template that the cheap score needs; a gallery keeps it in memory.

        Parameters
        ----------
        template : Template

        Returns
        -------
        object
        """

    def prefilter_scores(self, probe: Any, references: Sequence[Any]) -> NDArray[np.float64]:
        """Cheap scores of many references.

        Parameters
        ----------
        probe : object
            As :meth:`index_features` gives it.
        references : sequence of objects
            N of the same.

        Returns
        -------
        (N,) float64
            Higher is more alike; comparable within one search only.
        """


@runtime_checkable
class ManyAtOnce(Protocol):
    """What a matcher may offer besides: comparing one template with many in less time than one after the other."""

    def scores_of_many(self, probe: Any, references: Sequence[Any]) -> NDArray[np.float64]:
        """Scores of full comparisons.

        Parameters
        ----------
        probe : Template
            Prepared or not.
        references : sequence of N Templates

        Returns
        -------
        (N,) float64
            The same as :meth:`Matcher.compare` gives.
        """


@runtime_checkable
class StoredFeatures(Protocol):
    """Optional part of a matcher with a prefilter: index features that can be stored, a dataclass of arrays."""

    IndexFeatures: type[Any]


@runtime_checkable
class TemplateExchange(Protocol):
    """Optional part of a matcher: templates as files, its own and those of other systems."""

    READERS: Mapping[bytes, Callable[[bytes], Any]]
    """First bytes of a file → reads the template in it; raises :class:`BiocaptureError` when it is damaged."""

    WRITERS: Mapping[str, Callable[[Any], bytes]]
    """Name of a format → writes a template."""

    def placeholder_image(self, template: Any) -> Sample:
        """What a picture shows where only the template is there: a white image of its size.

        Parameters
        ----------
        template : Template

        Returns
        -------
        Sample
        """


def prefilter_of(matcher: Matcher) -> Prefilter | None:
    """The prefilter of a matcher.

    Parameters
    ----------
    matcher : Matcher

    Returns
    -------
    Prefilter or None
        The matcher itself, or None where it has none.
    """
    return cast("Prefilter", matcher) if _offers(cast("Hashable", matcher), Prefilter) else None


def scores_against(matcher: Matcher, probe: Any, references: Sequence[Any]) -> list[float]:
    """Scores of full comparisons, all at once where the matcher can.

    Parameters
    ----------
    matcher : Matcher
    probe : Template
        Prepared or not.
    references : sequence of N Templates

    Returns
    -------
    list of N floats
        0..100, higher is more alike.
    """
    if _offers(cast("Hashable", matcher), ManyAtOnce):
        return [float(score) for score in cast("ManyAtOnce", matcher).scores_of_many(probe, references)]
    return [float(matcher.compare(probe, reference).score) for reference in references]


def stored_features(matcher: Matcher) -> StoredFeatures | None:
    """A matcher as one whose index features can be stored.

    Parameters
    ----------
    matcher : Matcher

    Returns
    -------
    StoredFeatures or None
        The matcher itself, or None where they cannot.
    """
    return cast("StoredFeatures", matcher) if _offers(cast("Hashable", matcher), StoredFeatures) else None


@functools.cache
def _offers(matcher: Hashable, protocol: type) -> bool:
    """Cached: checking all members of a protocol takes longer than reading a template."""
    return isinstance(matcher, protocol)


@functools.cache
def matcher_for(modality: Modality) -> Matcher:
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
    package = capability(modality, Comparable)
    if package is None:
        raise UsageError("cannot be compared in this version", modality)
    return cast("Matcher", package.load_matcher())
