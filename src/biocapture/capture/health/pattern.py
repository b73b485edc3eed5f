"""What many captures have in common: counts over captures, from which no single capture can be reconstructed."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.traits import BINS, MARK_KINDS, SEGMENTS, CaptureTraits, FrameGeometry
from biocapture.errors import HealthError

Counts = NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Sums over ``count`` captures of one geometry.

    Attributes
    ----------
    cells : (R, C, 32) uint16
        How often a cell's brightest spot fell into each bin.
    rows, columns : (H, 8, 3) uint16, (W, 8, 3) uint16
        How often each segment was darker than the lines beside it, brighter, and different in any way.
    first_time, last_time : float
        Seconds since 1970 of the first and the last capture.
    """

    geometry: FrameGeometry
    count: int
    cells: Counts
    rows: Counts
    columns: Counts
    first_time: float
    last_time: float

    @classmethod
    def of_traits(cls, traits: CaptureTraits, now: float) -> Self:
        """Pattern of one capture.

        Parameters
        ----------
        traits : CaptureTraits
        now : float
            Seconds since 1970.

        Returns
        -------
        Pattern
        """
        return cls(
            traits.geometry,
            1,
            (traits.cells[..., None] == np.arange(BINS)).astype(np.uint16),
            traits.rows.astype(np.uint16),
            traits.columns.astype(np.uint16),
            now,
            now,
        )

    @classmethod
    def join(cls, patterns: Sequence["Pattern"]) -> Self:
        """Sum of several patterns of one geometry.

        Parameters
        ----------
        patterns : sequence of Pattern
            At least one.

        Returns
        -------
        Pattern
        """

        def total(name: str) -> Counts:
            return np.asarray(np.sum([getattr(pattern, name) for pattern in patterns], axis=0, dtype=np.uint16))

        return cls(
            patterns[0].geometry,
            sum(pattern.count for pattern in patterns),
            total("cells"),
            total("rows"),
            total("columns"),
            min(pattern.first_time for pattern in patterns),
            max(pattern.last_time for pattern in patterns),
        )

    def pack(self) -> bytes:
        """As bytes, compressed; no count may be above 255."""
        parts = (self.cells, self.rows, self.columns)
        return zlib.compress(b"".join(part.astype(np.uint8).tobytes() for part in parts), 1)


def unpack_pattern(data: bytes, geometry: FrameGeometry, count: int, first_time: float, last_time: float) -> Pattern:
    """The pattern of :meth:`Pattern.pack`.

    Parameters
    ----------
    data : bytes
    geometry : FrameGeometry
    count : int
        Captures in it.
    first_time, last_time : float
        Seconds since 1970.

    Returns
    -------
    Pattern

    Raises
    ------
    HealthError
        The bytes are not those of this geometry.
    """
    shapes = [(*geometry.grid, BINS), *((number, SEGMENTS, MARK_KINDS) for number in geometry.lines)]
    sizes = [int(np.prod(shape)) for shape in shapes]
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(data, sum(sizes) + 1)
    except zlib.error as error:
        raise HealthError(f"damaged: {error}") from error
    if len(content) != sum(sizes) or not inflater.eof:
        raise HealthError(f"damaged: {len(content)} bytes of a pattern, expected {sum(sizes)}")
    values = np.frombuffer(content, np.uint8).astype(np.uint16)
    parts = np.split(values, np.cumsum(sizes)[:-1])
    if count < 1 or any(part.size and int(part.max()) > count for part in parts):
        raise HealthError(f"damaged: counts above the {count} captures")
    cells, rows, columns = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
    return Pattern(geometry, count, cells, rows, columns, first_time, last_time)
