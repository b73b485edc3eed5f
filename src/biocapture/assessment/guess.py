"""What an image shows, guessed from its pixels when neither caller nor file name says."""

import cv2
import numpy as np

from biocapture.assessment.capabilities import Recognition
from biocapture.assessment.modalities import AVAILABLE, capability
from biocapture.images.ppi import PLAUSIBLE_PPI_RANGE, WORKING_PPI
from biocapture.types import Image, Modality, Picture

COLOUR_CODES, COLOURED_SHARE = 12, 0.2
"""Difference of red and blue from which a pixel is coloured, and share of such pixels from which a picture is."""

MIN_PX = 64
"""Smaller pictures show too little to be distinguished."""

MIN_FINE_PPI, CENTRE_PX = 600.0, 256
"""Stated resolution from which a picture is looked at as a print at 500 ppi, too, and how much of its middle."""


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
    return next((kind for kind in candidates if _resembles(pixels, kind, image.ppi)), None)


def _resembles(pixels: Picture, kind: Modality, ppi: float) -> bool:
    package = capability(kind, Recognition)
    if package is None:
        return False
    fine = kind.by_contact and MIN_FINE_PPI < ppi < PLAUSIBLE_PPI_RANGE[1]
    return package.resembles(pixels) or (fine and package.resembles(_centre_at_500_ppi(pixels, ppi)))


def _centre_at_500_ppi(pixels: Picture, ppi: float) -> Picture:
    """The middle of a finer picture, reduced."""
    factor = ppi / WORKING_PPI
    height, width = (min(side, round(CENTRE_PX * factor)) for side in pixels.shape)
    top, left = (pixels.shape[0] - height) // 2, (pixels.shape[1] - width) // 2
    size = max(MIN_PX, round(width / factor)), max(MIN_PX, round(height / factor))
    centre = pixels[top : top + height, left : left + width]
    return cv2.resize(centre, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _is_coloured(pixels: Picture) -> bool:
    if pixels.ndim != 3:
        return False
    difference = cv2.absdiff(pixels[:, :, 0], pixels[:, :, 2])
    return float((difference > COLOUR_CODES).mean()) > COLOURED_SHARE
