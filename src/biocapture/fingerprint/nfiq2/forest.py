"""NIST's own NFIQ 2 random forest, where the user has added the file."""

import functools

import cv2
import numpy as np

from biocapture.errors import ModelError
from biocapture.fingerprint.nfiq2.native import score_features
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Column
from biocapture.models import checked_path, is_present
from biocapture.types import Field

MODEL = "nfiq2"

GOOD_CLASS = 1
"""Class label of good prints; the other is 0."""


def forest_score(batch: FingerprintBatch) -> Column:
    """NFIQ 2 unified score: share of the trees that vote "good".

    The four minutiae features come from our extractor, so it differs from NFIQ 2's own score by a few points.

    Parameters
    ----------
    batch : FingerprintBatch

    Returns
    -------
    (N,) float64
        0..100; NaN without the forest, or where a feature is missing.

    Raises
    ------
    ModelError
        The forest that the user added cannot be loaded.
    """
    if not is_present(MODEL):
        return np.full(len(batch), np.nan)
    rows = np.stack(list(score_features(batch).values()), axis=1).astype(np.float32)
    known: list[bool] = np.isfinite(rows).all(axis=1).tolist()  # type: ignore[assignment]
    return np.array([_votes(row) if complete else np.nan for row, complete in zip(rows, known, strict=True)])


def _votes(row: Field) -> float:
    classes, votes = _forest().getVotes(row[None], 0)
    return float(np.floor(100.0 * votes[classes == GOOD_CLASS].sum() / votes.sum() + 0.5))


@functools.cache
def _forest() -> cv2.ml.RTrees:
    path = checked_path(MODEL)
    try:
        forest = cv2.ml.RTrees.load(str(path))
    except cv2.error as error:
        raise ModelError(f"OpenCV cannot load it: {error}", str(path)) from error
    if forest is None or not forest.isTrained():
        raise ModelError("not a trained OpenCV RTrees file", str(path))
    return forest
