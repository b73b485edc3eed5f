"""Finger minutiae records of ISO/IEC 19794-2, editions 2005 (clauses 7.3 to 7.5) and 2011 (8.3 to 8.5); big-endian.

Order in edition 2011: general header; per view representation header, quality blocks, number of certification blocks
and these (if ``certified``), view header. In both: minutiae, length of all extended data, blocks of them (that of cores
and deltas is read, the others are passed over).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import FormatError
from biocapture.images.records.fields import Layout, Reader, header_bytes, layout, require, require_valid
from biocapture.images.records.iso19794_1 import (
    CERTIFICATION,
    COMMON,
    COUNT,
    MAX_QUALITY,
    NOT_REPORTED,
    QUALITY,
    REPRESENTATION,
    TIME_FIELDS,
    Version,
    capture_time,
    edition_of,
    time_fields,
)
from biocapture.images.records.iso19794_2_extended import (
    MAX_COORDINATE,
    STEP_RAD,
    Points,
    extended_bytes,
    read_extended,
)
from biocapture.types import FINGERS, Position

MAGIC: dict[Version, bytes] = {2005: b"FMR\0 20\0", 2011: b"FMR\x00030\0"}
IMAGE, RATE = "width_px:2 height_px:2", "across_per_cm:2 down_per_cm:2"
RECORD: dict[Version, Layout] = {2011: layout("magic:8 length:4 views:2 certified")}  # 8.3
RECORD[2005] = layout(f"magic:8 length:4 equipment:2 {IMAGE} {RATE} views reserved")  # 7.3
VIEW_2005 = layout("finger number/impression_2005 quality minutiae")  # 7.4.1
VIEW_2011 = layout(f"finger number {RATE} impression {IMAGE} step/ending minutiae")  # 8.4
# By step; 7.4.2, 8.4. Kind: the 2 bits above x; those above y are reserved.
MINUTIA = {5: layout("kind_x:2 y:2 angle"), 6: layout("kind_x:2 y:2 angle quality")}
CM_PER_INCH = 2.54
VALID = COMMON | {
    "views": (range(1, 177),),
    "size": (range(34, 1 << 32),),
    **dict.fromkeys(("width_px", "height_px"), (range(1, MAX_COORDINATE + 1),)),
    "across_per_cm": (range(1, 1 << 16),),
    "finger": (range(len(FINGERS)),),
    "number": (range(16),),
    "impression_2005": (range(9),),
    "impression": (range(10), range(24, 25), range(28, 30)),
    "step": (range(5, 7),),
    "ending": (range(2),),  # written 0: fork of the valley skeleton, as in 2005
    "minutiae": (range(256),),
}


_require_valid, _header_bytes = partial(require_valid, VALID), partial(header_bytes, VALID)


class ImpressionType(IntEnum):
    """How the print was taken. Edition 2005 knows 0 to 8."""

    LIVE_PLAIN, LIVE_ROLLED, NONLIVE_PLAIN, NONLIVE_ROLLED = 0, 1, 2, 3
    LATENT_IMPRESSION, LATENT_TRACING, LATENT_PHOTO, LATENT_LIFT = 4, 5, 6, 7
    LIVE_SWIPE, LIVE_VERTICAL_ROLL, LIVE_CONTACTLESS, OTHER, UNKNOWN = 8, 9, 24, 28, 29


@dataclass(frozen=True, slots=True)
class FingerView:
    """The minutiae of one print.

    Attributes
    ----------
    quality : int or None
        0..100, higher is better; None when not reported or not computable.
    ppi : float
        Pixels per inch, the same across and down; stored as whole px/cm (500 becomes 197 px/cm = 500.38 ppi).
    x, y : (M,) uint16
        Column and row in the image, at most 16383.
    angle_rad : (M,) float64
        In [0, 2π), counter-clockwise from the direction of rising x; rounded to steps of 2π/256 on writing.
    kind, minutia_quality : (M,) uint8
        0 other, 1 ridge ending, 2 bifurcation. 1..100, higher is better, 0 = not reported (2011's lowest is read as 1).
    capture_time : datetime or None
        UTC, in milliseconds; None unless stated to the second. Edition 2011 only.
    cores, deltas : tuple of SingularPoint
        At most 15 each.
    """

    position: Position
    impression: ImpressionType
    quality: int | None
    width_px: int
    height_px: int
    ppi: float
    x: NDArray[np.uint16]
    y: NDArray[np.uint16]
    angle_rad: NDArray[np.float64]
    kind: NDArray[np.uint8]
    minutia_quality: NDArray[np.uint8]
    capture_time: datetime | None = None
    cores: Points = ()
    deltas: Points = ()


@dataclass(frozen=True, slots=True)
class FingerMinutiaeRecord:
    """At least one view, at most 16 per finger, and the edition they are stored in."""

    version: Version
    views: tuple[FingerView, ...]


def _check_minutiae(size: tuple[int, int], *columns: NDArray[Any], at: int | None = None, step: int = 0) -> None:
    """Require valid columns of x, y, kind and quality; ``at``: offset of the first row, ``step``: bytes of a row."""
    limits = (min(size[0] - 1, MAX_COORDINATE), min(size[1] - 1, MAX_COORDINATE), 2, MAX_QUALITY)
    for name, column, limit, offset in zip(("x", "y", "kind", "quality"), columns, limits, (0, 2, 0, 5), strict=True):
        for index in np.flatnonzero((column < 0) | (column > limit))[:1].tolist():
            where = None if at is None else at + step * index + offset
            require(False, f"{name} {column[index]} of minutia {index}", f"0..{limit}", where)


def read_minutiae_record(data: bytes) -> FingerMinutiaeRecord:
    """Read a record of either edition; of several quality blocks, the first with a value counts.

    Parameters
    ----------
    data : bytes
        The whole record.

    Returns
    -------
    FingerMinutiaeRecord

    Raises
    ------
    FormatError
        Offset, what is there and what was expected; also where the resolution across differs from that down.
    """
    version = edition_of(data, MAGIC)
    reader = Reader(VALID, data, 0, len(data))
    header = reader.fields(RECORD[version], "the record header")
    require(header["length"] == len(data), f"record length {header['length']}", f"{len(data)}, the bytes there are", 8)
    views = tuple((_view_2005 if version == 2005 else _view_2011)(reader, header) for _ in range(header["views"]))
    reader.finish("the record")
    return FingerMinutiaeRecord(version, views)


def _view_2005(reader: Reader, header: dict[str, int]) -> FingerView:
    fields = header | reader.fields(VIEW_2005, "a view header")
    fields |= {"impression": fields["impression_2005"], "step": 6, "rate_at": 18}
    return _view(reader, fields, lowest=0)


def _view_2011(outer: Reader, header: dict[str, int]) -> FingerView:
    reader = Reader(VALID, outer.data, outer.at, outer.end)
    start, head = reader.at, reader.fields(REPRESENTATION, "a representation header")
    reader.end = outer.skip(head["size"], "a representation") + head["size"]
    qualities = [reader.fields(QUALITY, "a quality block")["quality"] for _ in range(head["quality_blocks"])]
    if header["certified"]:
        reader.skip(reader.fields(COUNT, "a count")["count"] * CERTIFICATION.itemsize, "certification blocks")
    quality = next((value for value in qualities if value <= MAX_QUALITY), NOT_REPORTED)
    fields = {"quality": quality, "rate_at": reader.at + 2} | reader.fields(VIEW_2011, "a view header")
    view = _view(reader, fields, lowest=1, time=_time(head, start + 4))
    reader.finish("the view")
    return view


def _view(reader: Reader, fields: dict[str, int], lowest: int, time: datetime | None = None) -> FingerView:
    """Minutiae and extended data after the headers; ``lowest``: as what a quality of 0 of a minutia is read."""
    size, across, down = (fields["width_px"], fields["height_px"]), fields["across_per_cm"], fields["down_per_cm"]
    require(across == down, f"{across} px/cm across, {down} down", "the same", fields["rate_at"])
    count, step = fields["minutiae"], fields["step"]
    at = reader.skip(count * step, f"{count} minutiae")
    table = np.frombuffer(reader.data[at : reader.at], MINUTIA[step])
    kind_x, y = table["kind_x"].astype(np.uint16), table["y"].astype(np.uint16) & np.uint16(MAX_COORDINATE)
    kind, x = (kind_x >> 14).astype(np.uint8), kind_x & np.uint16(MAX_COORDINATE)
    stored_quality = table["quality"] if step == 6 else np.full(count, NOT_REPORTED, np.uint8)
    quality = np.where(stored_quality < NOT_REPORTED, np.maximum(stored_quality, lowest), 0).astype(np.uint8)
    _check_minutiae(size, x, y, kind, quality, at=at, step=step)
    cores, deltas = read_extended(reader, size)
    score = fields["quality"] if fields["quality"] <= MAX_QUALITY else None
    position, impression, ppi = FINGERS[fields["finger"]], ImpressionType(fields["impression"]), across * CM_PER_INCH
    angle_rad, (width, height) = table["angle"] * STEP_RAD, size
    return FingerView(
        position, impression, score, width, height, ppi, x, y, angle_rad, kind, quality, time, cores, deltas
    )


def _time(fields: dict[str, int], at: int) -> datetime | None:
    try:
        return capture_time(fields)
    except ValueError as error:
        stated = [fields[name] for name in TIME_FIELDS]
        raise FormatError(f"at byte {at}: {stated} ({error}), expected a date and time") from None


def write_minutiae_record(record: FingerMinutiaeRecord) -> bytes:
    """Write a record in its edition; view numbers count the views of each finger.

    Parameters
    ----------
    record : FingerMinutiaeRecord

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        What the edition cannot hold, and the limit. Edition 2005 has one size and resolution and no capture time.
    """
    version, count, body = record.version, _require_valid("views", len(record.views)), b""
    require(version in MAGIC, f"edition {version}", "2005 or 2011")
    numbers: Counter[Position] = Counter()
    frames = [_frame(view) for view in record.views]
    require(version == 2011 or all(frame == frames[0] for frame in frames), "several sizes or resolutions", "one")
    for view, frame in zip(record.views, frames, strict=True):
        body += _view_bytes(version, view, frame | {"number": numbers[view.position]})
        numbers[view.position] += 1
    header = _header_bytes(
        RECORD[version], frames[0] | {"length": RECORD[version].itemsize + len(body), "views": count}
    )
    return MAGIC[version] + header[len(MAGIC[version]) :] + body


def _frame(view: FingerView) -> dict[str, int]:
    rate = round(view.ppi / CM_PER_INCH) if 0 < view.ppi < 1e6 else 0  # so that NaN is not valid
    return {"width_px": view.width_px, "height_px": view.height_px, "across_per_cm": rate, "down_per_cm": rate}


def _view_bytes(version: Version, view: FingerView, fields: dict[str, int]) -> bytes:
    require(view.position in FINGERS, f"position {view.position}", "a finger")
    require(view.quality is None or 0 <= view.quality <= MAX_QUALITY, f"quality {view.quality}", "0..100 or None")
    require(version == 2011 or view.capture_time is None, f"capture_time {view.capture_time}", "None")
    fields |= {"finger": view.position.finger_code, "minutiae": _require_valid("minutiae", len(view.x))}
    fields |= dict.fromkeys(("impression", "impression_2005"), int(view.impression))
    table = _minutiae_table(version, view)
    fields |= {"quality": NOT_REPORTED if view.quality is None else view.quality, "step": table.itemsize}
    extended = extended_bytes(VALID, view.cores, view.deltas, (view.width_px, view.height_px))
    minutiae = table.tobytes() + extended
    if version == 2005:
        return _header_bytes(VIEW_2005, fields) + minutiae
    rest = (
        (b"" if view.quality is None else _header_bytes(QUALITY, fields)) + _header_bytes(VIEW_2011, fields) + minutiae
    )
    fields = {"size": REPRESENTATION.itemsize + len(rest), "quality_blocks": int(view.quality is not None)}
    return _header_bytes(REPRESENTATION, fields | time_fields(view.capture_time)) + rest


def _minutiae_table(version: Version, view: FingerView) -> NDArray[np.void]:
    x, y, kind, quality = view.x, view.y, view.kind, view.minutia_quality
    _check_minutiae((view.width_px, view.height_px), x, y, kind, quality)
    good = {column.shape for column in (y, kind, quality, view.angle_rad)} == {(len(x),)}
    require(good and bool(np.isfinite(view.angle_rad).all()), "angle_rad", f"{len(x)} finite angles, as all columns")
    table = np.zeros(len(x), MINUTIA[6 if version == 2005 or quality.any() else 5])
    table["kind_x"], table["y"] = kind.astype("u2") << 14 | x.astype("u2"), y
    table["angle"] = np.mod(np.rint(view.angle_rad / STEP_RAD), 256)
    if table.itemsize == 6:
        table["quality"] = quality if version == 2005 else np.where(quality == 0, NOT_REPORTED, quality)
    return table
