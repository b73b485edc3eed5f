"""Prints at the resolution at which they are measured."""

import math
from dataclasses import replace

import cv2
import numpy as np

from biocapture.errors import DecodeError
from biocapture.images.limits import MAX_PIXELS
from biocapture.images.ppi import WORKING_PPI
from biocapture.types import Image


def to_500_ppi(image: Image) -> Image:
    """Resample a print to 500 ppi: area averaging when it shrinks, so that ridges do not alias; Lanczos when it grows.

    Parameters
    ----------
    image : Image
        With a resolution; within 0.5 % of 500 ppi, or with NaN, it is returned as it is.

    Returns
    -------
    Image

    Raises
    ------
    DecodeError
        It would have more pixels than the limit.
    """
    factor = WORKING_PPI / image.ppi
    if not math.isfinite(factor) or abs(factor - 1.0) < 0.005:
        return image
    height, width = (max(1, round(side * factor)) for side in image.pixels.shape[:2])
    if height * width > MAX_PIXELS:
        raise DecodeError(
            f"{width}×{height} px at 500 ppi exceed the limit of {MAX_PIXELS} pixels", image.path or "image"
        )
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LANCZOS4
    pixels = cv2.resize(image.pixels, (width, height), interpolation=method).astype(np.uint8, copy=False)
    return replace(image, pixels=pixels, ppi=WORKING_PPI)
