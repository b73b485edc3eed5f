"""The template of one sample, and its index features, as bytes and back."""

import dataclasses
import functools
import json
import struct
from typing import Any

import numpy as np

from biocapture.comparison.protocol import Matcher, prefilter_of, stored_features
from biocapture.errors import StationError

HEADER = struct.Struct("<4sII")
"""Magic, sizes of the template and of the description (JSON) of its index features; template, description, arrays
follow."""

MAGIC = b"BCS1"


def pack_sample(matcher: Matcher, template: Any) -> bytes:
    """A template as bytes, with its index features where these are arrays: reading them is quicker than making them.

    Parameters
    ----------
    matcher : Matcher
        Of the template's modality.
    template : Template

    Returns
    -------
    bytes
    """
    own = template.to_bytes()
    description, arrays = b"", b""
    prefilter = prefilter_of(matcher)
    if prefilter and stored_features(matcher):
        description, arrays = _arrays(prefilter.index_features(template))
    return b"".join([HEADER.pack(MAGIC, len(own), len(description)), own, description, arrays])


def unpack_template(matcher: Matcher, data: bytes) -> Any:
    """The template in stored bytes.

    Parameters
    ----------
    matcher : Matcher
        Of the template's modality.
    data : bytes
        As :func:`pack_sample` gave them.

    Returns
    -------
    Template

    Raises
    ------
    StationError
        The bytes have another layout.
    """
    own, _ = _sizes(data)
    return matcher.Template.from_bytes(data[HEADER.size : HEADER.size + own])


def unpack_features(matcher: Matcher, data: bytes) -> Any:
    """The index features in stored bytes; made of the template where they are not stored.

    Parameters
    ----------
    matcher : Matcher
        Of the template's modality.
    data : bytes
        As :func:`pack_sample` gave them.

    Returns
    -------
    object
        None where the matcher has no prefilter.

    Raises
    ------
    StationError
        The bytes have another layout.
    """
    own, description = _sizes(data)
    prefilter, storable, end = prefilter_of(matcher), stored_features(matcher), HEADER.size + own
    if not prefilter:
        return None
    features = _stored(storable.IndexFeatures, data, end, description) if storable and description else None
    return prefilter.index_features(unpack_template(matcher, data)) if features is None else features


def _sizes(data: bytes) -> tuple[int, int]:
    """Bytes of the template and of the description of its index features."""
    if len(data) < HEADER.size or not data.startswith(MAGIC):
        raise StationError("a sample was stored by another version")
    _, own, description = HEADER.unpack_from(data)
    return own, description


def _arrays(features: Any) -> tuple[bytes, bytes]:
    """Name, type and shape of each field (JSON), and the contents of all."""
    fields = {field.name: np.ascontiguousarray(getattr(features, field.name)) for field in dataclasses.fields(features)}
    description = [(name, array.dtype.str, array.shape) for name, array in fields.items()]
    return json.dumps(description).encode(), b"".join(array.tobytes() for array in fields.values())


def _stored(kind: Any, data: bytes, start: int, description: int) -> Any:
    """The index features; None where their fields are no longer those that were stored."""
    fields = _fields(data[start : start + description])
    if [name for name, _, _ in fields] != [field.name for field in dataclasses.fields(kind)]:
        return None
    arrays, at = [], start + description
    for _, dtype, shape in fields:
        arrays.append(np.ndarray(shape, dtype, data, at))
        at += arrays[-1].nbytes
    return kind(*arrays)


@functools.lru_cache(maxsize=1000)
def _fields(description: bytes) -> list[tuple[str, np.dtype[Any], tuple[int, ...]]]:
    """Name, type and shape of each field. Cached: shapes follow the number of minutiae, so few descriptions occur."""
    return [(name, np.dtype(dtype), tuple(shape)) for name, dtype, shape in json.loads(description)]
