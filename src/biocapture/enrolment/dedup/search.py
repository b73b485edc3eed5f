"""Local deduplication: every sample against every other person's; pairs that match, and clusters of them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from biocapture.assessment.options import options_of
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.gallery import Gallery
from biocapture.comparison.protocol import matcher_for
from biocapture.enrolment.dedup.subjects import OwnedImage, owned_images
from biocapture.errors import BiocaptureError, UsageError
from biocapture.types import Modality, Position

MAX_CANDIDATES = 50
"""Matches that are reported of one sample."""

Template = Any
Extracted = tuple[OwnedImage, Template]
Matches = dict[tuple[str, str], list[tuple[str, str, float]]]
"""Two owners → paths of their matching images and the comparison score 0..100."""


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two people, or two single images, that match.

    Attributes
    ----------
    owners : (str, str)
    score : float
        Of the images that match best, 0..100.
    samples : tuple of (str, str, float)
        Paths of every two images that match, with their score, best first.
    """

    owners: tuple[str, str]
    score: float
    samples: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Result of a deduplication.

    Attributes
    ----------
    pairs : tuple of DuplicatePair
        Best first.
    clusters : tuple of tuple of str
        Owners linked by pairs, largest cluster first.
    owners, images, comparisons : int
        How many were compared.
    fmr : float
        False match rate of the threshold, per comparison.
    unreadable : dict
        Path → why it cannot be read.
    not_compared : dict
        Path → why: a failure to extract, or a modality without a matcher.
    """

    pairs: tuple[DuplicatePair, ...]
    clusters: tuple[tuple[str, ...], ...]
    owners: int
    images: int
    comparisons: int
    fmr: float
    unreadable: dict[str, str] = field(default_factory=dict)
    not_compared: dict[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form."""
        pairs = [
            {
                "owners": list(pair.owners),
                "score": round(pair.score, 2),
                "samples": [
                    {"one": one, "other": other, "score": round(score, 2)} for one, other, score in pair.samples
                ],
            }
            for pair in self.pairs
        ]
        facts = {"owners": self.owners, "images": self.images, "comparisons": self.comparisons, "fmr": self.fmr}
        failures = {"unreadable": self.unreadable, "not_compared": self.not_compared}
        return {"pairs": pairs, "clusters": [list(cluster) for cluster in self.clusters]} | facts | failures


def find_duplicates(
    paths: Iterable[Path], fmr: float = 1e-4, *, any_slot: bool = False, threads: int = 2
) -> Duplicates:
    """Find samples of different owners that match.

    Parameters
    ----------
    paths : iterable of Path
        Folders of enrolments, enrolments, images.
    fmr : float
        One of the matchers' documented false match rates, per comparison.
    any_slot : bool
        Compare every position with every other; otherwise, where all positions are known, only the same ones.
    threads : int
        Images read at a time; the result does not depend on it.

    Returns
    -------
    Duplicates

    Raises
    ------
    UsageError
        A path does not exist, fewer than two owners are there, or the rate is not documented.
    EnrolmentError
        A manifest is damaged.
    """
    images = list(owned_images(paths))
    if len({image.owner for image in images}) < 2:
        raise UsageError("at least two enrolments or images are needed", str(images[0].owner) if images else "PATH")
    with ThreadPoolExecutor(max(1, threads)) as pool:
        outcomes = list(pool.map(_extract, images))
    extracted = [(image, template) for image, template, _ in outcomes if template is not None]
    matches: Matches = {}
    comparisons = sum(_search(group, fmr, matches) for group in _groups(extracted, any_slot))
    pairs = [_pair(owners, samples) for owners, samples in matches.items()]
    pairs.sort(key=lambda pair: (-pair.score, pair.owners))
    failed = [(image, error) for image, template, error in outcomes if template is None]
    return Duplicates(
        tuple(pairs),
        clusters([pair.owners for pair in pairs]),
        len({image.owner for image in images}),
        len(extracted),
        comparisons,
        fmr,
        {str(image.path): str(error) for image, error in failed if not isinstance(error, str)},
        {str(image.path): error for image, error in failed if isinstance(error, str)},
    )


def clusters(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Owners that are linked by pairs, directly or through others.

    Parameters
    ----------
    pairs : iterable of (str, str)

    Returns
    -------
    tuple of tuple of str
        Largest cluster first, members sorted.
    """
    member: dict[str, set[str]] = {}
    for first, second in pairs:
        joined = member.get(first, {first}) | member.get(second, {second})
        for owner in joined:
            member[owner] = joined
    distinct = {tuple(sorted(joined)) for joined in member.values()}
    return tuple(sorted(distinct, key=lambda cluster: (-len(cluster), cluster)))


def _extract(image: OwnedImage) -> tuple[OwnedImage, Template | None, BiocaptureError | str]:
    """The template of an image, or why there is none: an error where it cannot be read, a text where it is empty."""
    try:
        options = options_of(image.modality or "auto", ppi=image.ppi)
    except UsageError as error:
        return image, None, error.message
    try:
        sample, template = sample_and_template(image.path, options)
    except BiocaptureError as error:
        return image, None, error
    if matcher_for(sample.modality).is_empty(template):
        return image, None, "nothing to compare in it"
    return replace(image, modality=sample.modality), template, ""


def _groups(extracted: Sequence[Extracted], any_slot: bool) -> list[list[Extracted]]:
    """Samples that are compared with one another: of a position, or of a modality where a position is unknown."""
    by_modality: dict[Modality, list[Extracted]] = {}
    for image, template in extracted:
        assert image.modality is not None
        by_modality.setdefault(image.modality, []).append((image, template))
    groups = []
    for members in by_modality.values():
        known = all(image.position is not Position.UNKNOWN for image, _ in members)
        key: Callable[[OwnedImage], object] = (
            (lambda image: image.position) if known and not any_slot else (lambda _: None)
        )
        keys = dict.fromkeys(key(image) for image, _ in members)
        groups += [[member for member in members if key(member[0]) == value] for value in keys]
    return groups


def _search(group: list[Extracted], fmr: float, matches: Matches) -> int:
    """Search each sample among the others of its group and add what matches; how many comparisons that amounts to."""
    modality = group[0][0].modality
    assert modality is not None
    thresholds = matcher_for(modality).THRESHOLDS
    if fmr not in thresholds:
        raise UsageError(f"false match rate must be one of {', '.join(map(str, thresholds))}", str(fmr))
    gallery = Gallery(((str(i), template) for i, (_, template) in enumerate(group)), modality)
    for i, (image, template) in enumerate(group):
        for candidate in gallery.search(template, MAX_CANDIDATES):
            other = group[int(candidate.id)][0]
            if int(candidate.id) > i and other.owner != image.owner and candidate.score >= thresholds[fmr]:
                owners = min(image.owner, other.owner), max(image.owner, other.owner)
                matches.setdefault(owners, []).append((str(image.path), str(other.path), candidate.score))
    return len(group) * (len(group) - 1) // 2


def _pair(owners: tuple[str, str], samples: list[tuple[str, str, float]]) -> DuplicatePair:
    best_first = sorted(samples, key=lambda sample: (-sample[2], sample[:2]))
    return DuplicatePair(owners, best_first[0][2], tuple(best_first))
