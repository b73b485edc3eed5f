"""Whether a picture shows colours: what an infrared camera never does."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

COLOUR_MODES = ("RGB", "RGBA", "RGBX", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV")
MIN_TINT_CODES, MIN_TINTED_SHARE, MIN_HUE_CODES = 12, 0.2, 4.0
SAMPLED_SIDE_PX = 64


def is_in_colour(pixels: NDArray[Any]) -> bool:
    """Whether a picture shows things of different colours; one tint all over, as some infrared cameras give, does not.

    A fifth of the pixels has channels 12 codes apart, and red and blue are not everywhere in proportion to green.
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
    """:func:`is_in_colour` of a Pillow image, judged from some of its pixels."""
    return opened.mode in COLOUR_MODES and is_in_colour(_sample_pixels(opened))


def _sample_pixels(opened: Any) -> NDArray[np.uint8]:
    """(64, 64, 3) pixels of a Pillow image, some of them."""
    few = opened.resize((SAMPLED_SIDE_PX, SAMPLED_SIDE_PX), resample=0)
    return np.asarray(few.convert("RGB"), dtype=np.uint8)
