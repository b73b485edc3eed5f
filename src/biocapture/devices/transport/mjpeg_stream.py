"""A camera that sends JPEG pictures over HTTP without end."""

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from biocapture.devices.decoding import device_image
from biocapture.devices.transport.mjpeg import jpeg_pictures
from biocapture.errors import DeviceDataError, DeviceDisconnectedError, DeviceNotFoundError, DeviceTimeoutError
from biocapture.types import Modality

CHUNK_BYTES = 65_536
NETWORK_ERRORS = (OSError, http.client.HTTPException)


class MjpegStream:
    """An open stream.

    Parameters
    ----------
    url : str
        ``http://`` or ``https://``.
    subject : str
        For errors.
    timeout_s : float
        For connecting, and for each picture to be complete.

    Raises
    ------
    DeviceNotFoundError
        Nothing answers, or not with such a stream.
    DeviceTimeoutError
    """

    def __init__(self, url: str, subject: str, timeout_s: float) -> None:
        self._subject, self._timeout_s = subject, timeout_s
        self._due = time.monotonic() + timeout_s
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
        try:
            self._connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            self._socket = self._connection.sock
            self._response = self._connection.getresponse()
        except TimeoutError as error:
            self.close()
            raise DeviceTimeoutError(f"no answer in {timeout_s:g} s", subject) from error
        except NETWORK_ERRORS as error:
            self.close()
            raise DeviceNotFoundError(f"cannot be reached: {error}", subject) from error
        self._pictures = jpeg_pictures(self._chunks(), subject)

    @property
    def is_multipart(self) -> bool:
        """Whether the reply says that it is a stream of pictures."""
        answered = self._response.status == 200
        return answered and "multipart/" in (self._response.getheader("Content-Type") or "").lower()

    def read(self) -> NDArray[np.uint8] | None:
        """The next picture, (H, W, 3) RGB; None at the end.

        Raises
        ------
        DeviceDataError, DeviceTimeoutError, DeviceDisconnectedError
        """
        self._due = time.monotonic() + self._timeout_s
        picture = next(self._pictures, None)
        return None if picture is None else device_image(picture, Modality.FACE, self._subject).pixels

    def disconnect(self) -> None:
        """Wake a reader that waits in another thread."""
        with suppress(OSError, AttributeError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Release the socket."""
        with suppress(OSError, AttributeError):
            self._response.close()
        self._connection.close()

    def _chunks(self) -> Iterator[bytes]:
        while True:
            left = self._due - time.monotonic()
            if left <= 0:
                raise DeviceTimeoutError(f"no whole picture in {self._timeout_s:g} s", self._subject)
            try:
                self._socket.settimeout(left)
                chunk = self._response.read1(CHUNK_BYTES)
            except TimeoutError as error:
                raise DeviceTimeoutError(f"no picture in {self._timeout_s:g} s", self._subject) from error
            except http.client.IncompleteRead as error:
                raise DeviceDataError("the stream ended within a picture", self._subject) from error
            except (*NETWORK_ERRORS, ValueError) as error:
                raise DeviceDisconnectedError(f"the stream broke off: {error}", self._subject) from error
            if not chunk:
                return
            yield chunk
