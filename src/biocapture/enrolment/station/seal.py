"""Payload at rest: AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce each, bound to the place it is stored in."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from biocapture.errors import StationError

KEY_BYTES, NONCE_BYTES = 32, 12


class Seal:
    """Encrypts and decrypts with one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise StationError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(key)

    def close(self, content: bytes, place: str) -> bytes:
        """Encrypt for a place; the same content never gives the same bytes twice."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open(self, sealed: bytes, place: str) -> bytes:
        """Decrypt; raises :class:`StationError` for another key, altered bytes, or bytes moved from elsewhere."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError, TypeError) as error:
            raise StationError("cannot be decrypted: another key, or the file was altered") from error


def read_key(path: Path) -> bytes:
    """Key from a file: 64 hexadecimal digits.

    Raises
    ------
    StationError
        No such file, or it holds no key.
    """
    try:
        with path.open("rb") as handle:
            return bytes.fromhex(handle.read(200).decode("ascii").strip())[: KEY_BYTES + 1]
    except OSError as error:
        raise StationError(f"key file cannot be read: {error.strerror or error}", str(path)) from error
    except ValueError as error:
        raise StationError(f"not a key file: {2 * KEY_BYTES} hexadecimal digits are expected", str(path)) from error


def make_key(path: Path) -> bytes:
    """Draw a key and keep it in a new file that only its owner can read.

    Raises
    ------
    StationError
        The file exists, or cannot be written.
    """
    key = os.urandom(KEY_BYTES)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise StationError(f"key file cannot be written: {error.strerror or error}", str(path)) from error
    return key
