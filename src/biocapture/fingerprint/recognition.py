"""Whether a picture looks like a print, when neither caller nor file name says what it shows."""

import numpy as np

from biocapture.types import GreyPixels

RIDGE_PERIOD_PX = (5.0, 16.0)
"""Ridge periods of prints between 300 and 1000 ppi."""

MIN_RIDGE_SHARE = 0.5
"""Share of the texture of a print that is of ridge periods."""


def resembles(pixels: GreyPixels) -> bool:
    """Whether the texture of a picture is concentrated in the band of ridge periods.

    Parameters
    ----------
    pixels : (H, W) uint8
        At least 64 pixels either way.

    Returns
    -------
    bool
    """
    return ridge_band_share(pixels) > MIN_RIDGE_SHARE


def ridge_band_share(pixels: GreyPixels) -> float:
    """Share of a picture's texture that is of ridge periods.

    Parameters
    ----------
    pixels : (H, W) uint8
        Only the centre is read, 256 × 256 at most.

    Returns
    -------
    float
        0..1, of the spectral energy at periods below 40 pixels.
    """
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
