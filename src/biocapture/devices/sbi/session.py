"""One SBI device: asked who it is, and for captures and frames."""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from biocapture.devices.sbi.discovery import MAX_REPLY_BYTES, ServiceAddress
from biocapture.devices.sbi.jws import base64url_bytes, parse_json_object
from biocapture.devices.sbi.messages import (
    CaptureRequest,
    DeviceInfo,
    DeviceInfoResponse,
    VerifiedCapture,
    biometric_blocks,
    parse_list,
    raise_reported,
    write_capture_request,
)
from biocapture.devices.sbi.reply import DeviceIdentity, Trust, verify_captures, verify_identity
from biocapture.devices.sbi.stream import FrameStream
from biocapture.devices.transport.http1 import Connection, Reply, exchange
from biocapture.errors import (
    BiocaptureError,
    DeviceBusyError,
    DeviceDataError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)

MAX_BUSY_S = 2.0
"""A device whose preview was stopped may call itself busy for so long."""

STREAM_TIMEOUT_MS = 300_000
Found = TypeVar("Found")


@dataclass(slots=True)
class Session:
    """One device of one service; holds no connection.

    Attributes
    ----------
    limit : int
        Most bytes of a reply.
    previous : str
        Hash of the last capture: the next one is chained to it.
    """

    base: ServiceAddress
    identity: DeviceIdentity
    trust: Trust
    limit: int
    previous_hash: str = ""

    def current_info(self, deadline: float) -> DeviceInfo:
        """What the device says of itself now; its error where it says one."""
        who = self.identity.info.deviceId, self.identity.digital_id.type
        return identify(self.base, *who, self.trust, deadline).info

    def capture(self, order: CaptureRequest, deadline: float) -> tuple[VerifiedCapture, ...]:
        """Capture; every answer is verified, in the order of the hash chain."""
        left_s = deadline - time.monotonic()
        for_device_ms = max(1, int(1000 * (left_s - min(1.0, 0.25 * left_s))))
        order = replace(order, previous_hash=self.previous_hash)

        def once() -> tuple[VerifiedCapture, ...]:
            reply = self._asked("RCAPTURE", "capture", write_capture_request(order, for_device_ms), deadline)
            parts = biometric_blocks(reply.body, str(self.base))
            return verify_captures(parts, order, self.identity, self.trust, str(self.base))

        found = retry_while_busy(once, deadline)
        self.previous_hash = found[-1].hash
        return found

    def open_stream(self, sub_id: str, deadline: float) -> tuple[Connection, FrameStream]:
        """Start the preview; whoever asks closes the connection."""
        request = {"deviceId": self.identity.info.deviceId, "deviceSubId": sub_id, "timeout": str(STREAM_TIMEOUT_MS)}
        body = json.dumps(request).encode()
        return retry_while_busy(lambda: self._streamed(body, deadline), deadline)

    def _streamed(self, body: bytes, deadline: float) -> tuple[Connection, FrameStream]:
        connection = Connection(self.base.host, self.base.port, deadline)
        try:
            connection.send("STREAM", f"{self.base.path}stream", body)
            return connection, FrameStream(connection, connection.read_head())
        except BaseException:
            connection.close()
            raise

    def _asked(self, verb: str, path: str, body: bytes, deadline: float) -> Reply:
        address = (self.base.host, self.base.port)
        return exchange(address, verb, f"{self.base.path}{path}", body, deadline=deadline, limit=self.limit)


def retry_while_busy(once: Callable[[], Found], deadline: float) -> Found:
    """Ask again for a while when a device calls itself busy: it may not have noticed yet that its preview ended."""
    end = min(deadline, time.monotonic() + MAX_BUSY_S)
    while True:
        try:
            return once()
        except DeviceBusyError:
            if time.monotonic() + 0.1 >= end:
                raise
            time.sleep(0.1)


def identify(base: ServiceAddress, device_id: str, type: str, trust: Trust, deadline: float) -> DeviceIdentity:
    """Ask a service for the device of this id and type (empty: any) and verify what it says.

    Raises
    ------
    DeviceNotFoundError
        It has no such device.
    DeviceError
        The device's own error (busy, not registered …), or a reply that does not hold.
    """
    address, peer = (base.host, base.port), str(base)
    reply = exchange(address, "MOSIPDINFO", f"{base.path}info", None, deadline=deadline, limit=MAX_REPLY_BYTES)
    offered = parse_list(DeviceInfoResponse, reply.body, peer)
    for told in offered:
        if not told.deviceInfo:
            raise_reported(told.error, peer)
        elif _is_wanted(told.deviceInfo, device_id, type):
            raise_reported(told.error, peer)
            return verify_identity(told.deviceInfo, trust, peer)
    wanted = " ".join(part for part in (type, device_id) if part)
    raise DeviceNotFoundError(f"no device {wanted} among {len(offered)}".replace("  ", " "), peer)


def _is_wanted(token: str, device_id: str, type: str) -> bool:
    """Whether a description, not verified yet, is of the device that is wanted; damaged ones are, when any will do."""
    try:
        told = _unverified(token)
        digital = _unverified(str(told.get("digitalId", ""))) if type else {}
    except BiocaptureError:
        return not device_id and not type
    return device_id in ("", told.get("deviceId")) and type in ("", digital.get("type"))


def _unverified(token: str) -> dict[str, object]:
    """Payload of a signed message, or of an unsigned one (devices that are not registered)."""
    parts = token.split(".")
    return parse_json_object(base64url_bytes(parts[1 if len(parts) == 3 else 0], "device info"), "device info")


def callback_address(base: ServiceAddress, callback: str) -> ServiceAddress:
    """Where the device wants to be asked from now on: the same host, or this machine.

    Raises
    ------
    DeviceDataError
        Another host: captures must not come from, or go to, elsewhere.
    DeviceUnsupportedError
        Not plain HTTP.
    """
    if not callback:
        return base
    parts = urlsplit(callback)
    if parts.scheme.lower() != "http":
        raise DeviceUnsupportedError(f"wants to be called at {callback[:80]!r}, expected http", str(base))
    try:
        host, port = parts.hostname or "", parts.port or 80
    except ValueError as error:
        raise DeviceDataError(f"wants to be called at {callback[:80]!r}", str(base)) from error
    if host != base.host and not _is_local(host):
        raise DeviceDataError(f"wants to be called at another machine, {host[:80]!r}", str(base))
    return ServiceAddress(host, port, parts.path.rstrip("/") + "/")


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
