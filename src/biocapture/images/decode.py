"""Bytes, path or array → Image: size guard, colour order, resolution. The only door for pixels from outside."""

import hashlib
import math
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError, FormatError, UsageError
from biocapture.images.codecs.colour import is_in_colour, shows_colour
from biocapture.images.codecs.picture import Encoding, raw_pixels
from biocapture.images.codecs.pixels import in_colour, pixels_of_array, pixels_of_raster
from biocapture.images.codecs.raster import MIRRORED, ORIENTATION, load_upright, opened_raster
from biocapture.images.codecs.resolution import stated_resolutions
from biocapture.images.codecs.wsq import wsq_header, wsq_pixels
from biocapture.images.header import RECORDS, SUFFIXES, format_of, webp_header
from biocapture.images.records.record import Depiction, depictions, is_record
from biocapture.types import Image, Modality, PpiSource, Sample

MAX_PIXELS = 64_000_000
MAX_BYTES = 256_000_000

WORKING_PPI = 500.0
"""Resolution at which prints are measured; also assumed when a file says nothing credible."""

PLAUSIBLE_PPI = (150.0, 4000.0)
"""Fingerprint scanners lie within; 72 and 96 are what image editors write when they know nothing."""

GIVEN_PPI = (50, 5000)
"""What a caller may state; anything else is a slip, such as pixels per millimetre or per metre."""


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
    """Read one image: a file of a common format, or the picture of a biometric record.

    Records are finger, face and iris images of ISO/IEC 19794-4, -5 and -6, and CBEFF XML with these inside. Of several
    pictures the first of the modality is read, else the first (`decode_record` gives all).

    Parameters
    ----------
    source : path, bytes or array
        Arrays: (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA; uint8, uint16 or bool; 0 = black.
        They are copied, so that a camera may reuse its buffer. Files: 8 or 16 bits a channel, no floating point.
    modality : Modality
        Finger and iris images become grey (H, W), faces RGB (H, W, 3).
    ppi : float, optional
        50..5000; overrides what the file says.
    max_pixels, max_bytes : int
        Larger inputs are refused before pixels are allocated.
    name : str
        What bytes are called, where they come from a file all the same (a member of an archive, say).

    Raises
    ------
    DecodeError
        Unreadable, not an image, damaged, or over a limit; says what was found and the limit.
    UsageError
        ``ppi`` out of range.
    """
    if ppi is not None and not GIVEN_PPI[0] <= ppi <= GIVEN_PPI[1]:
        raise UsageError(f"resolution must lie in {GIVEN_PPI[0]}..{GIVEN_PPI[1]} ppi", str(ppi))
    grey = modality is not Modality.FACE
    if isinstance(source, np.ndarray):
        shape_ok = source.ndim == 2 or (source.ndim == 3 and source.shape[2] in (1, 3, 4))
        if not shape_ok or 0 in source.shape:
            raise DecodeError(f"shape {source.shape}; expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)", "array")
        _guard(source.shape[1], source.shape[0], "array", max_pixels)
        pixels = pixels_of_array(source, grey)
        digest = hashlib.sha256(np.ascontiguousarray(source).tobytes()).hexdigest()
        coloured = modality is Modality.IRIS and is_in_colour(source)
        notes_of_array = ("image.colour",) if coloured else ()
        return _with_resolution(Image(pixels, notes=notes_of_array, sha256=digest), {}, modality, ppi)
    path = name if isinstance(source, bytes) else str(source)
    data, subject = _bytes_of(source, max_bytes, path), path or "image bytes"
    with _own_errors(subject):
        if is_record(data):
            found = depictions(data)
            shown = next((each for each in found if each.modality is modality), found[0])
            image = depicted(shown, modality, ppi=ppi, max_pixels=max_pixels, subject=subject)
            image = replace(image, notes=image.notes + (("image.multiple_frames",) if len(found) > 1 else ()))
        else:
            pixels, notes, stated = _decoded(data, grey, subject, max_pixels)
            image = _with_resolution(Image(pixels, notes=_concerning(notes, modality)), stated, modality, ppi)
    wrong = ("image.wrong_extension",) if path and _wrong_suffix(path, data) else ()
    return replace(image, notes=image.notes + wrong, sha256=hashlib.sha256(data).hexdigest(), path=path)


def decode_record(
    source: str | Path | bytes, *, max_pixels: int = MAX_PIXELS, max_bytes: int = MAX_BYTES
) -> list[Sample]:
    """Read every picture of a biometric record as a sample with the record's modality and position.

    Raises
    ------
    DecodeError
        As `decode`; also where the file is an image and no record.
    """
    path = "" if isinstance(source, bytes) else str(source)
    data, subject = _bytes_of(source, max_bytes, path), path or "record bytes"
    digest = hashlib.sha256(data).hexdigest()
    with _own_errors(subject):
        found = depictions(data)
        images = [depicted(each, each.modality, max_pixels=max_pixels, subject=subject) for each in found]
    return [
        Sample(replace(image, sha256=digest, path=path), each.modality, each.position, f"{path}#{i}" if path else "")
        for i, (each, image) in enumerate(zip(found, images, strict=True))
    ]


