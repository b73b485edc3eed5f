"""The preview of an SBI device: JPEG pictures one after the other in a reply that does not end."""

import re
import time

from biocapture.devices.sbi.messages import ErrorReport
from biocapture.devices.sbi.wire import parse_json, raise_reported, validate
from biocapture.devices.transport.http1 import Connection
from biocapture.devices.transport.http_reply import Reply
from biocapture.errors import DeviceDataError, DeviceDisconnectedError

CONTENT_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,10})[^\r\n]*\r?\n", re.IGNORECASE)
JPEG_START = b"\xff\xd8\xff"
MAX_HEADER_BYTES = 8192
MAX_FRAME_BYTES = 20_000_000
MAX_SKIPPED_FRAMES = 200
"""Frames skipped at once to reach the newest; limits the loop where a device sends faster than we read."""


class FrameStream:
    """Frames of an open connection. The stream ends with an error text of the device, or without."""

    def __init__(self, connection: Connection, head: Reply) -> None:
        self._connection = connection
        kind = head.headers.get("content-type", "")
        if "multipart" not in kind.lower():
            self._raise_refusal(head)

    def _raise_refusal(self, head: Reply) -> None:
        """The reply is not a stream: raise the device's error in it."""
        body = self._connection.read_body(head, MAX_HEADER_BYTES).body
        self._raise_error_text(body)
        raise DeviceDataError("a preview that is no stream", self._connection.peer)

    def _raise_error_text(self, body: bytes) -> None:
        content = parse_json(body.strip(), self._connection.peer)
        first = content[0] if isinstance(content, list) and content else content
        if isinstance(first, dict) and isinstance(first.get("error"), dict):
            first = first["error"]
        raise_reported(validate(ErrorReport, first, "preview"), self._connection.peer)

    def newest_frame(self, timeout_s: float) -> bytes | None:
        """The newest complete frame, waiting for one if there is none.

        Parameters
        ----------
        timeout_s : float
            Longest wait.

        Returns
        -------
        bytes or None
            A JPEG file; None when the stream has ended.

        Raises
        ------
        DeviceTimeoutError
            No frame in time.
        DeviceDataError, DeviceDisconnectedError
            No frames, or an end within one.
        DeviceError
            The device ended the stream with an error.
        """
        self._connection.deadline = time.monotonic() + timeout_s
        frame = self._wait_for_frame()
        for _ in range(MAX_SKIPPED_FRAMES if frame is not None else 0):
            later = self._next_buffered()
            if later is None and self._connection.receive(wait=False) <= 0:
                break
            frame = later or frame
        return frame

    def _wait_for_frame(self) -> bytes | None:
        while (frame := self._next_buffered()) is None:
            if not self._connection.receive():
                self._check_end()
                return None
        return frame

    def _check_end(self) -> None:
        """Closed between two frames, with an error text or without; raises otherwise."""
        rest = bytes(self._connection.buffered)
        if JPEG_START not in rest and b"{" in rest:
            self._raise_error_text(rest[rest.index(b"{") :])
        elif rest.strip(b"-\r\n \0"):
            raise DeviceDisconnectedError("broke off in the middle of a frame", self._connection.peer)

    def _next_buffered(self) -> bytes | None:
        """The next frame, if it has arrived completely; bytes between frames are skipped."""
        buffer, peer = self._connection.buffered, self._connection.peer
        header = CONTENT_LENGTH.search(buffer, 0, 2 * MAX_HEADER_BYTES)
        if not header:
            if len(buffer) > MAX_HEADER_BYTES:
                raise DeviceDataError(f"{MAX_HEADER_BYTES} bytes of preview without the header of a frame", peer)
            return None
        size = int(header[1])
        if not 0 < size <= MAX_FRAME_BYTES:
            raise DeviceDataError(f"a frame of {size} bytes; the limit is {MAX_FRAME_BYTES}", peer)
        start = buffer.find(JPEG_START, header.end(), header.end() + MAX_HEADER_BYTES)
        if start < 0:
            if len(buffer) > header.end() + MAX_HEADER_BYTES:
                raise DeviceDataError("a frame that is no JPEG", peer)
            return None
        if len(buffer) < start + size:
            return None
        return self._connection.take(start + size)[start:]
