"""A child process whose output is read with a time limit and a byte limit, and that is certainly gone afterwards."""

import os
import selectors
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress

from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
)

CHUNK_BYTES = 1 << 16
GRACE_PERIOD_S = 0.6
"""A process may take this long to stop its hardware before it is killed; less than a capture may be late."""

MAX_STDERR_BYTES = 2000
"""Of error output that is kept; the last bytes."""


class Child:
    """A running process.

    Parameters
    ----------
    command : sequence of str
    subject : str
        For errors.

    Raises
    ------
    DeviceUnsupportedError
        It cannot be started.
    """

    def __init__(self, command: Sequence[str], subject: str) -> None:
        self._subject = subject
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by end()
        self._held = bytearray()
        try:
            self._process = subprocess.Popen(  # noqa: S603  the command is our own
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, start_new_session=True
            )
        except OSError as error:
            self._errors.close()
            raise DeviceUnsupportedError(f"{command[0]} cannot be run: {error.strerror}", subject) from error
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        os.set_blocking(self._out.fileno(), False)

    def write(self, data: bytes) -> None:
        """Send a short message; it has to fit the pipe's buffer.

        Parameters
        ----------
        data : bytes
            A few kilobytes.

        Raises
        ------
        DeviceDisconnectedError
            The process has ended.
        """
        try:
            self._in.write(data)
            self._in.flush()
        except OSError as error:
            raise DeviceDisconnectedError(f"its driver ended{self.exit_description()}", self._subject) from error

    def read_line(self, deadline: float, limit: int) -> bytes:
        """The next line, without its end.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.
        limit : int
            Maximum of bytes.

        Returns
        -------
        bytes

        Raises
        ------
        DeviceTimeoutError, DeviceDisconnectedError, DeviceDataError
            The time is over, the process has ended, or the line is over the limit.
        """
        while (at := self._held.find(b"\n")) < 0:
            if len(self._held) > limit:
                raise DeviceDataError(f"its driver's answer is over {limit} bytes", self._subject)
            self._receive_or_raise(deadline)
        return self._take(at + 1)[:-1]

    def read_exactly(self, size: int, deadline: float) -> bytes:
        """The next ``size`` bytes.

        Parameters
        ----------
        size : int
        deadline : float
            On ``time.monotonic``'s clock.

        Returns
        -------
        bytes

        Raises
        ------
        DeviceTimeoutError, DeviceDisconnectedError
            The time is over, or the process has ended.
        """
        while len(self._held) < size:
            self._receive_or_raise(deadline)
        return self._take(size)

    def read_to_end(self, deadline: float, limit: int) -> bytes:
        """All output until the process ends.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.
        limit : int
            Maximum of bytes.

        Returns
        -------
        bytes

        Raises
        ------
        DeviceTimeoutError, DeviceDataError
            The time is over, or there are more bytes than the limit.
        """
        while self._receive(deadline):
            if len(self._held) > limit:
                raise DeviceDataError(f"sent over {limit} bytes", self._subject)
        return self._take(len(self._held))

    def exit_status(self) -> int:
        """Exit status of a process whose output has ended; one that does not exit in the grace period is killed."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(GRACE_PERIOD_S)
        self._process.kill()
        return self._process.wait()

    def stderr_tail(self) -> str:
        """The last part of what it wrote to stderr."""
        size = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, size - MAX_STDERR_BYTES))
        return self._errors.read(MAX_STDERR_BYTES).decode("utf8", "replace").strip()

    def exit_description(self) -> str:
        """How it ended, for use in a sentence; empty while it runs."""
        with suppress(subprocess.TimeoutExpired):
            status = self._process.wait(0.1)
            return f" ({signal.Signals(-status).name})" if status < 0 else f" (status {status})"
        return ""

    def close_input(self) -> None:
        """Signal that no more requests will come, and wait a little for its end."""
        with suppress(OSError):
            self._in.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_PERIOD_S)

    def terminate(self) -> None:
        """Ask it to end, and kill it after the grace period; may be called twice."""
        if self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_PERIOD_S)
        self.kill()

    def kill(self) -> None:
        """End it now, with the processes it started, and release everything; may be called twice."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for file in (self._in, self._out, self._errors):
            with suppress(OSError):
                file.close()

    def _receive_or_raise(self, deadline: float) -> None:
        if not self._receive(deadline):
            raise DeviceDisconnectedError(f"its driver ended{self.exit_description()}", self._subject)

    def _receive(self, deadline: float) -> bool:
        """Wait for output; False at its end."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._out, selectors.EVENT_READ)
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                raise DeviceTimeoutError("did not finish in time", self._subject)
        received = os.read(self._out.fileno(), CHUNK_BYTES)
        self._held += received
        return bool(received)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken
