"""Rank correlation of scores."""

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Values

MIN_ROWS = 30
"""Rows in which both scores are known; a correlation of fewer says little."""

MAX_ROWS = 4000
"""Of the sample that are used: a correlation is then known to about 0.03."""


def ranks(column: Values) -> Values:
    """Ranks of values.

    Parameters
    ----------
    column : (N,) float64

    Returns
    -------
    (N,) float64
        From 1, ties averaged; NaN where the value is not finite.
    """
    ranked = np.full(len(column), np.nan)
    known = np.isfinite(column)
    _, inverse, counts = np.unique(column[known], return_inverse=True, return_counts=True)
    ranked[known] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return ranked


def spearman(scores: NDArray[np.floating]) -> Values:
    """Spearman's rank correlation of columns.

    Parameters
    ----------
    scores : (N, M)
        NaN = unknown. At most :data:`MAX_ROWS` rows are used.

    Returns
    -------
    (M, M) float64
        -1..1 over the rows in which both are known; NaN for fewer than :data:`MIN_ROWS`, or a constant column.
    """
    if not scores.shape[1]:
        return np.zeros((0, 0))
    ranked = np.stack([ranks(column.astype(np.float64)) for column in scores[:MAX_ROWS].T], axis=1)
    known = np.isfinite(ranked).astype(np.float64)
    values = np.nan_to_num(ranked)
    count, total, product = known.T @ known, values.T @ known, values.T @ values
    squares = (values * values).T @ known
    covariance = count * product - total * total.T
    spread = count * squares - total * total
    scale = np.sqrt(np.maximum(spread, 0) * np.maximum(spread.T, 0))
    enough = (count >= MIN_ROWS) & (scale > 1e-6 * np.maximum(count, 1) ** 2)
    return np.where(enough, np.clip(covariance / np.where(enough, scale, 1.0), -1, 1), np.nan)
