"""NIST's own NFIQ 2 random forest, where the user has added the file."""

import functools

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import ModelError
from biocapture.fingerprint.nfiq2.native import features
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Column
from biocapture.models import checked_path, is_present

MODEL = "nfiq2"

GOOD = 1
"""Class label of good prints; the other is 0."""


def forest_score(batch: FingerprintBatch) -> Column:
    """NFIQ 2 unified score 0..100: share of trees that vote "good"; NaN without the forest or with a feature missing.

    The four minutiae features come from our extractor, so it differs from NFIQ 2's own score by a few points.
    """
    if not is_present(MODEL):
        return np.full(len(batch), np.nan)
    rows = np.stack(list(features(batch).values()), axis=1).astype(np.float32)
    whole: list[bool] = np.isfinite(rows).all(axis=1).tolist()  # type: ignore[assignment]
    return np.array([_votes(row) if known else np.nan for row, known in zip(rows, whole, strict=True)])


def _votes(row: NDArray[np.float32]) -> float:
    classes, votes = _forest().getVotes(row[None], 0)
    return float(np.floor(100.0 * votes[classes == GOOD].sum() / votes.sum() + 0.5))


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
