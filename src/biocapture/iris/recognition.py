"""Whether an image looks like an eye in near infrared, when neither caller nor file name says what it shows."""

from biocapture.iris.describe import MAX_PX
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.types import GreyPixels

MIN_CONFIDENCE = 0.4
"""Confidence from which an image counts as an eye; 74 portraits, prints, pages, textures and noises stay below 0.25."""


def resembles(pixels: GreyPixels) -> bool:
    """Whether a pupil within an iris is found with confidence.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    bool
    """
    if max(pixels.shape) > MAX_PX:
        return False
    outline = segment(pixels)
    return isinstance(outline, Outline) and outline.confidence >= MIN_CONFIDENCE
