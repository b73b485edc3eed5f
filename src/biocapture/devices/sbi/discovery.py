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
from biocapture.devices.sbi.messages import DiscoveryResponse
from biocapture.devices.sbi.wire import parse_list, raise_reported
from biocapture.devices.transport.http1 import exchange
from biocapture.errors import DeviceError, DeviceNotFoundError

MAX_REPLY_BYTES = 1_000_000
"""Limit of a reply without captures, in bytes."""

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
    """Service and device id of an address.

    Parameters
    ----------
    address : str
        ``host:port`` or ``http://host:port/``, with ``/id`` after it or without.

    Returns
    -------
    service : ServiceAddress
    device_id : str
        Empty where none is given.

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
    """Ports that accept connections; all are tried at once.

    Parameters
    ----------
    host : str
    ports : iterable of int
    timeout_s : float

    Returns
    -------
    list of int
        In ascending order.
    """
    accepting, end = [], time.monotonic() + timeout_s
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
                        accepting.append(key.data)
                    selector.unregister(trial)
                    trial.close()
        finally:
            for key in list(selector.get_map().values()):
                key.fileobj.close()  # type: ignore[union-attr]
    return sorted(accepting)


def discover(service: ServiceAddress, type: str, deadline: float) -> list[DiscoveryResponse]:
    """Devices that a service offers; those that report an error of their own are left out.

    Parameters
    ----------
    service : ServiceAddress
    type : str
        ``Finger``, ``Iris`` or ``Face``; empty: any.
    deadline : float
        On ``time.monotonic``'s clock.

    Returns
    -------
    list of DiscoveryResponse

    Raises
    ------
    DeviceError
        The service fails, or does not speak SBI.
    """
    body = json.dumps({"type": type or ANY_DEVICE}).encode()
    address = (service.host, service.port)
    reply = exchange(address, "MOSIPDISC", f"{service.path}device", body, deadline=deadline, limit=MAX_REPLY_BYTES)
    devices = parse_list(DiscoveryResponse, reply.body, str(service))
    for each in devices:
        if not each.deviceId:
            raise_reported(each.error, str(service))
    return [each for each in devices if each.deviceId]


def scan_ports(
    host: str, ports: Iterable[int], type: str, timeout_s: float
) -> list[tuple[ServiceAddress, DiscoveryResponse]]:
    """All devices of a type on a host's ports; silent ports and other services are skipped.

    Parameters
    ----------
    host : str
    ports : iterable of int
    type : str
        ``Finger``, ``Iris`` or ``Face``; empty: any.
    timeout_s : float

    Returns
    -------
    list of (ServiceAddress, DiscoveryResponse)
    """
    end = time.monotonic() + timeout_s
    services = [ServiceAddress(host, port) for port in listening_ports(host, ports, 0.5 * timeout_s)]
    if not services:
        return []

    def ask(service: ServiceAddress) -> list[tuple[ServiceAddress, DiscoveryResponse]]:
        try:
            return [(service, each) for each in discover(service, type, end)]
        except DeviceError:
            return []

    with ThreadPoolExecutor(min(MAX_CONNECTIONS, len(services)), "sbi-scan") as pool:
        return [each for devices in pool.map(ask, services) for each in devices]
