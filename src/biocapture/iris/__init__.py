"""Irises: describe one eye lit by near infrared, join eyes to a batch, measure the batch."""

from collections.abc import Mapping, Sequence

from biocapture.iris import measures
from biocapture.iris.describe import describe
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, declared_in

MEASURES = declared_in(measures)

NATIVE: Mapping[str, str] = {}
"""Every native column → what it is."""


def native(batch: IrisBatch) -> dict[str, Column]:
    """No further columns."""
    return {}


def batch_of(parts: Sequence[IrisBatch]) -> IrisBatch:
    """One batch of several described eyes."""
    return IrisBatch.joined(parts)


def notes(batch: IrisBatch) -> tuple[tuple[str, ...], ...]:
    """Note keys found from the pixels, per eye."""
    return batch.notes


__all__ = ["MEASURES", "NATIVE", "batch_of", "describe", "native", "notes"]
