"""HTTP of the eSCL simulator: capabilities, state, jobs, pages, and the faults on the wire."""

import contextlib
import json
import struct
import threading
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol

from biocapture.devices.escl.messages import COLOUR, GREY, JPEG, PNG, PWG, SCAN, ScanSettings, parse_settings
from biocapture.devices.simulators.escl_faults import FAULTS
from biocapture.devices.simulators.escl_page import SimulatedSheet
from biocapture.devices.simulators.server import SimulatorServer
from biocapture.errors import DeviceDataError

MAX_BODY_BYTES = 100_000
MAX_IDLE_S = 10.0
RESOLUTIONS = (100, 150, 200, 300, 500, 600, 1000)
HUGE_SIDE = 60_000
MODEL, SERIAL = "biocapture simulated scanner", "BC-SIM-0001"
UUID = "5f3f7a4e-0d0c-4a34-9b0e-b10ca9a0e5c1"


class SimulatedScanner(Protocol):
    """What request handlers need of the scanner."""

    sheet: SimulatedSheet
    sheets: int
    delay_s: float
    fault: str
    closing: threading.Event
    jobs: Mapping[str, object]
    url: str

    def begin_job(self, settings: ScanSettings) -> str | None:
        """Begin a job.

        Parameters
        ----------
        settings : ScanSettings

        Returns
        -------
        str or None
            Name of the job; None while another one runs.
        """

    def next_page(self, name: str) -> ScanSettings | None:
        """Settings of the next page of a job.

        Parameters
        ----------
        name : str
            Of the job.

        Returns
        -------
        ScanSettings or None
            None when there is no more page.
        """

    def cancel_job(self, name: str) -> bool:
        """Cancel a job.

        Parameters
        ----------
        name : str

        Returns
        -------
        bool
            False if there is no such job.
        """


