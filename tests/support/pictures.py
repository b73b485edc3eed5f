"""Encoded pictures for records: a pattern of waves in grey, a gradient in colour."""

import io

import numpy as np
from PIL import Image as Pillow

from biocapture.images.codecs.picture import Encoding, StoredPicture

ROW, COLUMN = np.mgrid[0:96, 0:80]
GREY = np.rint(127.5 + 100 * np.sin(2 * np.pi * (COLUMN + 0.3 * ROW) / 12)).astype(np.uint8)
COLOUR = np.stack([3 * COLUMN, 2 * ROW, 255 - COLUMN - ROW], axis=2).astype(np.uint8)
CODES = {"PNG": Encoding.PNG, "JPEG2000": Encoding.JPEG2000_LOSSLESS, "WSQ": Encoding.WSQ, "JPEG": Encoding.JPEG}


def picture(pixels: np.ndarray, format: str = "PNG", **options: object) -> StoredPicture:
    import wsq  # noqa: F401  registers the format with Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format, **options)
    channels = 3 if pixels.ndim == 3 else 1
    return StoredPicture(CODES[format], buffer.getvalue(), pixels.shape[1], pixels.shape[0], 8, channels)