def depicted(
    shown: Depiction,
    modality: Modality,
    *,
    ppi: float | None = None,
    max_pixels: int = MAX_PIXELS,
    subject: str = "record bytes",
) -> Image:
    """Decode the picture of a record; raises what `decode` does. The record's resolution comes before the picture's."""
    grey, picture = modality is not Modality.FACE, shown.picture
    notes: tuple[str, ...] = ()
    stated: dict[str, tuple[float, float]] = {}
    alike = True
    with _own_errors(subject):
        if picture.encoding.is_raw:
            _guard(picture.width_px, picture.height_px, subject, max_pixels)
            pixels = pixels_of_array(raw_pixels(picture), grey)
        else:
            pixels, notes, stated = _decoded(picture.data, grey, subject, max_pixels)
            alike = format_of(picture.data) == FORMATS[picture.encoding]
            alike &= pixels.shape[:2] == (picture.height_px, picture.width_px)
    if shown.ppi and min(shown.ppi) > 0:
        stated = {"record header": shown.ppi} | stated
    notes = _concerning(notes, modality)
    notes += () if alike and not shown.in_conflict else ("image.record_conflict",)
    image = Image(pixels, notes=notes, modality=shown.modality, position=shown.position)
    return _with_resolution(image, stated, modality, ppi)


FORMATS = {
    Encoding.WSQ: "WSQ",
    Encoding.JPEG: "JPEG",
    Encoding.JPEG_LS: "JPEG",
    Encoding.JPEG2000: "JPEG2000",
    Encoding.JPEG2000_LOSSLESS: "JPEG2000",
    Encoding.PNG: "PNG",
}
"""What a picture of each encoding begins like."""


def to_500_ppi(image: Image) -> Image:
    """Resample a print to 500 ppi: area averaging downwards (no aliasing), Lanczos upwards. The same object at 500."""
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


@contextmanager
def _own_errors(subject: str) -> Iterator[None]:
    """Anything that goes wrong while decoding, as our own error."""
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


def _decoded(
    data: bytes, grey: bool, subject: str, max_pixels: int
) -> tuple[NDArray[np.uint8], tuple[str, ...], dict[str, tuple[float, float]]]:
    """Pixels, notes and stated resolutions of an encoded image."""
    kind = format_of(data)
    if kind is None or kind in RECORDS:
        raise DecodeError(f"not an image we read (begins with {data[:8].hex(' ') or 'nothing'})", subject)
    if kind in ("WSQ", "WEBP"):  # Pillow cannot read the one, and allocates the other on opening
        header = wsq_header(data) if kind == "WSQ" else webp_header(data)
        _guard(header.width_px, header.height_px, subject, max_pixels)
    if kind == "WSQ":
        return in_colour(wsq_pixels(data), grey), (), stated_resolutions(kind, data, {}, {})
    with opened_raster(kind, data, max_pixels) as opened:
        width, height = opened.size
        _guard(width, height, subject, max_pixels)
        several = getattr(opened, "n_frames", 1) > 1
        upright, tags = load_upright(opened)
        found = {
            "image.multiple_frames": several,
            "image.mirrored": tags.get(ORIENTATION) in MIRRORED,
            "image.colour": grey and shows_colour(upright),
        }
        notes = tuple(note for note, applies in found.items() if applies)
        return pixels_of_raster(upright, grey, subject), notes, stated_resolutions(kind, data, opened.info, tags)


def _concerning(notes: tuple[str, ...], modality: Modality) -> tuple[str, ...]:
    """Without the note on colour, unless the image is of an iris: elsewhere colour is usual or does not matter."""
    return notes if modality is Modality.IRIS else tuple(note for note in notes if note != "image.colour")


def _guard(width: int, height: int, subject: str, max_pixels: int) -> None:
    if width < 1 or height < 1 or width * height > max_pixels:
        raise DecodeError(f"{width}×{height} px; the limit is {max_pixels} pixels", subject)


def _with_resolution(
    image: Image, stated: dict[str, tuple[float, float]], modality: Modality, given: float | None
) -> Image:
    """Settle the resolution of a print; other modalities keep what the file says, for information."""
    notes = list(image.notes)
    credible = [pair for pair in stated.values() if modality is not Modality.FINGERPRINT or _is_plausible(pair)]
    if modality is Modality.FINGERPRINT and len(credible) < len(stated):
        notes.append("image.ppi_implausible")
    claims = [pair[0] for pair in credible] + ([] if given is None else [given])
    if claims and max(claims) > 1.02 * min(claims):
        notes.append("image.ppi_conflict")
    if given is not None:
        value, origin = given, PpiSource.GIVEN
    elif credible:
        value, origin = credible[0][0], PpiSource.METADATA
    elif modality is Modality.FINGERPRINT:
        value, origin = WORKING_PPI, PpiSource.ASSUMED
    else:
        value, origin = math.nan, PpiSource.NONE
    # Files keep resolution per metre in whole numbers: 19685 per metre is meant as 500 per inch.
    whole = float(np.rint(value))
    value = whole if abs(value - whole) < 0.02 else float(value)
    return replace(image, ppi=value, ppi_source=origin, notes=tuple(notes))


def _is_plausible(pair: tuple[float, float]) -> bool:
    low, high = PLAUSIBLE_PPI
    return all(low <= side <= high for side in pair) and abs(pair[0] - pair[1]) <= 0.02 * max(pair)


def _wrong_suffix(path: str, data: bytes) -> bool:
    suffix = Path(path).suffix.lower()
    known = {ending for endings in SUFFIXES.values() for ending in endings}
    return suffix in known and suffix not in SUFFIXES[format_of(data) or ""]
