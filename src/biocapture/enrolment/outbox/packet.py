"""A sealed packet: the file format, sealing and opening it as a stream.

One page, ``docs/packets.md``, describes the bytes. The booth seals for the server's public key and cannot open what it
sealed; the server opens with its secret key and knows by the signature which station sealed.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from biocapture.enrolment.outbox.keys import (
    SIGNATURE_BYTES,
    PublicKeys,
    SecretKeys,
    public_of_bytes,
)
from biocapture.errors import PacketError
from biocapture.images.private_files import sync_folder

MAGIC = b"BIOCAPTURE PACKET 1\n"
CHUNK_BYTES = 65_536
"""Of plaintext, as in age: small enough for memory, large enough to be fast."""

TAG_BYTES = 16
MAX_HEADER_BYTES = 2_000
MAX_PACKET_BYTES = 1_000_000_000
ID = re.compile(r"[0-9a-f]{32}")
ENDING = ".bcp"
STATED_SHA256 = "X-Packet-SHA256"
"""Header of an upload by PUT: the SHA-256 of its file."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in the clear at the beginning of a packet: nothing of a person.

    Attributes
    ----------
    id : str
        32 hexadecimal digits; the same content gives the same, so that a second copy is recognised.
    sealed : int
        When, seconds since 1970.
    size : int
        Bytes of plaintext.
    station : str
        Public keys of the station that signed, hexadecimal.
    recipient : str
        Short name of the server's keys.
    ephemeral : str
        Public key made for this packet alone, hexadecimal.
    """

    id: str
    sealed: int
    size: int
    station: str
    recipient: str
    ephemeral: str


@dataclass(frozen=True, slots=True)
class Sealed:
    """A packet on disk.

    Attributes
    ----------
    path : Path
    header : Header
    size : int
        Bytes of the file.
    sha256 : str
        Of the file.
    """

    path: Path
    header: Header
    size: int
    sha256: str


def seal(content: BinaryIO, id: str, path: Path, recipient: PublicKeys, station: SecretKeys, sealed: int) -> Sealed:
    """Encrypt a content for a server, sign it, and put it in place in one step: the file is whole or not there.

    Parameters
    ----------
    content : binary file
        At its beginning; it can tell its size.
    id : str
    path : Path
        Of the packet.
    recipient : PublicKeys
        The server's.
    station : SecretKeys
    sealed : int
        The time, seconds since 1970.

    Returns
    -------
    Sealed

    Raises
    ------
    OSError
        The file cannot be written.
    """
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    once = X25519PrivateKey.generate()
    header = Header(
        id, sealed, size, station.public.to_bytes().hex(), recipient.id, once.public_key().public_bytes_raw().hex()
    )
    head = _head_bytes(header)
    cipher = _cipher(once.exchange(recipient.sealing), head, recipient)
    part, digest, whole = path.with_name(path.name + ".part"), hashlib.sha256(), 0
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:

            def put(data: bytes) -> None:
                nonlocal whole
                out.write(data)
                digest.update(data)
                whole += len(data)

            put(head)
            for number, (chunk, is_last) in enumerate(_chunks(content, size)):
                put(cipher.encrypt(_nonce(number, is_last), chunk, None))
            put(station.signing.sign(digest.digest()))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return Sealed(path, header, whole, digest.hexdigest())


def read_header(path: Path) -> Header:
    """The header of a packet, without looking at the rest.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Header

    Raises
    ------
    PacketError
        It is no packet.
    """
    with _opened(path) as handle:
        return _header(handle, str(path))[0]


def verify(path: Path, trusted: Callable[[PublicKeys], bool]) -> Sealed:
    """Check length and signature of a packet, which needs no secret.

    Parameters
    ----------
    path : Path
    trusted : callable
        Whether the keys of a station are known.

    Returns
    -------
    Sealed

    Raises
    ------
    PacketError
        It is no packet, is not whole, was changed, or was signed by an unknown station.
    """
    with _opened(path) as handle:
        header, head = _header(handle, str(path))
        expected = packet_bytes(header, len(head))
        size = handle.seek(0, os.SEEK_END)
        if size != expected:
            raise PacketError(f"{size} bytes, expected {expected}: not whole", str(path))
        handle.seek(0)
        digest = hashlib.sha256()
        left = size - SIGNATURE_BYTES
        while left:
            piece = handle.read(min(left, 1 << 20))
            digest.update(piece)
            left -= len(piece)
        signature = handle.read(SIGNATURE_BYTES)
    station = public_of_bytes(bytes.fromhex(header.station))
    if not station.signed(signature, digest.digest()):
        raise PacketError("the signature does not fit: the packet was changed", str(path))
    if not trusted(station):
        raise PacketError(f"signed by station {station.id}, which is not known here", str(path))
    digest.update(signature)
    return Sealed(path, header, size, digest.hexdigest())


def open_packet(path: Path, server: SecretKeys, out: BinaryIO) -> Header:
    """Decrypt a packet. Check it with :func:`verify` first.

    Parameters
    ----------
    path : Path
    server : SecretKeys
    out : binary file
        Gets the content.

    Returns
    -------
    Header

    Raises
    ------
    PacketError
        It is sealed for other keys, or was changed.
    """
    with _opened(path) as handle:
        header, head = _header(handle, str(path))
        if header.recipient != server.public.id:
            raise PacketError(f"sealed for keys {header.recipient}, these are {server.public.id}", str(path))
        secret = server.sealing.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(header.ephemeral)))
        cipher = _cipher(secret, head, server.public)
        chunks = max(1, -(-header.size // CHUNK_BYTES))
        for number in range(chunks):
            is_last = number == chunks - 1
            length = header.size - number * CHUNK_BYTES if is_last else CHUNK_BYTES
            try:
                out.write(cipher.decrypt(_nonce(number, is_last), handle.read(length + TAG_BYTES), None))
            except InvalidTag:
                raise PacketError("cannot be decrypted: it was changed or is not whole", str(path)) from None
    return header


def packet_bytes(header: Header, head_bytes: int) -> int:
    """Size of the file of a packet.

    Parameters
    ----------
    header : Header
    head_bytes : int
        Of magic, length and header.

    Returns
    -------
    int
    """
    chunks = max(1, -(-header.size // CHUNK_BYTES))
    return head_bytes + header.size + chunks * TAG_BYTES + SIGNATURE_BYTES


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise PacketError(f"cannot be read: {error.strerror or error}", str(path)) from error


def _head_bytes(header: Header) -> bytes:
    text = json.dumps(asdict(header), separators=(",", ":")).encode()
    return MAGIC + len(text).to_bytes(4) + text


def _header(handle: BinaryIO, name: str) -> tuple[Header, bytes]:
    start = handle.read(len(MAGIC) + 4)
    length = int.from_bytes(start[len(MAGIC) :])
    if not start.startswith(MAGIC) or not 0 < length <= MAX_HEADER_BYTES:
        raise PacketError(f"begins with {start[:8].hex(' ')}, no packet", name)
    text = handle.read(length)
    try:
        header = Header(**json.loads(text))
        sound = _is_sound(header)
    except (ValueError, TypeError, AttributeError):
        sound = False
    if not sound:
        raise PacketError("its header is damaged", name)
    return header, start + text


def _is_sound(header: Header) -> bool:
    bytes.fromhex(header.station), bytes.fromhex(header.ephemeral)
    return (
        ID.fullmatch(header.id) is not None
        and isinstance(header.sealed, int)
        and isinstance(header.size, int)
        and 0 <= header.size <= MAX_PACKET_BYTES
        and len(header.station) == 128
        and len(header.ephemeral) == 64
        and re.fullmatch(r"[0-9a-f]{16}", header.recipient) is not None
    )


def _cipher(secret: bytes, head: bytes, recipient: PublicKeys) -> ChaCha20Poly1305:
    """The cipher of one packet; its key depends on every byte of the header, so that none can be changed."""
    salt = hashlib.sha256(head).digest() + recipient.sealing.public_bytes_raw()
    return ChaCha20Poly1305(HKDF(SHA256(), 32, salt, b"biocapture packet 1").derive(secret))


def _nonce(number: int, is_last: bool) -> bytes:
    """Number of the chunk and whether it is the last: none can be left out, repeated or cut off (STREAM)."""
    return number.to_bytes(11) + bytes([is_last])


def _chunks(content: BinaryIO, size: int) -> Iterator[tuple[bytes, bool]]:
    left = size
    while True:
        chunk = content.read(CHUNK_BYTES)
        left -= len(chunk)
        yield chunk, left <= 0
        if left <= 0:
            return
