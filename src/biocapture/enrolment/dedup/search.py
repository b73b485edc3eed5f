"""Local deduplication: every sample against every other person's, pairs above a false match rate, clusters of them."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biocapture.assessment.options import options_of
from biocapture.comparison.compare import sample_and_template
from biocapture.comparison.gallery import Gallery
from biocapture.comparison.protocol import matcher
from biocapture.enrolment.dedup.subjects import Item, items
from biocapture.errors import BiocaptureError, UsageError
from biocapture.types import Modality, Position

MAX_FOUND = 50
"""Candidates of one sample."""

Template = Any


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, or two single images, that match.

    Attributes
    ----------
    owners : (str, str)
    score : float
        Of the best matching samples, 0..100.
    samples : tuple of (str, str, float)
        Every two images that match, with their score, best first.
    """

    owners: tuple[str, str]
    score: float
    samples: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What a run over many records found.

    Attributes
    ----------
    pairs : tuple of Pair
        Best first.
    clusters : tuple of tuple of str
        Owners linked by pairs, largest first.
    owners, images, comparisons : int
        How much was compared.
    fmr : float
        False match rate of the threshold, per comparison.
    unreadable : dict
        Path → why.
    not_compared : dict
        Path → why: nothing to compare in it, or a modality without a matcher.
    """

    pairs: tuple[Pair, ...]
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
        blind = {"unreadable": self.unreadable, "not_compared": self.not_compared}
        return {"pairs": pairs, "clusters": [list(cluster) for cluster in self.clusters]} | facts | blind


def duplicates(paths: Iterable[Path], fmr: float = 1e-4, *, any_slot: bool = False, threads: int = 2) -> Duplicates:
    """Find samples of different owners that match.

    Parameters
    ----------
    paths : iterable of Path
        Folders of enrolments, enrolments, images.
    fmr : float
        One of the matchers' documented false match rates.
    any_slot : bool
        Compare every slot with every other; otherwise, where all slots are told, only the same ones.
    threads : int
        Images read side by side.

    Raises
    ------
    UsageError
        A path does not exist, nothing to compare is there, or the rate is not documented.
    """
    listed = list(items(paths))
    if len({item.owner for item in listed}) < 2:
        raise UsageError("at least two enrolments or images are needed", str(listed[0].owner) if listed else "PATH")
    with ThreadPoolExecutor(max(1, threads)) as pool:
        read = list(pool.map(_read, listed))
    made = [(item, template) for item, template, _ in read if template is not None]
    found: dict[tuple[str, str], list[tuple[str, str, float]]] = {}
    comparisons = 0
    for group in _groups(made, any_slot):
        comparisons += _search(group, fmr, found)
    pairs = [_pair(owners, matches) for owners, matches in found.items()]
    pairs.sort(key=lambda pair: (-pair.score, pair.owners))
    failed = [(item, error) for item, template, error in read if template is None]
    return Duplicates(
        tuple(pairs),
        clusters([pair.owners for pair in pairs]),
        len({item.owner for item in listed}),
        len(made),
        comparisons,
        fmr,
        {str(item.path): str(error) for item, error in failed if not isinstance(error, str)},
        {str(item.path): error for item, error in failed if isinstance(error, str)},
    )


def clusters(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Owners that are linked, directly or over others; largest first, members in order."""
    member: dict[str, set[str]] = {}
    for one, other in pairs:
        joined = member.get(one, {one}) | member.get(other, {other})
        for each in joined:
            member[each] = joined
    distinct = {tuple(sorted(joined)) for joined in member.values()}
    return tuple(sorted(distinct, key=lambda cluster: (-len(cluster), cluster)))


def _read(item: Item) -> tuple[Item, Template | None, BiocaptureError | str]:
    """The template of an image, or why there is none: an error where it cannot be read, a text where it is empty."""
    try:
        wanted = options_of(item.modality or "auto", ppi=item.ppi)
    except UsageError as error:
        return item, None, error.message
    try:
        sample, made = sample_and_template(item.path, wanted)
    except BiocaptureError as error:
        return item, None, error
    if matcher(sample.modality).is_empty(made):
        return item, None, "nothing to compare in it"
    return Item(item.owner, item.path, item.position, sample.modality, item.ppi), made, ""


def _groups(made: Sequence[tuple[Item, Template]], any_slot: bool) -> list[list[tuple[Item, Template]]]:
    """Samples that are compared with one another: of a slot, or of a modality where a slot is not told."""
    by_modality: dict[Modality, list[tuple[Item, Template]]] = {}
    for item, template in made:
        assert item.modality is not None
        by_modality.setdefault(item.modality, []).append((item, template))
    groups = []
    for members in by_modality.values():
        told = all(item.position is not Position.UNKNOWN for item, _ in members)
        key: Callable[[Item], object] = (lambda item: item.position) if told and not any_slot else (lambda _: None)
        groups += [
            [pair for pair in members if key(pair[0]) == value] for value in {key(item): 0 for item, _ in members}
        ]
    return groups


def _search(
    group: list[tuple[Item, Template]], fmr: float, found: dict[tuple[str, str], list[tuple[str, str, float]]]
) -> int:
    """Search each sample among the others of its group; how many comparisons that amounts to."""
    modality = group[0][0].modality
    assert modality is not None
    thresholds = matcher(modality).THRESHOLDS
    if fmr not in thresholds:
        raise UsageError(f"false match rate must be one of {', '.join(map(str, thresholds))}", str(fmr))
    gallery = Gallery(((str(i), template) for i, (_, template) in enumerate(group)), modality)
    for i, (item, template) in enumerate(group):
        for candidate in gallery.search(template, MAX_FOUND):
            other = group[int(candidate.id)][0]
            if int(candidate.id) > i and other.owner != item.owner and candidate.score >= thresholds[fmr]:
                owners = min(item.owner, other.owner), max(item.owner, other.owner)
                found.setdefault(owners, []).append((str(item.path), str(other.path), candidate.score))
    return len(group) * (len(group) - 1) // 2


def _pair(owners: tuple[str, str], matches: list[tuple[str, str, float]]) -> Pair:
    ordered = sorted(matches, key=lambda match: (-match[2], match[:2]))
    return Pair(owners, ordered[0][2], tuple(ordered))
