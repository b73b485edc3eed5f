"""Encryption at rest: AES-256-GCM (NIST SP 800-38D), a fresh 96-bit nonce each, bound to where the bytes are stored."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from biocapture.errors import StationError
from biocapture.images.private_files import FILE_MODE, is_readable_by_others

KEY_BYTES, NONCE_BYTES = 32, 12


class Seal:
    """Encrypts and decrypts with one key.

    Parameters
    ----------
    key : bytes
        Of :data:`KEY_BYTES`; another length raises :class:`~biocapture.errors.StationError`.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise StationError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(key)

    def encrypt(self, content: bytes, location: str) -> bytes:
        """Encrypt for one location; the same content never gives the same bytes twice.

        Parameters
        ----------
        content : bytes
        location : str
            Where the bytes will be stored. They decrypt for no other location, so that rows cannot be exchanged.

        Returns
        -------
        bytes
            Nonce, then ciphertext and tag.
        """
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, location.encode())

    def decrypt(self, sealed: bytes, location: str) -> bytes:
        """Decrypt what was encrypted for this location.

        Parameters
        ----------
        sealed : bytes
            As :meth:`encrypt` gave it.
        location : str

        Returns
        -------
        bytes

        Raises
        ------
        StationError
            Another key, altered bytes, or bytes moved from another location.
        """
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], location.encode())
        except (InvalidTag, ValueError, TypeError) as error:
            raise StationError("cannot be decrypted: another key, or the file was altered") from error


def read_key(path: Path) -> bytes:
    """Read the key of a key file.

    Parameters
    ----------
    path : Path
        Holds 64 hexadecimal digits.

    Returns
    -------
    bytes
        The length is checked where the key is used.

    Raises
    ------
    StationError
        The file cannot be read, can be read by others, or holds no key.
    """
    try:
        if is_readable_by_others(path):
            raise StationError(f"others can read this key file: chmod {FILE_MODE:o} {path}", str(path))
        with path.open("rb") as handle:
            return bytes.fromhex(handle.read(200).decode("ascii").strip())[: KEY_BYTES + 1]
    except OSError as error:
        raise StationError(f"key file cannot be read: {error.strerror or error}", str(path)) from error
    except ValueError as error:
        raise StationError(f"not a key file: {2 * KEY_BYTES} hexadecimal digits are expected", str(path)) from error


def create_key(path: Path) -> bytes:
    """Draw a key and write it to a new file that only its owner can read.

    Parameters
    ----------
    path : Path
        Must not exist.

    Returns
    -------
    bytes
        Of :data:`KEY_BYTES`.

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
