"""JPEG pictures of ``multipart/x-mixed-replace``, from servers that interpret it differently."""

from collections.abc import Generator, Iterable

from biocapture.errors import DeviceDataError

MAX_PICTURE_BYTES = 32_000_000
"""A longer picture is refused before it is read."""

MAX_HEADER_BYTES = 8_192

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"


def jpeg_pictures(
    chunks: Iterable[bytes], subject: str, max_bytes: int = MAX_PICTURE_BYTES
) -> Generator[bytes, None, None]:
    """JPEG pictures of a multipart stream.

    A part that states its length is read by it, and must begin and end as a JPEG; one that does not is read from the
    start marker to the end marker before the next boundary.

    Parameters
    ----------
    chunks : iterable of bytes
        The body, in pieces of any size; time limits are the caller's.
    subject : str
        For errors.
    max_bytes : int
        Of one picture.

    Yields
    ------
    bytes
        One complete JPEG file.

    Raises
    ------
    DeviceDataError
        A header without end, a length that is no number, a picture over the limit or cut short.
    """
    buffer = _Buffer(chunks, subject)
    while True:
        head = buffer.until(b"\r\n\r\n", MAX_HEADER_BYTES, "part header")
        if head is None:
            return
        length = _length(head, subject, max_bytes)
        picture = buffer.take(length) if length else buffer.until(JPEG_END, max_bytes, "picture")
        if picture is None:
            raise DeviceDataError("the stream ended within a picture", subject)
        picture = picture if length else picture + JPEG_END
        start = picture.find(JPEG_START)
        if start < 0 or JPEG_END not in picture[-16:]:
            raise DeviceDataError("a part is no whole JPEG picture", subject)
        yield picture[start:]


def _length(head: bytes, subject: str, max_bytes: int) -> int:
    """Of ``Content-Length``; 0 where there is none."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            text = value.strip()
            if not text.isdigit() or not 0 < int(text) <= max_bytes:
                raise DeviceDataError(f"content length {text[:20]!r}, allowed: 1…{max_bytes}", subject)
            return int(text)
    return 0


class _Buffer:
    def __init__(self, chunks: Iterable[bytes], subject: str) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()
        self._subject = subject

    def _receive(self) -> bool:
        chunk = next(self._chunks, b"")
        self._held += chunk
        return bool(chunk)

    def take(self, count: int) -> bytes | None:
        """The next ``count`` bytes; None where the stream ends before."""
        while len(self._held) < count:
            if not self._receive():
                return None
        return self._take(count, 0)

    def until(self, mark: bytes, limit: int, what: str) -> bytes | None:
        """Bytes before a mark, which is dropped; None where the stream ends before."""
        searched = 0
        while (at := self._held.find(mark, max(0, searched - len(mark)))) < 0:
            searched = len(self._held)
            if searched > limit:
                raise DeviceDataError(f"a {what} of more than {limit} bytes", self._subject)
            if not self._receive():
                return None
        return self._take(at, len(mark))

    def _take(self, count: int, dropped: int) -> bytes:
        taken = bytes(self._held[:count])
        del self._held[: count + dropped]
        return taken
