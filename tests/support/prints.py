"""Synthetic prints shared by the tests. Growing a finger takes half a second, so each is grown once per process."""

import functools

import numpy as np
from numpy.typing import NDArray

from biocapture import fingerprint
from biocapture.assessment.modalities import measures
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.measure import Score, raw_columns
from biocapture.synthetic.fingerprint.finger import Finger, Minutiae, finger
from biocapture.synthetic.fingerprint.impression import Effects, Impression, impression
from biocapture.types import Image, Modality, Sample

SEEDS = (1, 2, 3, 4)
"""Fingers most tests look at."""

SMALL = (400, 320)
"""Rows and columns of a capture that is quick to analyse and still shows a whole fingertip's core."""


@functools.cache
def grown(seed: int, period_px: float | None = None) -> Finger:
    """One finger; the same object each time."""
    return finger(seed, period_px=period_px)


def touch(seed: int = 1, shape: tuple[int, int] = SMALL, **effects: float) -> Impression:
    """A capture of finger ``seed``; a latent print, if asked for, is that of the next finger."""
    latent = grown(seed % len(SEEDS) + 1) if effects.get("ghost") else None
    return impression(grown(seed), seed, Effects(**effects), shape, ghost_of=latent)


def sample(pixels: NDArray[np.uint8], ppi: float = 500.0) -> Sample:
    """Pixels as a fingerprint sample."""
    return Sample(Image(pixels, ppi), Modality.FINGERPRINT)


def described(pixels: NDArray[np.uint8]) -> FingerprintBatch:
    """A batch of one."""
    return fingerprint.describe(sample(pixels))


def scores(batch: FingerprintBatch) -> dict[str, Score]:
    """Raw value and score of every measure of a batch of one, by the part of the id after the modality."""
    raw, problems = raw_columns(fingerprint.MEASURES, batch, len(batch))
    assert not problems
    return {
        name.split(".")[1]: Score(float(column[0]), float(measures()[name].curve(column)[0]))
        for name, column in raw.items()
    }


def apart(minutiae: Minutiae, distance_px: float) -> NDArray[np.bool_]:
    """True minutiae with no other within the distance: of two closer than a ridge period one finds one, or none."""
    gap = np.hypot(*(np.subtract.outer(part, part) for part in (minutiae.row, minutiae.column)))
    return (gap < distance_px).sum(axis=1) == 1
