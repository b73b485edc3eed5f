"""How fine the detail of a face is: bands and steps of its luma in the aligned frame; not OFIQ's sharpness."""

import itertools
import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import AlignedFace
from biocapture.face.features.cheeks import Window
from biocapture.face.features.region import Region
from biocapture.models import load
from biocapture.types import GreyPixels, Mask

MODEL = "face_sharpness"
SCALES_PX = (1.0, 2.0, 4.0, 8.0)
"""Deviations of the Gaussians whose differences are the bands; the finest band is what the first one removes."""

EYE_WINDOWS = (slice(244, 300), slice(216, 290)), (slice(244, 300), slice(326, 400))
"""Rows and columns around the eyes in the frame: their edges are sharp on every sharp portrait, whatever the skin."""

ENERGY_FLOOR = 0.05
"""Added to every energy, in codes: what is smaller is rounding."""

STEPS_PX = (1, 2, 4)

MEDIAN_OF_EVERY = 3
"""The median of every third row is near enough."""

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
    on both; steps of the luma over 1, 2 and 4 pixels along columns and along rows: means and medians on the face, means
    around the eyes. Pixels of an enlarged picture have edges, but no median step; motion leaves one direction.

    Parameters
    ----------
    pixels : (616, 616, 3) uint8
        Aligned face, RGB.
    region : Region
        The face in it.

    Returns
    -------
    (30,) float32 or None
        Natural logarithms; None where the face, less a margin, is narrower than 40 pixels.
    """
    mask = cv2.erode(region.mask, np.ones((9, 9), np.uint8))
    left, top, width, height = cv2.boundingRect(mask)
    if min(width, height) < 40:
        return None
    rows, columns = slice(min(top, 236), max(top + height, 308)), slice(min(left, 208), max(left + width, 408))
    luma = cv2.cvtColor(np.ascontiguousarray(pixels[rows, columns]), cv2.COLOR_RGB2GRAY)
    face = np.ascontiguousarray(mask[rows, columns])
    eyes = [
        (slice(r.start - rows.start, r.stop - rows.start), slice(c.start - columns.start, c.stop - columns.start))
        for r, c in EYE_WINDOWS
    ]
    return np.log(
        np.array(_bands(luma.astype(np.float32), face > 0, eyes) + _steps(luma, face, eyes)) + ENERGY_FLOOR
    ).astype(np.float32)


def _bands(grey: NDArray[np.float32], inside: Mask, eyes: Sequence[Window]) -> list[float]:
    levels = _levels(grey)
    bands = [fine - coarse for fine, coarse in itertools.pairwise(levels)]
    at_eyes = [[band[window] for window in eyes] for band in [*bands, levels[-1]]]
    energies = [float(band[inside].std()) for band in bands]
    energies += [float(np.mean([eye.std() for eye in both])) for both in at_eyes[:-1]]
    energies += [float(np.median(np.abs(band[inside]))) for band in bands[:2]]
    return [*energies, float(levels[-1][inside].std()), float(np.mean([eye.std() for eye in at_eyes[-1]]))]


def _steps(luma: GreyPixels, mask: GreyPixels, eyes: Sequence[Window]) -> list[float]:
    """Means on the face, medians on the face, means around the eyes; of each pair the steps along columns first."""
    means, medians, around = [], [], []
    for lag, axis in itertools.product(STEPS_PX, (0, 1)):
        later, earlier = (slice(lag, None), slice(None)), (slice(None, -lag), slice(None))
        order = slice(None, None, 1 - 2 * axis)
        steps, face = cv2.absdiff(luma[later[order]], luma[earlier[order]]), mask[later[order]]
        means.append(cv2.mean(steps, face)[0])
        medians.append(float(np.median(steps[::MEDIAN_OF_EVERY][face[::MEDIAN_OF_EVERY] > 0])))
        around.append(float(np.mean([cv2.mean(steps[window])[0] for window in eyes])))
    return [*means, *medians, *around]


def _levels(grey: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """The luma and its means over Gaussians of :data:`SCALES_PX`; the coarse ones by way of half the size."""
    one, two, four, eight = SCALES_PX
    fine = cv2.GaussianBlur(grey, (0, 0), one)
    middle = cv2.GaussianBlur(fine, (0, 0), math.sqrt(two**2 - one**2))
    half = cv2.resize(middle, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    size = grey.shape[::-1]
    coarse = [cv2.GaussianBlur(half, (0, 0), math.sqrt(scale**2 - two**2) / 2) for scale in (four, eight)]
    return [grey, fine, middle, *(cv2.resize(level, size, interpolation=cv2.INTER_LINEAR) for level in coarse)]
