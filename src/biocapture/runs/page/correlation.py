"""Which scores move together."""

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Values

MIN_ROWS = 30
"""Rows that both scores need; a correlation of fewer says little."""

MAX_ROWS = 4000


def ranks(column: Values) -> Values:
    """(N,) ranks of the finite values, ties averaged; NaN elsewhere."""
    found = np.full(len(column), np.nan)
    known = np.isfinite(column)
    _, inverse, counts = np.unique(column[known], return_inverse=True, return_counts=True)
    found[known] = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return found


def spearman(scores: NDArray[np.floating]) -> Values:
    """(M, M) rank correlation of the (N, M) columns over the rows that both have; NaN for too few, or a constant."""
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
