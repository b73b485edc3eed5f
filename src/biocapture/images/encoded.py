"""An encoded picture, alone in its file or within a record → pixels, notes and stated resolutions."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError
from biocapture.images.codecs.colour import shows_colour, shows_transparency
from biocapture.images.codecs.pixels import as_grey_or_rgb, pixels_of_raster
from biocapture.images.codecs.raster import (
    MIRRORED_ORIENTATIONS,
    ORIENTATION,
    has_several_frames,
    load_upright,
    open_raster,
    reduce_while_decoding,
)
from biocapture.images.codecs.resolution import stated_resolutions
from biocapture.images.formats import format_of
from biocapture.images.records.refused import is_lossless_jpeg, refused_record

MAX_REDUCIBLE = 4
"""A JPEG of a face may have as many times the pixels that are allowed: it is reduced while it is decoded (phones have
108 and 200 megapixels)."""

START_OF_SCAN = b"\xff\xda"
SCAN_BUDGET = 1_000_000_000
"""Pixels of a JPEG times its scans: some ten seconds. The largest picture accepted may have fifteen; encoders write
about ten."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """What is read of an encoded picture.

    Attributes
    ----------
    pixels : (H, W) or (H, W, 3) uint8
        Grey or RGB, 0 = black.
    notes : tuple of str
        Reason keys.
    resolutions : dict
        Source name (``"pHYs"``, ``"JFIF"`` …) → (across, down) in pixels per inch.
    format : str
        Name of the format, as in :mod:`biocapture.images.formats`; empty for raw pixels.
    """

    pixels: NDArray[np.uint8]
    notes: tuple[str, ...] = ()
    resolutions: dict[str, tuple[float, float]] = field(default_factory=dict)
    format: str = ""


def decode_encoded(data: bytes, grey: bool, subject: str, max_pixels: int) -> Decoded:
    """Read an encoded picture of any format that is not a record.

    Parameters
    ----------
    data : bytes
        The whole file.
    grey : bool
        Pixels become (H, W); otherwise (H, W, 3) RGB.
    subject : str
        What errors name.
    max_pixels : int
        Larger pictures are refused before pixels are allocated.

    Returns
    -------
    Decoded

    Raises
    ------
    DecodeError
        No format that is read, or over the limit. On damaged data anything may be raised.
    """
    kind = format_of(data)
    if kind is None and (name := refused_record(data)):
        raise DecodeError(name, subject)
    if kind is None or kind.images:
        raise DecodeError(f"not an image we read (begins with {data[:8].hex(' ') or 'nothing'})", subject)
    if kind.name == "JPEG" and is_lossless_jpeg(data):
        raise DecodeError("lossless JPEG (JPEGL), which is not read: convert it to PNG or JPEG 2000", subject)
    if kind.size:
        size = kind.size(data)
        guard_size(size.width_px, size.height_px, subject, max_pixels)
    if kind.pixels:
        resolutions = stated_resolutions(kind.name, data, {}, {})
        return Decoded(as_grey_or_rgb(kind.pixels(data), grey), (), resolutions, kind.name)
    with open_raster(kind.name, data, max_pixels) as opened:
        width, height = opened.size
        reduced = False
        if kind.name == "JPEG":
            guard_size(width, height, subject, max_pixels if grey else MAX_REDUCIBLE * max_pixels)
            guard_scans(data, width * height, subject)
            reduced = not grey and reduce_while_decoding(opened, max_pixels)
            width, height = opened.size
        guard_size(width, height, subject, max_pixels)
        several = has_several_frames(opened)
        upright, tags = load_upright(opened)
        applies = {
            "image.multiple_frames": several,
            "image.mirrored": tags.get(ORIENTATION) in MIRRORED_ORIENTATIONS,
            "image.colour": grey and shows_colour(upright),
            "image.transparent": not grey and shows_transparency(upright),
            "image.reduced": reduced,
        }
        notes = tuple(note for note in applies if applies[note])
        pixels = pixels_of_raster(upright, grey, subject)
        return Decoded(pixels, notes, stated_resolutions(kind.name, data, opened.info, tags), kind.name)


def guard_size(width: int, height: int, subject: str, max_pixels: int) -> None:
    """Refuse a picture without pixels, or with too many.

    Parameters
    ----------
    width, height : int
        In pixels, as a header states them.
    subject : str
        What the error names.
    max_pixels : int
        The largest size accepted.

    Raises
    ------
    DecodeError
        With the size and the limit.
    """
    if width < 1 or height < 1 or width * height > max_pixels:
        raise DecodeError(f"{width}×{height} px; the limit is {max_pixels} pixels", subject)


def guard_scans(data: bytes, pixels: int, subject: str) -> None:
    """Refuse a JPEG whose scans would take minutes: every scan of a progressive one goes over all pixels.

    Parameters
    ----------
    data : bytes
        The whole file. What begins like a scan within its metadata counts, too.
    pixels : int
        Of the picture.
    subject : str
        What the error names.

    Raises
    ------
    DecodeError
        More than :data:`SCAN_BUDGET`.
    """
    scans = data.count(START_OF_SCAN)
    if scans * pixels > SCAN_BUDGET:
        raise DecodeError(f"{scans} scans over {pixels} pixels; the limit is {SCAN_BUDGET} in all", subject)
