"""Pixels of arrays and of Pillow images as 8-bit grey or RGB."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError

BAND_PX = 4_000_000
"""Pixels that are converted together: what a conversion needs beside its result stays small."""


def pixels_of_raster(opened: Any, grey: bool, subject: str) -> NDArray[np.uint8]:
    """Grey or RGB pixels of a Pillow image; transparent parts over white.

    Parameters
    ----------
    opened : PIL.Image.Image
        Loaded and upright; 8 or 16 bits a channel.
    grey : bool
        Pixels become (H, W); otherwise (H, W, 3) RGB.
    subject : str
        What an error names.

    Returns
    -------
    (H, W) or (H, W, 3) uint8

    Raises
    ------
    DecodeError
        Floating-point pixels.
    """
    if opened.mode == "F":  # no white level is defined: 1, 255 and 65535 are all in use
        low, high = opened.getextrema()
        raise DecodeError(f"floating-point pixels (mode F, {low:g}..{high:g}); expected 8 or 16 bit integers", subject)
    if opened.mode.startswith("I"):
        return as_grey_or_rgb(_to_eight_bits(np.asarray(opened)), grey)
    width, height = opened.size
    pixels = np.empty((height, width) if grey else (height, width, 3), np.uint8)
    for band in _bands(height, width):
        pixels[band] = _converted(opened.crop((0, band.start, width, band.stop)), grey)
    return pixels


def _converted(opened: Any, grey: bool) -> NDArray[np.uint8]:
    if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
        opened = opened.convert("RGBA")
        white = opened.copy()
        white.paste((255, 255, 255, 255), (0, 0, *opened.size))
        white.alpha_composite(opened)
        opened = white
    return np.asarray(opened.convert("L" if grey else "RGB"), dtype=np.uint8)


def _bands(height: int, width: int) -> list[slice]:
    """Rows from top to bottom, about :data:`BAND_PX` pixels each."""
    rows = max(1, BAND_PX // max(1, width))
    return [slice(first, min(height, first + rows)) for first in range(0, height, rows)]


def pixels_of_array(array: NDArray[Any], grey: bool) -> NDArray[np.uint8]:
    """Grey or RGB pixels of an array; always a copy.

    Parameters
    ----------
    array : (H, W), (H, W, 1), (H, W, 3) or (H, W, 4) array
        uint8, uint16 (its full range becomes 0..255) or bool (True = white); RGB order, opacity last.
    grey : bool
        Pixels become (H, W); otherwise (H, W, 3) RGB.

    Returns
    -------
    (H, W) or (H, W, 3) uint8

    Raises
    ------
    DecodeError
        Any other dtype.
    """
    if array.dtype == np.uint16:
        array = _to_eight_bits(array)
    elif array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype == np.uint8:
        array = array.copy()
    else:
        raise DecodeError(f"dtype {array.dtype}; expected uint8, uint16 or bool", "array")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2:
        return as_grey_or_rgb(np.ascontiguousarray(array), grey)
    if array.shape[2] == 4:
        array = _over_white(array)
    array = np.ascontiguousarray(array)
    return cv2.cvtColor(array, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if grey else array


def as_grey_or_rgb(pixels: NDArray[np.uint8], grey: bool) -> NDArray[np.uint8]:
    """Grey pixels as they are, or repeated in three equal channels.

    Parameters
    ----------
    pixels : (H, W) uint8
    grey : bool

    Returns
    -------
    (H, W) or (H, W, 3) uint8
        The same array if grey.
    """
    return pixels if grey else np.repeat(pixels[:, :, None], 3, axis=2)


def _over_white(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) colours and opacity as the (H, W, 3) colours that are seen over white."""
    seen = np.empty((*pixels.shape[:2], 3), np.uint8)
    for band in _bands(*pixels.shape[:2]):
        opacity = pixels[band, :, 3:].astype(np.uint32)
        seen[band] = (pixels[band, :, :3] * opacity + 255 * (255 - opacity) + 127) // 255
    return seen


def _to_eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """16-bit values over their full range as 8 bits, rounded; wider values are clipped to 16 bits first."""
    eight = np.empty(pixels.shape, np.uint8)
    for band in _bands(*pixels.shape[:2]):
        wide = np.clip(pixels[band], 0, 65535).astype(np.uint32)
        eight[band] = (wide + 128) // 257
    return eight
