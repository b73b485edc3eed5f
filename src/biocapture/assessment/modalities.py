"""The modality packages behind one door: each is imported when first needed, so that start-up stays fast."""

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast, runtime_checkable

import numpy as np

from biocapture.images.frame_check import FrameCheck, Prompts
from biocapture.measure import Batch, Column, Measure
from biocapture.types import Image, Modality, Sample


class Package(Protocol):
    """What a modality package offers."""

    MEASURES: tuple[Measure, ...]
    NATIVE: Mapping[str, str]
    """Further columns given on request (``--native``): column name → what it is."""

    describe: Callable[..., Batch]
    """Takes a :class:`biocapture.types.Sample`; a batch of one."""
    native: Callable[[Any], dict[str, Column]]


class UnderlyingShare(Protocol):
    """Part of the answer of a package that can see a second capture under one."""

    @property
    def share(self) -> float:
        """Share of the capture that lies over another one, 0..1; NaN where it cannot be told."""


@runtime_checkable
class Layered(Protocol):
    """What a modality package may offer besides: a look at what lies under a capture."""

    def underlying(self, sample: Sample) -> UnderlyingShare:
        """What an earlier capture left on the sensor, seen through this one; ``sample`` at the working resolution."""


@runtime_checkable
class LiveCapture(Protocol):
    """What a modality package may offer besides: what the live capture needs of it."""

    PROMPTS: Prompts

    def check_frame(self, image: Image) -> FrameCheck:
        """Quick check of one frame of a stream, in a few milliseconds."""


@runtime_checkable
class HasBackends(Protocol):
    """What a modality package may offer besides: several ways to find in a picture what its measures need."""

    BACKENDS: Mapping[str, Any]
    """By name; :data:`DEFAULT_BACKEND` is one. ``describe`` and ``draw`` then take the argument ``backend``."""


DEFAULT_BACKEND = "default"

AVAILABLE = (Modality.FINGERPRINT, Modality.IRIS, Modality.FACE)


@functools.cache
def package(modality: Modality) -> Package:
    """Import the package of one modality."""
    _keep_memory()
    return cast("Package", importlib.import_module(f"biocapture.{modality}"))


@functools.cache
def live_capture(modality: Modality) -> LiveCapture | None:
    """The package of a modality as one that can be captured live, or None."""
    offered = package(modality)
    return offered if isinstance(offered, LiveCapture) else None


@functools.cache
def backends(*modalities: Modality) -> tuple[str, ...]:
    """Names of the backends of the given modalities (default: of every available one)."""
    offered = (package(modality) for modality in modalities or AVAILABLE)
    return tuple(dict.fromkeys(name for part in offered if isinstance(part, HasBackends) for name in part.BACKENDS))


def backend_option(modality: Modality, backend: str) -> dict[str, str]:
    """What to pass to ``describe`` and ``draw`` of a modality: nothing where it has no backends."""
    return {"backend": backend} if backends(modality) else {}


KEPT_BYTES = 16_000_000


def _keep_memory() -> None:
    """Have glibc keep blocks of up to 16 MB for the next image instead of returning them to the system.

    It learns this from the first large block that is freed. Without it, a third of the time of an image went into page
    faults (1400 per image of 416 × 560). Elsewhere this does nothing.
    """
    np.empty(KEPT_BYTES, np.uint8)


@functools.cache
def measures(*modalities: Modality) -> dict[str, Measure]:
    """All measures of the given modalities (default: every available one), id → measure."""
    return {item.id: item for modality in modalities or AVAILABLE for item in package(modality).MEASURES}


@functools.cache
def native_columns(*modalities: Modality) -> dict[str, str]:
    """All native columns of the given modalities, name → what it is."""
    return {name: text for modality in modalities or AVAILABLE for name, text in package(modality).NATIVE.items()}
