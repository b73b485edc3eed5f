"""The picture inside an image record: how it is encoded, and raw pixels laid out as an array."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import FormatError
from biocapture.images.records.fields import require

MAX_BITS = 16


class Encoding(StrEnum):
    """How the pixels of a picture are stored."""

    RAW = "raw"
    """One or two bytes for each value, row by row."""
    PACKED = "packed"
    """Values of fewer than 8 bits without gaps between them."""
    WSQ = "wsq"
    JPEG = "jpeg"
    JPEG_LS = "jpeg-ls"
    JPEG2000 = "jpeg2000"
    JPEG2000_LOSSLESS = "jpeg2000-lossless"
    PNG = "png"
    PNM = "pnm"
    """Portable grey map or pixmap."""
    ANY = "any"
    """Not stated: its first bytes tell."""

    @property
    def is_raw(self) -> bool:
        """Whether only the record states size and depth, because the pixels have no header of their own."""
        return self in (Encoding.RAW, Encoding.PACKED)


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """Bytes of a picture as a record stores them, and what the record says of them.

    Attributes
    ----------
    data : bytes
        A whole file of its encoding, or raw pixels from the top left, 0 = black.
    width_px, height_px : int
        By the record's header; an encoded picture may contradict. 0 where it is not stated, which raw pixels need.
    depth : int
        Bits of one value, 1..16.
    channels : int
        1 grey, 3 RGB.
    """

    encoding: Encoding
    data: bytes
    width_px: int
    height_px: int
    depth: int = 8
    channels: int = 1


def raw_pixels(picture: StoredPicture) -> NDArray[np.uint8]:
    """Raw or packed pixels as an array, their full range stretched to 0..255.

    Parameters
    ----------
    picture : StoredPicture
        Of encoding ``RAW`` or ``PACKED``.

    Returns
    -------
    (H, W) or (H, W, 3) uint8
        0 = black.

    Raises
    ------
    FormatError
        More or fewer bytes than the stated size and depth need.
    """
    depth, count = picture.depth, picture.width_px * picture.height_px * picture.channels
    require(0 < depth <= MAX_BITS, f"{depth} bits a value", f"1..{MAX_BITS}")
    packed, size = picture.encoding is Encoding.PACKED, raw_size(picture)
    if len(picture.data) != size:
        stated = f"{picture.width_px}×{picture.height_px} px of {picture.channels}×{depth} bits"
        raise FormatError(f"{len(picture.data)} bytes of raw pixels, expected {size} for {stated}")
    values = _unpack(picture.data, depth, count) if packed else np.frombuffer(picture.data, f">u{size // count}")
    shape = (picture.height_px, picture.width_px, picture.channels)[: 2 if picture.channels == 1 else 3]
    return _to_eight_bits(values.reshape(shape), depth)


def raw_size(picture: StoredPicture) -> int:
    """Bytes that raw pixels take.

    Parameters
    ----------
    picture : StoredPicture
        Of encoding ``RAW`` or ``PACKED``.

    Returns
    -------
    int
        By the stated size, depth and channels.
    """
    count = picture.width_px * picture.height_px * picture.channels
    if picture.encoding is Encoding.PACKED:
        return -(-count * picture.depth // 8)
    return count * (1 if picture.depth <= 8 else 2)


def _unpack(data: bytes, depth: int, count: int) -> NDArray[np.uint16]:
    bits = np.unpackbits(np.frombuffer(data, np.uint8))[: count * depth].reshape(count, depth)
    return (bits * (np.uint16(1) << np.arange(depth - 1, -1, -1, dtype=np.uint16))).sum(axis=1, dtype=np.uint16)


def _to_eight_bits(values: NDArray[Any], depth: int) -> NDArray[np.uint8]:
    if depth == 8:
        return values.astype(np.uint8)
    white = (1 << depth) - 1
    wide = np.minimum(values, white).astype(np.uint32)
    return ((wide * 255 + white // 2) // white).astype(np.uint8)


def encoding_code(encoding: Encoding, known: Sequence[Encoding]) -> int:
    """Number of an encoding in a format's list; lossless JPEG 2000 is JPEG 2000 where the list has only one of them.

    Parameters
    ----------
    encoding : Encoding
    known : sequence of Encoding
        What the format can hold, in the order of its codes.

    Returns
    -------
    int
        Index in ``known``.

    Raises
    ------
    FormatError
        The format has no code for it.
    """
    if encoding is Encoding.JPEG2000_LOSSLESS and encoding not in known:
        encoding = Encoding.JPEG2000
    require(encoding in known, f"encoding {encoding}", " or ".join(known))
    return known.index(encoding)
