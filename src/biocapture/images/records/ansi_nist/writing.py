"""Transactions written in the traditional encoding: record 1, then prints (14), faces (10) and irises (17)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from biocapture.errors import FormatError
from biocapture.images.codecs.picture import Encoding
from biocapture.images.records.ansi_nist.stated import EYES
from biocapture.images.records.ansi_nist.transaction import FS, GS, RS, US
from biocapture.images.records.fields import require
from biocapture.images.records.record_image import RecordImage
from biocapture.types import Modality

VERSION = "0501"
"""ANSI/NIST-ITL 1-2011, update of 2013."""

TYPES = {Modality.FINGERPRINT: 14, Modality.FACE: 10, Modality.IRIS: 17}
CODES = {
    Encoding.RAW: "NONE",
    Encoding.WSQ: "WSQ20",
    Encoding.JPEG: "JPEGB",
    Encoding.JPEG2000: "JP2",
    Encoding.JPEG2000_LOSSLESS: "JP2L",
    Encoding.PNG: "PNG",
}
EYE_CODES = {position: code for code, position in EYES.items() if code.isdigit()}
PPI_UNIT, NO_UNIT = "1", "0"
UNKNOWN_IMPRESSION = 29
UNSPECIFIED_ACQUISITION = "0"
NO_BINARY_PRINTS = "00.00"
"""Of 1.011 and 1.012, where there are no records of type 4."""

MAX_IMAGES = 99
Fields = dict[int, bytes]


@dataclass(frozen=True, slots=True)
class Agency:
    """Who sends and receives, as text in ASCII.

    Attributes
    ----------
    source, destination : str
        Identifiers of the agencies (1.008 and 1.007; also the source of each picture).
    control_number : str
        Of the transaction, unique for its source (1.009).
    kind : str
        Type of the transaction (1.004).
    """

    source: str
    destination: str
    control_number: str
    kind: str = "ENR"


def write_transaction(images: Sequence[RecordImage], agency: Agency, date: datetime) -> bytes:
    """Write a transaction.

    Parameters
    ----------
    images : sequence of RecordImage
        Whole pictures, each of a known encoding other than packed pixels.
    agency : Agency
    date : datetime
        With a time zone; also of the pictures that state none.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        No picture or too many, text that is not printable ASCII, or what the format cannot hold.
    """
    require(0 < len(images) <= MAX_IMAGES, f"{len(images)} pictures", f"1..{MAX_IMAGES}")
    require(date.utcoffset() is not None, f"date {date}", "one with a time zone")
    listed = [f"1{US.decode()}{len(images)}"]
    listed += [f"{TYPES[image.modality]}{US.decode()}{i:02}" for i, image in enumerate(images, 1)]
    first: Fields = {
        2: _text(VERSION),
        3: RS.join(entry.encode("ascii") for entry in listed),
        4: _text(agency.kind),
        5: _day(date),
        7: _text(agency.destination),
        8: _text(agency.source),
        9: _text(agency.control_number),
        11: _text(NO_BINARY_PRINTS),
        12: _text(NO_BINARY_PRINTS),
        14: date.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode("ascii"),
    }
    records = [_record(1, first)]
    for i, image in enumerate(images, 1):
        records.append(_record(TYPES[image.modality], _picture_fields(image, i, agency, date)))
    return b"".join(records)


def _picture_fields(image: RecordImage, number: int, agency: Agency, date: datetime) -> Fields:
    picture = image.picture
    require(picture.encoding in CODES, f"encoding {picture.encoding}", " or ".join(CODES))
    require(image.box is None, "a part of a picture", "a whole one")
    require(not picture.encoding.is_raw or picture.depth == 8, f"{picture.depth} bits", "8")
    captured = image.captured or date
    fields: Fields = {2: _text(f"{number:02}"), 4: _text(agency.source), 5: _day(captured)}
    fields |= {6: _text(str(picture.width_px)), 7: _text(str(picture.height_px)), 11: _text(CODES[picture.encoding])}
    if image.modality is Modality.FINGERPRINT:
        fields |= _print_fields(image)
    else:
        fields |= {8: _text(NO_UNIT), 9: b"1", 10: b"1"}
        space = b"GRAY" if picture.channels == 1 else b"SRGB"
        if image.modality is Modality.FACE:
            fields |= {3: b"FACE", 12: space, 13: _text(UNSPECIFIED_ACQUISITION)}
        else:
            eye = EYE_CODES.get(image.position, "0")
            fields |= {3: _text(eye), 12: _text(str(picture.depth * picture.channels)), 13: space}
    return fields | {999: picture.data}


def _print_fields(image: RecordImage) -> Fields:
    impression = UNKNOWN_IMPRESSION if image.impression is None else image.impression
    across, down = (str(round(each)) for each in image.ppi or (1, 1))
    fields: Fields = {3: _text(str(impression)), 8: _text(PPI_UNIT if image.ppi else NO_UNIT)}
    fields |= {9: _text(across), 10: _text(down), 12: _text(str(image.picture.depth))}
    return fields | {13: _text(str(image.position.finger_code))}


def _record(kind: int, fields: Fields) -> bytes:
    """A record with its length, which counts its own digits."""
    body = b"".join(GS + b"%d.%03d:" % (kind, number) + fields[number] for number in sorted(fields)) + FS
    head = b"%d.001:" % kind
    size = len(head) + len(body)
    while len(str(size)) + len(head) + len(body) != size:
        size = len(head) + len(body) + len(str(size))
    return head + str(size).encode("ascii") + body


def _day(date: datetime) -> bytes:
    return date.strftime("%Y%m%d").encode("ascii")


def _text(value: str) -> bytes:
    if not (value.isascii() and value.isprintable() and 0 < len(value) <= 100):
        raise FormatError(f"text {value[:40]!r}, expected 1 to 100 printable characters of ASCII")
    return value.encode("ascii")
