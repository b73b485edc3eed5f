"""Fingerprint readers that libfprint supports: ``fprint:`` is the first, ``fprint:uru4000/0`` a specific one.

libfprint is reached through GObject introspection. Where this Python has no ``gi``, as in most virtual environments,
the system's own Python runs the driver.
"""

import importlib.util
import time
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.presence import DevicePresence
from biocapture.devices.protocol import Capabilities, DeviceOptions, Info, Target
from biocapture.devices.transport.driver_process import DriverProcess
from biocapture.errors import (
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceNotFoundError,
)
from biocapture.images.limits import MAX_PIXELS
from biocapture.types import MM_PER_INCH, Modality, Sample

SYSTEM_PYTHON = "/usr/bin/python3"
DRIVER_MARGIN_S = 0.1
"""The driver stops this much before the capture has to end: its error says more than a process that is killed."""


class FprintOptions(DeviceOptions):
    """How prints are taken.

    Attributes
    ----------
    ppi : float
        Of the reader; 0 = what its driver reports. Where it reports none, 500 ppi is assumed and noted.
    python : str
        Which Python has ``gi``; empty: this one if it has, otherwise the system's.
    open_timeout_s : float
    """

    ppi: float = Field(0.0, ge=0.0, le=5000.0)
    python: str = ""
    open_timeout_s: float = Field(10.0, gt=0.0, le=60.0)


class FprintDevice:
    """A reader that delivers images; those that compare internally and deliver none raise an error when opened."""

    options_model: ClassVar[type[DeviceOptions]] = FprintOptions

    def __init__(self, address: str, options: FprintOptions) -> None:
        self._address, self._options = address, options
        self._subject = f"fprint:{address}" if address else "fprint"
        self._driver: DriverProcess | None = None
        self._presence = DevicePresence(self._subject)

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Search for readers that are plugged in.

        Parameters
        ----------
        timeout_s : float
            Longest wait for libfprint.

        Returns
        -------
        list of str
            Address and, in parentheses, name of each.
        """
        driver = DriverProcess("fprint", "fprint", python=_python(""))
        try:
            readers = driver.request("list", time.monotonic() + timeout_s)[0]["found"]
        finally:
            driver.close()
        return [f"{address} ({name})" for address, name in readers]

    def __enter__(self) -> Self:
        python = _python(self._options.python)
        driver = DriverProcess("fprint", self._subject, {"name": self._address}, python)
        driver.open(time.monotonic() + self._options.open_timeout_s)
        self._driver = driver
        self._presence.mark_present()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._driver:
            self._driver.close()
        self._driver = None

    @property
    def info(self) -> Info:
        """As libfprint names it."""
        reply = self._driver.open_reply if self._driver else {}
        abilities = Capabilities((Modality.FINGERPRINT,), ppi=self._options.ppi or float("nan"))
        address = str(reply.get("name") or self._address)
        return Info("fprint", address, abilities, self._presence.health, model=str(reply.get("model", "")))

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Wait for a finger and take its image.

        Parameters
        ----------
        target : Target
            A finger.
        timeout_s : float
            Longest wait.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`.
        """
        deadline = time.monotonic() + timeout_s
        if self._driver is None:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (Modality.FINGERPRINT,), self._subject)
        with self._presence.track():
            reply, data = self._request_capture(self._driver, deadline)
        rows, columns = int(reply["rows"]), int(reply["columns"])
        if rows <= 0 or columns <= 0 or rows * columns != len(data):
            raise DeviceDataError(f"sent {len(data)} bytes for {columns} × {rows} px", self._subject)
        pixels = np.frombuffer(data, np.uint8).reshape(rows, columns)
        ppi = self._options.ppi or float(reply["per_mm"]) * MM_PER_INCH
        return Sample(
            device_image(pixels, target.modality, self._subject, ppi), target.modality, target.position, self._subject
        )

    def _request_capture(self, driver: DriverProcess, deadline: float) -> tuple[dict[str, Any], bytes]:
        """What the reader sent; one that was disconnected needs a new driver process when it is back."""
        try:
            driver.open(deadline)
            seconds = max(0.01, deadline - time.monotonic() - DRIVER_MARGIN_S)
            return driver.request("capture", deadline + DRIVER_MARGIN_S, MAX_PIXELS, seconds=seconds)
        except (DeviceNotFoundError, DeviceDisconnectedError):
            driver.close()
            raise


def _python(chosen: str) -> str:
    """Which Python runs the driver; empty: this one."""
    return chosen or ("" if importlib.util.find_spec("gi") else SYSTEM_PYTHON)
