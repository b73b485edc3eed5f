"""The working image of a segmentation: small, with mirrored lamps and windows filled in."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.types import GreyPixels

SIDE_PX = 320
"""Longer side of the working image; images up to a quarter larger are left as they are."""

CLOSE_UP_IRIS_PX, CLOSE_UP_REACH = 64.0, 1.8
"""Iris radius in the working image of one iris; half its side in iris radii."""

MIN_SIDE_PX = 16
"""Least rows and columns of it, in pixels of the image."""

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


TONE_STRIDE = 7
"""Every which pixel is counted to find black and white."""

BLACK_QUANTILES, WHITE_QUANTILE, MIN_SPAN_GREYS = (0.01, 0.001), 0.75, 40
"""Shares of the pixels that are darker than the black of a camera, usually and where the only black is a small pupil,
and than its white; least greys between the two."""

FRAME_PX = 3
"""Rows and columns at the border that some cameras leave black."""

WHITE_GREY = 190.0
"""What white becomes."""

LOG_FLOOR, LOG_GREYS = 0.15, 105.0
"""Light, in that of white, from which on ratios count rather than differences; greys of a factor e."""

LAMP_SHARE, MAX_LAMP_GREY = 1.25, 200
"""Lamps are brighter than this many whites, or than this grey."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Tables from the greys of a camera to common ones.

    Attributes
    ----------
    linear : (256,) uint8
        In proportion to the light.
    logarithm : (256,) uint8
        In proportion to its logarithm: the step from a black pupil to a dim iris is as large as from a grey to a
        bright one, and larger than any within the iris.
    lamp_grey : int
        Grey from which a spot may be a mirrored lamp.
    """

    linear: GreyPixels
    logarithm: GreyPixels
    lamp_grey: int


@dataclass(frozen=True, slots=True)
class Reduction:
    """Views of one eye, (H, W) uint8 each, at most about :data:`SIDE_PX` wide and high.

    Attributes
    ----------
    glare : GreyPixels
        255 where a window is mirrored, else 0.
    fine : GreyPixels
        Only reduced, with the common black and white; see :class:`Tone`.
    calm : GreyPixels
        Median of 5 × 5 pixels of it: single lashes and noise are gone, edges stay.
    dark : GreyPixels
        Logarithm of the light, mirrored lamps and windows filled from their surroundings, then blurred: a pupil is
        dark throughout and its rim the steepest.
    lit : GreyPixels
        Likewise, but windows are left as bright as they are: nothing rises where one ends.
    plain : GreyPixels
        As ``lit``, in proportion to the light: a blurred edge lies where its light is half.
    factor : float
        Size relative to the image.
    origin : (float, float)
        Row and column of the image at which the view begins, px.
    tone : Tone
        Of the whole image.
    """

    glare: GreyPixels
    fine: GreyPixels
    calm: GreyPixels
    dark: GreyPixels
    lit: GreyPixels
    plain: GreyPixels
    factor: float
    origin: tuple[float, float]
    tone: Tone

    def to_image(self, ellipse: Ellipse) -> Ellipse:
        """An ellipse of the view in pixels of the image.

        Parameters
        ----------
        ellipse : Ellipse

        Returns
        -------
        Ellipse
        """
        whole = ellipse.rescale(1 / self.factor)
        return replace(whole, row_px=whole.row_px + self.origin[0], column_px=whole.column_px + self.origin[1])

    def from_image(self, ellipse: Ellipse) -> Ellipse:
        """An ellipse of the image in pixels of the view; the inverse of :meth:`to_image`.

        Parameters
        ----------
        ellipse : Ellipse

        Returns
        -------
        Ellipse
        """
        moved = replace(ellipse, row_px=ellipse.row_px - self.origin[0], column_px=ellipse.column_px - self.origin[1])
        return moved.rescale(self.factor)


def reduce_image(pixels: GreyPixels, black_quantile: float = BLACK_QUANTILES[0]) -> Reduction:
    """Make the working image.

    Parameters
    ----------
    pixels : (H, W) uint8
    black_quantile : float
        See :func:`tone_of`.

    Returns
    -------
    Reduction
    """
    longer = max(pixels.shape)
    factor = SIDE_PX / longer if longer > 1.25 * SIDE_PX else 1.0
    small = _resize(pixels, factor)
    return _views(small, tone_of(small, black_quantile), small.shape[1] / pixels.shape[1], (0.0, 0.0))


def close_up(pixels: GreyPixels, tone: Tone, limbus: Ellipse) -> Reduction:
    """Make the working image of one iris, in which every iris is of the same size.

    Parameters
    ----------
    pixels : (H, W) uint8
    tone : Tone
        Of the whole image.
    limbus : Ellipse
        About where it is, in pixels of the image.

    Returns
    -------
    Reduction
    """
    reach, factor = CLOSE_UP_REACH * limbus.radius_px, CLOSE_UP_IRIS_PX / limbus.radius_px
    top, left, bottom, right = limbus.window(reach)
    part = pixels[top : max(bottom, top + MIN_SIDE_PX), left : max(right, left + MIN_SIDE_PX)]
    near = _resize(part, factor)
    return _views(near, tone, near.shape[1] / part.shape[1], (float(top), float(left)))


def _views(small: GreyPixels, tone: Tone, factor: float, origin: tuple[float, float]) -> Reduction:
    even = cv2.LUT(small, tone.linear)
    filled, glare = fill_windows(small)
    lamps_off = fill_lamps(small, tone)
    lit = _smooth(lamps_off, tone.logarithm)
    dark = _smooth(fill_lamps(filled, tone), tone.logarithm) if filled is not small else lit
    plain = _smooth(lamps_off, tone.linear)
    return Reduction(glare, even, cv2.medianBlur(even, 5), dark, lit, plain, factor, origin, tone)


def tone_of(grey: GreyPixels, black_quantile: float = BLACK_QUANTILES[0]) -> Tone:
    """Tables that make the greys of any camera alike.

    Parameters
    ----------
    grey : (H, W) uint8
    black_quantile : float
        Share of the pixels that are darker than black; see :data:`BLACK_QUANTILES`.

    Returns
    -------
    Tone
    """
    within = grey[FRAME_PX:-FRAME_PX, FRAME_PX:-FRAME_PX]
    count = np.cumsum(np.bincount(within.ravel()[::TONE_STRIDE], minlength=256))
    black, white = (int(np.searchsorted(count, share * count[-1])) for share in (black_quantile, WHITE_QUANTILE))
    span = max(white - black, MIN_SPAN_GREYS)
    light = np.clip((np.arange(256) - black) / span, 0, None)
    linear = np.clip(np.rint(WHITE_GREY * light), 0, 255).astype(np.uint8)
    logarithm = np.clip(np.rint(LOG_GREYS * np.log1p(light / LOG_FLOOR)), 0, 255).astype(np.uint8)
    return Tone(linear, logarithm, int(min(MAX_LAMP_GREY, black + LAMP_SHARE * span)))


def _smooth(grey: GreyPixels, table: GreyPixels) -> GreyPixels:
    return cv2.GaussianBlur(cv2.LUT(grey, table), (5, 5), 0)


def fill_lamps(grey: GreyPixels, tone: Tone) -> GreyPixels:
    """Fill narrow bright spots with the brightest of what is wider than they are (morphological opening).

    Parameters
    ----------
    grey : (H, W) uint8
    tone : Tone
        Of the image: the ridges of an iris next to a black pupil are narrow and brighter, too, but no lamps.

    Returns
    -------
    (H, W) uint8
        A copy.
    """
    opened = cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((LAMP_PX, LAMP_PX), np.uint8))
    spots = cv2.bitwise_and(
        cv2.compare(cv2.subtract(grey, opened), LAMP_GREYS, cv2.CMP_GT),
        cv2.compare(grey, tone.lamp_grey, cv2.CMP_GE),
    )
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
    return cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)


_DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))

_HALO = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * HALO_PX + 1, 2 * HALO_PX + 1))
