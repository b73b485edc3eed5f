"""What an image shows, guessed from its pixels when neither caller nor file name says."""

import cv2
import numpy as np

from biocapture.assessment.capabilities import Recognition
from biocapture.assessment.modalities import AVAILABLE, capability
from biocapture.types import Image, Modality, Picture

COLOUR_CODES, COLOURED_SHARE = 12, 0.2
"""Difference of red and blue from which a pixel is coloured, and share of such pixels from which a picture is."""

MIN_PX = 64
"""Smaller pictures show too little to be distinguished."""


def guess_modality(image: Image) -> Modality | None:
    """Modality of an image whose pixels look like one of its captures.

    A picture in colour is of a modality that is captured in colour. For a grey picture each of the other
    modalities is tried in turn; a grey portrait cannot be distinguished from other pictures.

    Parameters
    ----------
    image : Image
        As decoded in colour.

    Returns
    -------
    Modality or None
        None where the image is like none of them.
    """
    pixels = image.pixels
    coloured = _is_coloured(pixels)
    if pixels.ndim == 3 and not coloured:
        pixels = np.ascontiguousarray(pixels[:, :, 1])
    if not coloured and min(pixels.shape) < MIN_PX:
        return None
    candidates = (kind for kind in AVAILABLE if kind.in_colour == coloured)
    return next(
        (kind for kind in candidates if (package := capability(kind, Recognition)) and package.resembles(pixels)), None
    )


def _is_coloured(pixels: Picture) -> bool:
    if pixels.ndim != 3:
        return False
    difference = cv2.absdiff(pixels[:, :, 0], pixels[:, :, 2])
    return float((difference > COLOUR_CODES).mean()) > COLOURED_SHARE
