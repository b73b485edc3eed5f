"""Template and sketch of one sample as bytes, and back."""

import dataclasses
import json
import math
import struct
from typing import Any

import numpy as np

from biocapture.errors import StationError
from biocapture.matcher import Matcher, ranking, stored_sketches

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


def unpacked(part: Matcher, data: bytes, with_sketch: bool = True) -> tuple[Any, Any]:
    """(template, sketch or None); raises :class:`StationError` for another layout."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise StationError("a sample was stored by another version")
    _, own, described = HEADER.unpack_from(data)
    end = HEADER.size + own
    template = part.Template.from_bytes(data[HEADER.size : end])
    ranks, keeps, sketch = ranking(part), stored_sketches(part), None
    if not with_sketch or not ranks:
        return template, None
    if keeps and described:
        sketch = _sketch(keeps.Sketch, json.loads(data[end : end + described]), data[end + described :])
    return template, ranks.sketch(template) if sketch is None else sketch


def _arrays(sketch: Any) -> tuple[bytes, bytes]:
    """Name, type and shape of each field, and the contents of all."""
    fields = {field.name: np.ascontiguousarray(getattr(sketch, field.name)) for field in dataclasses.fields(sketch)}
    described = [(name, array.dtype.str, array.shape) for name, array in fields.items()]
    return json.dumps(described).encode(), b"".join(array.tobytes() for array in fields.values())


def _sketch(kind: Any, described: list[tuple[str, str, list[int]]], data: bytes) -> Any:
    """The sketch; None where its fields are no longer those that were stored."""
    if [name for name, _, _ in described] != [field.name for field in dataclasses.fields(kind)]:
        return None
    arrays, start = {}, 0
    for name, dtype, shape in described:
        count = math.prod(shape)
        arrays[name] = np.frombuffer(data, dtype, count, start).reshape(shape)
        start += arrays[name].nbytes
    return kind(**arrays)
