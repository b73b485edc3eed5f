"""How fine the detail of a face is: energy of bands of its luma in the aligned frame; not OFIQ's sharpness."""

import itertools
import math

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import AlignedFace
from biocapture.face.features.region import Region
from biocapture.models import load

MODEL = "face_sharpness"
SCALES_PX = (1.0, 2.0, 4.0, 8.0)
"""Of the Gaussians between which a band lies; the finest band is what the first takes away."""

EYE_WINDOWS = (slice(244, 300), slice(216, 290)), (slice(244, 300), slice(326, 400))
"""Rows and columns around the eyes in the frame: edges there are sharp on every sharp portrait."""

ENERGY_FLOOR = 0.05
"""Added to every energy in codes: less is rounding."""

MAX_BLUR_PX = 20.0


def blur_px(aligned: AlignedFace, region: Region) -> float:
    """Estimated blur of the face: standard deviation of its point spread in pixels of the frame; NaN without a face."""
    features = detail_features(aligned.pixels, region)
    if features is None:
        return float("nan")
    answer = float(load(MODEL)(features[None]).ravel()[0])
    return min(max(math.expm1(answer), 0.0), MAX_BLUR_PX)


def detail_features(pixels: NDArray[np.uint8], region: Region) -> NDArray[np.float32] | None:
    """(14,) float32 logarithms of energies: four bands on the face, four around the eyes; medians of the two finest on
    the face, deviation of the coarsest level on both, and the steps of the luma itself along rows and columns.
    """
    mask = cv2.erode(region.mask, np.ones((9, 9), np.uint8))
    left, top, width, height = cv2.boundingRect(mask)
    if min(width, height) < 40:
        return None
    rows, columns = slice(min(top, 236), max(top + height, 308)), slice(min(left, 208), max(left + width, 408))
    grey = cv2.cvtColor(np.ascontiguousarray(pixels[rows, columns]), cv2.COLOR_RGB2GRAY).astype(np.float32)
    inside = mask[rows, columns] > 0
    levels = _levels(grey)
    bands = [fine - coarse for fine, coarse in itertools.pairwise(levels)]
    eyes = [
        (slice(r.start - rows.start, r.stop - rows.start), slice(c.start - columns.start, c.stop - columns.start))
        for r, c in EYE_WINDOWS
    ]
    around = [[band[window] for window in eyes] for band in [*bands, levels[-1]]]
    energies = [*(float(band[inside].std()) for band in bands)]
    energies += [float(np.mean([part.std() for part in parts])) for parts in around[:-1]]
    energies += [float(np.median(np.abs(band[inside]))) for band in bands[:2]]
    energies += [float(levels[-1][inside].std()), float(np.mean([part.std() for part in around[-1]]))]
    energies += [
        float(np.abs(np.diff(grey, axis=axis))[inside[1:] if axis == 0 else inside[:, 1:]].mean()) for axis in (0, 1)
    ]
    return np.log(np.array(energies) + ENERGY_FLOOR).astype(np.float32)


def _levels(grey: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The luma and its means over Gaussians of :data:`SCALES_PX`; the coarse ones by way of half the size."""
    one, two, four, eight = SCALES_PX
    fine = cv2.GaussianBlur(grey, (0, 0), one)
    middle = cv2.GaussianBlur(fine, (0, 0), math.sqrt(two**2 - one**2))
    half = cv2.resize(middle, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = grey.shape[::-1]
    coarse = [cv2.GaussianBlur(half, (0, 0), math.sqrt(scale**2 - two**2) / 2) for scale in (four, eight)]
    return [grey, fine, middle, *(cv2.resize(level, size, interpolation=cv2.INTER_LINEAR) for level in coarse)]
