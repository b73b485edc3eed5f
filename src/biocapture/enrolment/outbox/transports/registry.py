"""From an address to a transport."""

from importlib.metadata import entry_points
from typing import cast

from biocapture.enrolment.outbox.transports.protocol import Transport
from biocapture.errors import UsageError

GROUP = "biocapture.transports"


def open_transport(address: str, token: str = "") -> Transport:
    """The transport of an address.

    Parameters
    ----------
    address : str
        ``tus+https://…``, ``https://…``, ``folder:/mnt/stick``: what stands before the first colon is the entry point.
    token : str
        Sent as ``Authorization: Bearer``, where the transport has such a thing.

    Returns
    -------
    Transport

    Raises
    ------
    UsageError
        There is no such transport, or the address is not one of its kind.
    """
    scheme, colon, _ = address.partition(":")
    points = {point.name: point for point in entry_points(group=GROUP)}
    if not colon or scheme not in points:
        raise UsageError(f"expected an address that begins with one of {', '.join(sorted(points))}", address)
    return cast("Transport", points[scheme].load()(address, token))
