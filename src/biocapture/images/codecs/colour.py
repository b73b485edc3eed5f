"""Whether a picture shows colours, which a near-infrared camera never records."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_MODES = ("RGB", "RGBA", "RGBX", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV")
SAMPLED_SIDE_PX = 64

MIN_TINT_CODES = 12
"""Difference between the channels of a pixel, of 255, above which it is tinted."""

MIN_TINTED_SHARE = 0.2
"""Share of tinted pixels above which a picture can be in colour."""

MIN_OPACITY, MIN_TRANSPARENT_SHARE = 250, 0.01
"""Opacity of 255 below which a pixel is transparent, and the share of such pixels that counts."""

MIN_HUE_CODES = 4.0
"""Standard deviation of a channel about its proportion to green, above which the tint is not the same everywhere."""


def is_in_colour(pixels: NDArray[Any]) -> bool:
    """Whether a picture shows things of different colours.

    One tint all over, as some infrared cameras give, does not count: a fifth of the pixels must have channels more than
    12 codes apart, and red and blue must not be in proportion to green everywhere. About 64 pixels of the shorter side
    are looked at.

    Parameters
    ----------
    pixels : (H, W), (H, W, 3) or (H, W, 4) array
        RGB order. Anything but three channels of uint8 counts as grey.

    Returns
    -------
    bool
    """
    if pixels.ndim != 3 or pixels.shape[2] < 3 or pixels.dtype != np.uint8:
        return False
    step = max(1, min(pixels.shape[:2]) // SAMPLED_SIDE_PX)
    few = pixels[::step, ::step, :3].reshape(-1, 3).astype(np.float64)
    if (np.ptp(few, axis=1) > MIN_TINT_CODES).mean() <= MIN_TINTED_SHARE:
        return False
    green = few[:, 1:2]
    tint = (few * green).sum(axis=0) / max(float((green**2).sum()), 1.0)
    return bool((few - tint * green).std(axis=0).max() > MIN_HUE_CODES)


def shows_colour(opened: Any) -> bool:
    """:func:`is_in_colour` of a Pillow image, judged from 64 × 64 of its pixels.

    Parameters
    ----------
    opened : PIL.Image.Image
        Loaded; of any mode.

    Returns
    -------
    bool
    """
    return opened.mode in COLOUR_MODES and is_in_colour(_sample_pixels(opened))


def shows_transparency(opened: Any) -> bool:
    """Whether a hundredth of a picture or more is transparent, judged from 64 × 64 of its pixels.

    Parameters
    ----------
    opened : PIL.Image.Image
        Loaded; of any mode.

    Returns
    -------
    bool
    """
    if opened.mode not in ("RGBA", "LA", "PA") and "transparency" not in opened.info:
        return False
    few = opened.resize((SAMPLED_SIDE_PX, SAMPLED_SIDE_PX), resample=0).convert("RGBA")
    return float((np.asarray(few)[:, :, 3] < MIN_OPACITY).mean()) >= MIN_TRANSPARENT_SHARE


def _sample_pixels(opened: Any) -> NDArray[np.uint8]:
    """64 × 64 pixels of a Pillow image as (64, 64, 3) uint8, nearest neighbours without averaging."""
    few = opened.resize((SAMPLED_SIDE_PX, SAMPLED_SIDE_PX), resample=0)
    return np.asarray(few.convert("RGB"), dtype=np.uint8)
