"""Whether one image is a copy of another: same pixels, recompressed, resized, turned by quarters or mirrored."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Signature = NDArray[np.float32]
"""(256, 256) unit vector of an image's texture: a perceptual hash before it is cut to bits."""

SIDE_PX = 256
"""Ridges of a print 560 px high are still 4 px apart."""

FINE_PX, COARSE_PX = 0.7, 4.0
"""Band of the texture: without sensor noise and shading."""

MIN_DEVIATION = 1.0
"""Greys; blank images have no texture that could be copied."""

TURNS = ("as it is", "turned by 90°", "turned by 180°", "turned by 270°")


def signature(pixels: NDArray[np.uint8]) -> Signature:
    """Texture of an image in a square of 256 px, whatever its size; higher frequencies of prints survive in it.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8

    Returns
    -------
    (256, 256) float32
        Of length 1; zeros where there is no texture.
    """
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    method = cv2.INTER_AREA if min(grey.shape) > SIDE_PX else cv2.INTER_LINEAR
    square = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=method).astype(np.float32)
    band = cv2.GaussianBlur(square, (0, 0), FINE_PX) - cv2.GaussianBlur(square, (0, 0), COARSE_PX)
    length = float(np.sqrt((band.astype(np.float64) ** 2).sum()))
    return band / np.float32(length) if length > MIN_DEVIATION * SIDE_PX else np.zeros_like(band)


def likeness(one: Signature, other: Signature) -> float:
    """Correlation of two textures, -1..1: 1 for the same image, about 0 for different ones."""
    return float(np.einsum("rc,rc->", one, other))


def turned_likeness(one: Signature, other: Signature) -> tuple[float, str]:
    """Largest correlation over quarter turns and mirror images of the other, and how that one lies."""
    found = []
    for mirrored in (False, True):
        base = other[:, ::-1] if mirrored else other
        for quarter, name in enumerate(TURNS):
            words = f"mirrored, {name}" if mirrored and quarter else "mirrored" if mirrored else name
            found.append((likeness(one, np.rot90(base, quarter)), words))
    return max(found)
