"""Fingerprint readers libfprint knows: ``fprint:`` is the first, ``fprint:uru4000/0`` that one.

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
"""The driver gives up so much earlier than the capture has to end: its word is better than a process that is killed."""


class FprintOptions(DeviceOptions):
    """How prints are taken.

    Attributes
    ----------
    ppi : float
        Of the reader; 0 = what its driver says. Most say nothing: then prints are taken to be 500 and marked so.
    python : str
        Which Python has ``gi``; empty: this one if it has, else the system's.
    open_timeout_s : float
    """

    ppi: float = Field(0.0, ge=0.0, le=5000.0)
    python: str = ""
    open_timeout_s: float = Field(10.0, gt=0.0, le=60.0)


class FprintDevice:
    """A reader that hands out images; many compare inside and do not, which they say when they are opened."""

    options_model: ClassVar[type[DeviceOptions]] = FprintOptions

    def __init__(self, address: str, options: FprintOptions) -> None:
        self._address, self._options = address, options
        self._subject = f"fprint:{address}" if address else "fprint"
        self._driver: DriverProcess | None = None
        self._presence = DevicePresence(self._subject)

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Readers that are plugged in."""
        driver = DriverProcess("fprint", "fprint", python=_python(""))
        try:
            found = driver.request("list", time.monotonic() + timeout_s)[0]["found"]
        finally:
            driver.close()
        return [f"{address} ({name})" for address, name in found]

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
        told = self._driver.open_reply if self._driver else {}
        abilities = Capabilities((Modality.FINGERPRINT,), ppi=self._options.ppi or float("nan"))
        address = str(told.get("name") or self._address)
        return Info("fprint", address, abilities, self._presence.health, model=str(told.get("model", "")))

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Wait for a finger and take its image."""
        deadline = time.monotonic() + timeout_s
        if self._driver is None:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (Modality.FINGERPRINT,), self._subject)
        with self._presence.track():
            told, data = self._captured(self._driver, deadline)
        rows, columns = int(told["rows"]), int(told["columns"])
        if rows <= 0 or columns <= 0 or rows * columns != len(data):
            raise DeviceDataError(f"sent {len(data)} bytes for {columns} × {rows} px", self._subject)
        pixels = np.frombuffer(data, np.uint8).reshape(rows, columns)
        ppi = self._options.ppi or float(told["per_mm"]) * MM_PER_INCH
        return Sample(
            device_image(pixels, target.modality, self._subject, ppi), target.modality, target.position, self._subject
        )

    def _captured(self, driver: DriverProcess, deadline: float) -> tuple[dict[str, Any], bytes]:
        """What the reader sent; one that is gone needs a new process when it is back."""
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
