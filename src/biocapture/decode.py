"""Bytes, path or array → Image: size guard, colour order, resolution. The only door for pixels from outside."""

import hashlib
import math
import stat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DecodeError, FormatError, UsageError
from biocapture.formats.header import SUFFIXES, format_of, webp_header
from biocapture.formats.raster import MIRRORED, ORIENTATION, load_upright, opened_raster
from biocapture.formats.resolution import stated_resolutions
from biocapture.formats.wsq import wsq_header, wsq_pixels
from biocapture.types import Image, Modality, PpiSource

MAX_PIXELS = 64_000_000
MAX_BYTES = 256_000_000

WORKING_PPI = 500.0
"""Resolution at which prints are measured; also assumed when a file says nothing credible."""

PLAUSIBLE_PPI = (150.0, 4000.0)
"""Fingerprint scanners lie within; 72 and 96 are what image editors write when they know nothing."""

GIVEN_PPI = (50, 5000)
"""What a caller may state; anything else is a slip, such as pixels per millimetre or per metre."""

COLOUR_MODES = ("RGB", "RGBA", "RGBX", "P", "PA", "CMYK", "YCbCr", "LAB", "HSV")
TINT_CODES, TINTED_SHARE, OWN_COLOUR_CODES = 12, 0.2, 4.0
SAMPLED_SIDE_PX = 64

Source = str | Path | bytes | NDArray[Any]


