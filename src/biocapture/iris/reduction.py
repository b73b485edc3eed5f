"""The working image of a segmentation: small, without mirrored lamps."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import GreyPixels

SIDE_PX = 320
"""Longer side of the working image; images up to a quarter larger are left as they are."""

LAMP_PX, GLARE_PX = 11, 31
"""Bright spots narrower than this are mirrored lamps; saturated ones may be wider."""

LAMP_GREYS = 40

SATURATED = 0.96
"""Share of the brightest grey from which a sensor counts as full."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """Views of one eye, (H, W) uint8 each, at most about :data:`SIDE_PX` wide and high.

    Attributes
    ----------
    fine : GreyPixels
        Only reduced.
    calm : GreyPixels
        Median of 5 × 5 pixels: single lashes and noise are gone, edges stay.
    dark : GreyPixels
        Mirrored lamps filled with their surroundings, then blurred: what is a pupil is dark throughout.
    factor : float
        Size relative to the image.
    """

    fine: GreyPixels
    calm: GreyPixels
    dark: GreyPixels
    factor: float


def reduced(pixels: GreyPixels) -> Reduction:
    """Make the working image."""
    longer = max(pixels.shape)
    factor = SIDE_PX / longer if longer > 1.25 * SIDE_PX else 1.0
    small = _resized(pixels, factor)
    dark = cv2.GaussianBlur(without_lamps(small), (5, 5), 0)
    return Reduction(small, cv2.medianBlur(small, 5), dark, small.shape[1] / pixels.shape[1])


def without_lamps(grey: GreyPixels) -> GreyPixels:
    """Narrow bright spots filled with the brightest of what is wider (morphological opening)."""
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((LAMP_PX, LAMP_PX), np.uint8))
    spots = cv2.compare(cv2.subtract(grey, opened), LAMP_GREYS, cv2.CMP_GT)
    filled = grey.copy()
    cv2.copyTo(opened, cv2.dilate(spots, _DISC), filled)
    return filled


def _resized(pixels: GreyPixels, factor: float) -> GreyPixels:
    if factor == 1:
        return pixels
    height, width = (max(1, round(side * factor)) for side in pixels.shape)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
