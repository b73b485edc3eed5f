"""Formats read by Pillow: opening under our size limit instead of Pillow's, and turning upright."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from biocapture.images.codecs.resolution import RESOLUTION_TAGS

ORIENTATION = 0x0112
"""Tag of EXIF and TIFF: how to turn the stored pixels upright."""

TRANSPOSITIONS = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
"""Orientation → Pillow's name of the turn."""

MIRRORED_ORIENTATIONS = (2, 4, 5, 7)
"""Orientations that are not plain turns."""

PILLOW_MAX_PIXELS = 178_956_970
"""Above this Pillow refuses by default (twice its ``MAX_IMAGE_PIXELS``)."""


@contextmanager
def open_raster(kind: str, data: bytes, max_pixels: int) -> Iterator[Any]:
    """Pillow's image, header read and pixels not yet.

    Not by ``Image.open``: above Pillow's own limit it refuses without saying the size.
    """
    from PIL import Image as Pillow

    Pillow.preinit()
    if kind not in Pillow.OPEN:
        Pillow.init()
    reader, _ = Pillow.OPEN[kind]
    with warnings.catch_warnings(), _lift_pillow_limit(max_pixels):
        warnings.simplefilter("ignore")  # Pillow warns of what we check ourselves: size, odd metadata
        with reader(io.BytesIO(data), "") as opened:
            yield opened


def load_upright(opened: Any) -> tuple[Any, dict[int, Any]]:
    """Read the pixels and turn them as EXIF or TIFF says.

    Returns
    -------
    upright : PIL.Image.Image
    tags : dict
        :data:`ORIENTATION` as stored, and the resolution tags, those that exist.
    """
    from PIL import Image as Pillow

    if opened.format == "TIFF":  # turned by loading, which forgets the tag
        tags = _tags(opened)
        opened.load()
        return opened, tags
    opened.load()  # first: in a PNG, EXIF may follow the pixels
    tags = _tags(opened) if opened.format in ("JPEG", "MPO", "PNG", "WEBP") else {}
    turn = TRANSPOSITIONS.get(tags.get(ORIENTATION, 1))
    return (opened.transpose(Pillow.Transpose[turn]) if turn else opened), tags


def _tags(opened: Any) -> dict[int, Any]:
    """Orientation and resolution; none when the metadata are malformed, since the pixels are good without."""
    try:
        exif = opened.getexif()
        return {tag: exif[tag] for tag in (ORIENTATION, *RESOLUTION_TAGS) if tag in exif}
    except Exception:  # noqa: BLE001  Pillow raises almost anything on damaged EXIF
        return {}


@contextmanager
def _lift_pillow_limit(max_pixels: int) -> Iterator[None]:
    """Lift Pillow's limit for a caller who asks for more, and restore it.

    Pillow keeps it in a module variable and looks there again while it loads TIFF and WebP, so there is no other way.
    Up to :data:`PILLOW_MAX_PIXELS` nothing is touched; beyond, the threads of a process take turns.
    """
    from PIL import Image as Pillow

    if max_pixels <= PILLOW_MAX_PIXELS:
        yield
        return
    with _limit_lock:
        before = Pillow.MAX_IMAGE_PIXELS
        Pillow.MAX_IMAGE_PIXELS = None if before is None else max(before, max_pixels)
        try:
            yield
        finally:
            Pillow.MAX_IMAGE_PIXELS = before


_limit_lock = threading.Lock()