class EsclHandler(BaseHTTPRequestHandler):
    """Paths are those of the specification, under ``/eSCL``."""

    protocol_version = "HTTP/1.1"
    timeout = MAX_IDLE_S
    server: SimulatorServer[SimulatedScanner]

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing.

        Parameters
        ----------
        format : str
        *args
            Ignored.
        """

    @property
    def _simulator(self) -> SimulatedScanner:
        return self.server.simulator

    def do_GET(self) -> None:
        """Capabilities, state, pages."""
        path = self.path.rstrip("/")
        if path == "/eSCL/ScannerCapabilities":
            self._xml(write_capabilities(self._simulator.sheet.units))
        elif path == "/eSCL/ScannerStatus":
            self._xml(self._status())
        elif path.startswith("/eSCL/ScanJobs/") and path.endswith("/NextDocument"):
            self._next(path.split("/")[3])
        else:
            self._answer(404)

    def do_DELETE(self) -> None:
        """End of a job."""
        parts = self.path.rstrip("/").split("/")
        known = len(parts) == 4 and parts[:3] == ["", "eSCL", "ScanJobs"] and self._simulator.cancel_job(parts[3])
        self._answer(200 if known else 404)

    def do_POST(self) -> None:
        """Begin a scan; or administration."""
        text = self.headers.get("Content-Length") or "0"
        size = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else MAX_BODY_BYTES + 1
        if size > MAX_BODY_BYTES:
            self.close_connection = True
            self._answer(413)
            return
        body = self.rfile.read(size)
        if self.path.rstrip("/") == "/eSCL/ScanJobs":
            self._begin(body)
        elif self.path in ("/admin/fault", "/admin/feeder"):
            self._administer(body)
        else:
            self._answer(404)

    def _administer(self, body: bytes) -> None:
        content: object = None
        with contextlib.suppress(ValueError, RecursionError):
            content = json.loads(body)
        values = content if isinstance(content, dict) else {}
        fault, sheets = values.get("fault"), values.get("sheets")
        if self.path == "/admin/fault" and isinstance(fault, str) and fault in FAULTS:
            self._simulator.fault = fault
        elif self.path == "/admin/feeder" and isinstance(sheets, int) and 0 <= sheets <= 1000:
            self._simulator.sheets = sheets
        else:
            self._answer(400)
            return
        self._answer(200)

    def _status(self) -> str:
        simulator = self._simulator
        now = "Stopped" if simulator.fault == "stopped" else "Processing" if simulator.jobs else "Idle"
        feeder = "ScannerAdfLoaded" if simulator.sheets else "ScannerAdfEmpty"
        return (
            f'<scan:ScannerStatus xmlns:scan="{SCAN}" xmlns:pwg="{PWG}"><pwg:Version>2.63</pwg:Version>'
            f"<pwg:State>{now}</pwg:State><scan:AdfState>{feeder}</scan:AdfState></scan:ScannerStatus>"
        )

    def _begin(self, body: bytes) -> None:
        simulator = self._simulator
        try:
            settings = self._within(parse_settings(body, "request"))
        except DeviceDataError:
            self._answer(409)
            return
        if simulator.fault in ("busy", "refused"):
            self._answer(503 if simulator.fault == "busy" else 409)
            return
        name = simulator.begin_job(settings)
        if name is None:
            self._answer(503)
        else:
            self._answer(201, {"Location": f"{simulator.url}/ScanJobs/{name}"})

    def _within(self, settings: ScanSettings) -> ScanSettings:
        """Settings with the size of the area where none is stated, up to the edge of the glass."""
        height, width = self._simulator.sheet.units
        settings = replace(settings, width=settings.width or width, height=settings.height or height)
        fits = settings.left + settings.width <= width and settings.top + settings.height <= height
        known = settings.colour in (GREY, COLOUR) and settings.format in (JPEG, PNG) and settings.ppi in RESOLUTIONS
        if not fits or not known or settings.source not in ("Platen", "Feeder"):
            raise DeviceDataError("cannot be scanned", "request")
        return settings

    def _next(self, name: str) -> None:
        simulator = self._simulator
        fault = simulator.fault
        if fault in ("late", "nothing"):
            self._answer(503 if fault == "late" else 404)
            return
        settings = simulator.next_page(name)
        if settings is None:
            self._answer(404)
            return
        simulator.closing.wait(simulator.delay_s)
        if fault == "wrong_ppi":
            settings = replace(settings, ppi=settings.ppi // 2)
        if fault == "huge":
            settings = replace(settings, format=JPEG)
        page = simulator.sheet.scan(settings)
        self._with_fault(_huge(page) if fault == "huge" else page, settings.format, fault)

    def _with_fault(self, page: bytes, kind: str, fault: str) -> None:
        if fault == "silent":
            self.close_connection = True
            with contextlib.suppress(OSError):
                self.connection.recv(1)  # until the client hangs up, or the simulator does
        elif fault in ("endless", "drip"):
            self._head(200, {"Content-Type": kind}, None if fault == "endless" else len(page))
            self._send_endless(page, fault)
        elif fault == "html":
            self._answer(200, {"Content-Type": "text/html"}, b"<html>paper jam</html>")
        else:
            half = len(page) // 2
            variants = {"half": (page[:half], len(page)), "damaged": (page[:half], half), "short": (page, half)}
            variants["long"] = (page, 2 * len(page))
            data, length = variants.get(fault, (page, len(page)))
            self.close_connection |= length != len(data)
            self._head(200, {"Content-Type": kind}, length)
            self.wfile.write(data)

    def _send_endless(self, page: bytes, fault: str) -> None:
        """Bytes without end, or one by one, until the client has enough."""
        self.close_connection = True
        for byte in page:
            if self._simulator.closing.wait(0.001 if fault == "endless" else 0.05):
                return
            self.wfile.write(page if fault == "endless" else bytes([byte]))

    def _xml(self, text: str) -> None:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
        self._answer(200, {"Content-Type": "text/xml"}, body)

    def _answer(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        self._head(status, headers or {}, len(body))
        self.wfile.write(body)

    def _head(self, status: int, headers: dict[str, str], length: int | None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header(*(("Connection", "close") if length is None else ("Content-Length", str(length))))
        self.end_headers()


def _huge(page: bytes) -> bytes:
    """The JPEG, changed to state a size larger than any memory."""
    at = page.index(b"\xff\xc0") + 5
    return page[:at] + struct.pack(">HH", HUGE_SIDE, HUGE_SIDE) + page[at + 4 :]


def write_capabilities(units: tuple[int, int]) -> str:
    """``ScannerCapabilities`` of the simulated scanner.

    Parameters
    ----------
    units : (int, int)
        Height and width of the glass in 1/300 inch.

    Returns
    -------
    str
        XML.
    """
    height, width = units
    modes = "".join(f"<scan:ColorMode>{mode}</scan:ColorMode>" for mode in (GREY, COLOUR))
    formats = "".join(
        f"<pwg:DocumentFormat>{form}</pwg:DocumentFormat><scan:DocumentFormatExt>{form}</scan:DocumentFormatExt>"
        for form in (JPEG, PNG)
    )
    resolutions = "".join(
        f"<scan:DiscreteResolution><scan:XResolution>{ppi}</scan:XResolution><scan:YResolution>{ppi}</scan:YResolution>"
        "</scan:DiscreteResolution>"
        for ppi in RESOLUTIONS
    )
    source = (
        f"<scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>{width}</scan:MaxWidth>"
        f"<scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>{height}</scan:MaxHeight>"
        "<scan:MaxScanRegions>1</scan:MaxScanRegions><scan:SettingProfiles><scan:SettingProfile>"
        f"<scan:ColorModes>{modes}</scan:ColorModes><scan:DocumentFormats>{formats}</scan:DocumentFormats>"
        f"<scan:SupportedResolutions><scan:DiscreteResolutions>{resolutions}</scan:DiscreteResolutions>"
        "</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>"
    )
    return (
        f'<scan:ScannerCapabilities xmlns:scan="{SCAN}" xmlns:pwg="{PWG}"><pwg:Version>2.63</pwg:Version>'
        f"<pwg:MakeAndModel>{MODEL}</pwg:MakeAndModel><pwg:SerialNumber>{SERIAL}</pwg:SerialNumber>"
        f"<scan:UUID>{UUID}</scan:UUID>"
        f"<scan:Platen><scan:PlatenInputCaps>{source}</scan:PlatenInputCaps></scan:Platen>"
        f"<scan:Adf><scan:AdfSimplexInputCaps>{source}</scan:AdfSimplexInputCaps><scan:FeederCapacity>50</scan:FeederCapacity>"
        "</scan:Adf></scan:ScannerCapabilities>"
    )
