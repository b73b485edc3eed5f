"""The comparisons of a deduplication, in blocks that any process can work on: each pair once, each template once."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from biocapture.comparison.gallery import Gallery
from biocapture.comparison.protocol import matcher_for
from biocapture.enrolment.dedup.extraction import Mapper, Progress, silent
from biocapture.enrolment.dedup.journal import Journal, key_of
from biocapture.enrolment.dedup.subjects import OwnedImage
from biocapture.errors import UsageError
from biocapture.types import Modality

MAX_CANDIDATES = 20
"""Matches that are reported of one sample."""

BLOCK_SAMPLES = 20
"""Samples whose searches are one piece of work."""

Usable = tuple[OwnedImage, Any]
"""An image with its modality, and its template."""

Matches = dict[tuple[str, str], list[tuple[str, str, float]]]
"""Two owners → paths of their matching images and the comparison score 0..100."""


@dataclass(frozen=True, slots=True)
class Group:
    """Samples that are compared with one another.

    Attributes
    ----------
    modality : Modality
    templates : tuple of bytes
        Stored forms.
    threshold : float
        Lowest comparison score of a match.
    """

    modality: Modality
    templates: tuple[bytes, ...]
    threshold: float

    @property
    def key(self) -> str:
        """Another one for other samples."""
        return key_of("group", self.modality, self.threshold, *self.templates)


Block = tuple[Group, int, int]
"""A group, and the first and the last but one of the samples that are searched among those after them."""


def matches_in(
    groups: Sequence[Sequence[Usable]], fmr: float, noted: Journal, mapper: Mapper, progress: Progress = silent
) -> tuple[Matches, int]:
    """Samples of different owners that match.

    Parameters
    ----------
    groups : sequence of sequences of (OwnedImage, Template)
        Samples of one modality each, which are compared with one another.
    fmr : float
        One of the matchers' documented false match rates.
    noted : Journal
        Is asked first and told what is new.
    mapper : callable
        Does the work.
    progress : callable

    Returns
    -------
    matches : dict
    comparisons : int
        How many pairs there are.

    Raises
    ------
    UsageError
        The rate is not documented.
    """
    work = [(block, members) for members in groups for block in _blocks(_group(members, fmr))]
    keys = [key_of(group.key, first, last) for (group, first, last), _ in work]
    missing = {key: block for key, (block, _) in zip(keys, work, strict=True) if key not in noted}
    answers = mapper(_searched, list(missing.values()), _lost)
    for key, answer in progress(zip(missing, answers, strict=True), len(missing), "blocks searched"):
        noted.add(key, answer)
    matches: Matches = {}
    for key, (_, members) in zip(keys, work, strict=True):
        for i, j, score in noted[key]:
            _add(matches, members[i][0], members[j][0], score)
    return matches, sum(len(members) * (len(members) - 1) // 2 for members in groups)


def _group(members: Sequence[Usable], fmr: float) -> Group:
    modality = members[0][0].modality
    assert modality is not None
    thresholds = matcher_for(modality).THRESHOLDS
    if fmr not in thresholds:
        raise UsageError(f"false match rate must be one of {', '.join(map(str, thresholds))}", str(fmr))
    return Group(modality, tuple(template.to_bytes() for _, template in members), thresholds[fmr])


def _blocks(group: Group) -> Iterator[Block]:
    count = len(group.templates)
    for first in range(0, count - 1, BLOCK_SAMPLES):
        yield group, first, min(first + BLOCK_SAMPLES, count - 1)


def _searched(blocks: Sequence[Block]) -> list[list[tuple[int, int, float]]]:
    """Of each block the matches: numbers of two samples and their score."""
    return [_matches(*block) for block in blocks]


def _matches(group: Group, first: int, last: int) -> list[tuple[int, int, float]]:
    gallery = _gallery(group)
    return [
        (i, int(candidate.id), candidate.score)
        for i in range(first, last)
        for candidate in gallery.search_after(str(i), MAX_CANDIDATES)
        if candidate.score >= group.threshold
    ]


@functools.lru_cache(maxsize=1)
def _gallery(group: Group) -> Gallery:
    """Of the group a process works on: one block of a group follows the other."""
    read = matcher_for(group.modality).Template.from_bytes
    return Gallery(((str(i), read(each)) for i, each in enumerate(group.templates)), group.modality)


def _lost(block: Block, reason: str) -> list[tuple[int, int, float]]:
    raise UsageError(f"{reason} while comparing samples; with a journal, what is done stays", "dedup")


def _add(matches: Matches, image: OwnedImage, other: OwnedImage, score: float) -> None:
    if image.owner != other.owner:
        owners = min(image.owner, other.owner), max(image.owner, other.owner)
        matches.setdefault(owners, []).append((str(image.path), str(other.path), score))
