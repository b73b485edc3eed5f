"""What a transport is, and how it says that an attempt failed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class TransportError(Exception):
    """An attempt failed and may succeed later.

    Attributes
    ----------
    retry_after_s : float or None
        When the server wants to be asked again.
    """

    def __init__(self, reason: str, retry_after_s: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after_s = retry_after_s


class RefusedError(Exception):
    """The server will never take this packet; its reason is the message."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A packet to be sent.

    Attributes
    ----------
    id, sha256 : str
    path : Path
    size : int
    upload : str
        Where an earlier attempt left off, in the transport's own words; empty for the first.
    """

    id: str
    sha256: str
    path: Path
    size: int
    upload: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What a transport tells while it sends.

    Attributes
    ----------
    sent : callable
        Takes a number of bytes that have just gone out; waits where the link is to be spared.
    upload : callable
        Takes where this upload can be resumed; it is on disk when the call returns.
    """

    sent: Callable[[int], None]
    upload: Callable[[str], None]


class Transport(Protocol):
    """One target."""

    def send(self, packet: Outgoing, progress: Progress) -> Any:
        """Bring a packet to the target, or the rest of it; sending it again does no harm.

        Parameters
        ----------
        packet : Outgoing
        progress : Progress

        Returns
        -------
        object or None
            The receipt as it came, from JSON; None where the target has the packet and the receipt is not there yet.

        Raises
        ------
        TransportError, RefusedError
        """

    def close(self) -> None:
        """Give up connections."""
