"""Bytes, path or array → Image: size guard, colour order, resolution. The only door for pixels from outside."""

import hashlib
import stat
from collections.abc import Iterator
from contextlib import contextmanager
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
from biocapture.images.records.record import RecordImage, images_in_record
from biocapture.types import Image, Modality, Sample

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
    images the first of the modality is read, otherwise the first (`decode_record` gives all).

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
    data, subject = _bytes_of(source, max_bytes, path), path or "image bytes"
    with _as_decode_errors(subject):
        kind = format_of(data)
        if kind and kind.images:
            images = kind.images(data)
            first = next((each for each in images if each.modality is modality), images[0])
            image = decode_record_image(first, modality, ppi=ppi, max_pixels=max_pixels, subject=subject)
            image = replace(image, notes=image.notes + (("image.multiple_frames",) if len(images) > 1 else ()))
        else:
            decoded = decode_encoded(data, grey, subject, max_pixels)
            image = Image(decoded.pixels, notes=_notes_for(decoded.notes, modality))
            image = with_resolution(image, decoded.resolutions, modality, ppi)
    wrong = ("image.wrong_extension",) if path and _has_wrong_ending(path, data) else ()
    return replace(image, notes=image.notes + wrong, sha256=hashlib.sha256(data).hexdigest(), path=path)


def decode_record(
    source: str | Path | bytes, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> list[Sample]:
    """Read every image of a biometric record as a sample with the record's modality and position.

    Parameters
    ----------
    source : path or bytes
    max_pixels, max_bytes : int
        Larger inputs are refused before pixels are allocated.

    Returns
    -------
    list of Sample
        At least one, in the order of the record. Their ids are ``<path>#<index>``, or empty for bytes.

    Raises
    ------
    DecodeError
        As `decode`; also where the file is an image and no record.
    """
    path = "" if isinstance(source, bytes) else str(source)
    data, subject = _bytes_of(source, max_bytes, path), path or "record bytes"
    digest = hashlib.sha256(data).hexdigest()
    with _as_decode_errors(subject):
        stored = images_in_record(data)
        images = [decode_record_image(each, each.modality, max_pixels=max_pixels, subject=subject) for each in stored]
    return [
        Sample(replace(image, sha256=digest, path=path), each.modality, each.position, f"{path}#{i}" if path else "")
        for i, (each, image) in enumerate(zip(stored, images, strict=True))
    ]


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
    with _as_decode_errors(subject):
        if picture.encoding.is_raw:
            guard_size(picture.width_px, picture.height_px, subject, max_pixels)
            decoded = Decoded(pixels_of_array(raw_pixels(picture), grey))
        else:
            decoded = decode_encoded(picture.data, grey, subject, max_pixels)
            is_as_stated = decoded.format == FORMAT_NAMES[picture.encoding]
            is_as_stated &= decoded.pixels.shape[:2] == (picture.height_px, picture.width_px)
    stated = {"record header": record_image.ppi} if record_image.ppi and min(record_image.ppi) > 0 else {}
    notes = _notes_for(decoded.notes, modality)
    notes += () if is_as_stated and not record_image.in_conflict else ("image.record_conflict",)
    image = Image(decoded.pixels, notes=notes, modality=record_image.modality, position=record_image.position)
    return with_resolution(image, stated | decoded.resolutions, modality, ppi)


FORMAT_NAMES = {
    Encoding.WSQ: "WSQ",
    Encoding.JPEG: "JPEG",
    Encoding.JPEG_LS: "JPEG",
    Encoding.JPEG2000: "JPEG2000",
    Encoding.JPEG2000_LOSSLESS: "JPEG2000",
    Encoding.PNG: "PNG",
}
"""Encoding that a record states → name of the format its picture should begin like."""


@contextmanager
def _as_decode_errors(subject: str) -> Iterator[None]:
    """Turn anything that goes wrong while decoding into our own error."""
    try:
        yield
    except DecodeError:
        raise
    except FormatError as error:
        raise DecodeError(error.message, subject) from error
    except MemoryError:
        raise DecodeError("not enough memory to decode it", subject) from None
    except Exception as error:  # decoders raise almost anything on damaged bytes
        raise DecodeError(f"damaged or unsupported image ({type(error).__name__}: {error})", subject) from error


def _bytes_of(source: str | Path | bytes, max_bytes: int, path: str) -> bytes:
    data = source if isinstance(source, bytes) else _read(Path(source), max_bytes)
    if len(data) > max_bytes:
        raise DecodeError(f"{len(data)} bytes exceed the limit of {max_bytes}", path or "image bytes")
    if not data and path:
        raise DecodeError("the file is empty", path)
    return data


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise DecodeError(f"is {kind}", str(path))
        if status.st_size > max_bytes:
            raise DecodeError(f"{status.st_size} bytes exceed the limit of {max_bytes}", str(path))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise DecodeError(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path)) from error
    return data


def _notes_for(notes: tuple[str, ...], modality: Modality) -> tuple[str, ...]:
    """Without the note on colour, unless the image is of an iris: elsewhere colour is usual or does not matter."""
    return notes if modality is Modality.IRIS else tuple(note for note in notes if note != "image.colour")


def _has_wrong_ending(path: str, data: bytes) -> bool:
    """Whether the file's name ends like one format and its content begins like another."""
    ending, kind = Path(path).suffix.lower(), format_of(data)
    return ending in ENDINGS and kind is not None and ending not in kind.endings
