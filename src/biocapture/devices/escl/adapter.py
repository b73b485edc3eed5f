"""Network scanners that speak eSCL (AirScan), without a driver.

``escl:http://192.168.1.7/eSCL``, ``escl:https://scanner.local:443/eSCL?verify=false``, ``escl:192.168.1.7``. One page
per capture; its size is checked against the requested resolution and area.
"""

import math
import ssl
import time
from contextlib import suppress
from types import TracebackType
from typing import ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field

from biocapture.devices.decoding import device_image, refuse_other
from biocapture.devices.escl.messages import (
    COLOUR,
    GREY,
    JPEG,
    PNG,
    UNITS_PER_INCH,
    ScannerCapabilities,
    ScanSettings,
    ScanSource,
    parse_capabilities,
    parse_status,
    write_settings,
)
from biocapture.devices.escl.rest import job_url, service_url, status_error
from biocapture.devices.protocol import Capabilities, DeviceOptions, Health, Info, State, Target
from biocapture.devices.transport.http1 import Connection
from biocapture.devices.transport.http_reply import Reply
from biocapture.errors import (
    DeviceBusyError,
    DeviceDataError,
    DeviceDisconnectedError,
    DeviceError,
    DeviceNotFoundError,
    DeviceTimeoutError,
    DeviceUnsupportedError,
    NothingPresentedError,
)
from biocapture.images.limits import MAX_PIXELS
from biocapture.types import MM_PER_INCH, Image, Modality, Sample

MAX_XML_BYTES = 1_000_000
CANCEL_TIMEOUT_S = 0.5
"""To cancel a job after the time is over; within the second that a capture may be late."""

FIRST_RETRY_S = 0.1
"""Pause before a scanner is asked again for a page it does not have yet; doubled up to a second."""

SIZE_TOLERANCE = 0.02
"""Scanners round the area to whole blocks of pixels."""

STATES = {"Idle": State.READY, "Processing": State.BUSY, "Testing": State.NOT_READY, "Stopped": State.NOT_READY}


class EsclOptions(DeviceOptions):
    """How it scans.

    Attributes
    ----------
    ppi : int
        Exactly this, or an error that names what the scanner has.
    modality : Modality
        What lies on it: prints and irises are scanned grey, faces in colour.
    source : str
        ``platen`` or ``feeder``.
    left_mm, top_mm, width_mm, height_mm : float
        Area; 0 width or height: up to the far edge.
    lossless : bool
        PNG where the scanner has it; JPEG otherwise, and always without it.
    verify : bool
        Check the certificate; most scanners sign theirs themselves.
    open_timeout_s : float
    max_bytes : int
        Of a page.
    """

    ppi: int = Field(500, ge=50, le=4800)
    modality: Modality = Modality.FINGERPRINT
    source: Literal["platen", "feeder"] = "platen"
    left_mm: float = Field(0.0, ge=0.0, le=1000.0)
    top_mm: float = Field(0.0, ge=0.0, le=1000.0)
    width_mm: float = Field(0.0, ge=0.0, le=1000.0)
    height_mm: float = Field(0.0, ge=0.0, le=1000.0)
    lossless: bool = True
    verify: bool = True
    open_timeout_s: float = Field(5.0, gt=0.0, le=60.0)
    max_bytes: int = Field(128_000_000, ge=1000, le=1_000_000_000)


