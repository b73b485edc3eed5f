"""Where SBI services listen, and which devices they offer."""

import json
import selectors
import socket
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from biocapture.devices.sbi.codes import ANY_DEVICE
from biocapture.devices.sbi.messages import DiscoveryResponse, parse_list, raise_reported
from biocapture.devices.transport.http1 import exchange
from biocapture.errors import DeviceError, DeviceNotFoundError

MAX_REPLY_BYTES = 1_000_000
"""Most of a reply without captures."""

MAX_CONNECTIONS = 8


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service listens, with the path before its verbs' paths."""

    host: str
    port: int
    path: str = "/"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_address(address: str) -> tuple[ServiceAddress, str]:
    """Service and device id of ``host:port`` or ``http://host:port/``, with ``/id`` behind it or without.

    Raises
    ------
    DeviceNotFoundError
        Not such an address.
    """
    parts = urlsplit(address if "://" in address else f"http://{address}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if parts.scheme != "http" or not host or not port:
        raise DeviceNotFoundError("expected host:port or host:port/device", address or "sbi")
    return ServiceAddress(host, port), parts.path.strip("/")


def listening_ports(host: str, ports: Iterable[int], timeout_s: float) -> list[int]:
    """Ports that accept connections, all tried at once."""
    found, end = [], time.monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        for port in ports:
            trial = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
            trial.setblocking(False)
            trial.connect_ex((host, port))
            selector.register(trial, selectors.EVENT_WRITE, port)
        try:
            while selector.get_map() and (left := end - time.monotonic()) > 0:
                for key, _ in selector.select(left):
                    trial = key.fileobj  # type: ignore[assignment]
                    if trial.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                        found.append(key.data)
                    selector.unregister(trial)
                    trial.close()
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
    return sorted(found)


def discover(base: ServiceAddress, type: str, deadline: float) -> list[DiscoveryResponse]:
    """Devices a service offers; those with an error of their own are left out.

    Raises
    ------
    DeviceError
        The service fails, or does not speak SBI.
    """
    body = json.dumps({"type": type or ANY_DEVICE}).encode()
    address = (base.host, base.port)
    reply = exchange(address, "MOSIPDISC", f"{base.path}device", body, deadline=deadline, limit=MAX_REPLY_BYTES)
    found = parse_list(DiscoveryResponse, reply.body, str(base))
    for each in found:
        if not each.deviceId:
            raise_reported(each.error, str(base))
    return [each for each in found if each.deviceId]


def scan_ports(
    host: str, ports: Iterable[int], type: str, timeout_s: float
) -> list[tuple[ServiceAddress, DiscoveryResponse]]:
    """All devices of a type on a host's ports; silence and other services are passed over."""
    end = time.monotonic() + timeout_s
    bases = [ServiceAddress(host, port) for port in listening_ports(host, ports, 0.5 * timeout_s)]
    if not bases:
        return []

    def ask(base: ServiceAddress) -> list[tuple[ServiceAddress, DiscoveryResponse]]:
        try:
            return [(base, each) for each in discover(base, type, end)]
        except DeviceError:
            return []

    with ThreadPoolExecutor(min(MAX_CONNECTIONS, len(bases)), "sbi-scan") as pool:
        return [each for found in pool.map(ask, bases) for each in found]
