"""One SBI device: its identity, captures and frames."""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from biocapture.devices.sbi.discovery import MAX_REPLY_BYTES, ServiceAddress
from biocapture.devices.sbi.jws import base64url_bytes, parse_json_object
from biocapture.devices.sbi.messages import CaptureRequest, DeviceInfo, DeviceInfoResponse, VerifiedCapture
from biocapture.devices.sbi.stream import FrameStream
from biocapture.devices.sbi.verification import DeviceIdentity, Trust, verify_captures, verify_identity
from biocapture.devices.sbi.wire import biometric_blocks, parse_list, raise_reported, write_capture_request
from biocapture.devices.transport.http1 import Connection, exchange
from biocapture.devices.transport.http_reply import Reply
from biocapture.errors import (
    BiocaptureError,
    DeviceBusyError,
    DeviceDataError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)

MAX_BUSY_S = 2.0
"""A device whose preview was stopped may report that it is busy for this long."""

STREAM_TIMEOUT_MS = 300_000
Result = TypeVar("Result")


@dataclass(slots=True)
class Session:
    """One device of one service; holds no connection.

    Attributes
    ----------
    limit : int
        Maximum of bytes of a reply.
    previous_hash : str
        Of the last capture: the next one is chained to it.
    """

    service: ServiceAddress
    identity: DeviceIdentity
    trust: Trust
    limit: int
    previous_hash: str = ""

    def current_info(self, deadline: float) -> DeviceInfo:
        """Ask the device for its description and state.

        Parameters
        ----------
        deadline : float
            On ``time.monotonic``'s clock.

        Returns
        -------
        DeviceInfo

        Raises
        ------
        DeviceError
            The device's own, or of `identify`.
        """
        device = self.identity.info.deviceId, self.identity.digital_id.type
        return identify(self.service, *device, self.trust, deadline).info

    def capture(self, request: CaptureRequest, deadline: float) -> tuple[VerifiedCapture, ...]:
        """Capture the positions of a request.

        Parameters
        ----------
        request : CaptureRequest
            Its previous hash is replaced by that of this session.
        deadline : float
            On ``time.monotonic``'s clock.

        Returns
        -------
        tuple of VerifiedCapture
            In the order of the hash chain.

        Raises
        ------
        DeviceError
            The device's own; `DeviceDataError` where the reply cannot be verified.
        """
        left_s = deadline - time.monotonic()
        device_ms = max(1, int(1000 * (left_s - min(1.0, 0.25 * left_s))))
        request = replace(request, previous_hash=self.previous_hash)

        def request_once() -> tuple[VerifiedCapture, ...]:
            reply = self._request("RCAPTURE", "capture", write_capture_request(request, device_ms), deadline)
            blocks = biometric_blocks(reply.body, str(self.service))
            return verify_captures(blocks, request, self.identity, self.trust, str(self.service))

        captures = retry_while_busy(request_once, deadline)
        self.previous_hash = captures[-1].hash
        return captures

    def open_stream(self, sub_id: str, deadline: float) -> tuple[Connection, FrameStream]:
        """Start the preview; the caller closes the connection.

        Parameters
        ----------
        sub_id : str
            Group of fingers or eyes.
        deadline : float
            On ``time.monotonic``'s clock, for the first bytes.

        Returns
        -------
        connection : Connection
        stream : FrameStream

        Raises
        ------
        DeviceError
            The device's own, or of the connection.
        """
        request = {"deviceId": self.identity.info.deviceId, "deviceSubId": sub_id, "timeout": str(STREAM_TIMEOUT_MS)}
        body = json.dumps(request).encode()
        return retry_while_busy(lambda: self._start_stream(body, deadline), deadline)

    def _start_stream(self, body: bytes, deadline: float) -> tuple[Connection, FrameStream]:
        connection = Connection(self.service.host, self.service.port, deadline)
        try:
            connection.send("STREAM", f"{self.service.path}stream", body)
            return connection, FrameStream(connection, connection.read_head())
        except BaseException:
            connection.close()
            raise

    def _request(self, verb: str, path: str, body: bytes, deadline: float) -> Reply:
        address = (self.service.host, self.service.port)
        return exchange(address, verb, f"{self.service.path}{path}", body, deadline=deadline, limit=self.limit)


