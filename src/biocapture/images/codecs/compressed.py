"""Compressing pixels the way an upload packet holds them: WSQ and JPEG 2000."""

import io
import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from biocapture.errors import FormatError

JPEG_QUALITY = 95
"""Of pictures that are handed on, 1..100."""

WSQ_SIDES_PX = (64, 4000)
"""The encoder decomposes an image five times over; smaller ones leave it nothing."""


def picture_bytes(pixels: NDArray[np.uint8], kind: str, ppi: float) -> bytes:
    """PNG or JPEG of an image, with its resolution.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
    kind : str
        ``PNG``, or ``JPEG`` of quality :data:`JPEG_QUALITY`.
    ppi : float
        Pixels per inch; NaN: none is stated.

    Returns
    -------
    bytes
        A whole file.
    """
    sink = io.BytesIO()
    resolution = {} if math.isnan(ppi) else {"dpi": (ppi, ppi)}
    Pillow.fromarray(pixels).save(sink, kind, quality=JPEG_QUALITY, **resolution)
    return sink.getvalue()


def wsq_bytes(pixels: NDArray[np.uint8]) -> bytes:
    """WSQ of a grey image at the one rate its encoder has, about 15 : 1.

    Parameters
    ----------
    pixels : (H, W) uint8
        0 = black; each side 64..4000 px.

    Returns
    -------
    bytes
        A whole file.

    Raises
    ------
    FormatError
        Not grey, or of a size the encoder does not take.
    """
    low, high = WSQ_SIDES_PX
    if pixels.ndim != 2 or not all(low <= side <= high for side in pixels.shape):
        raise FormatError(f"WSQ holds grey images of {low}..{high} px, not {pixels.shape}")
    import _wsq

    rows, columns = pixels.shape
    return bytes(_wsq.compress(np.ascontiguousarray(pixels).tobytes(), rows, columns, 0.75))


def jpeg2000_bytes(pixels: NDArray[np.uint8], ratio: float) -> bytes:
    """Lossy JPEG 2000 of a grey or RGB image.

    Parameters
    ----------
    pixels : (H, W) or (H, W, 3) uint8
    ratio : float
        Bytes of the pixels over bytes of the file; 10 means ten times smaller.

    Returns
    -------
    bytes
        A whole file.
    """
    sink = io.BytesIO()
    Pillow.fromarray(pixels).save(
        sink, "JPEG2000", quality_mode="rates", quality_layers=[float(ratio)], irreversible=True
    )
    return sink.getvalue()
