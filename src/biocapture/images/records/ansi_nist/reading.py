"""Pictures of a transaction in the traditional encoding."""

import struct
from collections.abc import Iterator

from biocapture.errors import FormatError
from biocapture.images.records.ansi_nist.stated import (
    CODES,
    FACE_TYPE,
    FINGER_TYPES,
    IRIS_TYPE,
    Segment,
    Stated,
    parts_of,
)
from biocapture.images.records.ansi_nist.transaction import DATA, Record, read_records
from biocapture.images.records.record_image import DamagedImage, RecordPart

NATIVE_RESOLUTION, TRANSMITTED_RESOLUTION = 11, 12  # of type 1, in pixels per mm
LOW, HIGH = 3, 4
MINIMUM_PPI = {LOW: 250, HIGH: 500}
"""Resolution of types 3 and 4 where their flag says that it is the minimum."""

MM_PER_INCH = 25.4
BINARY_HEADER = struct.Struct(">IBB6sBHHB")
UNUSED_POSITION = 255
REFUSED = {
    5: "a low-resolution binary print (type 5)",
    6: "a high-resolution binary print (type 6)",
    7: "a user-defined picture (type 7)",
    8: "a signature (type 8)",
    16: "a test picture (type 16)",
    19: "a plantar print (type 19)",
    20: "a source representation (type 20)",
}
"""Records with pictures that are not read, by name."""


def parts_of_transaction(data: bytes) -> tuple[RecordPart, ...]:
    """Every picture of a transaction, in its order.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    tuple of RecordImage or DamagedImage
        Empty where it holds none. Of a slap with segments, one per finger.

    Raises
    ------
    FormatError
        Not such a file: its first record cannot be read.
    """
    records, problem = read_records(data)
    parts = [part for record in records for part in _parts(record, records[0])]
    return (*parts, DamagedImage(problem)) if problem else tuple(parts)


def _parts(record: Record, first: Record) -> Iterator[RecordPart]:
    if record.type in REFUSED:
        yield DamagedImage(f"{REFUSED[record.type]} is not read")
    elif record.type in MINIMUM_PPI:
        yield from _binary_parts(record, first)
    elif record.type in FINGER_TYPES or record.type in (FACE_TYPE, IRIS_TYPE):
        try:
            stated = _stated(record)
        except FormatError as error:
            yield DamagedImage(f"type {record.type}: {error.message}")
            return
        yield from parts_of(stated)


def _binary_parts(record: Record, first: Record) -> Iterator[RecordPart]:
    """The print of a record of type 3 or 4."""
    if len(record.data) <= BINARY_HEADER.size:
        yield DamagedImage(f"type {record.type}: {len(record.data)} bytes, expected more than {BINARY_HEADER.size}")
        return
    _, _, impression, positions, flag, width, height, code = BINARY_HEADER.unpack_from(record.data)
    stated = str(MINIMUM_PPI[record.type])
    if flag:
        native = first.text(TRANSMITTED_RESOLUTION if record.type == LOW else NATIVE_RESOLUTION)
        stated = _ppi(native)
    yield from parts_of(
        Stated(
            record.type,
            record.data[BINARY_HEADER.size :],
            CODES[code] if code < len(CODES) else str(code),
            str(width),
            str(height),
            "1",
            stated,
            stated,
            impression=str(impression),
            positions=tuple(str(each) for each in positions if each != UNUSED_POSITION),
        )
    )


def _ppi(per_mm: str) -> str:
    """Pixels per inch; empty where it is not stated (00.00)."""
    try:
        value = float(per_mm)
    except ValueError:
        return ""
    return str(round(value * MM_PER_INCH)) if 0 < value < 1e4 else ""


def _stated(record: Record) -> Stated:
    text, kind = record.text, record.type
    is_iris, is_face = kind == IRIS_TYPE, kind == FACE_TYPE
    colour_space = text(12) if is_face else text(13) if is_iris else ""
    return Stated(
        kind,
        record.fields.get(DATA, b""),
        text(11),
        text(6),
        text(7),
        text(8),
        text(9),
        text(10),
        "" if is_face else text(12),
        colour_space,
        "" if is_iris or is_face else text(3),
        () if is_iris or is_face else tuple(entry[0] for entry in record.items(13)),
        text(3) if is_iris else "",
        text(3) if is_face else "",
        _quality(record),
        tuple(_segments(record)) if kind == 14 else (),
        record.is_of_wrong_length,
    )


def _quality(record: Record) -> str:
    """Score of the first quality block: fields 14.024 and 15.024 begin with the position, 10.024 and 17.024 do not."""
    blocks = record.items(24)
    if not blocks:
        return ""
    index = 0 if record.type in (FACE_TYPE, IRIS_TYPE) else 1
    return blocks[0][index] if len(blocks[0]) > index else ""


def _segments(record: Record) -> Iterator[Segment]:
    """Boxes of field 14.021, otherwise those around the polygons of 14.025."""
    for entry in record.items(21):
        if len(entry) >= 5:
            yield Segment(*entry[:5])
    if record.items(21):
        return
    for entry in record.items(25):
        try:
            values = [int(each) for each in entry[2:]]
        except ValueError as error:
            raise FormatError(f"14.025 {entry[:3]}, expected numbers") from error
        across, down = values[::2], values[1::2]
        if down:
            yield Segment(entry[0], *map(str, (min(across), max(across), min(down), max(down))))
