"""The door to the modality packages: each is imported when first needed, so that start-up stays fast.

Nothing else imports a modality package. Which optional parts one offers is found out here, too: see
:mod:`biocapture.assessment.capabilities`.
"""

import functools
import importlib
from collections.abc import Hashable
from typing import TypeVar, cast

import numpy as np

from biocapture.assessment.capabilities import HasBackends, Package
from biocapture.measure import Measure
from biocapture.types import Modality

Capability = TypeVar("Capability")

DEFAULT_BACKEND = "default"

AVAILABLE = tuple(sorted(Modality, key=lambda modality: modality.in_colour))
"""Every modality in the order of its columns in tables: those of grey images first."""


@functools.cache
def package(modality: Modality) -> Package:
    """Import the package of one modality.

    Parameters
    ----------
    modality : Modality

    Returns
    -------
    Package
        The module ``biocapture.<modality>``.
    """
    _keep_memory()
    return cast("Package", importlib.import_module(f"biocapture.{modality}"))


def capability(modality: Modality, kind: type[Capability]) -> Capability | None:
    """The package of a modality, if it offers an optional part.

    Parameters
    ----------
    modality : Modality
    kind : type
        A protocol of :mod:`biocapture.assessment.capabilities`.

    Returns
    -------
    kind or None
        None where it does not offer that.
    """
    return cast("Capability", package(modality)) if _offers(modality, cast("Hashable", kind)) else None


@functools.cache
def _offers(modality: Modality, kind: Hashable) -> bool:
    """Asked once each: looking up all members of a protocol takes 30 µs."""
    return isinstance(package(modality), cast("type", kind))


def packages_with(kind: type[Capability]) -> dict[Modality, Capability]:
    """The packages that offer an optional part, in the order of :data:`AVAILABLE`.

    Parameters
    ----------
    kind : type
        A protocol of :mod:`biocapture.assessment.capabilities`.

    Returns
    -------
    dict
        Modality → package.
    """
    packages = {modality: capability(modality, kind) for modality in AVAILABLE}
    return {modality: part for modality, part in packages.items() if part is not None}


@functools.cache
def backends(*modalities: Modality) -> tuple[str, ...]:
    """Names of the backends that measures can be computed with.

    Parameters
    ----------
    *modalities : Modality
        Default: every available one.

    Returns
    -------
    tuple of str
        Empty where none has several.
    """
    packages = (capability(modality, HasBackends) for modality in modalities or AVAILABLE)
    return tuple(dict.fromkeys(name for part in packages if part for name in part.BACKENDS))


def backend_option(modality: Modality, backend: str) -> dict[str, str]:
    """Keyword argument for ``describe`` and ``draw`` of a modality.

    Parameters
    ----------
    modality : Modality
    backend : str
        One of :func:`backends`.

    Returns
    -------
    dict
        Empty where the modality has no backends.
    """
    return {"backend": backend} if backends(modality) else {}


KEPT_BYTES = 16_000_000
"""Size of the block that is freed at once: see :func:`_keep_memory`."""


def _keep_memory() -> None:
    """Have glibc keep blocks of up to 16 MB for the next image instead of returning them to the system.

    It learns this from the first large block that is freed. Without it, a third of the time of an image went into page
    faults (1400 per image of 416 × 560). Elsewhere this does nothing.
    """
    np.empty(KEPT_BYTES, np.uint8)


@functools.cache
def measures(*modalities: Modality) -> dict[str, Measure]:
    """All measures by id, in the order of their columns.

    Parameters
    ----------
    *modalities : Modality
        Default: every available one.

    Returns
    -------
    dict
        Id → measure.
    """
    return {item.id: item for modality in modalities or AVAILABLE for item in package(modality).MEASURES}


@functools.cache
def native_columns(*modalities: Modality) -> dict[str, str]:
    """All native columns, in their order.

    Parameters
    ----------
    *modalities : Modality
        Default: every available one.

    Returns
    -------
    dict
        Name → what it is.
    """
    return {name: text for modality in modalities or AVAILABLE for name, text in package(modality).NATIVE.items()}
