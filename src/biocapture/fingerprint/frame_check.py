"""Quick check of a frame of a fingerprint sensor: is all of a finger there, in place, neither wet nor dry, in focus."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.features.ridge_field import cell_means
from biocapture.images.frame_check import FrameCheck, Prompts, nothing_presented, rising_score
from biocapture.images.ppi import WORKING_PPI
from biocapture.types import MM_PER_INCH, Field, GreyPixels, Image, Mask

PROMPTS = Prompts(place="capture.place_finger", another="capture.another_finger")

CHECK_PPI = 250.0
"""Resolution that frames are reduced to: ridges are still four pixels apart."""

BLOCK_PX = 12
"""At 250 ppi: 1.2 mm, two to three ridges."""

MIN_TOUCH_GREYS = 9.0
"""Standard deviation of a block where skin touches; noise and a latent print stay below."""

MIN_LATENT_GREYS, MIN_LATENT_COHERENCE = 2.8, 0.55
"""Standard deviation and coherence of a block where a latent print was left behind; clean glass stays below."""

MIN_TOUCH_MM2 = 15.0
"""No finger touches on less."""

BLOCK_MM2 = (BLOCK_PX / CHECK_PPI * MM_PER_INCH) ** 2


@dataclass(frozen=True, slots=True)
class Blocks:
    """Statistics of the blocks of a frame.

    Attributes
    ----------
    mean, deviation : (R, C) float32
        Greys.
    energy : (R, C) float32
        Mean squared gradient, greys² per pixel².
    coherence : (R, C) float32
        0..1, how much the gradients of a block agree on one direction.
    """

    mean: Field
    deviation: Field
    energy: Field
    coherence: Field


def check_frame(image: Image) -> FrameCheck:
    """Check a frame in a few milliseconds.

    The limits are set on synthetic touches, and checked on public prints of seven sensors.

    Parameters
    ----------
    image : Image
        (H, W) grey; ``ppi`` NaN counts as 500.

    Returns
    -------
    FrameCheck
        Guidance key → 0..100, higher is better; a single one, 0, where no finger touches.
    """
    blocks = _blocks(_reduced(image))
    touched = blocks.deviation > MIN_TOUCH_GREYS
    if touched.sum() * BLOCK_MM2 < MIN_TOUCH_MM2:
        return nothing_presented("capture.wipe_platen" if _is_dirty(blocks) else "capture.place_finger")
    deviation = blocks.deviation[touched]
    dark = float(np.percentile(blocks.mean[touched], 10))
    contrast = float(np.median(deviation))
    return FrameCheck(
        {
            "capture.centre_finger": rising_score(1.0 - _off_centre(touched), 0.3, 0.65),
            "capture.focus_finger": rising_score(
                float(np.median(np.sqrt(blocks.energy[touched]) / deviation)), 0.25, 0.45
            ),
            "capture.whole_fingertip": rising_score(float(touched.sum()) * BLOCK_MM2, MIN_TOUCH_MM2, 95.0),
            "capture.press_firmer": min(rising_score(contrast, 6.0, 14.0), rising_score(255.0 - dark, 20.0, 49.0)),
            "capture.press_lighter": rising_score(dark, 30.0, 84.0),
            "capture.press_flat": rising_score(float(np.median(blocks.coherence[touched])), 0.15, 0.38),
        }
    )


def _reduced(image: Image) -> GreyPixels:
    factor = CHECK_PPI / (image.ppi if math.isfinite(image.ppi) and image.ppi > 0 else WORKING_PPI)
    height, width = (max(BLOCK_PX, round(side * min(1.0, factor))) for side in image.pixels.shape[:2])
    return cv2.resize(image.pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _blocks(pixels: GreyPixels) -> Blocks:
    rows, columns = (side // BLOCK_PX for side in pixels.shape)
    grey = pixels[: rows * BLOCK_PX, : columns * BLOCK_PX].astype(np.float32)
    down, right = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=0.125), cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=0.125)
    mean, squares, along, across, slanted = (
        cell_means(values, BLOCK_PX) for values in (grey, grey * grey, right * right, down * down, right * down)
    )
    energy = along + across
    deviation = np.sqrt(np.maximum(squares - mean * mean, 0))
    return Blocks(mean, deviation, energy, np.hypot(along - across, 2 * slanted) / (energy + 1e-6))


def _off_centre(touched: Mask) -> float:
    """Distance of the touch's centre from the frame's, in half sides: 0 = in the middle, 1 = at the rim."""
    places = np.argwhere(touched).mean(axis=0) + 0.5
    half = np.array(touched.shape) / 2
    return float(np.abs(places / half - 1.0).max())


def _is_dirty(blocks: Blocks) -> bool:
    """Whether there are ridges too faint for a finger: a latent print that the last one left."""
    faint = (blocks.deviation > MIN_LATENT_GREYS) & (blocks.coherence > MIN_LATENT_COHERENCE)
    return bool(faint.sum() * BLOCK_MM2 > 4 * MIN_TOUCH_MM2)
