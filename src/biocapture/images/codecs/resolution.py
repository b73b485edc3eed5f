"""Resolution as image files state it, each source by name, so that contradictions are noticed."""

import math
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

METRE_PER_INCH = 0.0254

X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = RESOLUTION_TAGS = (0x011A, 0x011B, 0x0128)
"""Tags of TIFF 6.0 section 8, kept by EXIF."""

EXIF_UNKNOWN_PPI = 72.0
"""What EXIF writers must state when they do not know (CIPA DC-008, XResolution)."""

NISTCOM_UNKNOWN_PPI = (-1, 0, 255)
"""What NIST's programs write where they do not know; no scanner has 255."""


def stated_resolutions(
    format: str, data: bytes, info: Mapping[Any, Any], tags: Mapping[int, Any]
) -> dict[str, tuple[float, float]]:
    """Every resolution that a file states.

    Parameters
    ----------
    format : str
        Name of the format; see :mod:`biocapture.images.formats`.
    data : bytes
        The encoded file.
    info : mapping
        Pillow's ``Image.info``.
    tags : mapping
        :data:`RESOLUTION_TAGS` found in EXIF or TIFF → value.

    Returns
    -------
    dict
        Source name (``"pHYs"``, ``"JFIF"`` …) → (across, down) in pixels per inch. Malformed values are left out.
    """
    return {
        name: (float(across), float(down))
        for name, across, down in _sources(format, data, info, tags)
        if 0 < across < 1e6 and 0 < down < 1e6
    }


def _sources(
    format: str, data: bytes, info: Mapping[Any, Any], tags: Mapping[int, Any]
) -> Iterator[tuple[str, float, float]]:
    if format == "JPEG":
        yield from _jfif(data)
        yield from (source for source in _tagged("EXIF", tags) if source[1:] != (EXIF_UNKNOWN_PPI, EXIF_UNKNOWN_PPI))
    elif format == "TIFF":  # not from info, where Pillow puts (1, 1) when there are no tags
        yield from _tagged("TIFF tags", tags)
    elif format == "JPEG2000":
        yield from _jp2_boxes(data)
    elif format == "WSQ":
        yield from _wsq_comment(data)
    else:
        across, down = _pair(info.get("dpi"))
        yield {"PNG": "pHYs", "BMP": "BMP header"}.get(format, format), across, down


def _pair(value: Any) -> tuple[float, float]:
    """Two numbers, NaN when it is anything else."""
    try:
        across, down = map(float, value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return math.nan, math.nan
    return across, down


def _tagged(name: str, tags: Mapping[int, Any]) -> Iterator[tuple[str, float, float]]:
    """Unit 2 (inch) is the default; unit 1 is only an aspect ratio."""
    factor = {2: 1.0, 3: 2.54}.get(tags.get(RESOLUTION_UNIT, 2), math.nan)
    across, down = _pair((tags.get(X_RESOLUTION), tags.get(Y_RESOLUTION)))
    yield name, across * factor, down * factor


def _jfif(data: bytes) -> Iterator[tuple[str, float, float]]:
    """APP0 density; unit 0 is only an aspect ratio."""
    if data[6:11] == b"JFIF\0" and len(data) >= 18:
        unit, across, down = struct.unpack_from(">BHH", data, 13)
        factor = {1: 1.0, 2: 2.54}.get(unit)
        if factor:
            yield "JFIF", across * factor, down * factor


def _jp2_boxes(data: bytes) -> Iterator[tuple[str, float, float]]:
    """Capture and display resolution boxes (ISO/IEC 15444-1 I.5.3.7): down first, as num/den · 10^exp per metre."""
    for kind, name in ((b"resc", "JP2 capture box"), (b"resd", "JP2 display box")):
        at = data.find(kind, 0, 65536)
        if at < 0 or at + 14 > len(data):
            continue
        down, down_by, across, across_by, down_exp, across_exp = struct.unpack_from(">HHHHbb", data, at + 4)
        if down_by and across_by:
            yield (
                name,
                across / across_by * 10.0**across_exp * METRE_PER_INCH,
                down / down_by * 10.0**down_exp * METRE_PER_INCH,
            )


def _wsq_comment(data: bytes) -> Iterator[tuple[str, float, float]]:
    """``PPI`` in a NISTCOM comment segment (marker FFA8); NBIS writes -1, which some programs store as 255."""
    found = re.search(rb"\bPPI[ \t]+(-?\d{1,6})\b", data[:4096])
    if found and int(found[1]) not in NISTCOM_UNKNOWN_PPI:
        yield "NISTCOM", float(found[1]), float(found[1])
