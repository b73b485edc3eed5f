"""The working image of a segmentation: small, with mirrored lamps and windows filled in."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import GreyPixels

SIDE_PX = 320
"""Longer side of the working image; images up to a quarter larger are left as they are."""

LAMP_PX, LAMP_GREYS = 11, 40
"""Spots narrower and, by this much, brighter than their surroundings are mirrored lamps."""

GLARE_PX, GLARE_GREYS, FULL_GREY = 55, 60, 235
"""Wider patches are mirrored windows if they are no wider than this, brighter than their surroundings by this much, and
the sensor is (nearly) full in them."""

WINDOW_PX, MAX_WINDOWS = 7, 20
"""Narrower patches are left to the lamps; most windows that are filled."""

HALO_PX = 3
"""Width of a window's soft rim, taken as part of it."""

FILL_QUANTILE = 0.1
"""Quantile of the greys around a window that fills it."""


@dataclass(frozen=True, slots=True)
class Reduction:
    """Views of one eye, (H, W) uint8 each, at most about :data:`SIDE_PX` wide and high.

    Attributes
    ----------
    glare : GreyPixels
        255 where a window is mirrored, else 0.
    fine : GreyPixels
        Only reduced.
    calm : GreyPixels
        Median of 5 × 5 pixels: single lashes and noise are gone, edges stay.
    dark : GreyPixels
        Mirrored lamps and windows filled from their surroundings, then blurred: a pupil is dark throughout.
    lit : GreyPixels
        Likewise, but windows are left as bright as they are: nothing rises where one ends.
    factor : float
        Size relative to the image.
    """

    glare: GreyPixels
    fine: GreyPixels
    calm: GreyPixels
    dark: GreyPixels
    lit: GreyPixels
    factor: float


def reduce_image(pixels: GreyPixels) -> Reduction:
    """Make the working image.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    Reduction
    """
    longer = max(pixels.shape)
    factor = SIDE_PX / longer if longer > 1.25 * SIDE_PX else 1.0
    small = _resize(pixels, factor)
    filled, glare = fill_windows(small)
    dark = cv2.GaussianBlur(fill_lamps(filled), (5, 5), 0)
    lit = cv2.GaussianBlur(fill_lamps(small), (5, 5), 0) if filled is not small else dark
    return Reduction(glare, small, cv2.medianBlur(small, 5), dark, lit, small.shape[1] / pixels.shape[1])


def fill_lamps(grey: GreyPixels) -> GreyPixels:
    """Fill narrow bright spots with the brightest of what is wider than they are (morphological opening).

    Parameters
    ----------
    grey : (H, W) uint8

    Returns
    -------
    (H, W) uint8
        A copy.
    """
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((LAMP_PX, LAMP_PX), np.uint8))
    spots = cv2.compare(cv2.subtract(grey, opened), LAMP_GREYS, cv2.CMP_GT)
    filled = grey.copy()
    cv2.copyTo(opened, cv2.dilate(spots, _DISC), filled)
    return filled


def fill_windows(grey: GreyPixels) -> tuple[GreyPixels, GreyPixels]:
    """Fill mirrored windows with the dark end of the greys around each.

    A pupil half under a window is dark throughout then, and the window's own rim is known not to be the pupil's.
    Skin and the white of the eye are as bright, but wider.

    Parameters
    ----------
    grey : (H, W) uint8

    Returns
    -------
    filled : (H, W) uint8
        ``grey`` itself where no window is found.
    glare : (H, W) uint8
        255 where a window is, else 0.
    """
    bright = _window_mask(grey)
    if not bright.any():
        return grey, bright
    glare = cv2.dilate(bright, _HALO)
    count, label = cv2.connectedComponents(glare)
    nearest = cv2.dilate(label.astype(np.float32), _DISC)
    nearest[glare > 0] = 0
    filled = grey.copy()
    for patch in range(1, min(count, MAX_WINDOWS + 1)):
        around = grey[nearest == patch]
        if around.size:
            # Not the median: a window over the pupil's rim has the pupil on one side only.
            filled[label == patch] = np.quantile(around, FILL_QUANTILE)
    return filled, glare


def _window_mask(grey: GreyPixels) -> GreyPixels:
    """255 where a patch wider than a lamp is full and brighter than what is :data:`GLARE_PX` wide."""
    full = cv2.compare(grey, FULL_GREY, cv2.CMP_GE)
    if not full.any():
        return full
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((GLARE_PX, GLARE_PX), np.uint8))
    bright = cv2.bitwise_and(full, cv2.compare(cv2.subtract(grey, opened), GLARE_GREYS, cv2.CMP_GT))
    return cv2.morphologyEx(bright, cv2.MORPH_OPEN, np.ones((WINDOW_PX, WINDOW_PX), np.uint8))


def _resize(pixels: GreyPixels, factor: float) -> GreyPixels:
    if factor == 1:
        return pixels
    height, width = (max(1, round(side * factor)) for side in pixels.shape)
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))

_HALO = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * HALO_PX + 1, 2 * HALO_PX + 1))
