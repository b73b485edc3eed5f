"""DER (ITU-T X.690): values by context tag, read within bounds, and written. Tags up to 30, as these blocks have."""

from collections.abc import Iterator

from biocapture.images.records.fields import require

CONTEXT, CONSTRUCTED, SEQUENCE, MAX_TAG = 0x80, 0x20, 0x30, 30
APPLICATION = 0x60
MAX_LENGTH_BYTES = 4
SIGNATURE = rb"[\x64-\x66](?:[\x08-\x7f]|\x81.|\x82..|\x83...|\x84....)\xa0.\x80"
"""First bytes of a data block, as a regular expression: its tag and length, then the block of its version."""


def elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Elements one after the other.

    Parameters
    ----------
    data : bytes
        All of it belongs to them.

    Yields
    ------
    tag : int
        The first byte.
    content : bytes

    Raises
    ------
    FormatError
        A length that leads outside, or a tag or length of another form than DER's.
    """
    at = 0
    while at < len(data):
        tag, start = data[at], at
        require(tag & 0x1F <= MAX_TAG and at + 1 < len(data), f"tag {tag:#x}", f"a tag up to {MAX_TAG}", at)
        size, at = data[at + 1], at + 2
        if size >= 0x80:
            count = size & 0x7F
            require(0 < count <= MAX_LENGTH_BYTES, f"a length of {count} bytes", f"1..{MAX_LENGTH_BYTES}", start)
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        require(at + size <= len(data), f"{len(data) - at} bytes left", f"{size} of element {tag:#x}", start)
        yield tag, data[at : at + size]
        at += size


def values_in(data: bytes) -> dict[int, bytes]:
    """Fields of a SEQUENCE by their context tags.

    Parameters
    ----------
    data : bytes
        Content of the sequence.

    Returns
    -------
    dict
        Tag → content; the first of a tag counts. Elements of other classes are passed over.

    Raises
    ------
    FormatError
        As :func:`elements`.
    """
    found: dict[int, bytes] = {}
    for tag, content in elements(data):
        if tag & 0xC0 == CONTEXT:
            found.setdefault(tag & 0x1F, content)
    return found


def sequences_in(data: bytes, most: int) -> list[bytes]:
    """Contents of the sequences in a SEQUENCE OF.

    Parameters
    ----------
    data : bytes
        Content of the outer sequence.
    most : int
        How many there may be.

    Returns
    -------
    list of bytes

    Raises
    ------
    FormatError
        As :func:`elements`, another element, or too many.
    """
    found: list[bytes] = []
    for tag, content in elements(data):
        require(tag == SEQUENCE and len(found) < most, f"element {tag:#x}", f"a sequence, at most {most} of them")
        found.append(content)
    return found


def element(tag: int, content: bytes) -> bytes:
    """One element.

    Parameters
    ----------
    tag : int
        The first byte.
    content : bytes

    Returns
    -------
    bytes
    """
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + content


def number_bytes(value: int) -> bytes:
    """Content of an INTEGER or ENUMERATED.

    Parameters
    ----------
    value : int

    Returns
    -------
    bytes
        Two's complement, as short as possible.
    """
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
