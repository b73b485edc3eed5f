"""Starting and ending the service: socket, TLS, token, signals."""

import os
import secrets
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from biocapture.errors import UsageError
from biocapture.images.private_files import is_readable_by_others
from biocapture.service.app import LogLine, Service, application
from biocapture.service.guard import LOOPBACK_NAMES, Guard, is_loopback
from biocapture.service.messages import Settings

MIN_TOKEN_LENGTH = 16
MAX_TOKEN_BYTES = 4096
MAX_CONNECTIONS = 512
"""More are told to come again."""

GRACE_S = 60
"""Time for requests in work when the service ends, seconds."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the service listens, and what it asks of those who come.

    Attributes
    ----------
    host, port : str, int
        Port 0: a free one.
    token_file : Path or None
        Holds the token; only its owner may read it.
    certificate, key : Path or None
        Of TLS, PEM.
    hosts : tuple of str
        Further names under which clients reach it.
    is_insecure : bool
        Also answer other machines without token or TLS.
    """

    host: str = "127.0.0.1"
    port: int = 9099
    token_file: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    hosts: tuple[str, ...] = ()
    is_insecure: bool = False


def run(
    address: Address,
    settings: Settings,
    workers: int,
    announce: Callable[[str], None],
    log_line: LogLine | None = None,
) -> None:
    """Serve until a signal ends it; requests in work are finished.

    Parameters
    ----------
    address : Address
    settings : Settings
    workers : int
        Processes.
    announce : callable
        Called with the URL once it listens.
    log_line : callable, optional
        Called once per request with method, path of the endpoint, status and seconds.

    Raises
    ------
    UsageError
        It may not, or cannot, listen there.
    """
    service = Service(settings, guard_of(address), workers, log_line)
    serve(application(service), address, announce)


def guard_of(address: Address) -> Guard:
    """What decides who may ask at an address.

    Parameters
    ----------
    address : Address

    Returns
    -------
    Guard

    Raises
    ------
    UsageError
        The file of the token is no such file.
    """
    return Guard(read_token(address.token_file) if address.token_file else "", _names(address))


def serve(app: Starlette, address: Address, announce: Callable[[str], None]) -> None:
    """Serve an application until a signal ends it; requests in work are finished.

    Parameters
    ----------
    app : Starlette
    address : Address
    announce : callable
        Called with the URL once it listens.

    Raises
    ------
    UsageError
        It may not, or cannot, listen there.
    """
    if objection := unsafe(address):
        raise UsageError(objection, address.host)
    listening = _socket(address)
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="on",
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=address.certificate,
        ssl_keyfile=address.key,
        http="h11",
        ws="none",
    )
    scheme = "https" if address.certificate else "http"
    host, port = listening.getsockname()[:2]
    announce(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}")
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: None)  # once it has ended, uvicorn raises again what ended it
    uvicorn.Server(config).run(sockets=[listening])


def read_token(path: Path) -> str:
    """The token in a file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Raises
    ------
    UsageError
        Others can read the file, or what it holds is no token.
    """
    try:
        if is_readable_by_others(path):
            raise UsageError("others can read this token; chmod 600 it", str(path))
        with path.open("rb") as handle:
            token = handle.read(MAX_TOKEN_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or 'not ASCII'}", str(path)) from None
    if len(token) < MIN_TOKEN_LENGTH or len(token.split()) != 1:
        hint = secrets.token_urlsafe(24)
        raise UsageError(f"expected one word of at least {MIN_TOKEN_LENGTH} characters, such as {hint}", str(path))
    return token


def unsafe(address: Address) -> str:
    """Why the service must not listen at an address: other machines would be answered without a secret.

    Parameters
    ----------
    address : Address

    Returns
    -------
    str
        Empty where it may.
    """
    if (address.certificate is None) != (address.key is None):
        return "TLS needs both a certificate and its key"
    is_safe = address.token_file is not None and address.certificate is not None
    if is_loopback(address.host) or is_safe or address.is_insecure:
        return ""
    return "other machines reach this address: give --token-file and --tls-cert with --tls-key, or say --insecure"


def _names(address: Address) -> tuple[str, ...]:
    """Names that the Host header may have; any, where other machines may come and none is stated."""
    if is_loopback(address.host):
        return (*LOOPBACK_NAMES, *address.hosts)
    return (*address.hosts, address.host) if address.hosts else ()


def _socket(address: Address) -> socket.socket:
    try:
        found = socket.getaddrinfo(address.host.strip("[]"), address.port, type=socket.SOCK_STREAM)
        # asyncio sends small answers at once (TCP_NODELAY) only where the socket says that it is TCP: 40 ms each.
        listening = socket.socket(found[0][0], socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(os.name != "nt"))
        listening.bind(found[0][4])
        listening.listen()  # who comes while the workers load waits
    except OSError as error:
        raise UsageError(f"cannot listen: {error.strerror or error}", f"{address.host}:{address.port}") from None
    return listening
