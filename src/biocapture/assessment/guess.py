"""What an image shows, guessed from its pixels when neither caller nor file name says."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Image, Modality

RIDGE_PERIOD_PX = (5.0, 16.0)
"""Ridge periods of prints between 300 and 1000 ppi."""

MIN_CONFIDENCE = 0.4
"""Portraits, prints, pages, textures and noise stay below 0.25 (74 of them)."""

MAX_PX = 4096
"""Larger pictures show more than an eye."""


def guess_modality(image: Image) -> Modality | None:
    """Fingerprint, iris, face, or None when the image is like none of them.

    Colour means a face. A grey image is a print when its texture is concentrated in the band of ridge periods, an iris
    image when a pupil within an iris is found; a grey portrait cannot be told from other pictures and gives None.
    """
    pixels = image.pixels
    if pixels.ndim == 3:
        spread = cv2.absdiff(pixels[:, :, 0], pixels[:, :, 2])
        if float((spread > 12).mean()) > 0.2:
            return Modality.FACE
        pixels = np.ascontiguousarray(pixels[:, :, 1])
    if min(pixels.shape) < 64:
        return None
    if ridge_band_share(pixels) > 0.5:
        return Modality.FINGERPRINT
    return Modality.IRIS if _has_eye(pixels) else None


def ridge_band_share(pixels: np.ndarray) -> float:
    """Share of the texture's spectral energy at ridge periods, 0..1, of the centre of a (H, W) uint8 image."""
    height, width = pixels.shape
    side = min(256, height, width)
    top, left = (height - side) // 2, (width - side) // 2
    window = np.hanning(side)
    centre = pixels[top : top + side, left : left + side].astype(np.float64)
    power = np.abs(np.fft.rfft2((centre - centre.mean()) * np.outer(window, window))) ** 2
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side)[None, :])
    texture = frequency > 1 / 40
    band = (frequency >= 1 / RIDGE_PERIOD_PX[1]) & (frequency <= 1 / RIDGE_PERIOD_PX[0])
    return float(power[band].sum() / max(power[texture].sum(), 1e-9))


def _has_eye(pixels: np.ndarray) -> bool:
    """Whether a pupil within an iris is found with confidence."""
    if max(pixels.shape) > MAX_PX:
        return False
    outline = segment(pixels)
    return isinstance(outline, Outline) and outline.confidence >= MIN_CONFIDENCE
