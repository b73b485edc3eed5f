"""Headers of big-endian records: fields of whole bytes or of 4 bits, their valid ranges, and the place of a fault."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from biocapture.errors import FormatError

Layout = np.dtype[np.void]
Ranges = Mapping[str, tuple[range, ...]]
"""Name of a field → its valid values; fields that are not listed may hold anything."""

LENGTHS = frozenset({"length", "size", "bytes"})
"""Fields of which any value is taken where reading is lenient."""


def layout(fields: str) -> Layout:
    """Layout of a header.

    Parameters
    ----------
    fields : str
        Names separated by spaces: ``name`` (one byte), ``name:bytes``, or ``high/low`` (4 bits each).

    Returns
    -------
    Layout
        A structured dtype of unsigned big-endian numbers.
    """
    return np.dtype([(name, f">u{size or 1}") for name, _, size in (field.partition(":") for field in fields.split())])


def require(holds: bool, actual: str, expected: str, at: int | None = None) -> None:
    """Raise an error with what is there and what was expected, unless a condition holds.

    Parameters
    ----------
    holds : bool
    actual, expected : str
        Completed to "<actual>, expected <expected>".
    at : int, optional
        Offset in bytes.

    Raises
    ------
    FormatError
        The condition does not hold.
    """
    if not holds:
        raise FormatError(f"{'' if at is None else f'at byte {at}: '}{actual}, expected {expected}")


def require_valid(ranges: Ranges, name: str, value: int, at: int | None = None) -> int:
    """The value of a field, which must lie in one of its ranges.

    Parameters
    ----------
    ranges : mapping
        Name → valid values; a name that is missing may hold anything.
    name : str
    value : int
    at : int, optional
        Offset in bytes, for the error.

    Returns
    -------
    int
        ``value``.

    Raises
    ------
    FormatError
        The value is not valid.
    """
    allowed = ranges.get(name, ())
    expected = " or ".join(f"{each.start}..{each.stop - 1}" for each in allowed)
    require(not allowed or any(value in each for each in allowed), f"{name} {value}", expected, at)
    return value


@dataclass(slots=True)
class Reader:
    """Position in a record: reads bytes ``at`` to ``end`` in order, and never outside.

    Attributes
    ----------
    ranges : mapping
        Name of a field → its valid values.
    data : bytes
        The whole record.
    at, end : int
        Offset of the next byte, and behind the last one that may be read.
    lenient : bool
        Lengths that the record states need not fit: bytes may be left, and the picture of a record with one picture
        reaches as far as there are bytes.
    is_only : bool
        Whether the record has one picture.
    """

    ranges: Ranges
    data: bytes
    at: int
    end: int
    lenient: bool = False
    is_only: bool = False

    def skip(self, size: int, what: str) -> int:
        """Pass over some bytes.

        Parameters
        ----------
        size : int
            Number of bytes.
        what : str
            What they are, for the error.

        Returns
        -------
        int
            Offset of the first of them.

        Raises
        ------
        FormatError
            Fewer bytes are left.
        """
        require(self.at + size <= self.end, f"{self.end - self.at} bytes left", f"{size} for {what}", self.at)
        self.at += size
        return self.at - size

    def require_length(self, stated: int, at: int) -> None:
        """Require that the record is as long as it states, unless reading is lenient.

        Parameters
        ----------
        stated : int
            Length of the record in bytes.
        at : int
            Offset of that field, for the error.

        Raises
        ------
        FormatError
            There are more or fewer bytes.
        """
        there = len(self.data)
        require(self.lenient or stated == there, f"record length {stated}", f"{there}, the bytes there are", at)

    def block(self, size: int, what: str) -> "Reader":
        """Reader of the next block, which is passed over.

        Parameters
        ----------
        size : int
            Bytes of the block.
        what : str
            What it is, for the error.

        Returns
        -------
        Reader
            At its beginning. Of the only picture, where reading is lenient, it reaches to the end.

        Raises
        ------
        FormatError
            Fewer bytes are left.
        """
        start, reaches = self.at, self.end
        if self.lenient and self.is_only:
            self.at = self.end
        else:
            self.skip(size, what)
            reaches = self.at
        return Reader(self.ranges, self.data, start, reaches, self.lenient, self.is_only)

    def picture(self, size: int) -> bytes:
        """Bytes of the next picture.

        Parameters
        ----------
        size : int
            As the record states.

        Returns
        -------
        bytes
            Of the only picture, where reading is lenient, all that are left.

        Raises
        ------
        FormatError
            Fewer bytes are left, or none.
        """
        if self.lenient and self.is_only:
            size = self.end - self.at
            require(size > 0, "no picture", "a picture", self.at)
        start = self.skip(size, "the picture")
        return self.data[start : self.at]

    def fields(self, header: Layout, what: str) -> dict[str, int]:
        """Read the next header.

        Parameters
        ----------
        header : Layout
        what : str
            What it is, for the error.

        Returns
        -------
        dict
            Name of each field → its value, all valid.

        Raises
        ------
        FormatError
            Cut short, or a value is not valid.
        """
        at = self.skip(header.itemsize, what)
        row = np.frombuffer(self.data, header, 1, at)[0]
        values: dict[str, int] = {}
        for name, (_, offset, *_) in (header.fields or {}).items():
            parts = divmod(row[name], 16) if "/" in name else (row[name],)
            for half, part in zip(name.split("/"), parts, strict=True):
                believed = not self.lenient or half not in LENGTHS
                values[half] = require_valid(self.ranges if believed else {}, half, int(part), at + offset)
        return values

    def finish(self, what: str) -> None:
        """Require that nothing is left, unless reading is lenient.

        Parameters
        ----------
        what : str
            What ends here, for the error.

        Raises
        ------
        FormatError
            Bytes are left.
        """
        require(self.lenient or self.at == self.end, f"{self.end - self.at} more bytes", f"the end of {what}", self.at)


def header_bytes(ranges: Ranges, header: Layout, fields: Mapping[str, int]) -> bytes:
    """Bytes of one header.

    Parameters
    ----------
    ranges : mapping
        Name of a field → its valid values.
    header : Layout
    fields : mapping
        Name → value; fields that are not given are 0.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        A value is not valid.
    """
    row = np.zeros(1, header)
    for name in header.names or ():
        high, *low = (require_valid(ranges, half, fields.get(half, 0)) for half in name.split("/"))
        row[name] = high << 4 | low[0] if low else high
    return row.tobytes()
