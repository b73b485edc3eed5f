"""Greys, their distribution and fine detail of the unrolled iris."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.features.rubber_sheet import Strip
from biocapture.types import GreyPixels

FINE_PX, COARSE_PX = 1.0, 2.2
"""Deviations of the two Gaussians whose difference passes the detail that counts as sharp."""

FULL_GREY, EMPTY_GREY = 250, 5
"""Greys from which a pixel carries no information: the sensor was full, or empty."""

MIN_PIXELS = 500
"""Usable samples of the strip below which nothing is measured."""


@dataclass(frozen=True, slots=True)
class Texture:
    """Statistics of the usable iris; NaN where hardly any is usable.

    Attributes
    ----------
    mean_grey : float
        0..255.
    entropy_bits : float
        Of the histogram of greys, 0..8.
    detail : float
        Mean square of the band-passed greys, greys².
    clipped : float
        Share of the uncovered iris at either end of the range, 0..1.
    """

    mean_grey: float
    entropy_bits: float
    detail: float
    clipped: float


def texture(strip: Strip) -> Texture:
    """Measure one strip.

    Parameters
    ----------
    strip : Strip

    Returns
    -------
    Texture
    """
    greys = strip.grey[strip.usable]
    if greys.size < MIN_PIXELS:
        return Texture(*(float("nan"),) * 4)
    bare = strip.grey[~(strip.lid | strip.lash)]
    return Texture(
        mean_grey=float(greys.mean()),
        entropy_bits=_entropy(greys),
        detail=_detail(strip),
        clipped=float(((bare >= FULL_GREY) | (bare <= EMPTY_GREY)).mean()) if bare.size else float("nan"),
    )


def _entropy(greys: GreyPixels) -> float:
    count = np.bincount(greys, minlength=256)
    share = count[count > 0] / greys.size
    return float(-(share * np.log2(share)).sum())


def _detail(strip: Strip) -> float:
    """Mean square of a difference of Gaussians, greys².

    Only where the filter reaches neither covered pixels nor the ends of the strip; covered ones are set to the mean
    first, so that their edges do not ring.
    """
    usable = strip.usable.astype(np.uint8)
    inner = cv2.erode(usable, np.ones((5, 5), np.uint8)) > 0
    inner[:3] = inner[-3:] = False
    if inner.sum() < MIN_PIXELS:
        return float("nan")
    grey = np.where(strip.usable, strip.grey, np.float32(strip.grey[strip.usable].mean())).astype(np.float32)
    band = cv2.GaussianBlur(grey, (7, 7), FINE_PX) - cv2.GaussianBlur(grey, (13, 13), COARSE_PX)
    return float((band[inner] ** 2).mean())
