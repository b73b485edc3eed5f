"""Template and sketch of one sample as bytes, and back."""

import dataclasses
import functools
import json
import struct
from typing import Any

import numpy as np

from biocapture.comparison.protocol import Matcher, ranking, stored_sketches
from biocapture.errors import StationError

HEADER = struct.Struct("<4sII")
"""Magic, sizes of the template and of the sketch's description (JSON); template, description, arrays follow."""

MAGIC = b"BCS1"


def packed(part: Matcher, template: Any) -> bytes:
    """The template, and its sketch where that is arrays: making it again takes longer than reading it."""
    own = template.to_bytes()
    described, arrays = b"", b""
    ranks = ranking(part)
    if ranks and stored_sketches(part):
        described, arrays = _arrays(ranks.sketch(template))
    return b"".join([HEADER.pack(MAGIC, len(own), len(described)), own, described, arrays])


def template_in(part: Matcher, data: bytes) -> Any:
    """The template of stored bytes; raises :class:`StationError` for another layout."""
    own, _ = _sizes(data)
    return part.Template.from_bytes(data[HEADER.size : HEADER.size + own])


def sketch_in(part: Matcher, data: bytes) -> Any:
    """What ranking needs of stored bytes, made of the template where it is not stored; None without ranking."""
    own, described = _sizes(data)
    ranks, keeps, end = ranking(part), stored_sketches(part), HEADER.size + own
    if not ranks:
        return None
    found = _sketch(keeps.Sketch, data, end, described) if keeps and described else None
    return ranks.sketch(template_in(part, data)) if found is None else found


def _sizes(data: bytes) -> tuple[int, int]:
    """Of the template and of the sketch's description."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise StationError("a sample was stored by another version")
    _, own, described = HEADER.unpack_from(data)
    return own, described


def _arrays(sketch: Any) -> tuple[bytes, bytes]:
    """Name, type and shape of each field, and the contents of all."""
    fields = {field.name: np.ascontiguousarray(getattr(sketch, field.name)) for field in dataclasses.fields(sketch)}
    described = [(name, array.dtype.str, array.shape) for name, array in fields.items()]
    return json.dumps(described).encode(), b"".join(array.tobytes() for array in fields.values())


def _sketch(kind: Any, data: bytes, start: int, described: int) -> Any:
    """The sketch; None where its fields are no longer those that were stored."""
    fields = _fields(data[start : start + described])
    if [name for name, _, _ in fields] != [field.name for field in dataclasses.fields(kind)]:
        return None
    arrays, at = [], start + described
    for _, dtype, shape in fields:
        arrays.append(np.ndarray(shape, dtype, data, at))
        at += arrays[-1].nbytes
    return kind(*arrays)


@functools.lru_cache(maxsize=1000)
def _fields(described: bytes) -> list[tuple[str, np.dtype[Any], tuple[int, ...]]]:
    """Name, type and shape of each field; few numbers of minutiae occur."""
    return [(name, np.dtype(dtype), tuple(shape)) for name, dtype, shape in json.loads(described)]
