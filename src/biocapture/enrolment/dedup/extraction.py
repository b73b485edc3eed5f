"""Templates of the images of a deduplication: by several processes, and only those that are not noted yet."""

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from biocapture.assessment.options import options_of
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.protocol import matcher_for
from biocapture.enrolment.dedup.journal import Journal, key_of
from biocapture.enrolment.dedup.subjects import OwnedImage
from biocapture.errors import BiocaptureError, ResolutionError, UsageError
from biocapture.types import Modality

Item = TypeVar("Item")

Mapper = Callable[[Callable[..., Any], Sequence[Any], Callable[..., Any]], Iterator[Any]]
"""Applies work to items, in processes or on a cluster; the third argument answers for items that are lost."""

Progress = Callable[[Iterable[Any], int, str], Iterable[Any]]
"""Takes what is to be gone through, how many there are and what they are; yields the same."""


@dataclass(frozen=True, slots=True)
class Extraction:
    """An image and its template, or why there is none.

    Attributes
    ----------
    image : OwnedImage
        With its modality, where that was found.
    template : Template or None
    problem : str
        Empty where there is a template.
    unreadable : bool
        The file cannot be read; otherwise it holds nothing to compare, or of a modality without a matcher.
    """

    image: OwnedImage
    template: Any = None
    problem: str = ""
    unreadable: bool = False


def silent(items: Iterable[Item], count: int, unit: str) -> Iterator[Item]:
    """Show no progress.

    Parameters
    ----------
    items : iterable
    count : int
        How many they are.
    unit : str
        What they are.

    Yields
    ------
    object
        Each of the items.
    """
    yield from items


def extracted(
    images: Sequence[OwnedImage], noted: Journal, mapper: Mapper, progress: Progress = silent
) -> list[Extraction]:
    """Templates of all images, in their order.

    Parameters
    ----------
    images : sequence of OwnedImage
    noted : Journal
        Is asked first and told what is new.
    mapper : callable
        Does the work.
    progress : callable

    Returns
    -------
    list of Extraction
    """
    keys = [_key(image) for image in images]
    missing = {key: image for key, image in zip(keys, images, strict=True) if key not in noted}
    answers = mapper(_answers, list(missing.values()), _lost)
    for key, answer in progress(zip(missing, answers, strict=True), len(missing), "images read"):
        noted.add(key, answer)
    return [_extraction(image, noted[key]) for key, image in zip(keys, images, strict=True)]


def _key(image: OwnedImage) -> str:
    """Of the file as it is now: another size or time of change makes it another file."""
    try:
        status = image.path.stat()
        state = status.st_size, status.st_mtime_ns
    except OSError:
        state = 0, 0
    return key_of("template", image.path, *state, image.modality, image.position, image.ppi)


def _answers(images: Sequence[OwnedImage]) -> list[Any]:
    return [_answer(image) for image in images]


def _answer(image: OwnedImage) -> list[Any]:
    """[modality, template in base64] or [problem, whether the file is unreadable, 0]."""
    try:
        options = options_of(image.modality or "auto", ppi=image.ppi)
    except UsageError as error:
        return [error.message, False, 0]
    try:
        sample, template = sample_and_template(image.path, options)
    except ResolutionError as error:
        return [error.message, False, 0]
    except BiocaptureError as error:
        return [str(error), True, 0]
    if matcher_for(sample.modality).is_empty(template):
        return ["nothing to compare in it", False, 0]
    return [str(sample.modality), base64.b64encode(template.to_bytes()).decode("ascii")]


def _lost(image: OwnedImage, reason: str) -> list[Any]:
    return [reason, True, 0]


def _extraction(image: OwnedImage, answer: Sequence[Any]) -> Extraction:
    if len(answer) == 3:
        return Extraction(image, problem=answer[0], unreadable=answer[1])
    modality = Modality(answer[0])
    template = matcher_for(modality).Template.from_bytes(base64.b64decode(answer[1]))
    return Extraction(replace(image, modality=modality), template)
