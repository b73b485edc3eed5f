"""Statistics of N prints, which stay once their pixels are gone: columns and flat tables."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.measure import Batch, Column, Table


@dataclass(frozen=True, slots=True)
class FingerprintBatch(Batch):
    """Statistics of N prints. Columns are (N,) float64, NaN where not assessable.

    Attributes
    ----------
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


def table_count(table: Table, size: int) -> Column:
    """Number of values of each sample.

    Parameters
    ----------
    table : Table
        Of N samples.
    size : int
        N.

    Returns
    -------
    (N,) float64
    """
    return np.bincount(table.owner, minlength=size).astype(np.float64)


def table_sum(table: Table, size: int) -> Column:
    """Sum of each sample's values.

    Parameters
    ----------
    table : Table
        Of N samples.
    size : int
        N.

    Returns
    -------
    (N,) float64
        0 for none.
    """
    return np.bincount(table.owner, weights=table.value, minlength=size).astype(np.float64)


def table_mean(table: Table, size: int) -> Column:
    """Mean of each sample's values.

    Parameters
    ----------
    table : Table
        Of N samples.
    size : int
        N.

    Returns
    -------
    (N,) float64
        NaN for none.
    """
    return _quotient(table_sum(table, size), table_count(table, size))


def table_deviation(table: Table, size: int) -> Column:
    """Population standard deviation of each sample's values.

    Parameters
    ----------
    table : Table
        Of N samples.
    size : int
        N.

    Returns
    -------
    (N,) float64
        NaN for none.
    """
    centred = table.value - table_mean(table, size)[table.owner]
    return np.sqrt(_quotient(np.bincount(table.owner, weights=centred**2, minlength=size), table_count(table, size)))


def of_prints(batch: FingerprintBatch, column: Column) -> Column:
    """Leave out the captures that show no print.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N captures.
    column : (N,) float64

    Returns
    -------
    (N,) float64
        NaN where the capture is a failure.
    """
    return np.where([failure is None for failure in batch.failure], column, np.nan)


def _quotient(total: NDArray[Any], count: Column) -> Column:
    return np.where(count > 0, total / np.maximum(count, 1.0), np.nan)
