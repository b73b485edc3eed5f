"""What the first bytes of an image say: format and size, before any pixel is allocated."""

import struct
from dataclasses import dataclass

from biocapture.errors import FormatError


@dataclass(frozen=True, slots=True)
class Header:
    """Format name (as Pillow spells it) and size of an encoded image."""

    format: str
    width_px: int
    height_px: int


SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"P1", "PPM"),
    (b"P2", "PPM"),
    (b"P3", "PPM"),
    (b"P4", "PPM"),
    (b"P5", "PPM"),
    (b"P6", "PPM"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
    (b"\xff\xa0", "WSQ"),
    (b"GIF8", "GIF"),
    (b"RIFF", "WEBP"),
    (b"FIR\0", "ISO19794"),
    (b"FAC\0", "ISO19794"),
    (b"IIR\0", "ISO19794"),
    (b"<?xml", "CBEFF"),
    (b"<BIR", "CBEFF"),
)

RECORDS = ("ISO19794", "CBEFF")
"""Formats that hold pictures of other formats."""

SUFFIXES = {
    "PNG": {".png", ".apng"},
    "JPEG": {".jpg", ".jpeg", ".jpe"},
    "BMP": {".bmp", ".dib"},
    "TIFF": {".tif", ".tiff"},
    "PPM": {".pgm", ".ppm", ".pnm", ".pbm"},
    "JPEG2000": {".jp2", ".j2k", ".jpx", ".j2c", ".jpf"},
    "WSQ": {".wsq"},
    "GIF": {".gif"},
    "WEBP": {".webp"},
    "ISO19794": {".fir", ".iir", ".fac", ".iso"},
    "CBEFF": {".xml", ".cbeff"},
}
"""File name endings each format is known by."""


def format_of(data: bytes) -> str | None:
    """Name of the format the bytes begin like; None when it is none we read."""
    return next((name for signature, name in SIGNATURES if data.startswith(signature)), None)


def webp_header(data: bytes) -> Header:
    """Canvas of a WebP file, from whichever of its three kinds of first chunk it has (RFC 9649).

    Raises
    ------
    FormatError
        Cut short, or none of the three.
    """
    try:
        if data[12:16] == b"VP8X":
            across, down = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            return Header("WEBP", across + 1, down + 1)
        if data[12:16] == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return Header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        if data[12:16] == b"VP8 ":
            across, down = struct.unpack_from("<HH", data, 26)
            return Header("WEBP", across & 0x3FFF, down & 0x3FFF)
    except struct.error as error:
        raise FormatError("damaged WebP: cut short in its header") from error
    raise FormatError("damaged WebP: no frame header")
