"""One SBI device: asked who it is, and for captures and frames."""

import ipaddress
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

from biocapture.devices.sbi.discovery import SMALL_BYTES, Base
from biocapture.devices.sbi.jws import decoded, json_object
from biocapture.devices.sbi.messages import Answer, DeviceInfo, Order, Told, capture_request, listed, parts_of, raised
from biocapture.devices.sbi.reply import Identity, Trust, answers, identity_of
from biocapture.devices.sbi.stream import FrameStream
from biocapture.devices.transport.http1 import Connection, Reply, exchange
from biocapture.errors import (
    BiocaptureError,
    DeviceBusyError,
    DeviceDataError,
    DeviceNotFoundError,
    DeviceUnsupportedError,
)

SETTLES_S = 2.0
"""A device whose preview was stopped may call itself busy for so long."""

STREAM_MS = 300_000
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

    base: Base
    known: Identity
    trust: Trust
    limit: int
    previous: str = ""

    def status(self, deadline: float) -> DeviceInfo:
        """What the device says of itself now; its error where it says one."""
        who = self.known.info.deviceId, self.known.digital.type
        return identified(self.base, *who, self.trust, deadline).info

    def captured(self, order: Order, deadline: float) -> tuple[Answer, ...]:
        """Capture; every answer is verified, in the order of the hash chain."""
        left_s = deadline - time.monotonic()
        for_device_ms = max(1, int(1000 * (left_s - min(1.0, 0.25 * left_s))))
        order = replace(order, previous=self.previous)

        def once() -> tuple[Answer, ...]:
            reply = self._asked("RCAPTURE", "capture", capture_request(order, for_device_ms), deadline)
            parts = parts_of(reply.body, str(self.base))
            return answers(parts, order, self.known, self.trust, str(self.base))

        found = patiently(once, deadline)
        self.previous = found[-1].hash
        return found

    def stream(self, sub_id: str, deadline: float) -> tuple[Connection, FrameStream]:
        """Start the preview; whoever asks closes the connection."""
        request = {"deviceId": self.known.info.deviceId, "deviceSubId": sub_id, "timeout": str(STREAM_MS)}
        body = json.dumps(request).encode()
        return patiently(lambda: self._streamed(body, deadline), deadline)

    def _streamed(self, body: bytes, deadline: float) -> tuple[Connection, FrameStream]:
        connection = Connection(self.base.host, self.base.port, deadline)
        try:
            connection.send("STREAM", f"{self.base.path}stream", body)
            return connection, FrameStream(connection, connection.head())
        except BaseException:
            connection.close()
            raise

    def _asked(self, verb: str, path: str, body: bytes, deadline: float) -> Reply:
        address = (self.base.host, self.base.port)
        return exchange(address, verb, f"{self.base.path}{path}", body, deadline=deadline, limit=self.limit)


def patiently(once: Callable[[], Found], deadline: float) -> Found:
    """Ask again for a while when a device calls itself busy: it may not have noticed yet that its preview ended."""
    end = min(deadline, time.monotonic() + SETTLES_S)
    while True:
        try:
            return once()
        except DeviceBusyError:
            if time.monotonic() + 0.1 >= end:
                raise
            time.sleep(0.1)


def identified(base: Base, device_id: str, type: str, trust: Trust, deadline: float) -> Identity:
    """Ask a service for the device of this id and type (empty: any) and verify what it says.

    Raises
    ------
    DeviceNotFoundError
        It has no such device.
    DeviceError
        The device's own error (busy, not registered …), or a reply that does not hold.
    """
    address, peer = (base.host, base.port), str(base)
    reply = exchange(address, "MOSIPDINFO", f"{base.path}info", None, deadline=deadline, limit=SMALL_BYTES)
    offered = listed(Told, reply.body, peer)
    for told in offered:
        if not told.deviceInfo:
            raised(told.error, peer)
        elif _is_wanted(told.deviceInfo, device_id, type):
            raised(told.error, peer)
            return identity_of(told.deviceInfo, trust, peer)
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
    return json_object(decoded(parts[1 if len(parts) == 3 else 0], "device info"), "device info")


def called_back(base: Base, callback: str) -> Base:
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
    return Base(host, port, parts.path.rstrip("/") + "/")


def _is_local(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