def retry_while_busy(request: Callable[[], Result], deadline: float) -> Result:
    """Repeat a request while the device reports that it is busy: it may not have noticed yet that its preview ended.

    Parameters
    ----------
    request : callable
    deadline : float
        On ``time.monotonic``'s clock; it is repeated for 2 s at most.

    Returns
    -------
    object
        What ``request`` returns.

    Raises
    ------
    DeviceBusyError
        It is busy for longer.
    """
    end = min(deadline, time.monotonic() + MAX_BUSY_S)
    while True:
        try:
            return request()
        except DeviceBusyError:
            if time.monotonic() + 0.1 >= end:
                raise
            time.sleep(0.1)


def identify(service: ServiceAddress, device_id: str, type: str, trust: Trust, deadline: float) -> DeviceIdentity:
    """Ask a service for one device and verify its identity.

    Parameters
    ----------
    service : ServiceAddress
    device_id, type : str
        Empty: any.
    trust : Trust
    deadline : float
        On ``time.monotonic``'s clock.

    Returns
    -------
    DeviceIdentity

    Raises
    ------
    DeviceNotFoundError
        It has no such device.
    DeviceError
        The device's own error (busy, not registered …), or a reply that cannot be verified.
    """
    address, peer = (service.host, service.port), str(service)
    reply = exchange(address, "MOSIPDINFO", f"{service.path}info", None, deadline=deadline, limit=MAX_REPLY_BYTES)
    responses = parse_list(DeviceInfoResponse, reply.body, peer)
    for response in responses:
        if not response.deviceInfo:
            raise_reported(response.error, peer)
        elif _is_wanted(response.deviceInfo, device_id, type):
            raise_reported(response.error, peer)
            return verify_identity(response.deviceInfo, trust, peer)
    description = " ".join(part for part in (type, device_id) if part)
    raise DeviceNotFoundError(f"no device {description} among {len(responses)}".replace("  ", " "), peer)


def _is_wanted(token: str, device_id: str, type: str) -> bool:
    """Whether a description, not verified yet, is of the requested device; a damaged one is, if any device will do."""
    try:
        info = _unverified(token)
        digital_id = _unverified(str(info.get("digitalId", ""))) if type else {}
    except BiocaptureError:
        return not device_id and not type
    return device_id in ("", info.get("deviceId")) and type in ("", digital_id.get("type"))


def _unverified(token: str) -> dict[str, object]:
    """Payload of a signed message, or of an unsigned one (devices that are not registered)."""
    parts = token.split(".")
    return parse_json_object(base64url_bytes(parts[1 if len(parts) == 3 else 0], "device info"), "device info")


def callback_address(service: ServiceAddress, callback: str) -> ServiceAddress:
    """Where the device wants to receive further requests: the same host, or this machine.

    Parameters
    ----------
    service : ServiceAddress
        Where it was found.
    callback : str
        URL it states; may be empty.

    Returns
    -------
    ServiceAddress

    Raises
    ------
    DeviceDataError
        Another host: captures must not come from, or go to, another machine.
    DeviceUnsupportedError
        Not plain HTTP.
    """
    if not callback:
        return service
    parts = urlsplit(callback)
    if parts.scheme.lower() != "http":
        raise DeviceUnsupportedError(f"wants to be called at {callback[:80]!r}, expected http", str(service))
    try:
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise DeviceDataError(f"wants to be called at {callback[:80]!r}", str(service)) from error
    if host != service.host and not _is_local(host):
        raise DeviceDataError(f"wants to be called at another machine, {host[:80]!r}", str(service))
    return ServiceAddress(host, port, parts.path.rstrip("/") + "/")


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
