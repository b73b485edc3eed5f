"""The server's word that it holds a packet: signed, about these very bytes."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from biocapture.enrolment.outbox.keys import PublicKeys, SecretKeys
from biocapture.errors import PacketError

MAX_RECEIPT_BYTES = 4_000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a server answers once a packet is stored.

    Attributes
    ----------
    id, sha256 : str
        Of the packet, and of its file.
    size : int
        Bytes of its file.
    received : int
        Seconds since 1970, by the server's clock.
    signature : str
        Of the server, hexadecimal.
    """

    id: str
    sha256: str
    size: int
    received: int
    signature: str = ""

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def signed_bytes(self) -> bytes:
        """What the signature is about."""
        return f"biocapture receipt 1\n{self.id}\n{self.sha256}\n{self.size}\n{self.received}\n".encode()


def sign_receipt(id: str, sha256: str, size: int, received: int, server: SecretKeys) -> Receipt:
    """Make a receipt.

    Parameters
    ----------
    id, sha256, size, received
        As :class:`Receipt` has them.
    server : SecretKeys

    Returns
    -------
    Receipt
    """
    plain = Receipt(id, sha256, size, received)
    return Receipt(id, sha256, size, received, server.signing.sign(plain.signed_bytes()).hex())


def check_receipt(data: Any, id: str, sha256: str, size: int, server: PublicKeys) -> Receipt:
    """Read a receipt and make sure that it is the server's, and for these bytes.

    Parameters
    ----------
    data : object
        From JSON.
    id, sha256, size
        Of the packet that was sent.
    server : PublicKeys

    Returns
    -------
    Receipt

    Raises
    ------
    PacketError
        It is none, for another packet or other bytes, or not signed by this server.
    """
    try:
        receipt = Receipt(**data)
        signature = bytes.fromhex(receipt.signature)
    except (TypeError, ValueError):
        raise PacketError("the server's receipt is damaged", id) from None
    if (receipt.id, receipt.sha256, receipt.size) != (id, sha256, size):
        raise PacketError("the server's receipt is for another packet", id)
    if not server.signed(signature, receipt.signed_bytes()):
        raise PacketError("the receipt is not signed by the server", id)
    return receipt
