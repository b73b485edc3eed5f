"""Extended data of finger minutiae records: the block of cores and deltas (ISO/IEC 19794-2:2005 7.5.3, :2011 8.5.3)."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from biocapture.images.records.fields import Ranges, Reader, header_bytes, layout, require

BLOCK, COUNT, LENGTH = layout("type:2 length:2"), layout("count"), layout("length:2")
POINT = layout("angles_x:2 y:2")
MAX_COORDINATE = 0x3FFF  # 2 bits above x: whether angles follow; above y: reserved
CORES_AND_DELTAS = 2
MAX_POINTS = 15
CORE_ANGLES, DELTA_ANGLES = 1, 3
STEP_RAD = 2 * np.pi / 256


@dataclass(frozen=True, slots=True)
class SingularPoint:
    """A core or a delta.

    Attributes
    ----------
    x, y : int
        Column and row in the image, at most 16383.
    angle_rad : tuple of float
        In [0, 2π), counter-clockwise from the direction of rising x: one of a core, three of a delta, or none.
    """

    x: int
    y: int
    angle_rad: tuple[float, ...] = ()


Points = tuple[SingularPoint, ...]


def read_extended(reader: Reader, size: tuple[int, int]) -> tuple[Points, Points]:
    """Read the cores and deltas of a view, and pass over blocks of other types.

    Parameters
    ----------
    reader : Reader
        At the length of the extended data; afterwards behind them.
    size : (int, int)
        Width and height of the image in pixels: points must lie within.

    Returns
    -------
    cores, deltas : tuple of SingularPoint
        At most 15 each.

    Raises
    ------
    FormatError
        Lengths that do not fit together, or a point that is not valid.
    """
    start = reader.skip(reader.fields(LENGTH, "a length")["length"], "extended data")
    cores: Points = ()
    deltas: Points = ()
    for first, last in _blocks(reader.data, start, reader.at):
        block = Reader(reader.ranges, reader.data, first, last)
        if block.fields(BLOCK, "a block header")["type"] == CORES_AND_DELTAS:
            cores, deltas = (tuple(_points(block, angles, size)) for angles in (CORE_ANGLES, DELTA_ANGLES))
            block.finish("cores and deltas")
    return cores, deltas


def _blocks(data: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Offsets of the blocks. Their lengths include their headers or (edition 2005, as some read it) leave them out."""
    for uncounted in (0, BLOCK.itemsize):
        found, at = [], start
        while at + BLOCK.itemsize <= (last := at + int.from_bytes(data[at + 2 : at + 4], "big") + uncounted) <= end:
            found.append((at, last))
            at = last
        if at == end:
            return found
    require(False, "extended data blocks of other lengths", f"{end - start} bytes in all", start)
    return []


def _points(block: Reader, angles: int, size: tuple[int, int]) -> Iterator[SingularPoint]:
    for _ in range(block.fields(COUNT, "a number of points")["count"] & MAX_POINTS):
        at, point = block.at, block.fields(POINT, "a core or delta")
        (stated, x), y = divmod(point["angles_x"], MAX_COORDINATE + 1), point["y"] & MAX_COORDINATE
        require(stated in (0, 1), f"angle mark {stated} of a core or delta", "0 or 1", at)
        require(x < size[0] and y < size[1], f"core or delta at ({x}, {y})", f"within {size[0]}×{size[1]}", at)
        first = block.skip(stated * angles, "angles")
        yield SingularPoint(x, y, tuple(step * STEP_RAD for step in block.data[first : block.at]))


def extended_bytes(ranges: Ranges, cores: Points, deltas: Points, size: tuple[int, int]) -> bytes:
    """Bytes of the extended data of a view: the block of cores and deltas, or none where there are no points.

    Parameters
    ----------
    ranges : mapping
        Name of a field → its valid values.
    cores, deltas : tuple of SingularPoint
        At most 15 each.
    size : (int, int)
        Width and height of the image in pixels.

    Returns
    -------
    bytes

    Raises
    ------
    FormatError
        Too many points, a point outside the image, or a wrong number of angles.
    """
    if not cores and not deltas:
        return header_bytes(ranges, LENGTH, {})
    parts = ((cores, CORE_ANGLES), (deltas, DELTA_ANGLES))
    points = b"".join(_point_bytes(ranges, listed, angles, size) for listed, angles in parts)
    length = BLOCK.itemsize + len(points)
    block = header_bytes(ranges, BLOCK, {"type": CORES_AND_DELTAS, "length": length})
    return header_bytes(ranges, LENGTH, {"length": length}) + block + points


def _point_bytes(ranges: Ranges, points: Points, angles: int, size: tuple[int, int]) -> bytes:
    require(len(points) <= MAX_POINTS, f"{len(points)} cores or deltas", f"at most {MAX_POINTS}")
    content = header_bytes(ranges, COUNT, {"count": len(points)})
    for point in points:
        inside = 0 <= point.x < min(size[0], MAX_COORDINATE + 1) and 0 <= point.y < min(size[1], MAX_COORDINATE + 1)
        require(inside, f"core or delta at ({point.x}, {point.y})", f"within {size[0]}×{size[1]}")
        turned = np.array(point.angle_rad)
        good = turned.size in (0, angles) and bool(np.isfinite(turned).all())
        require(good, f"angles {point.angle_rad} of a core or delta", f"none, or {angles} finite")
        mark = (MAX_COORDINATE + 1) * bool(turned.size)
        content += header_bytes(ranges, POINT, {"angles_x": mark + point.x, "y": point.y})
        content += bytes((np.rint(turned / STEP_RAD).astype(np.int64) % 256).astype(np.uint8))
    return content
