"""Local deduplication: every sample against every other person's; pairs that match, and clusters of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from biocapture.enrolment.dedup.blocks import Usable, matches_in
from biocapture.enrolment.dedup.engines import mapper_of
from biocapture.enrolment.dedup.extraction import Progress, extracted, silent
from biocapture.enrolment.dedup.journal import Journal
from biocapture.enrolment.dedup.subjects import OwnedImage, owned_images
from biocapture.errors import UsageError
from biocapture.types import Modality, Position


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
    paths: Iterable[Path],
    fmr: float = 1e-4,
    *,
    any_slot: bool = False,
    workers: int = 1,
    journal: Path | None = None,
    engine: str = "local",
    progress: Progress = silent,
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
    workers : int
        Processes, or actors of a cluster (0: one per processor); the result does not depend on it.
    journal : Path, optional
        Finished work is noted in this file; what stands there already is not done again.
    engine : str
        ``local`` or ``ray``: processes of this machine, or the cluster that ``RAY_ADDRESS`` names.
    progress : callable
        Is given what is to be done, one after another, with how many there are and what they are, and yields it.

    Returns
    -------
    Duplicates

    Raises
    ------
    UsageError
        A path does not exist, fewer than two owners are there, the rate is not documented, the journal is none, or
        there is no such engine.
    EnrolmentError
        A manifest is damaged.
    """
    images = list(owned_images(paths))
    if len({image.owner for image in images}) < 2:
        raise UsageError("at least two enrolments or images are needed", str(images[0].owner) if images else "PATH")
    mapper = mapper_of(engine, workers)
    with Journal(journal) as noted:
        outcomes = extracted(images, noted, mapper, progress)
        usable = [(outcome.image, outcome.template) for outcome in outcomes if not outcome.problem]
        groups = _groups(usable, any_slot)
        matches, comparisons = matches_in(groups, fmr, noted, mapper, progress)
    pairs = [_pair(owners, samples) for owners, samples in matches.items()]
    pairs.sort(key=lambda pair: (-pair.score, pair.owners))
    failed = [outcome for outcome in outcomes if outcome.problem]
    return Duplicates(
        tuple(pairs),
        clusters([pair.owners for pair in pairs]),
        len({image.owner for image in images}),
        len(usable),
        comparisons,
        fmr,
        {str(outcome.image.path): outcome.problem for outcome in failed if outcome.unreadable},
        {str(outcome.image.path): outcome.problem for outcome in failed if not outcome.unreadable},
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


def _groups(extracted: Sequence[Usable], any_slot: bool) -> list[list[Usable]]:
    """Samples that are compared with one another: of a position, or of a modality where a position is unknown."""
    by_modality: dict[Modality, list[Usable]] = {}
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


def _pair(owners: tuple[str, str], samples: list[tuple[str, str, float]]) -> DuplicatePair:
    best_first = sorted(samples, key=lambda sample: (-sample[2], sample[:2]))
    return DuplicatePair(owners, best_first[0][2], tuple(best_first))
