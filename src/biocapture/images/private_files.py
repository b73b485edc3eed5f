"""Files that hold or describe people: only their owner may read them, whatever the user's umask."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

FILE_MODE, FOLDER_MODE = 0o600, 0o700
READABLE_BY_OTHERS = 0o077


def private(path: Path) -> Path:
    """Make a file that only its owner can read, or take an existing one from all others; then it may be written.

    Databases of SQLite give their journals the rights of the file itself.

    Parameters
    ----------
    path : Path
        What is no regular file (``/dev/stdout``) is left as it is.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    OSError
        It cannot be made, or belongs to somebody else.
    """
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        status = path.stat()
        if stat.S_ISREG(status.st_mode) and stat.S_IMODE(status.st_mode) & READABLE_BY_OTHERS:
            path.chmod(FILE_MODE)
    return path


def private_folder(path: Path) -> Path:
    """Make a folder that only its owner can enter, with those above it; an existing one is left as it is.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
        The same.

    Raises
    ------
    OSError
        It cannot be made.
    """
    for folder in reversed([path, *path.parents]):  # mkdir gives its mode to the last one only
        if not folder.is_dir():
            folder.mkdir(FOLDER_MODE, exist_ok=True)
    return path


def is_readable_by_others(path: Path) -> bool:
    """Whether anybody but the owner may read or change a file, where the system knows of owners.

    Parameters
    ----------
    path : Path

    Returns
    -------
    bool

    Raises
    ------
    OSError
        There is no such file.
    """
    return os.name != "nt" and bool(stat.S_IMODE(path.stat().st_mode) & READABLE_BY_OTHERS)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears under its name only when all of it is on the disk.

    Parameters
    ----------
    path : Path
        An existing file is replaced. What is unfinished is called ``<name>.tmp``.

    Yields
    ------
    file object
        To write bytes to.
    """
    unfinished = path.with_name(path.name + ".tmp")
    with private(unfinished).open("wb") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Write the names in a folder to the disk, where the system can do so.

    Parameters
    ----------
    folder : Path
    """
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
