"""Pictures whose decoding would take minutes are refused, those that only look so are read."""

import io
import struct
import time

import numpy as np
import pytest
from PIL import Image as Pillow

from biocapture.errors import DecodeError
from biocapture.images.decode import decode
from biocapture.types import Modality


def progressive(scans: int, side: int) -> bytes:
    """A progressive JPEG whose last scan is there many times over."""
    sink = io.BytesIO()
    Pillow.new("L", (side, side), 90).save(sink, "JPEG", progressive=True, quality=60)
    data = sink.getvalue()
    last = data.rfind(b"\xff\xda")
    return data[:last] + (data[last:-2]) * scans + b"\xff\xd9"


def test_jpeg_of_thousands_of_scans_is_refused():
    data = progressive(2000, 1024)
    begun = time.process_time()
    with pytest.raises(DecodeError, match=r"20\d\d scans over 1048576 pixels; the limit is 1000000000 in all"):
        decode(data, modality=Modality.FACE)
    assert time.process_time() - begun < 2


def test_ordinary_progressive_jpeg_is_read():
    assert decode(progressive(1, 1024), modality=Modality.FACE).pixels.shape == (1024, 1024, 3)


def test_only_the_second_directory_of_a_tiff_is_looked_for():
    """A chain of 200,000 directories that all show the same strip."""
    count, strip = 200_000, bytes(range(256)) * 16
    entries = [
        (256, 4, 64),
        (257, 4, 64),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 64),
        (279, 4, 4096),
    ]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    size, first = 2 + len(body) + 4, 8 + len(strip)
    chain = b"".join(
        struct.pack("<H", len(entries)) + body + struct.pack("<I", first + (i + 1) * size if i + 1 < count else 0)
        for i in range(count)
    )
    data = b"II*\0" + struct.pack("<I", first) + strip + chain
    begun = time.process_time()
    image = decode(data, modality=Modality.FINGERPRINT)
    assert time.process_time() - begun < 2
    np.testing.assert_array_equal(image.pixels, np.frombuffer(strip, np.uint8).reshape(64, 64))
    assert "image.multiple_frames" in image.notes
