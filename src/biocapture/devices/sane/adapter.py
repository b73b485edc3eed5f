"""Scanners through SANE: ``sane:test:0``, ``sane:airscan:e0:Scanner``, ``sane:genesys:libusb:001:004``.

With ``python-sane`` (extra ``sane``) the scanner stays open between captures; without it the program ``scanimage`` is
run for each. Either runs in a process of its own, which is ended when the time is over.
"""

import importlib.util
import shutil
import time
from types import TracebackType
from typing import Any, ClassVar, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.presence import DevicePresence
from biocapture.devices.protocol import Capabilities, DeviceOptions, Info, Target
from biocapture.devices.sane.scanimage import Area, ScanimageEngine, Setting, list_scanners
from biocapture.devices.transport.driver_process import DriverProcess
from biocapture.errors import (
    DeviceDataError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
    UsageError,
)
from biocapture.images.limits import MAX_PIXELS
from biocapture.types import Image, Modality, Sample

PPI_TOLERANCE = 0.02


class SaneEngine(Protocol):
    """What drives SANE: python-sane or scanimage."""

    def open(self, deadline: float) -> None:
        """Open the scanner.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.
        """
        ...

    @property
    def choices(self) -> dict[str, Any]:
        """Allowed values of each option that can be set."""
        ...

    def scan(
        self, settings: list[Setting], area: Area, deadline: float, limit: int
    ) -> tuple[bytes | NDArray[np.uint8], float]:
        """Scan one page.

        Parameters
        ----------
        settings : list of (str, str or float)
            SANE options and values, set in this order.
        area : (float, float, float, float)
            Left, top, width, height in mm.
        deadline : float
            On ``time.monotonic``'s clock.
        limit : int
            Maximum of bytes.

        Returns
        -------
        page : bytes or array
            Encoded, or (H, W) or (H, W, 3) uint8.
        ppi : float
            Resolution the scanner made of the request; 0 where it reports none.

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`.
        """
        ...

    def close(self) -> None:
        """End every process."""
        ...


class SaneOptions(DeviceOptions):
    """How it scans.

    Attributes
    ----------
    ppi : int
        The scanner may round it by 2 %; more is an error.
    modality : Modality
        What lies on it: prints and irises are scanned grey, faces in colour.
    source : str
        As the scanner names it, e.g. ``Automatic Document Feeder``; empty: as it is.
    left_mm, top_mm, width_mm, height_mm : float
        Area; 0 width or height: as it is.
    set : str
        More of the scanner's options, ``name=value,…``.
    via : str
        ``library`` (python-sane), ``scanimage``, or ``auto``: the first that is installed.
    open_timeout_s : float
    max_bytes : int
        Of a page.
    """

    ppi: int = Field(500, ge=50, le=4800)
    modality: Modality = Modality.FINGERPRINT
    source: str = ""
    left_mm: float = Field(0.0, ge=0.0, le=1000.0)
    top_mm: float = Field(0.0, ge=0.0, le=1000.0)
    width_mm: float = Field(0.0, ge=0.0, le=1000.0)
    height_mm: float = Field(0.0, ge=0.0, le=1000.0)
    set: str = ""
    via: Literal["auto", "library", "scanimage"] = "auto"
    open_timeout_s: float = Field(15.0, gt=0.0, le=120.0)
    max_bytes: int = Field(200_000_000, ge=1000, le=1_000_000_000)


