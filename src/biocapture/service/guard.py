"""Who may ask: the host and origin of a request, its token, and how much of a body is taken."""

import asyncio
import hmac
from collections.abc import Collection
from ipaddress import ip_address

from starlette.requests import Request

from biocapture.service.messages import Answer, Settings
from biocapture.service.problems import problem

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/biosdk-service/actuator/health"})
"""Asked by machines that have no token; they tell nothing."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


def is_loopback(host: str) -> bool:
    """Whether an address to bind to is reached from this machine only.

    Parameters
    ----------
    host : str
        Name or address.

    Returns
    -------
    bool
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class Guard:
    """Decides on a request before its body is read.

    Parameters
    ----------
    token : str
        That clients must send as ``Authorization: Bearer …``; empty: none.
    hosts : collection of str
        Names that the ``Host`` header may have, without port; empty: any. A page of somebody else whose name was made
        to point here (DNS rebinding) has another.
    """

    def __init__(self, token: str, hosts: Collection[str]) -> None:
        self._token = token.encode()
        self._hosts = frozenset(host.lower() for host in hosts)

    def objection(self, request: Request, language: str) -> Answer | None:
        """Why a request is refused.

        Parameters
        ----------
        request : Request
        language : str
            Of the answer.

        Returns
        -------
        Answer or None
            None where it is not.
        """
        host = _without_port(request.headers.get("host", ""))
        if self._hosts and host not in self._hosts:
            return problem("forbidden-host", host[:100], subject="Host", language=language)
        origin = request.headers.get("origin")
        if origin is not None and origin != f"{request.url.scheme}://{request.headers.get('host', '')}":
            return problem("forbidden-origin", origin[:100], subject="Origin", language=language)
        if self._token and request.url.path not in OPEN_PATHS and not self._knows(request):
            return problem("bad-token", subject="Authorization", language=language)
        return None

    def _knows(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("utf8", "replace"), self._token)


async def body_of(request: Request, settings: Settings, language: str) -> bytes | Answer:
    """The body of a request, if it comes in time and is not too large.

    Parameters
    ----------
    request : Request
    settings : Settings
    language : str
        Of the answer.

    Returns
    -------
    bytes or Answer
        Why it is not taken.
    """
    limit = settings.max_body_bytes
    stated = request.headers.get("content-length", "0")
    too_large = problem("too-large", f"the limit is {limit} bytes", subject="body", language=language)
    if not stated.isdigit() or int(stated) > limit:
        return too_large
    pieces: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(settings.body_limit_s):
            async for piece in request.stream():
                size += len(piece)
                if size > limit:
                    return too_large
                pieces.append(piece)
    except TimeoutError:
        detail = f"the body did not arrive within {settings.body_limit_s:g} s"
        return problem("slow-body", detail, subject="body", language=language)
    return b"".join(pieces)


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
