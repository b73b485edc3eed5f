"""Every measure and the native columns, found through the library's own lists, on batches of one and of a chunk."""

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import Setting, captures
from biocapture.assessment.modalities import AVAILABLE, measures, package
from biocapture.types import Modality
from biocapture.workers.pool import CHUNK

SIZES = (1, CHUNK)
"""One capture, as at a desk; as many as a folder run takes at a time."""


@cache
def described(modality: Modality) -> tuple[Any, ...]:
    """A chunk of sample captures, each described."""
    part = package(modality)
    samples = captures(modality, CHUNK)
    known = {sample.id: part.describe(sample) for sample in samples}
    return tuple(known[sample.id] for sample in samples)


def cases() -> Iterator[Case]:
    """Measures, native columns and the joining of batches of every modality."""
    for modality in AVAILABLE:
        part = package(modality)
        whole: dict[str, Callable[[Any], object]] = {item.id: item for item in measures(modality).values()}
        for name, function in (whole | {f"{modality}.native": part.native}).items():
            for size in SIZES:
                prepare = partial(_on_batch, modality=modality, function=function, size=size)
                yield Case(f"measure.{name}@{size}" if name in whole else f"{name}@{size}", prepare, short=size == 1)
        yield Case(f"{modality}.batch_of@{CHUNK}", partial(_joining, modality=modality))


def _on_batch(setting: Setting, modality: Modality, function: Callable[[Any], object], size: int) -> Work:
    batch = package(modality).batch_of(described(modality)[:size])
    return Work(partial(function, batch), size)


def _joining(setting: Setting, modality: Modality) -> Work:
    return Work(partial(package(modality).batch_of, described(modality)), CHUNK)
