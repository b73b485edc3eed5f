"""Fingerprints: describe one print, join prints to a batch, measure the batch."""

from collections.abc import Iterator
from types import ModuleType

from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.features.latent_residue import latent_residue
from biocapture.fingerprint.frame_check import PROMPTS, check_frame
from biocapture.fingerprint.measures import operational, quality
from biocapture.fingerprint.nfiq2 import native as nfiq2
from biocapture.fingerprint.nfiq2.forest import forest_score
from biocapture.fingerprint.recognition import resembles
from biocapture.fingerprint.slap.findings import find_slap
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.images.resample import to_500_ppi as at_working_resolution
from biocapture.measure import Column, measures_in
from biocapture.types import Failure, Picture, Sample

EXAMPLE_SEED = 70_000
"""Of the synthetic finger of :func:`examples`."""

MEASURES = measures_in(quality, operational)
"""Every measure of a print."""

NATIVE = nfiq2.NATIVE | {
    "nfiq2.score": "Score of NIST's own NFIQ 2 forest, 0..100, with the four minutiae features from our extractor; "
    "empty unless `biocapture models add nfiq2 FILE` was run"
}
"""Every native column → what it is."""


def native(batch: FingerprintBatch) -> dict[str, Column]:
    """Every native column of NFIQ 2.3, and the score of its forest.

    Parameters
    ----------
    batch : FingerprintBatch
        Of N prints.

    Returns
    -------
    dict
        Name, prefixed ``nfiq2.`` → (N,) float64; NaN where it cannot be measured.
    """
    return nfiq2.native_columns(batch) | {"nfiq2.score": forest_score(batch)}


def load_matcher() -> ModuleType:
    """What prints offer for comparison, imported when first needed."""
    from biocapture.fingerprint import matcher

    return matcher


def draw(sample: Sample) -> tuple[Picture, Failure | None]:
    """Picture of one print with its ridges, minutiae, cores and deltas.

    Parameters
    ----------
    sample : Sample
        At 500 ppi.

    Returns
    -------
    picture : (2 H, 2 W, 3) uint8
        RGB.
    failure : Failure or None
        Where there is no print: nothing is drawn in.
    """
    from biocapture.fingerprint import drawing

    return drawing.draw(sample)


def examples(count: int) -> Iterator[Picture]:
    """Touches of one synthetic finger: a finger takes long to make, each further touch of it hardly any time.

    Parameters
    ----------
    count : int
        Number of touches.

    Returns
    -------
    iterator of (560, 416) uint8
        Always the same ones.
    """
    from biocapture.synthetic.fingerprint.finger import finger
    from biocapture.synthetic.fingerprint.impression import impression

    grown = finger(EXAMPLE_SEED)
    return (impression(grown, seed).pixels for seed in range(count))


__all__ = [
    "MEASURES",
    "NATIVE",
    "PROMPTS",
    "at_working_resolution",
    "check_frame",
    "describe",
    "draw",
    "examples",
    "find_slap",
    "latent_residue",
    "load_matcher",
    "native",
    "resembles",
]
