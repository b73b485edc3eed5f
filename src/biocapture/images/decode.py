"""Bytes, path or array → Image: size guard, colour order, resolution. The only door for pixels from outside."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError, FormatError, UsageError
from biocapture.images.codecs.colour import is_in_colour
from biocapture.images.codecs.picture import Encoding, raw_pixels
from biocapture.images.codecs.pixels import pixels_of_array
from biocapture.images.encoded import Decoded, decode_encoded, guard_size
from biocapture.images.formats import ENDINGS, format_of
from biocapture.images.limits import MAX_BYTES, MAX_PIXELS
from biocapture.images.ppi import GIVEN_PPI_RANGE, with_resolution
from biocapture.images.records.fields import require
from biocapture.images.records.record_image import DamagedImage, RecordImage, RecordPart
from biocapture.images.sources import as_decode_errors, bytes_of, split_part
from biocapture.types import Image, Modality

Source = str | Path | bytes | NDArray[Any]


def decode(
    source: Source,
    *,
    modality: Modality,
    ppi: float | None = None,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    name: str = "",
) -> Image:
    """Read one image: a file of a common format, or an image of a biometric record.

    Records are finger, face and iris images of ISO/IEC 19794-4, -5 and -6, and CBEFF XML with these inside. Of several
    images the first of the modality is read, otherwise the first (`decode_many` gives all), unless the path names one:
    ``record.xml#3`` or ``record.xml#left_index``.

    Parameters
    ----------
    source : path, bytes or array
        Arrays: (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA; uint8, uint16 or bool; 0 = black.
        They are copied, so that a camera may reuse its buffer. Files: 8 or 16 bits a channel, no floating point.
    modality : Modality
        Finger and iris images become grey (H, W), faces RGB (H, W, 3).
    ppi : float, optional
        Pixels per inch, 50..5000; overrides what the file states.
    max_pixels, max_bytes : int
        Larger inputs are refused before pixels are allocated.
    name : str
        Path that bytes came from, where a caller has read them (a member of an archive).

    Returns
    -------
    Image
        Of a file: ``sha256`` is that of its bytes; of an array, that of its pixels.

    Raises
    ------
    DecodeError
        Unreadable, not an image, damaged, or over a limit; says what was found and the limit.
    UsageError
        ``ppi`` out of range.
    """
    if ppi is not None and not GIVEN_PPI_RANGE[0] <= ppi <= GIVEN_PPI_RANGE[1]:
        raise UsageError(f"resolution must lie in {GIVEN_PPI_RANGE[0]}..{GIVEN_PPI_RANGE[1]} ppi", str(ppi))
    modality = Modality(modality)  # its name will do
    grey = not modality.in_colour
    if isinstance(source, np.ndarray):
        shape_ok = source.ndim == 2 or (source.ndim == 3 and source.shape[2] in (1, 3, 4))
        if not shape_ok or 0 in source.shape:
            raise DecodeError(f"shape {source.shape}; expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)", "array")
        guard_size(source.shape[1], source.shape[0], "array", max_pixels)
        pixels = pixels_of_array(source, grey)
        digest = hashlib.sha256(np.ascontiguousarray(source).tobytes()).hexdigest()
        coloured = modality is Modality.IRIS and is_in_colour(source)
        notes_of_array = ("image.colour",) if coloured else ()
        return with_resolution(Image(pixels, notes=notes_of_array, sha256=digest), {}, modality, ppi)
    path = name if isinstance(source, bytes) else str(source)
    file, part = (path, "") if isinstance(source, bytes) else split_part(path)
    data, subject = bytes_of(source if isinstance(source, bytes) else file, max_bytes, path), path or "image bytes"
    with as_decode_errors(subject):
        kind = format_of(data)
        if kind and kind.images:
            image = _picture_of_record(kind.images(data), part, modality, ppi, max_pixels, subject)
        else:
            require(not part, f"no part {part!r}", "a picture that stands alone")
            decoded = decode_encoded(data, grey, subject, max_pixels)
            image = Image(decoded.pixels, notes=_notes_for(decoded.notes, modality))
            image = with_resolution(image, decoded.resolutions, modality, ppi)
    notes = image.notes + ending_notes(file, data)
    return replace(image, notes=notes, sha256=hashlib.sha256(data).hexdigest(), path=path)


def _picture_of_record(
    parts: tuple[RecordPart, ...], part: str, modality: Modality, ppi: float | None, max_pixels: int, subject: str
) -> Image:
    """One picture of a record: the one that is named, otherwise the first sound one, of the modality if there is."""
    if part:
        chosen = named_parts(parts, part)[0][1]
    else:
        chosen = min(parts, key=lambda each: (isinstance(each, DamagedImage), each.modality is not modality))
    if isinstance(chosen, DamagedImage):
        raise FormatError(chosen.error)
    image = decode_record_image(chosen, modality, ppi=ppi, max_pixels=max_pixels, subject=subject)
    left_out = len(parts) > 1 and not part
    return replace(image, notes=(*image.notes, "image.multiple_frames")) if left_out else image


def named_parts(parts: tuple[RecordPart, ...], part: str) -> list[tuple[int, RecordPart]]:
    """Pictures of a record that a name of a part means.

    Parameters
    ----------
    parts : tuple of RecordImage or DamagedImage
    part : str
        A number from 0, or a position; empty = all of them.

    Returns
    -------
    list of (int, RecordImage or DamagedImage)
        Number and picture, at least one.

    Raises
    ------
    FormatError
        There is none.
    """
    named = [(i, each) for i, each in enumerate(parts) if part in ("", str(i), each.position)]
    require(bool(named), f"no part {part!r}", f"0..{len(parts) - 1}, or a position")
    return named


def is_record(data: bytes) -> bool:
    """Whether bytes begin like a biometric record, which may hold several pictures.

    Parameters
    ----------
    data : bytes
        Of a file.

    Returns
    -------
    bool
    """
    kind = format_of(data)
    return kind is not None and kind.images is not None


def decode_record_image(
    record_image: RecordImage,
    modality: Modality,
    *,
    ppi: float | None = None,
    max_pixels: int = MAX_PIXELS,
    subject: str = "record bytes",
) -> Image:
    """Decode one image of a record. The record's resolution comes before that of the encoded picture.

    Parameters
    ----------
    record_image : RecordImage
    modality : Modality
        Decides whether pixels become grey or RGB.
    ppi : float, optional
        Overrides what record and picture state.
    max_pixels : int
        A larger picture is refused before pixels are allocated.
    subject : str
        What an error names.

    Returns
    -------
    Image
        With the note ``image.record_conflict`` where the picture contradicts the record's header.

    Raises
    ------
    DecodeError
        As `decode`.
    """
    grey, picture = not modality.in_colour, record_image.picture
    is_as_stated = True
    with as_decode_errors(subject):
        if picture.encoding.is_raw:
            guard_size(picture.width_px, picture.height_px, subject, max_pixels)
            decoded = Decoded(pixels_of_array(raw_pixels(picture), grey))
        else:
            decoded = decode_encoded(picture.data, grey, subject, max_pixels)
            is_as_stated = decoded.format == FORMAT_NAMES.get(picture.encoding, decoded.format)
            is_as_stated &= (picture.height_px, picture.width_px) in (decoded.pixels.shape[:2], (0, 0))
    stated = {"record header": record_image.ppi} if record_image.ppi and min(record_image.ppi) > 0 else {}
    notes = record_image.notes + _notes_for(decoded.notes, modality)
    notes += () if is_as_stated and not record_image.in_conflict else ("image.record_conflict",)
    pixels = decoded.pixels
    if record_image.box:
        left, top, right, bottom = record_image.box
        pixels = np.ascontiguousarray(pixels[top:bottom, left:right])
        if not pixels.size:
            raise DecodeError(f"segment {record_image.box} outside {decoded.pixels.shape[1::-1]}", subject)
    image = Image(
        pixels,
        notes=notes,
        modality=record_image.modality,
        position=record_image.position,
        impression=record_image.impression,
        fingers=record_image.fingers,
    )
    return with_resolution(image, stated | decoded.resolutions, modality, ppi)


FORMAT_NAMES = {
    Encoding.WSQ: "WSQ",
    Encoding.JPEG: "JPEG",
    Encoding.JPEG_LS: "JPEG",
    Encoding.JPEG2000: "JPEG2000",
    Encoding.JPEG2000_LOSSLESS: "JPEG2000",
    Encoding.PNG: "PNG",
    Encoding.PNM: "PPM",
}
"""Encoding that a record states → name of the format its picture should begin like."""


def _notes_for(notes: tuple[str, ...], modality: Modality) -> tuple[str, ...]:
    """Without what is usual or does not matter: colour, but of an iris; mirroring, of faces as phones have it."""
    usual = {Modality.IRIS: (), Modality.FACE: ("image.colour", "image.mirrored")}.get(modality, ("image.colour",))
    return tuple(note for note in notes if note not in usual)


def ending_notes(path: str, data: bytes) -> tuple[str, ...]:
    """A note where the file's name ends like one format and its content begins like another.

    Parameters
    ----------
    path : str
        Empty for bytes that come from no file.
    data : bytes
        Of the file.

    Returns
    -------
    tuple of str
        ``image.wrong_extension``, or nothing.
    """
    ending, kind = Path(path).suffix.lower(), format_of(data)
    is_wrong = bool(path) and ending in ENDINGS and kind is not None and ending not in kind.endings
    return ("image.wrong_extension",) if is_wrong else ()
