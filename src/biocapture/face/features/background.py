"""The background: the upper part of the aligned frame without the person and what lies outside the picture."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.face.alignment import SIDE_PX, AlignedFace, Rgb, outside_picture
from biocapture.face.features.luminance import Grey, luminance
from biocapture.face.landmarks import ratio

ROWS, COLUMNS = slice(0, 406), slice(62, 554)
"""Part of the aligned frame whose background is measured (OFIQ)."""

HEIGHT_PX, WIDTH_PX = 292, 354
"""Its size in the scale of the parsing map, in which it starts at row 0, column 23."""

PARSING_WINDOW = slice(0, HEIGHT_PX), slice(23, 23 + WIDTH_PX)

Range = tuple[tuple[int, int, int], tuple[int, int, int]]
"""Lowest and highest hue (of 256), saturation and value (of 255)."""

RED: tuple[Range, Range] = (((0, 90, 50), (7, 255, 255)), ((241, 90, 50), (255, 255, 255)))
ORANGE: Range = ((8, 90, 50), (32, 255, 255))
BLUE: Range = ((135, 90, 50), (178, 255, 255))
WHITE: Range = ((0, 0, 165), (255, 45, 255))
"""Red is 340°..10°, orange 11°..46°, blue 190°..251°; the backgrounds of Indonesian identity cards are near 0°, 206°
and, for foreigners, orange."""

SMOOTHING_PX, STEP_PX = 31, 4
"""Side of the squares that luminance is averaged over before shadows are measured, and step of the grid it is read
on."""


@dataclass(frozen=True, slots=True)
class BackgroundCrop:
    """The surroundings of the head.

    Attributes
    ----------
    pixels : (292, 354, 3) uint8
    mask : (292, 354) uint8
        1 = background, well inside the picture and away from the person.
    """

    pixels: Rgb
    mask: Grey


def crop_background(aligned: AlignedFace, shape: tuple[int, int], parsing: Grey) -> BackgroundCrop:
    """Cut the background out of the aligned frame.

    Parameters
    ----------
    aligned : AlignedFace
    shape : (int, int)
        Rows and columns of the picture.
    parsing : (400, 400) uint8
        Classes of the parsing map; 0 = background.

    Returns
    -------
    BackgroundCrop
    """
    size = (WIDTH_PX, HEIGHT_PX)
    beyond = outside_picture(aligned.matrix, shape, (SIDE_PX, ROWS.stop))[:, COLUMNS].astype(np.uint8)
    beyond = cv2.resize(beyond, size, interpolation=cv2.INTER_NEAREST)
    free = ((beyond == 0) & (parsing[PARSING_WINDOW] == 0)).astype(np.uint8)
    pixels = cv2.resize(aligned.pixels[ROWS, COLUMNS], size, interpolation=cv2.INTER_LINEAR)
    return BackgroundCrop(pixels, cv2.erode(free, np.ones((4, 4), np.uint8)))


@dataclass(frozen=True, slots=True)
class BackgroundStatistics:
    """Statistics of the background; NaN where no background is visible.

    Attributes
    ----------
    background_gradient : float
        Mean Scharr gradient of its luminance, codes per pixel.
    red_share, orange_share, blue_share, white_share : float
        Shares of the background in these colours, 0..1.
    background_shade : float
        How far the smoothed luminance of the darkest twentieth falls below the median, in medians, 0..1.
    """

    background_gradient: float
    red_share: float
    orange_share: float
    blue_share: float
    white_share: float
    background_shade: float


def background_statistics(crop: BackgroundCrop) -> BackgroundStatistics:
    """Measure the evenness, colour and shadows of a background.

    Parameters
    ----------
    crop : BackgroundCrop

    Returns
    -------
    BackgroundStatistics
        All NaN where no pixel of background is visible.
    """
    if not crop.mask.any():
        return BackgroundStatistics(*(float("nan"),) * 6)
    grey = luminance(crop.pixels)
    return BackgroundStatistics(_gradient(grey, crop.mask), *_colours(crop), _shade(grey, crop.mask))


def _gradient(grey: Grey, mask: Grey) -> float:
    inside = mask > 0
    slopes = (cv2.Sobel(grey, cv2.CV_32F, *order, ksize=cv2.FILTER_SCHARR)[inside] for order in ((1, 0), (0, 1)))
    across, down = (slope.astype(np.float64) for slope in slopes)
    # not cv2.magnitude and cv2.mean: their last bits vary from call to call
    return float(np.sqrt(across * across + down * down).mean())


def _colours(crop: BackgroundCrop) -> tuple[float, float, float, float]:
    colour = cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2HSV_FULL)

    def share(*ranges: Range) -> float:
        count = sum(cv2.countNonZero(cv2.inRange(colour, *limits) & crop.mask) for limits in ranges)
        return count / cv2.countNonZero(crop.mask)

    return share(*RED), share(ORANGE), share(BLUE), share(WHITE)


def _shade(grey: Grey, mask: Grey) -> float:
    """How much darker than the median the darkest twentieth is.

    Both sums are over the background alone: a mean that took in dark hair would read as a shadow beside it.
    """
    size = (SMOOTHING_PX, SMOOTHING_PX)
    total = cv2.boxFilter(cv2.multiply(grey, mask), cv2.CV_32F, size, normalize=False)
    count = cv2.boxFilter(mask, cv2.CV_32F, size, normalize=False)
    grid = np.s_[::STEP_PX, ::STEP_PX]
    inside = mask[grid] > 0
    if not inside.any():
        return float("nan")
    dark, median = np.percentile(total[grid][inside] / count[grid][inside], (5, 50))
    return ratio(float(median - dark), float(median))
