"""The newest frame of a source that does not wait: a thread reads, so that no reader gets old frames."""

import threading
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import DeviceDisconnectedError, DeviceError, DeviceTimeoutError

Pixels = NDArray[np.uint8]

FIRST_PAUSE_S, MAX_PAUSE_S = 0.1, 5.0
"""Before reconnecting; doubled at every failure."""


class FrameSource(Protocol):
    """Anything that gives frames until it ends."""

    def read(self) -> Pixels | None:
        """The next frame, or None at the end."""
        ...

    def disconnect(self) -> None:
        """Wake a ``read`` that waits in another thread, where that is possible; nothing is released."""
        ...

    def close(self) -> None:
        """Release it; called by the thread that reads."""
        ...


class NewestFrame:
    """Reads a source in a thread, and reconnects when it breaks off.

    Parameters
    ----------
    connect : callable
        Opens the source.
    subject : str
        For errors.
    reconnects : int
        Failures in a row after which it counts as gone.
    """

    def __init__(self, connect: Callable[[], FrameSource], subject: str, reconnects: int) -> None:
        self._connect, self._subject, self._reconnects = connect, subject, reconnects
        self._source: FrameSource | None = connect()
        self._frame: Pixels | None = None
        self._error: DeviceError | None = None
        self._ended = threading.Event()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=subject, daemon=True)
        self._thread.start()

    def next(self, timeout_s: float) -> Pixels:
        """Wait for a frame that was not returned before.

        Parameters
        ----------
        timeout_s : float

        Returns
        -------
        (H, W, 3) uint8
            RGB.

        Raises
        ------
        DeviceTimeoutError
            None came.
        DeviceDisconnectedError, DeviceDataError
            The source is gone for good, or sends what cannot be read.
        """
        end = time.monotonic() + timeout_s
        with self._news:
            while self._frame is None:
                if self._error:
                    raise self._error
                left = end - time.monotonic()
                if left <= 0:
                    raise DeviceTimeoutError(f"no frame in {timeout_s:g} s", self._subject)
                self._news.wait(left)
            frame, self._frame = self._frame, None
            return frame

    def close(self, timeout_s: float) -> None:
        """End the thread and release the source.

        Parameters
        ----------
        timeout_s : float
            Longest wait for the thread.
        """
        self._ended.set()
        source = self._source
        if source:
            source.disconnect()
        self._thread.join(timeout_s)

    @property
    def error(self) -> DeviceError | None:
        """The error that ended it; None while it runs."""
        return self._error

    def _run(self) -> None:
        failures, pause_s = 0, FIRST_PAUSE_S
        while not self._ended.is_set():
            problem = self._read_frame()
            if problem is None:
                failures, pause_s = 0, FIRST_PAUSE_S
                continue
            failures += 1
            if failures > self._reconnects or self._ended.is_set():
                self._report(problem)
                break
            self._ended.wait(pause_s)
            pause_s = min(2 * pause_s, MAX_PAUSE_S)
        self._release()

    def _read_frame(self) -> DeviceError | None:
        """Read one frame, after connecting if necessary; returns the error, if any."""
        try:
            if self._source is None:
                self._source = self._connect()
            frame = self._source.read()
            if frame is None:
                raise DeviceDisconnectedError("the stream ended", self._subject)
        except DeviceError as error:
            self._release()
            return error
        with self._news:
            self._frame = frame
            self._news.notify_all()
        return None

    def _report(self, problem: DeviceError) -> None:
        with self._news:
            self._error = problem
            self._news.notify_all()

    def _release(self) -> None:
        if self._source:
            self._source.close()
        self._source = None
