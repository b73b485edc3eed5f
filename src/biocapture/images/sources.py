"""The bytes of a source, and names of the parts of a file that holds several captures: ``record.xml#3``."""

import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biocapture.errors import DecodeError, FormatError

PART_MARK = "#"
"""Stands between the name of a file and that of a part of it."""

PART_NAME = re.compile(r"[0-9]{1,6}|[a-z_]{1,40}")
"""Number of a picture from 0, or a position such as ``right_index``."""


def part_name(name: str, part: str | int) -> str:
    """Name of a part of a source.

    Parameters
    ----------
    name : str
        Of the source; may be that of a part itself.
    part : str or int
        Number of a picture, from 0, or a position.

    Returns
    -------
    str
        ``<name>#<part>``.
    """
    return f"{name}{PART_MARK}{part}"


def split_part(name: str) -> tuple[str, str]:
    """File and part of a name.

    Parameters
    ----------
    name : str
        A path, with or without a part.

    Returns
    -------
    path : str
    part : str
        Empty where the name is that of a whole file; also where such a file exists, mark and all.
    """
    path, mark, part = name.rpartition(PART_MARK)
    if not mark or not path or not PART_NAME.fullmatch(part):
        return name, ""
    try:
        is_whole = Path(name).exists()
    except (OSError, ValueError):
        is_whole = False
    return (name, "") if is_whole else (path, part)


@contextmanager
def as_decode_errors(subject: str) -> Iterator[None]:
    """Turn anything that goes wrong while decoding into our own error.

    Parameters
    ----------
    subject : str
        What the error names.

    Raises
    ------
    DecodeError
        In place of any exception.
    """
    try:
        yield
    except DecodeError:
        raise
    except FormatError as error:
        raise DecodeError(error.message, subject) from error
    except MemoryError:
        raise DecodeError("not enough memory to decode it", subject) from None
    except Exception as error:  # decoders raise almost anything on damaged bytes
        raise DecodeError(f"damaged or unsupported image ({type(error).__name__}: {error})", subject) from error


def bytes_of(source: str | Path | bytes, max_bytes: int, path: str) -> bytes:
    """All bytes of a source.

    Parameters
    ----------
    source : path or bytes
    max_bytes : int
        More are refused.
    path : str
        What errors name; empty for bytes that come from no file.

    Returns
    -------
    bytes

    Raises
    ------
    DecodeError
        It cannot be read, is empty, or exceeds the limit.
    """
    data = source if isinstance(source, bytes) else _read(Path(source), max_bytes)
    if len(data) > max_bytes:
        raise DecodeError(f"{len(data)} bytes exceed the limit of {max_bytes}", path or "image bytes")
    if not data and path:
        raise DecodeError("the file is empty", path)
    return data


def _read(path: Path, max_bytes: int) -> bytes:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
            raise DecodeError(f"is {kind}", str(path))
        if status.st_size > max_bytes:
            raise DecodeError(f"{status.st_size} bytes exceed the limit of {max_bytes}", str(path))
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise DecodeError(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path)) from error
    return data