def decode(
    source: Source,
    *,
    modality: Modality,
    ppi: float | None = None,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
) -> Image:
    """Read one image.

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
        pixels = _checked_array(source, grey, max_pixels)
        digest = hashlib.sha256(np.ascontiguousarray(source).tobytes()).hexdigest()
        coloured = modality is Modality.IRIS and is_in_colour(source)
        notes_of_array = ("image.colour",) if coloured else ()
        return _with_resolution(Image(pixels, notes=notes_of_array, sha256=digest), {}, modality, ppi)
    path = "" if isinstance(source, bytes) else str(source)
    data = source if isinstance(source, bytes) else _read(Path(source), max_bytes)
    subject = path or "image bytes"
    if len(data) > max_bytes:
        raise DecodeError(f"{len(data)} bytes exceed the limit of {max_bytes}", subject)
    try:
        pixels, notes, stated = _decoded(data, grey, subject, max_pixels)
    except DecodeError:
        raise
    except FormatError as error:
        raise DecodeError(error.message, subject) from error
    except MemoryError:
        raise DecodeError("not enough memory to decode it", subject) from None
    except Exception as error:  # decoders raise almost anything on damaged bytes
        raise DecodeError(f"damaged or unsupported image ({type(error).__name__}: {error})", subject) from error
    if modality is not Modality.IRIS:  # elsewhere, colour is usual or does not matter
        notes = tuple(note for note in notes if note != "image.colour")
    if path and _wrong_suffix(path, data):
        notes += ("image.wrong_extension",)
    image = Image(pixels, notes=notes, sha256=hashlib.sha256(data).hexdigest(), path=path)
    return _with_resolution(image, stated, modality, ppi)


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
    return Image(pixels, WORKING_PPI, image.ppi_source, image.notes, image.sha256, image.path)


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
    if not data:
        raise DecodeError("the file is empty", str(path))
    return data


def _decoded(
    data: bytes, grey: bool, subject: str, max_pixels: int
) -> tuple[NDArray[np.uint8], tuple[str, ...], dict[str, tuple[float, float]]]:
    """Pixels, notes and stated resolutions of an encoded image."""
    kind = format_of(data)
    if kind is None:
        raise DecodeError(f"not an image we read (begins with {data[:8].hex(' ') or 'nothing'})", subject)
    if kind in ("WSQ", "WEBP"):  # Pillow cannot read the one, and allocates the other on opening
        header = wsq_header(data) if kind == "WSQ" else webp_header(data)
        _guard(header.width_px, header.height_px, subject, max_pixels)
    if kind == "WSQ":
        return _in_colour(wsq_pixels(data), grey), (), stated_resolutions(kind, data, {}, {})
    with opened_raster(kind, data, max_pixels) as opened:
        width, height = opened.size
        _guard(width, height, subject, max_pixels)
        several = getattr(opened, "n_frames", 1) > 1
        upright, tags = load_upright(opened)
        found = {
            "image.multiple_frames": several,
            "image.mirrored": tags.get(ORIENTATION) in MIRRORED,
            "image.colour": grey and upright.mode in COLOUR_MODES and is_in_colour(_sampled(upright)),
        }
        notes = tuple(note for note, applies in found.items() if applies)
        return _pixels(upright, grey, subject), notes, stated_resolutions(kind, data, opened.info, tags)


def is_in_colour(pixels: NDArray[Any]) -> bool:
    """Whether a picture shows things of different colours; one tint all over, as some infrared cameras give, does not.

    A fifth of the pixels has channels 12 codes apart, and red and blue are not everywhere in proportion to green.
    """
    if pixels.ndim != 3 or pixels.shape[2] < 3 or pixels.dtype != np.uint8:
        return False
    step = max(1, min(pixels.shape[:2]) // SAMPLED_SIDE_PX)
    few = pixels[::step, ::step, :3].reshape(-1, 3).astype(np.float64)
    if (np.ptp(few, axis=1) > TINT_CODES).mean() <= TINTED_SHARE:
        return False
    green = few[:, 1:2]
    tint = (few * green).sum(axis=0) / max(float((green**2).sum()), 1.0)
    return bool((few - tint * green).std(axis=0).max() > OWN_COLOUR_CODES)


def _sampled(opened: Any) -> NDArray[np.uint8]:
    """(64, 64, 3) pixels of a Pillow image, some of them."""
    few = opened.resize((SAMPLED_SIDE_PX, SAMPLED_SIDE_PX), resample=0)
    return np.asarray(few.convert("RGB"), dtype=np.uint8)


def _guard(width: int, height: int, subject: str, max_pixels: int) -> None:
    if width < 1 or height < 1 or width * height > max_pixels:
        raise DecodeError(f"{width}×{height} px; the limit is {max_pixels} pixels", subject)


def _pixels(opened: Any, grey: bool, subject: str) -> NDArray[np.uint8]:
    if opened.mode == "F":  # no white level is defined: 1, 255 and 65535 are all in use
        low, high = opened.getextrema()
        raise DecodeError(f"floating-point pixels (mode F, {low:g}..{high:g}); expected 8 or 16 bit integers", subject)
    if opened.mode.startswith("I"):
        return _in_colour(_eight_bit(np.asarray(opened)), grey)
    if opened.mode in ("RGBA", "LA", "PA") or "transparency" in opened.info:
        opened = opened.convert("RGBA")
        white = opened.copy()
        white.paste((255, 255, 255, 255), (0, 0, *opened.size))
        white.alpha_composite(opened)
        opened = white
    mode = "L" if grey else "RGB"
    return np.array(opened if opened.mode == mode else opened.convert(mode), dtype=np.uint8)


def _eight_bit(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """16-bit greys over their full range; wider values are clipped to 16 bit first."""
    wide = np.clip(pixels, 0, 65535).astype(np.uint32)
    return ((wide + 128) // 257).astype(np.uint8)


def _in_colour(pixels: NDArray[np.uint8], grey: bool) -> NDArray[np.uint8]:
    return pixels if grey else np.repeat(pixels[:, :, None], 3, axis=2)


def _checked_array(array: NDArray[Any], grey: bool, max_pixels: int) -> NDArray[np.uint8]:
    shape_ok = array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (1, 3, 4))
    if not shape_ok or 0 in array.shape:
        raise DecodeError(f"shape {array.shape}; expected (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)", "array")
    _guard(array.shape[1], array.shape[0], "array", max_pixels)
    if array.dtype == np.uint16:
        array = _eight_bit(array)
    elif array.dtype == np.bool_:
        array = array.astype(np.uint8) * np.uint8(255)
    elif array.dtype == np.uint8:
        array = array.copy()
    else:
        raise DecodeError(f"dtype {array.dtype}; expected uint8, uint16 or bool", "array")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2:
        return _in_colour(np.ascontiguousarray(array), grey)
    if array.shape[2] == 4:
        opacity = array[:, :, 3:].astype(np.uint32)
        array = ((array[:, :, :3] * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)
    array = np.ascontiguousarray(array)
    return cv2.cvtColor(array, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False) if grey else array


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
    return Image(image.pixels, value, origin, tuple(notes), image.sha256, image.path)


def _is_plausible(pair: tuple[float, float]) -> bool:
    low, high = PLAUSIBLE_PPI
    return all(low <= side <= high for side in pair) and abs(pair[0] - pair[1]) <= 0.02 * max(pair)


def _wrong_suffix(path: str, data: bytes) -> bool:
    suffix = Path(path).suffix.lower()
    known = {ending for endings in SUFFIXES.values() for ending in endings}
    return suffix in known and suffix not in SUFFIXES[format_of(data) or ""]
