"""Formats that Pillow decodes: opened under our size limit instead of Pillow's, and turned upright."""

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from biocapture.errors import FormatError
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
"""Orientation tag → Pillow's transposition that turns the pixels upright."""

MIRRORED_ORIENTATIONS = (2, 4, 5, 7)
"""Orientations that are not plain turns."""

JPEG_REDUCTIONS = (2, 4, 8)
"""By which a JPEG can be reduced while it is decoded, from the frequencies of its blocks."""

PILLOW_MAX_PIXELS = 178_956_970
"""Above this Pillow refuses by default (twice its ``MAX_IMAGE_PIXELS``)."""


@contextmanager
def open_raster(kind: str, data: bytes, max_pixels: int) -> Iterator[Any]:
    """Open an image with Pillow: its header is read, its pixels are not yet.

    ``Image.open`` is not used: above its own limit it refuses without stating the size.

    Parameters
    ----------
    kind : str
        Pillow's name of the format.
    data : bytes
        The whole file.
    max_pixels : int
        Largest size that Pillow must accept; the caller compares the size with it.

    Yields
    ------
    PIL.Image.Image
        Closed at the end of the ``with`` block.

    Raises
    ------
    FormatError
        HEIC, and its reader is not installed.
    """
    from PIL import Image as Pillow

    Pillow.preinit()
    if kind not in Pillow.OPEN:
        Pillow.init()
    reader = _heif_reader() if kind == "HEIF" else Pillow.OPEN[kind][0]
    with warnings.catch_warnings(), _lift_pillow_limit(max_pixels):
        warnings.simplefilter("ignore")  # Pillow warns of what we check ourselves: size, odd metadata
        with reader(io.BytesIO(data), "") as opened:
            yield opened


def _heif_reader() -> Any:
    """Reader of HEIC, which Pillow does not decode itself."""
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise FormatError("HEIC needs biocapture[heic]; without it, save the picture as JPEG") from None
    return HeifImageFile


def reduce_while_decoding(opened: Any, max_pixels: int) -> bool:
    """Have a JPEG decoded at a half, a quarter or an eighth of its size, so that its pixels stay below a limit.

    A progressive one would be held in memory whole before it is reduced: it is left as it is.

    Parameters
    ----------
    opened : PIL.Image.Image
        A JPEG as :func:`open_raster` gives it; its size afterwards is that of the reduced picture.
    max_pixels : int

    Returns
    -------
    bool
        Whether it is reduced.
    """
    width, height = opened.size
    fitting = [step for step in JPEG_REDUCTIONS if -(-width // step) * -(-height // step) <= max_pixels]
    if width * height <= max_pixels or not fitting or "progressive" in opened.info:
        return False
    return opened.draft("RGB", (width // fitting[0], height // fitting[0])) is not None


def has_several_frames(opened: Any) -> bool:
    """Whether a file holds more pictures than the first; no more than the second one is looked for.

    Those of a JPEG (MPO) are a preview, a gain map or a depth map of the first, as phones store them: no frames.

    Parameters
    ----------
    opened : PIL.Image.Image
        As :func:`open_raster` gives it; it shows its first picture afterwards.

    Returns
    -------
    bool
    """
    if opened.format in ("JPEG", "MPO"):
        return False
    if opened.format != "TIFF":
        return int(getattr(opened, "n_frames", 1)) > 1
    try:  # n_frames would walk through all directories, of which there may be any number
        opened.seek(1)
    except EOFError:
        return False
    opened.seek(0)
    return True


def load_upright(opened: Any) -> tuple[Any, dict[int, Any]]:
    """Read the pixels and turn them upright as EXIF or TIFF state.

    Parameters
    ----------
    opened : PIL.Image.Image
        As :func:`open_raster` gives it.

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
    tags = _tags(opened) if opened.format in ("JPEG", "MPO", "PNG", "WEBP", "AVIF") else {}
    turn = TRANSPOSITIONS.get(tags.get(ORIENTATION, 1))
    return (opened.transpose(Pillow.Transpose[turn]) if turn else opened), tags


def _tags(opened: Any) -> dict[int, Any]:
    """Orientation and resolution tags. Malformed metadata count as none, since the pixels can be used without them."""
    try:
        exif = opened.getexif()
        return {tag: exif[tag] for tag in (ORIENTATION, *RESOLUTION_TAGS) if tag in exif}
    except Exception:  # noqa: BLE001  Pillow raises almost anything on damaged EXIF
        return {}


@contextmanager
def _lift_pillow_limit(max_pixels: int) -> Iterator[None]:
    """Lift Pillow's limit for a caller who allows more, and restore it.

    Pillow keeps the limit in a module variable and reads it again while it loads TIFF and WebP: there is no other way.
    Up to :data:`PILLOW_MAX_PIXELS` nothing is changed; above, the threads of a process take turns.
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
