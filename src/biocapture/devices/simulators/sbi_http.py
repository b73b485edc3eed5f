"""HTTP of the SBI simulator: verbs, replies, previews, and the faults on the wire."""

import itertools
import json
import threading
import time
from http.server import BaseHTTPRequestHandler
from typing import Any, ClassVar, Protocol

from biocapture.devices.sbi.codes import BUSY, ERROR_OF_STATUS, GROUPS, MODALITY_OF_TYPE, READY
from biocapture.devices.simulators.sbi_capture import answer_capture
from biocapture.devices.simulators.sbi_keys import Signer
from biocapture.devices.simulators.sbi_state import (
    SimulatedSbiDevice,
    administer,
    devices_of_type,
    error_report,
    parse_number,
)
from biocapture.devices.simulators.sbi_subject import SyntheticSubject, subject_of_profile
from biocapture.devices.simulators.server import SimulatorServer
from biocapture.types import Position

MAX_BODY_BYTES = 1_000_000
MAX_IDLE_S = 10.0
"""A connection is closed when its client sends nothing for this long."""

BOUNDARY = "--BoundaryString"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, RCAPTURE, CAPTURE, MOSIPDINFO, MOSIPDISC, STREAM, GET, POST",
    "Access-Control-Allow-Headers": "Content-Type",
}
ENDLESS_BYTES = 1 << 34


class SimulatedService(Protocol):
    """What request handlers need of the service."""

    port: int
    signer: Signer
    profile: str
    fps: float
    closing: threading.Event
    devices: dict[str, SimulatedSbiDevice]

    def subject(self) -> SyntheticSubject:
        """The capture subject of the next capture."""

    def prepare(self) -> None:
        """Draw the subject of the profile now."""


