"""What lies over the iris, told from its greys: mirrored light, lashes and their shadows."""

import cv2
import numpy as np

from biocapture.types import GreyPixels, Mask

SPECULAR_DEVIATIONS, SPECULAR_SHARE = 5.0, 0.44
"""Brighter than the iris by this many deviations and by this share of the step from pupil to iris."""

LASH_DEVIATIONS, LASH_SHARE = 3.2, 0.22
"""Likewise darker."""

SATURATED_GREY = 250

MIN_SAMPLES = 60
"""Samples of the iris beside the pupil that its grey can be told from."""


def specular_and_lash(strip: GreyPixels, seen: Mask, pupil_grey: float) -> tuple[Mask, Mask]:
    """Specular and lash pixels of an unrolled iris, a little widened.

    Parameters
    ----------
    strip : (64, 512) uint8
    seen : (64, 512) bool
        Inside the image and between the lids.
    pupil_grey : float
        The step from here to the iris is what greys are measured by, so that neither exposure nor stray light matter.
    """
    middle, spread = _iris(strip, seen)
    step = max(middle - pupil_grey, 10.0)
    bright = middle + max(SPECULAR_DEVIATIONS * spread, SPECULAR_SHARE * step)
    dark = middle - max(LASH_DEVIATIONS * spread, LASH_SHARE * step)
    return _widen(strip > min(SATURATED_GREY, bright)), _widen(strip < dark)


def _iris(strip: GreyPixels, seen: Mask) -> tuple[float, float]:
    """Median and deviation (from the median one) of the iris beside the pupil."""
    rows, columns = strip.shape
    beside = np.abs((np.arange(columns) + columns // 4) % (columns // 2) - columns // 4) < columns * 5 // 32
    window = (slice(rows // 8, -rows // 8, 4), np.nonzero(beside)[0][::4])
    sample, known = strip[window], seen[window]
    chosen = sample[known] if np.count_nonzero(known) >= MIN_SAMPLES else sample.ravel()
    middle = float(np.median(chosen))
    return middle, 1.4826 * float(np.median(np.abs(chosen - middle))) + 2


def _widen(mask: Mask) -> Mask:
    return cv2.dilate(mask.view(np.uint8), _DISC).view(np.bool_)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
