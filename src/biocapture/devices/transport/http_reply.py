"""Replies of HTTP/1: status, headers and body."""

from dataclasses import dataclass

from biocapture.errors import DeviceDataError

SEPARATOR = b"\r\n\r\n"
"""Ends the headers."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers (names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


def parse_head(data: bytes, peer: str) -> Reply:
    """Status line and headers.

    Parameters
    ----------
    data : bytes
        Without the empty line at their end.
    peer : str
        For errors.

    Returns
    -------
    Reply
        Without a body.

    Raises
    ------
    DeviceDataError
        This is not HTTP.
    """
    first, *lines = data.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    status = rest[:3]
    if not version.startswith("HTTP/1.") or not (status.isascii() and status.isdigit() and len(status) == 3):
        raise DeviceDataError(f"does not speak HTTP: {first[:60]!r}", peer)
    pairs = (line.partition(":") for line in lines if ":" in line)
    return Reply(int(status), {name.strip().lower(): value.strip() for name, _, value in pairs})


def unwrap(reply: Reply, peer: str) -> Reply:
    """Inner reply of a reply in a reply: MOSIP's mock device sends some errors as a complete HTTP reply in a body.

    Parameters
    ----------
    reply : Reply
    peer : str
        For errors.

    Returns
    -------
    Reply
        ``reply`` itself where its body is none.
    """
    if not reply.body.startswith(b"HTTP/1."):
        return reply
    head, _, body = reply.body.partition(SEPARATOR)
    inner = parse_head(head, peer)
    return Reply(inner.status, inner.headers, body)
