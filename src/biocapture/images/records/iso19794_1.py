"""What all records of ISO/IEC 19794 share: identification, and from edition 2011 the header of a representation.

That header (ISO/IEC 19794-1:2011 clause 12) is: length, time of capture, device, quality blocks and, where the record
is marked as certified, certification blocks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from biocapture.errors import FormatError
from biocapture.images.records.fields import Ranges, Reader, header_bytes, layout, require

Version = Literal[2005, 2011]
TIME = "year:2 month day hour minute second millisecond:2"  # UTC; all bits set where unknown
REPRESENTATION = layout(f"size:4 {TIME} technology vendor:2 type:2 quality_blocks")
TIME_FIELDS = (REPRESENTATION.names or ())[1:8]
QUALITY, CERTIFICATION = layout("quality vendor:2 algorithm:2"), layout("authority:2 scheme")
COUNT = layout("count")
MAX_QUALITY, NOT_REPORTED = 100, 254  # 255: quality failed
COMMON: dict[str, tuple[range, ...]] = {
    "quality": (range(MAX_QUALITY + 1), range(NOT_REPORTED, 256)),
    "certified": (range(2),),
}


@dataclass(frozen=True, slots=True)
class QualityBlock:
    """Quality score of one algorithm: 0..100, higher is better; 254 not reported, 255 failed."""

    quality: int
    vendor: int = 0
    algorithm: int = 0


@dataclass(frozen=True, slots=True)
class Certification:
    """Who certified the device, and by which scheme."""

    authority: int
    scheme: int


@dataclass(frozen=True, slots=True)
class Capture:
    """When and with what a representation was captured; edition 2011 only.

    Attributes
    ----------
    time : datetime or None
        UTC, in milliseconds; None where the record does not state it, or states a date that does not exist (devices
        with a wrong clock).
    technology, vendor, type : int
        Of the device; 0 = unknown. Vendors and their types are registered with IBIA.
    """

    time: datetime | None = None
    technology: int = 0
    vendor: int = 0
    type: int = 0
    qualities: tuple[QualityBlock, ...] = ()
    certifications: tuple[Certification, ...] = ()

    @property
    def quality(self) -> int | None:
        """The first quality that was computed, 0..100."""
        return next((each.quality for each in self.qualities if each.quality <= MAX_QUALITY), None)


UNSTATED = Capture()


def edition_of(data: bytes, magics: Mapping[Version, bytes]) -> Version:
    """Edition whose first bytes a record has.

    Parameters
    ----------
    data : bytes
    magics : mapping
        Edition → first bytes.

    Returns
    -------
    Version

    Raises
    ------
    FormatError
        None of them.
    """
    version = next((edition for edition, magic in magics.items() if data.startswith(magic)), None)
    if version is None:
        raise FormatError(f"at byte 0: {data[:8]!r}, expected {' or '.join(map(repr, magics.values()))}")
    return version


def read_capture(outer: Reader, certified: bool) -> tuple[Capture, Reader]:
    """Read the header of the next representation, and pass over the whole representation.

    Parameters
    ----------
    outer : Reader
        At the representation; afterwards behind it.
    certified : bool
        Whether the record is marked as certified, so that certification blocks follow.

    Returns
    -------
    capture : Capture
    reader : Reader
        At what follows the header, to the end of the representation.

    Raises
    ------
    FormatError
        Cut short, or a value is not valid.
    """
    header = Reader(outer.ranges, outer.data, outer.at, outer.end)
    fields, size = header.fields(REPRESENTATION, "a representation header"), REPRESENTATION.itemsize
    known = fields["size"] > size or (outer.lenient and outer.is_only)
    require(known, f"size {fields['size']}", "more than its header", outer.at)
    reader = outer.block(fields["size"], "a representation")
    reader.skip(size, "a representation header")
    blocks = [reader.fields(QUALITY, "a quality block") for _ in range(fields["quality_blocks"])]
    qualities = tuple(QualityBlock(**block) for block in blocks)
    count = reader.fields(COUNT, "a count")["count"] if certified else 0
    marks = tuple(Certification(**reader.fields(CERTIFICATION, "a certification block")) for _ in range(count))
    try:
        time = capture_time(fields)
    except ValueError:
        time = None
    return Capture(time, fields["technology"], fields["vendor"], fields["type"], qualities, marks), reader


def capture_bytes(ranges: Ranges, capture: Capture, certified: bool, rest: bytes) -> bytes:
    """Bytes of a representation.

    Parameters
    ----------
    ranges : mapping
        Name of a field → its valid values.
    capture : Capture
    certified : bool
        Whether the record is marked as certified.
    rest : bytes
        What follows the header.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        More than 255 blocks, a time without a zone, or certifications in a record that is not marked as certified.
    """
    require(certified or not capture.certifications, "certifications", "a record marked as certified")
    head = b"".join(header_bytes(ranges, QUALITY, _fields(block)) for block in capture.qualities)
    if certified:
        head += header_bytes(ranges, COUNT, {"count": _count(capture.certifications)})
        head += b"".join(header_bytes(ranges, CERTIFICATION, _fields(mark)) for mark in capture.certifications)
    names = ("technology", "vendor", "type")
    fields = time_fields(capture.time) | {name: getattr(capture, name) for name in names}
    fields |= {"size": REPRESENTATION.itemsize + len(head) + len(rest), "quality_blocks": _count(capture.qualities)}
    return header_bytes(ranges, REPRESENTATION, fields) + head + rest


def _count(blocks: tuple[object, ...]) -> int:
    require(len(blocks) <= 0xFF, f"{len(blocks)} blocks", "at most 255")
    return len(blocks)


def _fields(block: QualityBlock | Certification) -> dict[str, int]:
    return {name: getattr(block, name) for name in type(block).__slots__}


def capture_time(fields: Mapping[str, int]) -> datetime | None:
    """Time of capture.

    Parameters
    ----------
    fields : mapping
        Names of :data:`TIME_FIELDS` → value.

    Returns
    -------
    datetime or None
        UTC, in milliseconds; None where it is not stated to the second.

    Raises
    ------
    ValueError
        No such date.
    """
    year, month, day, hour, minute, second, millisecond = numbers = [fields[name] for name in TIME_FIELDS]
    if year == 0xFFFF or 0xFF in numbers[1:6]:
        return None
    return datetime(year, month, day, hour, minute, second, millisecond % 0xFFFF * 1000, UTC)


def time_fields(time: datetime | None) -> dict[str, int]:
    """Fields of a time of capture.

    Parameters
    ----------
    time : datetime or None
        With a time zone. None: all bits of all fields are set, which means unknown.

    Returns
    -------
    dict

    Raises
    ------
    FormatError
        The time has no zone.
    """
    if time is None:
        return dict.fromkeys(TIME_FIELDS, 0xFF) | {"year": 0xFFFF, "millisecond": 0xFFFF}
    require(time.utcoffset() is not None, f"capture_time {time}", "one with a time zone")
    return dict(zip(TIME_FIELDS, (*time.astimezone(UTC).timetuple()[:6], time.microsecond // 1000), strict=True))
