"""The unified quality of a print, and our estimate of what NFIQ 2 would say."""

import numpy as np

from biocapture.fingerprint.nfiq2.native import score_features
from biocapture.fingerprint.statistics import FingerprintBatch, of_prints, table_deviation, table_mean
from biocapture.measure import Column, Identity, measure
from biocapture.models import load
from biocapture.types import Values

DEFAULT_UNIFORMITY = 2.0
"""Taken for prints without a block in which widths could be compared; the worst of the development sets is 1.97."""


@measure(
    iso="ISO/IEC 29794-4 unified quality score",
    unit="1",
    range=(0.0, 100.0),
    curve=Identity(),
    guidance="fingerprint.poor_quality",
)
def quality(batch: FingerprintBatch) -> Column:
    """Predicted usefulness for comparison, from four features. Higher is better.

    A model trained here (models/fingerprint_quality) on how well prints of six sensors were matched with other prints
    of the same finger. 20 is the worst twentieth of the development prints, 60 their median.
    """
    rows = utility_features(batch, nfiq2_estimate(batch))
    return of_prints(batch, _predicted("fingerprint_quality", rows))


@measure(unit="1", range=(0.0, 100.0), curve=Identity(), guidance="fingerprint.poor_quality")
def nfiq2_estimate(batch: FingerprintBatch) -> Column:
    """What NFIQ 2.3 would say, estimated. Higher is better. It is not an NFIQ 2 score.

    A support vector regression of NIST's published scores on the 69 features (models/nfiq2_estimate), whose four
    minutiae features come from our extractor. For the score of NIST's own forest: ``biocapture models add nfiq2 FILE``.
    """
    rows = np.nan_to_num(np.stack(list(score_features(batch).values()), axis=1))
    return of_prints(batch, np.clip(_predicted("nfiq2_estimate", rows), 0.0, 100.0))


def utility_features(batch: FingerprintBatch, estimate: Column) -> Values:
    """Features of the quality model: ridge signal, log(1 + minutiae), minus uniformity, estimate.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N prints.
    estimate : (N,) float64
        Of the NFIQ 2 score, 0..100.

    Returns
    -------
    (N, 4) float64
        Never NaN: what could not be measured counts as bad.
    """
    uniformity = table_deviation(batch.uniformity, len(batch))
    columns = (
        np.nan_to_num(table_mean(batch.signal, len(batch))),
        np.log1p(np.nan_to_num(batch.minutiae)),
        -np.where(np.isnan(uniformity), DEFAULT_UNIFORMITY, uniformity),
        np.nan_to_num(estimate),
    )
    return np.stack(columns, axis=1)


def _predicted(model: str, rows: Values) -> Column:
    """One call per print: a prediction never depends on the rest of the batch."""
    predict = load(model)
    return np.array([float(predict(row[None].astype(np.float32)).ravel()[0]) for row in rows], np.float64)
