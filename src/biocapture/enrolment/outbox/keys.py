"""Keys of packets: a station signs (Ed25519, RFC 8032), a server opens (X25519, RFC 7748) and signs receipts.

A key file is one line of text: kind, then base64. Secret files are readable by their owner only.
"""

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from biocapture.errors import PacketError
from biocapture.images.private_files import FILE_MODE, is_readable_by_others

KEY_BYTES = 32
SIGNATURE_BYTES = 64
PUBLIC, SECRET = "biocapture-public", "biocapture-secret"
MAX_KEY_FILE_BYTES = 1000


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """What others know of a station or server.

    Attributes
    ----------
    sealing : X25519PublicKey
        Packets are sealed for it.
    signing : Ed25519PublicKey
        Checks its signatures.
    """

    sealing: X25519PublicKey
    signing: Ed25519PublicKey

    def to_bytes(self) -> bytes:
        """Both, 64 bytes."""
        return self.sealing.public_bytes_raw() + self.signing.public_bytes_raw()

    @property
    def id(self) -> str:
        """Short name: the first 16 hexadecimal digits of the SHA-256 of both."""
        return hashlib.sha256(self.to_bytes()).hexdigest()[:16]

    def signed(self, signature: bytes, content: bytes) -> bool:
        """Whether a signature is of this key over this content.

        Parameters
        ----------
        signature, content : bytes

        Returns
        -------
        bool
        """
        try:
            self.signing.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class SecretKeys:
    """What only the station or server itself has."""

    sealing: X25519PrivateKey
    signing: Ed25519PrivateKey

    @property
    def public(self) -> PublicKeys:
        """What others may know."""
        return PublicKeys(self.sealing.public_key(), self.signing.public_key())


def create_keys(path: Path) -> SecretKeys:
    """Make new keys: the secret file, and beside it the public one with the ending ``.pub``.

    Parameters
    ----------
    path : Path
        Neither file may exist.

    Returns
    -------
    SecretKeys

    Raises
    ------
    PacketError
        A file exists, or cannot be written.
    """
    keys = SecretKeys(X25519PrivateKey.generate(), Ed25519PrivateKey.generate())
    secret = b"".join(key.private_bytes_raw() for key in (keys.sealing, keys.signing))
    _write_new(path, f"{SECRET} {base64.b64encode(secret).decode()}\n", FILE_MODE)
    _write_new(public_path(path), f"{PUBLIC} {base64.b64encode(keys.public.to_bytes()).decode()}\n", 0o644)
    return keys


def public_path(path: Path) -> Path:
    """Where the public keys of a secret file are.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
    """
    return path.with_name(path.name + ".pub")


def read_secret(path: Path) -> SecretKeys:
    """Read a secret file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    SecretKeys

    Raises
    ------
    PacketError
        It cannot be read, others can read it, or it holds something else.
    """
    first, second = _read(path, SECRET)
    try:
        if is_readable_by_others(path):
            raise PacketError("others can read this secret; chmod 600 it", str(path))
    except OSError as error:
        raise PacketError(f"cannot be read: {error.strerror}", str(path)) from error
    return SecretKeys(X25519PrivateKey.from_private_bytes(first), Ed25519PrivateKey.from_private_bytes(second))


def read_public(path: Path) -> PublicKeys:
    """Read a public file.

    Parameters
    ----------
    path : Path

    Returns
    -------
    PublicKeys

    Raises
    ------
    PacketError
        It cannot be read, or holds something else.
    """
    first, second = _read(path, PUBLIC)
    return PublicKeys(X25519PublicKey.from_public_bytes(first), Ed25519PublicKey.from_public_bytes(second))


def public_of_bytes(data: bytes) -> PublicKeys:
    """Public keys as :meth:`PublicKeys.to_bytes` gives them.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    PublicKeys
    """
    return PublicKeys(
        X25519PublicKey.from_public_bytes(data[:KEY_BYTES]), Ed25519PublicKey.from_public_bytes(data[KEY_BYTES:])
    )


def _read(path: Path, kind: str) -> tuple[bytes, bytes]:
    try:
        with path.open("rb") as handle:
            text = handle.read(MAX_KEY_FILE_BYTES).decode("ascii")
        found, _, encoded = text.strip().partition(" ")
        data = base64.b64decode(encoded, validate=True)
    except OSError as error:
        raise PacketError(f"cannot be read: {error.strerror or error}", str(path)) from error
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise PacketError("holds no key of ours", str(path)) from error
    if found != kind or len(data) != 2 * KEY_BYTES:
        what = "a public key" if kind == PUBLIC else "a secret key"
        raise PacketError(f"holds {found[:40]!r}, expected {what} ({kind})", str(path))
    return data[:KEY_BYTES], data[KEY_BYTES:]


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="ascii") as handle:
            handle.write(text)
    except FileExistsError:
        raise PacketError("exists; a key is never written over", str(path)) from None
    except OSError as error:
        raise PacketError(f"cannot be written: {error.strerror or error}", str(path)) from error
