"""HTTP/1 as devices speak it: verbs of their own, one request per connection, replies that do not follow the standard.

One deadline holds for the whole exchange, however slowly bytes arrive, and one limit for everything received.
"""

import re
import socket
import ssl
import time
from types import TracebackType
from typing import Self

from biocapture.devices.transport.http_reply import SEPARATOR, Reply, parse_head, unwrap
from biocapture.errors import DeviceDataError, DeviceDisconnectedError, DeviceNotFoundError, DeviceTimeoutError

MAX_HEADER_BYTES = 65_536
CHUNK_BYTES = 1 << 16
CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,12}")


class Connection:
    """One TCP connection, encrypted where ``tls`` is given; leaving ``with`` closes it.

    Parameters
    ----------
    host : str
    port : int
    deadline : float
        On ``time.monotonic``'s clock, for everything that follows.
    tls : ssl.SSLContext, optional

    Raises
    ------
    DeviceNotFoundError, DeviceTimeoutError, DeviceDataError
        Nothing answers, not in time, or with a certificate that is not trusted.
    """

    def __init__(self, host: str, port: int, deadline: float, tls: ssl.SSLContext | None = None) -> None:
        self.peer = f"{host}:{port}"
        self.deadline = deadline
        self._buffer = bytearray()
        try:
            self._socket = socket.create_connection((host, port), self.remaining_s())
        except TimeoutError as error:
            raise DeviceTimeoutError("does not answer", self.peer) from error
        except (OSError, UnicodeError) as error:
            raise DeviceNotFoundError(
                f"nothing answers: {getattr(error, 'strerror', '') or error}", self.peer
            ) from error
        if tls:
            self._encrypt(host, tls)

    def _encrypt(self, host: str, tls: ssl.SSLContext) -> None:
        plain = self._socket
        try:
            plain.settimeout(self.remaining_s())
            self._socket = tls.wrap_socket(plain, server_hostname=host)
        except TimeoutError as error:
            raise DeviceTimeoutError("does not finish the TLS handshake", self.peer) from error
        except ssl.SSLCertVerificationError as error:
            raise DeviceDataError(
                f"shows a certificate that is not trusted: {error.verify_message}", self.peer
            ) from error
        except OSError as error:
            raise DeviceDataError(f"does not speak TLS: {error.strerror or error}", self.peer) from error
        finally:
            if self._socket is plain:
                plain.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the socket; may be called twice."""
        self._socket.close()

    def remaining_s(self) -> float:
        """Seconds until the deadline; raises `DeviceTimeoutError` when it has passed."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise DeviceTimeoutError("did not finish in time", self.peer)
        return left

    def send(self, verb: str, path: str, body: bytes | None, kind: str = "application/json") -> None:
        """Send a request in one piece: some devices read header and body at once.

        Parameters
        ----------
        verb : str
            ``GET``, or one of the device's own.
        path : str
            Percent-encoded.
        body : bytes or None
        kind : str
            Content type of the body.

        Raises
        ------
        DeviceTimeoutError, DeviceDisconnectedError
        """
        length = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body is not None else ""
        head = f"{verb} {path} HTTP/1.1\r\nHost: {self.peer}\r\n{length}Connection: close\r\n\r\n"
        self._socket.settimeout(self.remaining_s())
        try:
            self._socket.sendall(head.encode("ascii") + (body or b""))
        except TimeoutError as error:
            raise DeviceTimeoutError("does not take the request", self.peer) from error
        except OSError as error:
            raise DeviceDisconnectedError(
                f"closed while it was asked ({error.strerror or error})", self.peer
            ) from error

    def receive(self, wait: bool = True) -> int:
        """Receive what has arrived into the buffer.

        Parameters
        ----------
        wait : bool
            Wait for bytes if none have arrived.

        Returns
        -------
        int
            Bytes received; 0 at the end, -1 when none have arrived yet.

        Raises
        ------
        DeviceTimeoutError, DeviceDisconnectedError
        """
        self._socket.settimeout(self.remaining_s() if wait else 0.0)
        try:
            received = self._socket.recv(CHUNK_BYTES)
        except BlockingIOError:
            return -1
        except TimeoutError as error:
            raise DeviceTimeoutError(f"silent after {len(self._buffer)} bytes", self.peer) from error
        except OSError as error:
            raise DeviceDisconnectedError(f"broke off ({error.strerror or error})", self.peer) from error
        self._buffer += received
        return len(received)

    @property
    def buffered(self) -> bytearray:
        """Bytes received and not yet taken."""
        return self._buffer

    def take(self, size: int) -> bytes:
        """Remove bytes from the front of the buffer.

        Parameters
        ----------
        size : int

        Returns
        -------
        bytes
            ``size`` of them, fewer where the buffer holds fewer.
        """
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def read_head(self) -> Reply:
        """Status line and headers of the reply; the body is not read."""
        while (end := self._buffer.find(SEPARATOR)) < 0:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise DeviceDataError(f"a header of over {MAX_HEADER_BYTES} bytes", self.peer)
            if not self.receive():
                raise DeviceDisconnectedError(f"closed after {len(self._buffer)} bytes of header", self.peer)
        if end > MAX_HEADER_BYTES:
            raise DeviceDataError(f"a header of over {MAX_HEADER_BYTES} bytes", self.peer)
        return parse_head(self.take(end + len(SEPARATOR)), self.peer)

    def read_body(self, head: Reply, limit: int) -> Reply:
        """The complete reply; bytes beyond its stated length are not read.

        Parameters
        ----------
        head : Reply
            Status and headers.
        limit : int
            Maximum of bytes of the body.

        Returns
        -------
        Reply

        Raises
        ------
        DeviceDataError, DeviceDisconnectedError, DeviceTimeoutError
            A length that is wrong or over the limit, an early end, no end in time.
        """
        stated = head.headers.get("content-length")
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            return Reply(head.status, head.headers, self._chunked(limit))
        if stated is None:
            return Reply(head.status, head.headers, self._to_the_end(limit))
        if not stated.isascii() or not stated.isdigit() or len(stated) > 12:
            raise DeviceDataError(f"Content-Length {stated[:40]!r}, expected a number", self.peer)
        return Reply(head.status, head.headers, self._exactly(int(stated), limit))

    def _exactly(self, size: int, limit: int) -> bytes:
        if size > limit:
            raise DeviceDataError(f"a reply of {size} bytes; the limit is {limit}", self.peer)
        while len(self._buffer) < size:
            if not self.receive():
                raise DeviceDisconnectedError(f"closed after {len(self._buffer)} of {size} bytes", self.peer)
        return self.take(size)

    def _to_the_end(self, limit: int) -> bytes:
        received = 1
        while received:
            if len(self._buffer) > limit:
                raise DeviceDataError(f"a reply of over {limit} bytes", self.peer)
            received = self.receive()
        return self.take(len(self._buffer))

    def _chunked(self, limit: int) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            body += self._exactly(size, limit - len(body))
            self._exactly(2, limit)
        return bytes(body)

    def _chunk_size(self) -> int:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > 64 or not self.receive():
                raise DeviceDataError("a chunked reply that is none", self.peer)
        line = self.take(end + 2).split(b";")[0].strip()
        if not CHUNK_SIZE.fullmatch(line):
            raise DeviceDataError(f"chunk size {line[:20]!r}", self.peer)
        return int(line, 16)


def exchange(
    address: tuple[str, int], verb: str, path: str, body: bytes | None, *, deadline: float, limit: int
) -> Reply:
    """Send one request and read its reply over a connection of their own.

    Parameters
    ----------
    address : (str, int)
        Host and port.
    verb, path : str
    body : bytes or None
        JSON.
    deadline : float
        On ``time.monotonic``'s clock.
    limit : int
        Maximum of bytes of the reply's body.

    Returns
    -------
    Reply

    Raises
    ------
    DeviceNotFoundError, DeviceTimeoutError, DeviceDisconnectedError, DeviceDataError
    """
    with Connection(*address, deadline) as connection:
        connection.send(verb, path, body)
        return unwrap(connection.read_body(connection.read_head(), limit), connection.peer)