class SaneDevice:
    """A scanner that SANE supports."""

    options_model: ClassVar[type[DeviceOptions]] = SaneOptions

    def __init__(self, address: str, options: SaneOptions) -> None:
        self._address, self._options = address, options
        self._subject = f"sane:{address}"
        if not address or address.startswith("-"):
            raise DeviceNotFoundError("expected the name of a device, as scanimage -L prints it", self._subject)
        self._pairs = _parse_pairs(options.set, self._subject)
        self._engine: SaneEngine | None = None
        self._presence = DevicePresence(self._subject)

    @classmethod
    def discover(cls, timeout_s: float) -> list[str]:
        """Search for scanners; SANE asks the network, too, where one of its backends does.

        Parameters
        ----------
        timeout_s : float
            Longest search.

        Returns
        -------
        list of str
            Addresses; empty without the program ``scanimage``.
        """
        return list_scanners(time.monotonic() + timeout_s) if shutil.which("scanimage") else []

    def __enter__(self) -> Self:
        engine = self._engine_of_choice()
        try:
            engine.open(time.monotonic() + self._options.open_timeout_s)
        except BaseException:
            engine.close()
            raise
        self._engine = engine
        self._presence.mark_present()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._engine:
            self._engine.close()
        self._engine = None

    @property
    def info(self) -> Info:
        """As the options say; SANE reports no state of a scanner without scanning."""
        abilities = Capabilities((self._options.modality,), ppi=float(self._options.ppi))
        return Info("sane", self._address, abilities, self._presence.health)

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Scan once.

        Parameters
        ----------
        target : Target
            Of the modality that lies on the scanner.
        timeout_s : float
            For the whole scan.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`.
        """
        deadline = time.monotonic() + timeout_s
        if self._engine is None:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (self._options.modality,), self._subject)
        with self._presence.track():
            page, ppi = self._scan(self._engine, deadline)
        return Sample(self._image(page, ppi, target), target.modality, target.position, self._subject)

    def _scan(self, engine: SaneEngine, deadline: float) -> tuple[bytes | NDArray[np.uint8], float]:
        options = self._options
        area = options.left_mm, options.top_mm, options.width_mm, options.height_mm
        return engine.scan(self._settings(engine.choices), area, deadline, options.max_bytes)

    def _image(self, page: bytes | NDArray[np.uint8], ppi: float, target: Target) -> Image:
        if not abs(ppi - self._options.ppi) <= PPI_TOLERANCE * self._options.ppi:
            raise DeviceUnsupportedError(f"scans at {ppi:g} ppi, not at {self._options.ppi}", self._subject)
        return device_image(page, target.modality, self._subject, ppi, self._options.max_bytes)

    def _settings(self, choices: dict[str, Any]) -> list[Setting]:
        """In the order in which backends need them: first the option that changes the range of the others."""
        options = self._options
        settings: list[Setting] = [("source", options.source)] if options.source else []
        mode = _mode(choices.get("mode"), options.modality is Modality.FACE)
        settings += [("mode", mode)] if mode else []
        settings += [("depth", 8)] if "depth" in choices else []
        return [*settings, ("resolution", options.ppi), *self._pairs]

    def _engine_of_choice(self) -> SaneEngine:
        via, has_library = self._options.via, importlib.util.find_spec("sane") is not None
        if via == "library" or (via == "auto" and has_library):
            if not has_library:
                raise DeviceUnsupportedError("needs python-sane: pip install 'biocapture[sane]'", self._subject)
            return _Library(self._address, self._subject)
        if not shutil.which("scanimage"):
            raise DeviceUnsupportedError(
                "needs python-sane (pip install 'biocapture[sane]') or the program scanimage (Debian: sane-utils)",
                self._subject,
            )
        return ScanimageEngine(self._address, self._subject)


class _Library:
    """python-sane in a process of its own."""

    def __init__(self, name: str, subject: str) -> None:
        self._driver, self._subject = DriverProcess("sane", subject, {"name": name}), subject
        self.open, self.close = self._driver.open, self._driver.close

    @property
    def choices(self) -> dict[str, Any]:
        return dict(self._driver.open_reply.get("options", {}))

    def scan(self, settings: list[Setting], area: Area, deadline: float, limit: int) -> tuple[NDArray[np.uint8], float]:
        reply, data = self._driver.request("scan", deadline, limit, settings=settings + _corners(area))
        columns, channels, stride = (int(reply[name]) for name in ("columns", "channels", "stride"))
        rows, width = len(data) // max(1, stride), columns * channels
        if channels not in (1, 3) or not 0 < width <= stride or not 0 < rows * columns <= MAX_PIXELS:
            raise DeviceDataError(f"sent {len(data)} bytes in lines of {stride} for {columns} px", self._subject)
        # python-sane passes the bytes on as they come, the padding of lines included; the last line may be cut short.
        lines = np.frombuffer(data, np.uint8, rows * stride).reshape(rows, stride)
        pixels = lines[:, :width].reshape(rows, columns, channels)
        return pixels, float(reply["ppi"])


def _corners(area: Area) -> list[Setting]:
    """The area as SANE's options; far edges first: they may not lie before the near ones."""
    left, top, width, height = area
    settings: list[Setting] = [("br-x", left + width)] if width else []
    settings += [("br-y", top + height)] if height else []
    return settings + ([("tl-x", left), ("tl-y", top)] if any(area) else [])


def _mode(constraint: object, colour: bool) -> str:
    """The scanner's word for grey or colour; empty where it has no choice."""
    modes = [mode for mode in constraint if isinstance(mode, str)] if isinstance(constraint, list | tuple) else []
    prefixes = ("color", "colour") if colour else ("gray", "grey")
    matching = [mode for mode in modes if any(prefix in mode.lower() for prefix in prefixes)]
    return min(matching, key=len, default="")


def _parse_pairs(text: str, subject: str) -> list[Setting]:
    pairs = [part.partition("=") for part in filter(None, text.split(","))]
    if any(not name.strip() or not sign for name, sign, _ in pairs):
        raise UsageError(f"option set: expected name=value,…, got {text!r}", subject)
    return [(name.strip(), value.strip()) for name, _, value in pairs]
