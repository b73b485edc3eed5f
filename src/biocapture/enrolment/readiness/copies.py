"""Whether one image is a copy of another: same pixels, recompressed, resized, turned by quarters or mirrored."""

import cv2
import numpy as np
from numpy.typing import NDArray

Signature = NDArray[np.float32]
"""(256, 256) unit vector of an image's texture: a perceptual hash before it is reduced to bits."""

SIDE_PX = 256
"""Side of a texture: ridges of a print 560 px high are still 4 px apart in it."""

FINE_SIGMA_PX, COARSE_SIGMA_PX = 0.7, 4.0
"""Gaussians whose difference is the texture: it keeps ridges, without sensor noise and shading."""

MIN_TEXTURE_DEVIATION = 1.0
"""Standard deviation of the texture, grey levels: below, the image is blank and has nothing that could be copied."""

QUARTER_TURNS = ("as it is", "turned by 90°", "turned by 180°", "turned by 270°")


def signature(pixels: NDArray[np.uint8]) -> Signature:
    """Texture of an image in a square of 256 px, whatever its size; ridges of prints survive in it.

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
    band = cv2.GaussianBlur(square, (0, 0), FINE_SIGMA_PX) - cv2.GaussianBlur(square, (0, 0), COARSE_SIGMA_PX)
    length = float(np.sqrt((band.astype(np.float64) ** 2).sum()))
    return band / np.float32(length) if length > MIN_TEXTURE_DEVIATION * SIDE_PX else np.zeros_like(band)


def texture_correlation(probe: Signature, reference: Signature) -> float:
    """Correlation of two textures.

    Parameters
    ----------
    probe, reference : (256, 256) float32
        Signatures.

    Returns
    -------
    float
        -1..1: 1 for the same image, about 0 for different ones or where one has no texture.
    """
    return float(np.einsum("rc,rc->", probe, reference))


def best_turned_correlation(probe: Signature, reference: Signature) -> tuple[float, str]:
    """Largest correlation with any quarter turn or mirror image of the reference.

    Parameters
    ----------
    probe, reference : (256, 256) float32
        Signatures.

    Returns
    -------
    (float, str)
        Correlation -1..1, and how the reference lies in words.
    """
    correlations = []
    for mirrored in (False, True):
        base = reference[:, ::-1] if mirrored else reference
        for quarter, name in enumerate(QUARTER_TURNS):
            words = f"mirrored, {name}" if mirrored and quarter else "mirrored" if mirrored else name
            correlations.append((texture_correlation(probe, np.rot90(base, quarter)), words))
    return max(correlations)
