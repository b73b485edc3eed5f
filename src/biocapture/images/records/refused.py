"""What files are that are not read, by name, from their first bytes."""

import struct

FMR = b"FMR\0"
ISO_2005, ISO_2011 = b" 20\0", b"030\0"
LOSSLESS_FRAMES = (0xC3, 0xC7, 0xCB, 0xCF)
"""Start-of-frame markers of lossless JPEG (ITU-T T.81, table B.1)."""

MARKERS_WITHOUT_LENGTH = (0x01, *range(0xD0, 0xD9))


def refused_record(data: bytes) -> str:
    """Name of a record that holds no picture we read.

    Parameters
    ----------
    data : bytes
        The whole file.

    Returns
    -------
    str
        Empty where it is none that is known.
    """
    if data.startswith(FMR):
        return f"{minutiae_record(data)}, which holds minutiae and no picture"
    return ""


def minutiae_record(data: bytes) -> str:
    """Which standard a record of finger minutiae is of.

    Parameters
    ----------
    data : bytes
        It begins like one.

    Returns
    -------
    str
        "an ISO/IEC 19794-2:2005 record", "an ANSI INCITS 378-2004 record" …
    """
    version, size = data[4:8], len(data)
    if version == ISO_2005:
        short, long = (int.from_bytes(data[8:end], "big") for end in (10, 14))
        is_ansi = short == size or (short == 0 and long == size)
        return "an ANSI INCITS 378-2004 record" if is_ansi else "an ISO/IEC 19794-2:2005 record"
    if version == ISO_2011:
        # ISO: number of views (2 bytes, at most 176) and a flag follow the length; ANSI: owner and type of the product.
        is_iso = size > 18 and struct.unpack_from(">H", data, 12)[0] <= 176 and data[14] <= 1 and data[15:17] == b"\0\0"
        return "an ISO/IEC 19794-2:2011 record" if is_iso else "an ANSI INCITS 378-2009 record"
    return "a finger minutiae record of an unknown edition"


def is_lossless_jpeg(data: bytes) -> bool:
    """Whether the first frame of a JPEG is of a lossless process, which common decoders do not read.

    Parameters
    ----------
    data : bytes
        A file that begins like JPEG.

    Returns
    -------
    bool
    """
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in LOSSLESS_FRAMES:
            return True
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return False
        if marker == 0xFF or marker in MARKERS_WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
    return False
