"""Fingerprints: describe one print, join prints to a batch, measure the batch."""

from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.features.latent_residue import latent_residue as underlying
from biocapture.fingerprint.frame_check import PROMPTS, check_frame
from biocapture.fingerprint.measures import operational, quality
from biocapture.fingerprint.nfiq2 import native as nfiq2
from biocapture.fingerprint.nfiq2.forest import forest_score
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Column, declared_in

MEASURES = declared_in(quality, operational)

NATIVE = nfiq2.NATIVE | {
    "nfiq2.score": "Score of NIST's own NFIQ 2 forest, 0..100, with the four minutiae features from our extractor; "
    "empty unless `biocapture models add nfiq2 FILE` was run"
}
"""Every native column → what it is."""


def native(batch: FingerprintBatch) -> dict[str, Column]:
    """Every native column of NFIQ 2.3, names prefixed ``nfiq2.``; NaN where it cannot be measured."""
    return nfiq2.native(batch) | {"nfiq2.score": forest_score(batch)}


__all__ = ["MEASURES", "NATIVE", "PROMPTS", "check_frame", "describe", "native", "underlying"]
