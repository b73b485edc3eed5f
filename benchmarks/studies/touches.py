"""Touches of synthetic fingers, drawn and assessed once and kept in a folder, for runs of many captures."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.studies.population import grown
from biocapture.assessment.options import options_of
from biocapture.assessment.scoring import reports
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, PpiSource, Sample

EACH = 4
"""Touches of a finger."""


@dataclass(frozen=True, slots=True)
class Touches:
    """N touches without sensor noise, and their unified quality.

    Attributes
    ----------
    pixels : (N, 560, 416) uint8
    quality : (N,) float64
        0..100, NaN where not assessable.
    """

    pixels: NDArray[np.uint8]
    quality: NDArray[np.float64]


@functools.cache
def touches(cache: Path, first: int, fingers: int) -> Touches:
    """Four touches of each of the fingers ``first`` …; as people give them, a quarter of them with a fault."""
    path = cache / f"touches_{first}_{fingers}.npz"
    if not path.exists():
        drawn = [_touch(cache, first + n // EACH, n) for n in range(EACH * fingers)]
        wanted = options_of("fingerprint")
        quality = [reports([_sample(pixels)], wanted)[0].quality for pixels in drawn]
        np.savez_compressed(path, pixels=np.stack(drawn), quality=np.array(quality))
    with np.load(path) as kept:
        return Touches(kept["pixels"], kept["quality"])


def _touch(cache: Path, number: int, touch: int) -> NDArray[np.uint8]:
    random = np.random.default_rng([number, touch, 0x70C])
    fault = random.choice(["", "wet", "dry", "partial", "low_contrast"], p=[0.75, 0.08, 0.08, 0.06, 0.03])
    how = Effects(
        distortion_px=float(random.uniform(0, 6)),
        wet=float(random.uniform(0, 0.3)),
        dry=float(random.uniform(0, 0.25)),
        noise=0.0,
        creases=int(random.integers(0, 3)),
    )
    if fault:
        how = Effects(noise=0.0, **{fault: float(random.uniform(0.3, 0.7))})
    return impression(grown(number, cache), touch, how).pixels


def _sample(pixels: NDArray[np.uint8]) -> Sample:
    noisy = pixels + np.random.default_rng(0).normal(0, 2.5, pixels.shape)
    return Sample(
        Image(np.clip(np.rint(noisy), 0, 255).astype(np.uint8), 500.0, PpiSource.METADATA), Modality.FINGERPRINT
    )