class SbiHandler(BaseHTTPRequestHandler):
    """One request per connection, as in MockMDS."""

    protocol_version = "HTTP/1.1"
    timeout = MAX_IDLE_S
    server: SimulatorServer[SimulatedService]
    ADMIN: ClassVar[tuple[str, ...]] = ("status", "score", "delay", "fault")

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing.

        Parameters
        ----------
        format : str
        *args
            Ignored.
        """

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Reply to unknown verbs and broken requests.

        Parameters
        ----------
        code : int
            HTTP status; 501 becomes 405, as in MockMDS.
        message, explain : str or None
            Ignored.
        """
        self._reply([{"error": error_report(500)}], 405 if code == 501 else code)

    @property
    def _simulator(self) -> SimulatedService:
        return self.server.simulator

    def do_MOSIPDISC(self) -> None:
        """Discovery."""
        content = self._read_request("/device")
        devices = None if content is None else devices_of_type(self._simulator.devices, content.get("type"))
        if content is None:
            return
        self._delay(devices or [], "MOSIPDISC")
        entries = [device.discovery_entry() for device in devices or []]
        self._reply(entries or [{"error": error_report(502 if devices is None else 503)}])

    do_SBIDISC = do_MOSIPDISC  # noqa: N815  the name in version 1.0

    def do_MOSIPDINFO(self) -> None:
        """Info of all devices."""
        if self._read_request("/info") is not None:
            devices = list(self._simulator.devices.values())
            self._delay(devices, "MOSIPDINFO")
            self._reply([device.info_entry() for device in devices])

    def do_RCAPTURE(self) -> None:
        """Capture for registration."""
        content = self._read_request("/capture")
        if content is not None:
            simulator = self._simulator
            reply = answer_capture(simulator.devices, content, simulator.subject, simulator.closing.wait)
            self._with_fault(reply, self._fault_of(content))

    def do_CAPTURE(self) -> None:
        """Capture for authentication: these are registration devices."""
        content = self._read_request("/capture")
        if content is not None:
            block = {"specVersion": "", "data": "", "hash": "", "sessionKey": "", "thumbprint": ""}
            self._reply({"biometrics": [block | {"error": error_report(809)}]})

    def do_STREAM(self) -> None:
        """Preview."""
        content = self._read_request("/stream")
        if content is None:
            return
        device_id = str(content.get("deviceId") or "")
        device = next((each for each in self._simulator.devices.values() if each.id == device_id), None)
        group = GROUPS[device.type].get(str(content.get("deviceSubId"))) if device else None
        if device is None or group is None:
            self._reply(error_report(605 if device_id else 604))
        elif device.status != READY:
            self._reply(error_report(ERROR_OF_STATUS[device.status]))
        else:
            self._stream(device, group[0], parse_number(content.get("timeout")) or 0.0)

    def do_POST(self) -> None:
        """Administration."""
        call = self.path.removeprefix("/admin/")
        content = self._read_request(f"/admin/{call}" if call in (*self.ADMIN, "profile") else "/admin/")
        if content is None:
            return
        if call == "profile":
            self._simulator.profile = str(content.get("profileId") or "Default")
            self._reply(error_report(0))
        else:
            self._reply(administer(self._simulator.devices, call, content))

    def do_OPTIONS(self) -> None:
        """For clients inside a browser."""
        self._send(b"", "application/json", 200)

    def _read_request(self, path: str) -> dict[str, Any] | None:
        """The request's JSON (empty without a body); None when it was refused."""
        text = self.headers.get("Content-Length") or "0"
        size = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else MAX_BODY_BYTES + 1
        if self.path.rstrip("/") != path or size > MAX_BODY_BYTES:
            self._reply([{"error": error_report(500)}], 405)
            return None
        try:
            content = json.loads(self.rfile.read(size) or b"{}")
        except (ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            return content
        block = {"specVersion": "", "data": "", "hash": "", "error": error_report(123)}
        self._reply({"biometrics": [block]} if path == "/capture" else [{"error": error_report(123)}])
        return None

    def _delay(self, devices: list[SimulatedSbiDevice], method: str) -> None:
        longest = max((device.delay_ms.get(method, 0) for device in devices), default=0)
        self._simulator.closing.wait(longest / 1000)

    def _reply(self, content: object, status: int = 200) -> None:
        self._send(json.dumps(content).encode(), "application/json", status)

    def _send(self, body: bytes, kind: str, status: int, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in CORS.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def _fault_of(self, content: dict[str, Any]) -> str:
        """Fault on the wire of the device that the request names."""
        bio = content.get("bio")
        device_id = bio[0].get("deviceId") if isinstance(bio, list) and bio and isinstance(bio[0], dict) else ""
        return next((each.fault for each in self._simulator.devices.values() if each.id == str(device_id)), "")

    def _with_fault(self, reply: dict[str, Any], fault: str) -> None:
        body, kind = json.dumps(reply).encode(), "application/json"
        variants = {
            "half": (body[: len(body) // 2], len(body)),
            "short": (body, len(body) // 2),
            "long": (body, 2 * len(body)),
        }
        if fault == "silent":
            self._simulator.closing.wait(MAX_IDLE_S)
        elif fault == "endless":
            self._send(body, kind, 200, ENDLESS_BYTES)
            self._send_endless(body)
        else:
            data, length = variants.get(fault, (body, len(body)))
            self._send(data, kind, 200, length)

    def _send_endless(self, body: bytes) -> None:
        """Bytes without end, until the client disconnects."""
        while not self._simulator.closing.wait(0.001):
            self.wfile.write(body)

    def _stream(self, device: SimulatedSbiDevice, position: Position, timeout_ms: float) -> None:
        """Frames until the time is over, a capture was taken, or the client disconnects."""
        simulator, ended = self._simulator, threading.Event()
        device.status, device.streaming = BUSY, ended
        try:
            self.wfile.write(_stream_head(simulator.port))
            end = time.monotonic() + timeout_ms / 1000 if timeout_ms > 0 else float("inf")
            for count in itertools.count():
                if simulator.closing.is_set() or ended.is_set() or time.monotonic() > end:
                    break
                picture = _frame(simulator, device, position, count)
                self.wfile.write(_part(picture))
                ended.wait(max(1 / simulator.fps, device.delay_ms.get("STREAM", 0) / 1000))
        finally:
            device.status, device.streaming = READY if device.status == BUSY else device.status, None
            self.close_connection = True


def _frame(simulator: SimulatedService, device: SimulatedSbiDevice, position: Position, count: int) -> bytes:
    """One frame of the preview; the subject of the profile ``Automatic`` does not change within it."""
    person = subject_of_profile(simulator.profile, 0)
    return person.frame(MODALITY_OF_TYPE[device.type], position, f"score {device.score:.0f}", count)


def _stream_head(port: int) -> bytes:
    """Headers exactly as MockMDS writes them: its clients search for these words, in this case."""
    lines = (
        "HTTP/1.0 200 OK",
        f"Server: http://127.0.0.1:{port}",
        "Access-Control-Allow-Origin:*",
        "Connection: close",
        "Max-Age: 0",
        "Expires: 0",
        "Cache-Control: no-cache, private",
        "Pragma: no-cache",
        f"Content-Type: multipart/x-mixed-replace; boundary={BOUNDARY}",
    )
    return "\r\n".join((*lines, "", "")).encode("ascii")


def _part(jpeg: bytes) -> bytes:
    head = f"{BOUNDARY}\r\nContent-Type:image/jpeg\r\nContent-Length:{len(jpeg)}\r\n\r\n"
    return head.encode("ascii") + jpeg + b"\r\n\r\n"