class EsclDevice:
    """A network scanner: what lies on its glass or in its feeder."""

    options_model: ClassVar[type[DeviceOptions]] = EsclOptions

    def __init__(self, address: str, options: EsclOptions) -> None:
        self._address, self._options = address, options
        self._subject = f"escl:{address}"
        self._url = service_url(address, self._subject)
        self._tls: ssl.SSLContext | None = None
        self._scanner: ScannerCapabilities | None = None

    def __enter__(self) -> Self:
        if self._url.startswith("https:"):
            self._tls = ssl.create_default_context()
            if not self._options.verify:
                self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        deadline = time.monotonic() + self._options.open_timeout_s
        reply = self._request("GET", f"{self._url}/ScannerCapabilities", deadline)
        if reply.status != 200:
            raise status_error(reply, "its capabilities", self._subject)
        capabilities = parse_capabilities(reply.body, self._subject)
        self._settings(capabilities)
        self._scanner = capabilities
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scanner = None

    @property
    def info(self) -> Info:
        """As the scanner describes itself; asks it again for its state."""
        abilities = Capabilities((self._options.modality,), ppi=float(self._options.ppi))
        capabilities = self._scanner
        if capabilities is None:
            return Info("escl", self._address, abilities, Health(State.NOT_READY, "is not open"))
        return Info(
            "escl",
            self._address,
            abilities,
            self._health(),
            capabilities.maker,
            capabilities.model,
            capabilities.serial,
        )

    def capture(self, target: Target, timeout_s: float) -> Sample:
        """Scan the area once.

        Parameters
        ----------
        target : Target
            Of the modality that lies on the scanner.
        timeout_s : float
            For the whole scan; the job is cancelled when it is over.

        Returns
        -------
        Sample

        Raises
        ------
        DeviceError
            As `CaptureDevice.capture`; `NothingPresentedError` where the feeder is empty or no page comes.
        """
        deadline = time.monotonic() + timeout_s
        if self._scanner is None:
            raise DeviceNotFoundError("is not open", self._subject)
        refuse_other(target.modality, (self._options.modality,), self._subject)
        self._check_state(deadline)
        settings = self._settings(self._scanner)
        job = self._begin_job(settings, self._scanner.version, deadline)
        try:
            page = self._page(job, deadline)
        finally:
            self._end(job)
        return Sample(self._image(page, settings, target), target.modality, target.position, job)

    def _health(self) -> Health:
        try:
            now, feeder = self._state(time.monotonic() + min(2.0, self._options.open_timeout_s))
        except DeviceError as error:
            return Health(State.GONE, error.message)
        return Health(STATES.get(now, State.NOT_READY), f"{now} {feeder}".strip())

    def _state(self, deadline: float) -> tuple[str, str]:
        reply = self._request("GET", f"{self._url}/ScannerStatus", deadline)
        if reply.status != 200:
            raise status_error(reply, "its state", self._subject)
        return parse_status(reply.body, self._subject)

    def _check_state(self, deadline: float) -> None:
        try:
            now, feeder = self._state(deadline)
        except DeviceNotFoundError as error:  # it answered when it was opened
            raise DeviceDisconnectedError(error.message, self._subject) from error
        if STATES.get(now) is not State.READY:
            raise DeviceBusyError(f"is {now[:40] or 'in no state'}, expected Idle", self._subject)
        if self._options.source == "feeder" and feeder == "ScannerAdfEmpty":
            raise NothingPresentedError("the feeder is empty", self._subject)
        if self._options.source == "feeder" and feeder not in ("", "ScannerAdfLoaded"):
            raise DeviceBusyError(f"the feeder says {feeder[:40]}", self._subject)

    def _settings(self, capabilities: ScannerCapabilities) -> ScanSettings:
        """Settings of a scan, checked against what the scanner can do."""
        options, name = self._options, self._options.source.capitalize()
        if name not in capabilities.sources:
            raise DeviceUnsupportedError(f"has no {options.source}", self._subject)
        source = capabilities.sources[name]
        if not source.has_resolution(options.ppi):
            raise DeviceUnsupportedError(f"has no {options.ppi} ppi; it has {source.resolutions_text}", self._subject)
        colour = COLOUR if options.modality is Modality.FACE else GREY
        if source.colours and colour not in source.colours:
            raise DeviceUnsupportedError(f"has no {colour}; it has {', '.join(sorted(source.colours))}", self._subject)
        left, top, width, height = self._area(source)
        pixels = width * height * (options.ppi / UNITS_PER_INCH) ** 2
        if pixels > MAX_PIXELS:
            raise DeviceUnsupportedError(
                f"{pixels:.0f} pixels; the limit is {MAX_PIXELS}: choose a smaller area or ppi", self._subject
            )
        form = PNG if options.lossless and PNG in source.formats else JPEG
        return ScanSettings(name, options.ppi, colour, form, left, top, width, height)

    def _area(self, source: ScanSource) -> tuple[int, int, int, int]:
        options = self._options
        left, top, width, height = (
            round(length / MM_PER_INCH * UNITS_PER_INCH)
            for length in (options.left_mm, options.top_mm, options.width_mm, options.height_mm)
        )
        width, height = width or source.width - left, height or source.height - top
        if width <= 0 or height <= 0 or left + width > source.width or top + height > source.height:
            largest = " × ".join(f"{each / UNITS_PER_INCH * MM_PER_INCH:.1f}" for each in (source.width, source.height))
            raise DeviceUnsupportedError(f"the area lies outside its {largest} mm", self._subject)
        return left, top, width, height

    def _begin_job(self, settings: ScanSettings, version: str, deadline: float) -> str:
        """URL of the new job."""
        reply = self._request("POST", f"{self._url}/ScanJobs", deadline, write_settings(settings, version))
        if reply.status != 201:
            raise status_error(reply, "the scan", self._subject)
        return job_url(self._url, reply.headers.get("location", ""), self._subject)

    def _page(self, job: str, deadline: float) -> Reply:
        pause_s = FIRST_RETRY_S
        while (
            reply := self._request("GET", f"{job}/NextDocument", deadline, limit=self._options.max_bytes)
        ).status == 503:
            if time.monotonic() + pause_s >= deadline:
                raise DeviceTimeoutError("has no page yet", self._subject)
            time.sleep(pause_s)
            pause_s = min(1.0, 2 * pause_s)
        if reply.status in (404, 410):
            raise NothingPresentedError("the scan ended without a page", self._subject)
        if reply.status != 200:
            raise status_error(reply, "the page", self._subject)
        return reply

    def _end(self, job: str) -> None:
        """Cancel the job, or confirm its end: without it a scanner stays busy for a minute. No reply is needed."""
        with suppress(DeviceError):
            self._request("DELETE", job, time.monotonic() + CANCEL_TIMEOUT_S)

    def _image(self, page: Reply, settings: ScanSettings, target: Target) -> Image:
        kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not kind.startswith("image/") and kind != "application/octet-stream":
            raise DeviceDataError(f"sent {kind[:40]!r}, expected {settings.format}", self._subject)
        image = device_image(page.body, target.modality, self._subject, float(settings.ppi), self._options.max_bytes)
        expected = [round(length * settings.ppi / UNITS_PER_INCH) for length in (settings.height, settings.width)]
        actual = image.pixels.shape[:2]
        sides = zip(actual, expected, strict=True)
        if not all(math.isclose(*pair, rel_tol=SIZE_TOLERANCE, abs_tol=16) for pair in sides):
            raise DeviceDataError(
                f"sent {actual[1]} × {actual[0]} px, expected {expected[1]} × {expected[0]}:"
                f" not the {settings.ppi} ppi, or not the area, that was requested",
                self._subject,
            )
        return image

    def _request(
        self, verb: str, url: str, deadline: float, body: bytes | None = None, limit: int = MAX_XML_BYTES
    ) -> Reply:
        parts = urlsplit(url)
        port = parts.port or (443 if self._tls else 80)
        with Connection(parts.hostname or "", port, deadline, self._tls) as connection:
            connection.send(verb, parts.path, body, "text/xml")
            return connection.read_body(connection.read_head(), limit)
