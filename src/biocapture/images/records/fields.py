"""Headers of big-endian records: fields of whole bytes or of 4 bits, their valid ranges, and where a fault lies."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from biocapture.errors import FormatError

Layout = np.dtype[np.void]
Ranges = Mapping[str, tuple[range, ...]]
"""Name of a field → its valid values; fields that are not listed may hold anything."""


def layout(fields: str) -> Layout:
    """From ``name`` (one byte), ``name:bytes`` or ``high/low`` (4 bits each)."""
    return np.dtype([(name, f">u{size or 1}") for name, _, size in (field.partition(":") for field in fields.split())])


def require(good: bool, found: str, expected: str, at: int | None = None) -> None:
    """Raise :class:`FormatError` with what is there and what was expected, unless all is good."""
    if not good:
        raise FormatError(f"{'' if at is None else f'at byte {at}: '}{found}, expected {expected}")


def require_valid(ranges: Ranges, name: str, value: int, at: int | None = None) -> int:
    """The value, if it is valid."""
    allowed = ranges.get(name, ())
    expected = " or ".join(f"{each.start}..{each.stop - 1}" for each in allowed)
    require(not allowed or any(value in each for each in allowed), f"{name} {value}", expected, at)
    return value


@dataclass(slots=True)
class Reader:
    """Walks through bytes ``at`` to ``end``; no step leads outside."""

    ranges: Ranges
    data: bytes
    at: int
    end: int

    def skip(self, size: int, what: str) -> int:
        """Pass ``size`` bytes; returns where they begin."""
        require(self.at + size <= self.end, f"{self.end - self.at} bytes left", f"{size} for {what}", self.at)
        self.at += size
        return self.at - size

    def fields(self, header: Layout, what: str) -> dict[str, int]:
        """The next header, its fields valid."""
        at = self.skip(header.itemsize, what)
        row = np.frombuffer(self.data, header, 1, at)[0]
        values: dict[str, int] = {}
        for name, (_, offset, *_) in (header.fields or {}).items():
            parts = divmod(row[name], 16) if "/" in name else (row[name],)
            for half, part in zip(name.split("/"), parts, strict=True):
                values[half] = require_valid(self.ranges, half, int(part), at + offset)
        return values

    def finish(self, what: str) -> None:
        """Require that nothing is left."""
        require(self.at == self.end, f"{self.end - self.at} more bytes", f"the end of {what}", self.at)


def header_bytes(ranges: Ranges, header: Layout, fields: Mapping[str, int]) -> bytes:
    """Bytes of one header; fields that are not given are 0."""
    row = np.zeros(1, header)
    for name in header.names or ():
        high, *low = (require_valid(ranges, half, fields.get(half, 0)) for half in name.split("/"))
        row[name] = high << 4 | low[0] if low else high
    return row.tobytes()
