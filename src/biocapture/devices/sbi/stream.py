"""The preview of an SBI device: JPEG pictures one after the other in a reply that does not end."""

import re
import time

from biocapture.devices.sbi.messages import ErrorReport, parse_json, raise_reported, validate
from biocapture.devices.transport.http1 import Connection, Reply
from biocapture.errors import DeviceDataError, DeviceDisconnectedError

CONTENT_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,10})[^\r\n]*\r?\n", re.IGNORECASE)
JPEG_START = b"\xff\xd8\xff"
MAX_HEADER_BYTES = 8192
MAX_FRAME_BYTES = 20_000_000
MAX_SKIPPED_FRAMES = 200
"""Frames passed over at once to reach the newest; a device that sends faster than we read is not waited for."""


class FrameStream:
    """Frames of an open connection. It ends with the device's last word, an error text, or without."""

    def __init__(self, connection: Connection, head: Reply) -> None:
        self._connection = connection
        kind = head.headers.get("content-type", "")
        if "multipart" not in kind.lower():
            self._refused(head)

    def _refused(self, head: Reply) -> None:
        """An answer that is no stream: the device's error, as a reply of its own."""
        body = self._connection.read_body(head, MAX_HEADER_BYTES).body
        self._told(body)
        raise DeviceDataError("a preview that is no stream", self._connection.peer)

    def _told(self, body: bytes) -> None:
        found = parse_json(body.strip(), self._connection.peer)
        first = found[0] if isinstance(found, list) and found else found
        if isinstance(first, dict) and isinstance(first.get("error"), dict):
            first = first["error"]
        raise_reported(validate(ErrorReport, first, "preview"), self._connection.peer)

    def newest_frame(self, timeout_s: float) -> bytes | None:
        """The newest whole frame, waiting for one if there is none; None when the stream has ended.

        Raises
        ------
        DeviceTimeoutError
            No frame in time.
        DeviceDataError, DeviceDisconnectedError
        DeviceError
            The device ended the stream with an error.
        """
        self._connection.deadline = time.monotonic() + timeout_s
        frame = self._waited()
        for _ in range(MAX_SKIPPED_FRAMES if frame is not None else 0):
            later = self._buffered()
            if later is None and self._connection.receive(wait=False) <= 0:
                break
            frame = later or frame
        return frame

    def _waited(self) -> bytes | None:
        while (frame := self._buffered()) is None:
            if not self._connection.receive():
                self._check_end()
                return None
        return frame

    def _check_end(self) -> None:
        """Closed between two frames: with a last word or without."""
        rest = bytes(self._connection.buffered)
        if JPEG_START not in rest and b"{" in rest:
            self._told(rest[rest.index(b"{") :])
        elif rest.strip(b"-\r\n \0"):
            raise DeviceDisconnectedError("broke off in the middle of a frame", self._connection.peer)

    def _buffered(self) -> bytes | None:
        """The next frame, if it has arrived as a whole; the garbage between frames is passed over."""
        buffer, peer = self._connection.buffered, self._connection.peer
        found = CONTENT_LENGTH.search(buffer, 0, 2 * MAX_HEADER_BYTES)
        if not found:
            if len(buffer) > MAX_HEADER_BYTES:
                raise DeviceDataError(f"{MAX_HEADER_BYTES} bytes of preview without the header of a frame", peer)
            return None
        size = int(found[1])
        if not 0 < size <= MAX_FRAME_BYTES:
            raise DeviceDataError(f"a frame of {size} bytes; the limit is {MAX_FRAME_BYTES}", peer)
        start = buffer.find(JPEG_START, found.end(), found.end() + MAX_HEADER_BYTES)
        if start < 0:
            if len(buffer) > found.end() + MAX_HEADER_BYTES:
                raise DeviceDataError("a frame that is no JPEG", peer)
            return None
        if len(buffer) < start + size:
            return None
        return self._connection.take(start + size)[start:]
