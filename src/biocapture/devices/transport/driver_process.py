"""Requests to a library that runs in a process of its own (`biocapture.workers.drivers`)."""

import json
import sys
from pathlib import Path
from typing import Any

import biocapture
from biocapture.devices.transport.child import Child
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceTimeoutError,
)
from biocapture.workers.isolation import isolated_python

MAX_LINE_BYTES = 1_000_000
DEVICE_ERRORS: list[type[DeviceError]] = [DeviceError, *DeviceError.__subclasses__()]
ERROR_CLASSES = {kind.guidance.removeprefix("device."): kind for kind in DEVICE_ERRORS}
ROOT = str(Path(biocapture.__file__).parents[1])


class DriverProcess:
    """A driver's process: started at the first request, and again after it was lost.

    Parameters
    ----------
    module : str
        In `biocapture.workers.drivers`.
    subject : str
        For errors.
    opening : dict
        Arguments of ``open``, the first request to each process.
    python : str
        Which Python runs it; empty: this one, with its paths.
    """

    def __init__(self, module: str, subject: str, opening: dict[str, Any] | None = None, python: str = "") -> None:
        paths = [ROOT] if python else [ROOT, *sys.path]
        code = f"from biocapture.workers.drivers.{module} import main; main()"
        self._command = isolated_python(code, python=python, paths=paths)
        self._subject, self._opening = subject, opening
        self._child: Child | None = None
        self.open_reply: dict[str, Any] = {}
        """What the driver answered to ``open``."""

    def open(self, deadline: float) -> None:
        """Start it, unless it runs.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.

        Raises
        ------
        DeviceError
            As `request`.
        """
        if self._child is None:
            self._child = Child(self._command, self._subject)
            if self._opening is not None:
                try:
                    self.open_reply = self.request("open", deadline, **self._opening)[0]
                except DeviceError:
                    self.close()
                    raise

    def request(self, action: str, deadline: float, limit: int = 0, **arguments: Any) -> tuple[dict[str, Any], bytes]:
        """Send one request and wait for its reply.

        Parameters
        ----------
        action : str
            Key of the driver's handlers: ``open``, ``capture`` …
        deadline : float
            On ``time.monotonic``'s clock; a process that misses it is ended, which stops the hardware.
        limit : int
            Maximum of bytes that follow the reply.
        **arguments
            Of the handler; JSON values.

        Returns
        -------
        reply : dict
        data : bytes
            What follows the reply: pixels, an encoded picture.

        Raises
        ------
        DeviceError
            Of the class that the driver reports.
        DeviceTimeoutError, DeviceDisconnectedError, DeviceDataError
            It did not answer, crashed, or sent too much.
        """
        self.open(deadline)
        assert self._child
        try:
            self._child.write(json.dumps({"do": action, **arguments}).encode() + b"\n")
            reply, size = self._parse_reply(self._child.read_line(deadline, MAX_LINE_BYTES), limit)
            data = self._child.read_exactly(size, deadline)
        except DeviceDisconnectedError as error:
            last_line = self._child.stderr_tail().splitlines()[-1:]
            self.close()
            raise DeviceDisconnectedError(": ".join([error.message, *last_line]), self._subject) from error
        except (DeviceTimeoutError, DeviceDataError):
            self.close()
            raise
        if "error" in reply:
            raise ERROR_CLASSES.get(str(reply["error"]), DeviceError)(
                str(reply.get("message", ""))[:500], self._subject
            )
        return reply, data

    def close(self) -> None:
        """End the process; may be called twice."""
        if self._child:
            self._child.close_input()
            self._child.kill()
        self._child = None

    def _parse_reply(self, line: bytes, limit: int) -> tuple[dict[str, Any], int]:
        try:
            reply = json.loads(line)
            size = int(reply["size"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise DeviceDataError("its driver sent no answer", self._subject) from error
        if not 0 <= size <= limit:
            raise DeviceDataError(f"sent {size} bytes; the limit is {limit}", self._subject)
        return reply, size
