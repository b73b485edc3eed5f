"""Resolution as image files state it, every source by name, so that contradictions can be seen."""

import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any

METRE_PER_INCH = 0.0254


def stated_resolutions(format: str, data: bytes, info: Mapping[Any, Any]) -> dict[str, tuple[float, float]]:
    """Everything the file says about its resolution.

    Parameters
    ----------
    format : str
        As :func:`biocapture.formats.header.format_of` gives it.
    data : bytes
        The encoded file.
    info : mapping
        Pillow's ``Image.info``.

    Returns
    -------
    dict
        Source name (``"pHYs"``, ``"JFIF"`` …) → (across, down) in pixels per inch. Malformed values are left out.
    """
    return {
        name: (float(across), float(down))
        for name, across, down in _sources(format, data, info)
        if 0 < across < 1e6 and 0 < down < 1e6
    }


def _sources(format: str, data: bytes, info: Mapping[Any, Any]) -> Iterator[tuple[str, float, float]]:
    if format == "JPEG":
        yield from _jfif(data)
    elif format == "JPEG2000":
        yield from _jp2_boxes(data)
    elif format == "WSQ":
        yield from _wsq_comment(data)
    elif "dpi" in info and _is_pair(info["dpi"]):
        across, down = map(float, info["dpi"])
        yield {"PNG": "pHYs", "BMP": "BMP header", "TIFF": "TIFF tags"}.get(format, format), across, down


def _is_pair(value: Any) -> bool:
    try:
        return len([float(part) for part in value]) == 2
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return False


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
    """``PPI`` in a NISTCOM comment segment (marker FFA8)."""
    found = re.search(rb"\bPPI[ \t]+(\d{1,6})\b", data[:4096])
    if found:
        yield "NISTCOM", float(found[1]), float(found[1])
