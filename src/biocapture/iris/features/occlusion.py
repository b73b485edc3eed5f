"""What lies over the iris, by its greys: mirrored light, lashes and their shadows."""

import cv2
import numpy as np

from biocapture.iris.robust import DEVIATION_PER_MAD
from biocapture.types import GreyPixels, Mask

SPECULAR_DEVIATIONS, SPECULAR_SHARE = 5.0, 0.44
"""Brighter than the iris by this many deviations and by this share of the step from pupil to iris."""

LASH_DEVIATIONS, LASH_SHARE = 3.2, 0.22
"""Likewise darker."""

SATURATED_GREY = 250
"""Grey from which a sample is mirrored light on every iris."""

MIN_STEP_GREYS = 10.0
"""The step from pupil to iris counts as this much at least."""

ADDED_GREYS = 2.0
"""Added to the deviation of the iris, so that an even one still has some."""

MIN_SAMPLES = 60
"""Visible samples of the iris beside the pupil below which its grey is taken from all of the iris."""


def specular_and_lash(strip: GreyPixels, seen: Mask, pupil_grey: float) -> tuple[Mask, Mask]:
    """Specular and lash pixels of an unrolled iris, a little widened.

    Thresholds lie some deviations of the iris from its median, and some share of the step from pupil to iris: so
    neither exposure nor stray light nor a strong texture matter.

    Parameters
    ----------
    strip : (64, 512) uint8
        See :class:`biocapture.iris.features.rubber_sheet.Strip`.
    seen : (64, 512) bool
        Inside the image and between the lids.
    pupil_grey : float
        0..255.

    Returns
    -------
    specular, lash : (64, 512) bool
    """
    grey, spread = _iris_grey(strip, seen)
    step = max(grey - pupil_grey, MIN_STEP_GREYS)
    bright = grey + max(SPECULAR_DEVIATIONS * spread, SPECULAR_SHARE * step)
    dark = grey - max(LASH_DEVIATIONS * spread, LASH_SHARE * step)
    return _widen(strip > min(SATURATED_GREY, bright)), _widen(strip < dark)


def _iris_grey(strip: GreyPixels, seen: Mask) -> tuple[float, float]:
    """Median and deviation (by the median absolute one) of the iris beside the pupil."""
    rows, columns = strip.shape
    beside = np.abs((np.arange(columns) + columns // 4) % (columns // 2) - columns // 4) < columns * 5 // 32
    window = (slice(rows // 8, -rows // 8, 4), np.nonzero(beside)[0][::4])
    sample, known = strip[window], seen[window]
    chosen = sample[known] if np.count_nonzero(known) >= MIN_SAMPLES else sample.ravel()
    middle = float(np.median(chosen))
    return middle, DEVIATION_PER_MAD * float(np.median(np.abs(chosen - middle))) + ADDED_GREYS


def _widen(mask: Mask) -> Mask:
    return cv2.dilate(mask.view(np.uint8), _DISC).view(np.bool_)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
