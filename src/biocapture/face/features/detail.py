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
"""Deviations of the Gaussians whose differences are the bands; the finest band is what the first one removes."""

EYE_WINDOWS = (slice(244, 300), slice(216, 290)), (slice(244, 300), slice(326, 400))
"""Rows and columns around the eyes in the frame: their edges are sharp on every sharp portrait, whatever the skin."""

ENERGY_FLOOR = 0.05
"""Added to every energy, in codes: what is smaller is rounding."""

MAX_BLUR_PX = 20.0


def blur_px(aligned: AlignedFace, region: Region) -> float:
    """Blur of a face, estimated by the model ``face_sharpness`` from its detail.

    Parameters
    ----------
    aligned : AlignedFace
    region : Region
        The face in the frame.

    Returns
    -------
    float
        Standard deviation of the point spread in pixels of the frame, 0..20; NaN where too little of the face is
        visible.
    """
    features = detail_features(aligned.pixels, region)
    if features is None:
        return float("nan")
    answer = float(load(MODEL)(features[None]).ravel()[0])
    return min(max(math.expm1(answer), 0.0), MAX_BLUR_PX)


def detail_features(pixels: NDArray[np.uint8], region: Region) -> NDArray[np.float32] | None:
    """Energies of the detail of a face: the input of the model ``face_sharpness``.

    Four bands on the face, four around the eyes; medians of the two finest on the face; deviation of the coarsest level
    on both; steps of the luma itself along columns and rows.

    Parameters
    ----------
    pixels : (616, 616, 3) uint8
        Aligned face, RGB.
    region : Region
        The face in it.

    Returns
    -------
    (14,) float32 or None
        Natural logarithms; None where the face, less a margin, is narrower than 40 pixels.
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
    at_eyes = [[band[window] for window in eyes] for band in [*bands, levels[-1]]]
    energies = [*(float(band[inside].std()) for band in bands)]
    energies += [float(np.mean([eye.std() for eye in both])) for both in at_eyes[:-1]]
    energies += [float(np.median(np.abs(band[inside]))) for band in bands[:2]]
    energies += [float(levels[-1][inside].std()), float(np.mean([eye.std() for eye in at_eyes[-1]]))]
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
