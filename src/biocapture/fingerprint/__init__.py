"""Fingerprints: describe one print, join prints to a batch, measure the batch."""

from collections.abc import Sequence

from biocapture.fingerprint import measures, quality
from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.nfiq2 import NATIVE, native
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import declared_in

MEASURES = declared_in(quality, measures)


def batch_of(parts: Sequence[FingerprintBatch]) -> FingerprintBatch:
    """One batch of several described prints."""
    return FingerprintBatch.joined(parts)


def notes(batch: FingerprintBatch) -> tuple[tuple[str, ...], ...]:
    """Note keys found from the pixels, per print."""
    return batch.notes


__all__ = ["MEASURES", "NATIVE", "batch_of", "describe", "native", "notes"]
