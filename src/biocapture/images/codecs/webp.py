"""Size of a WebP file (RFC 9649). Pillow would state it only after allocating the pixels."""

import struct

from biocapture.errors import FormatError
from biocapture.images.codecs.size import Size


def webp_size(data: bytes) -> Size:
    """Canvas of a WebP file, from whichever of its three kinds of first chunk it has.

    Parameters
    ----------
    data : bytes
        The encoded file, from its first byte.

    Returns
    -------
    Size
        1..16384 pixels a side, or 1..16777216 with an extended header.

    Raises
    ------
    FormatError
        Cut short, or none of the three chunks.
    """
    try:
        if data[12:16] == b"VP8X":
            across, down = (int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
            return Size(across + 1, down + 1)
        if data[12:16] == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        if data[12:16] == b"VP8 ":
            across, down = struct.unpack_from("<HH", data, 26)
            return Size(across & 0x3FFF, down & 0x3FFF)
    except struct.error as error:
        raise FormatError("damaged WebP: cut short in its header") from error
    raise FormatError("damaged WebP: no frame header")
