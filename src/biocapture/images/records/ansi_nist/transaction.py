"""A transaction in the traditional encoding, split into records and fields (ANSI/NIST-ITL 1-2011 Annex B).

A record of text fields is ``type.001:length``, then ``type.number:value``, with a group separator between fields,
record and unit separators within them, and a file separator at its end; its last field may be binary data. Records of
types 3 to 8 are binary: 4 bytes of length, then fields of fixed places.
"""

import re
from dataclasses import dataclass, field

from biocapture.errors import FormatError
from biocapture.images.records.fields import require

FS, GS, RS, US = b"\x1c", b"\x1d", b"\x1e", b"\x1f"
SIGNATURE = rb"1\.0{0,8}1:\d"
"""First bytes of a transaction, as a regular expression."""

HEADER = re.compile(rb"(\d{1,2})\.0{0,8}1:(\d{1,9})\x1d")
TAG = re.compile(rb"(\d{1,2})\.(\d{1,9}):")
BINARY_TYPES = range(3, 9)
DATA = 999
CONTENT = 3
MIN_BINARY_BYTES = 5
MAX_RECORDS, MAX_FIELDS = 10_000, 100_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record.

    Attributes
    ----------
    type : int
    fields : dict
        Number → value, of a record of text fields; the first of a number counts.
    data : bytes
        All bytes of a binary record.
    is_of_wrong_length : bool
        It states a length at which it does not end.
    """

    type: int
    fields: dict[int, bytes] = field(default_factory=dict)
    data: bytes = b""
    is_of_wrong_length: bool = False

    def text(self, number: int) -> str:
        """Value of a field as text, trimmed.

        Parameters
        ----------
        number : int

        Returns
        -------
        str
            Empty where there is none.
        """
        return self.fields.get(number, b"").decode("utf8", "replace").strip(" \0")

    def items(self, number: int) -> list[list[str]]:
        """Subfields of a field, and their items.

        Parameters
        ----------
        number : int

        Returns
        -------
        list of list of str
            Empty where there is no such field.
        """
        return [subfield.split(US.decode()) for subfield in self.text(number).split(RS.decode()) if subfield]


def read_records(data: bytes) -> tuple[list[Record], str]:
    """Split a transaction.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    records : list of Record
        At least the first, of type 1.
    problem : str
        Why the file could not be read to its end; empty where it could.

    Raises
    ------
    FormatError
        Already the first record cannot be read.
    """
    first, at = _tagged(data, 0)
    require(first.type == 1, f"a first record of type {first.type}", "type 1", 0)
    types = iter([int(entry[0]) for entry in first.items(CONTENT)[1:] if entry[0].isdigit() and len(entry[0]) < 3])
    records = [first]
    try:
        while at < len(data) and len(records) < MAX_RECORDS:
            listed = next(types, None)
            record, at = _tagged(data, at) if HEADER.match(data, at) else _binary(data, at, listed)
            records.append(record)
    except FormatError as error:
        return records, error.message
    return records, ""


def _tagged(data: bytes, at: int) -> tuple[Record, int]:
    """A record of text fields, and where the next begins."""
    header = HEADER.match(data, at)
    if header is None:
        raise FormatError(f"at byte {at}: {data[at : at + 8]!r}, expected a record such as 14.001:<length>")
    end = at + int(header[2])
    is_wrong = not header.end() <= end <= len(data) or data[end - 1 : end] != FS
    if is_wrong:
        end = _found_end(data, header.end(), int(header[1]))
    fields: dict[int, bytes] = {}
    place, last = at, end - 1 if data[end - 1 : end] == FS else end
    while place < last and len(fields) < MAX_FIELDS:
        tag = TAG.match(data, place, last)
        if tag is None:
            raise FormatError(f"at byte {place}: {data[place : place + 8]!r}, expected a field such as 14.003:")
        number = int(tag[2])
        stop = last if number == DATA else data.find(GS, tag.end(), last)
        stop = last if stop < 0 else stop
        fields.setdefault(number, data[tag.end() : stop])
        place = stop + 1
    return Record(int(header[1]), fields, is_of_wrong_length=is_wrong), end


def _found_end(data: bytes, at: int, kind: int) -> int:
    """Where a record of a wrong length ends: at a file separator that a record follows, or at the end of the file."""
    pictures = re.compile(rb"\x1d%d\.999:" % kind).search(data, at)
    limit = data.find(FS, at)
    if pictures is None or 0 <= limit < pictures.start():
        return limit + 1 if limit >= 0 else len(data)
    following = re.compile(rb"\x1c(?=\d{1,2}\.0{0,8}1:\d{1,9}\x1d)").search(data, pictures.end())
    return following.end() if following else len(data)


def _binary(data: bytes, at: int, kind: int | None) -> tuple[Record, int]:
    size = int.from_bytes(data[at : at + 4], "big")
    known = kind in BINARY_TYPES and size >= MIN_BINARY_BYTES
    require(known, f"{data[at : at + 8]!r}", "a record of the type that field 1.003 lists", at)
    require(at + size <= len(data), f"{len(data) - at} bytes left", f"{size} of a record of type {kind}", at)
    assert kind is not None
    return Record(kind, data=data[at : at + size]), at + size
