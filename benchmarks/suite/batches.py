"""Every measure and the native columns, found through the library's own lists, on batches of one and of a chunk."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import Setting, captures
from biocapture.assessment.modalities import AVAILABLE, measures, package
from biocapture.measure import Batch
from biocapture.types import Modality
from biocapture.workers.pool import CHUNK_SIZE

SIZES = (1, CHUNK_SIZE)
"""One capture, as at a desk; as many as a folder run takes at a time."""


@cache
def described(modality: Modality) -> tuple[Batch, ...]:
    """A chunk of sample captures, each described."""
    part = package(modality)
    samples = captures(modality, CHUNK_SIZE)
    known = {sample.id: part.describe(sample) for sample in samples}
    return tuple(known[sample.id] for sample in samples)


def joined(batches: Sequence[Batch]) -> Batch:
    """One batch of several of one modality."""
    return type(batches[0]).join(batches)


def cases() -> Iterator[Case]:
    """Measures, native columns and the joining of batches of every modality."""
    for modality in AVAILABLE:
        part = package(modality)
        whole: dict[str, Callable[[Any], object]] = {item.id: item for item in measures(modality).values()}
        for name, function in (whole | {f"{modality}.native": part.native}).items():
            for size in SIZES:
                prepare = partial(_on_batch, modality=modality, function=function, size=size)
                yield Case(f"measure.{name}@{size}" if name in whole else f"{name}@{size}", prepare, short=size == 1)
        yield Case(f"{modality}.join@{CHUNK_SIZE}", partial(_joining, modality=modality))


def _on_batch(setting: Setting, modality: Modality, function: Callable[[Any], object], size: int) -> Work:
    batch = joined(described(modality)[:size])
    return Work(partial(function, batch), size)


def _joining(setting: Setting, modality: Modality) -> Work:
    return Work(partial(joined, described(modality)), CHUNK_SIZE)
