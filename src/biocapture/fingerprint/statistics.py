"""What is kept of N prints once their pixels are gone: columns and flat tables."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from biocapture.measure import Column
from biocapture.types import Failure


@dataclass(frozen=True, slots=True)
class Table:
    """Values that come in different numbers per sample (blocks, ratios, minutiae), all samples' together.

    Attributes
    ----------
    value : (K,) float64
    owner : (K,) int
        Index of the sample each value belongs to, ascending.
    """

    value: NDArray[np.float64]
    owner: NDArray[np.intp]

    @classmethod
    def of_one(cls, value: NDArray[np.float64]) -> Self:
        """Table of a single sample."""
        return cls(value, np.zeros(len(value), np.intp))

    @classmethod
    def joined(cls, tables: Sequence[Self], sizes: Sequence[int]) -> Self:
        """Tables of consecutive groups of samples, one after the other."""
        first = np.cumsum([0, *sizes[:-1]])
        owners = [table.owner + start for table, start in zip(tables, first, strict=True)]
        return cls(np.concatenate([table.value for table in tables]), np.concatenate(owners))


@dataclass(frozen=True, slots=True)
class FingerprintBatch:
    """Statistics of N prints. Columns are (N,) float64, NaN where not assessable.

    Attributes
    ----------
    failure : tuple of Failure or None
    notes : tuple of tuple of str
        Note keys found from the pixels.
    frequency, clarity, certainty, flow, uniformity : Table
        NFIQ 2's FDA, LCS, OCL, OF and RVUP values.
    windows : Column
        Number of foreground blocks that frequency and clarity were measured on.
    within_limits : Column
        1 where the cropped image is at most 800 × 1000, NFIQ 2's limits, else 0.
    mean_grey, grey_deviation, block_grey : Column
        Mean and population deviation of the crop, mean of the block means.
    region_grey, region_px, coherence_sum, coherence_mean : Column
        Of the region of interest.
    minutiae, central_minutiae, dark_minutiae, certain_minutiae : Column
        Count of the clear ones; count in the 200 × 200 window about their centre; share on slightly dark blocks;
        share on blocks of orientation certainty above 80 %.
    minutia_quality : Table
        0..1 per minutia.
    signal : Table
        Share of ridge periods in the spectrum of each 64 × 64 window, 0..1.
    period_px, likeness : Column
        Ridge period at 500 ppi; share of the texture that is ridges, 0..1.
    ridge_mm2 … background : Column
        See :class:`biocapture.fingerprint.features.contact.Contact`.
    """

    failure: tuple[Failure | None, ...]
    notes: tuple[tuple[str, ...], ...]
    frequency: Table
    clarity: Table
    certainty: Table
    flow: Table
    uniformity: Table
    windows: Column
    within_limits: Column
    mean_grey: Column
    grey_deviation: Column
    block_grey: Column
    region_grey: Column
    region_px: Column
    coherence_sum: Column
    coherence_mean: Column
    minutiae: Column
    central_minutiae: Column
    dark_minutiae: Column
    certain_minutiae: Column
    minutia_quality: Table
    signal: Table
    period_px: Column
    likeness: Column
    ridge_mm2: Column
    usable_mm2: Column
    faint_mm2: Column
    offset_mm: Column
    border_share: Column
    dark_share: Column
    skewness: Column
    clarity_mean: Column
    coherence: Column
    contrast: Column
    background: Column

    def __len__(self) -> int:
        return len(self.failure)

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """One batch of several: a sample's values do not depend on its neighbours, bit for bit."""
        sizes = [len(part) for part in parts]
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            pieces = [getattr(part, field.name) for part in parts]
            if field.name in ("failure", "notes"):
                values[field.name] = tuple(item for piece in pieces for item in piece)
            elif isinstance(pieces[0], Table):
                values[field.name] = Table.joined(pieces, sizes)
            else:
                values[field.name] = np.concatenate(pieces)
        return cls(**values)

    @classmethod
    def of_failure(cls, failure: Failure, notes: tuple[str, ...] = ()) -> Self:
        """One sample of which nothing could be measured."""
        nothing: dict[str, Any] = {
            field.name: Table.of_one(np.zeros(0)) if field.type is Table else np.full(1, np.nan)
            for field in dataclasses.fields(cls)
            if field.name not in ("failure", "notes")
        }
        return cls(failure=(failure,), notes=(notes,), **nothing)


def table_count(table: Table, size: int) -> Column:
    """(N,) number of values of each sample."""
    return np.bincount(table.owner, minlength=size).astype(np.float64)


def table_sum(table: Table, size: int) -> Column:
    """(N,) sum of each sample's values; 0 for none."""
    return np.bincount(table.owner, weights=table.value, minlength=size).astype(np.float64)


def table_mean(table: Table, size: int) -> Column:
    """(N,) mean of each sample's values; NaN for none."""
    return _divided(table_sum(table, size), table_count(table, size))


def table_deviation(table: Table, size: int) -> Column:
    """(N,) population standard deviation of each sample's values; NaN for none."""
    centred = table.value - table_mean(table, size)[table.owner]
    return np.sqrt(_divided(np.bincount(table.owner, weights=centred**2, minlength=size), table_count(table, size)))


def _divided(total: NDArray[Any], count: Column) -> Column:
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
