"""Files that fsspec reaches: ``s3://``, ``sftp://``, ``memory://`` and others. The only importer of fsspec."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from biocapture.errors import DecodeError, UsageError
from biocapture.images.formats import ENDINGS
from biocapture.images.limits import MAX_BYTES
from biocapture.images.walk import ignore, kind_of_name
from biocapture.runs.entry import Entry

MAX_DEPTH = 64
"""Folders within folders; deeper ones are loops of links."""
TIME_KEYS = ("mtime", "LastModified", "last_modified", "updated", "modified", "created")
"""Names that file systems give to the time of the last change."""


def is_remote(path: str) -> bool:
    """Whether a path is a URL.

    Parameters
    ----------
    path : str

    Returns
    -------
    bool
    """
    return "://" in path


def remote_entries(url: str, passed_over: Callable[[str], None] = ignore) -> Iterator[Entry]:
    """List the images under a URL.

    Parameters
    ----------
    url : str
        Of a folder, or of a file, which is taken whatever its ending.
    passed_over : callable
        Called with the kind of every file that is no capture.

    Yields
    ------
    Entry
        Sorted within each folder. A folder that cannot be listed is an entry with an error.

    Raises
    ------
    UsageError
        fsspec, or what it needs for this kind of URL, is not installed; or the URL is malformed.
    """
    system, root = _system(url)
    try:
        is_folder = system.isdir(root)
    except Exception as error:  # noqa: BLE001  every file system has errors of its own
        yield _unreadable(url, error)
        return
    if is_folder:
        yield from _folder(system, root, MAX_DEPTH, passed_over)
    else:
        yield _file(system, root, {})


def read_remote(url: str) -> bytes:
    """Read one remote file.

    Parameters
    ----------
    url : str

    Returns
    -------
    bytes

    Raises
    ------
    DecodeError
        It cannot be read, or has more bytes than an image may have.
    UsageError
        fsspec, or what it needs for this kind of URL, is not installed.
    """
    system, path = _system(url)
    return _bytes(system, path, url)


def _system(url: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise UsageError("remote folders need: pip install 'biocapture[remote]'", url) from error
    try:
        system, root = url_to_fs(url, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise UsageError(str(error), url) from error
    return system, root


def _folder(system: Any, folder: str, depth: int, passed_over: Callable[[str], None]) -> Iterator[Entry]:
    try:
        listing = sorted(system.ls(folder, detail=True), key=lambda facts: str(facts["name"]))
    except Exception as error:  # noqa: BLE001  every file system has errors of its own
        yield _unreadable(system.unstrip_protocol(folder), error)
        return
    for facts in listing:
        path = str(facts["name"]).rstrip("/")
        name = PurePosixPath(path).name
        if path == folder.rstrip("/"):
            continue
        if name.startswith("."):
            passed_over(kind_of_name(name))
            continue
        if facts["type"] == "directory":
            if depth and not facts.get("islink"):
                yield from _folder(system, path, depth - 1, passed_over)
        elif PurePosixPath(name).suffix.lower() in ENDINGS:
            yield _file(system, path, facts)
        else:
            passed_over(kind_of_name(name))


def _file(system: Any, path: str, facts: dict[str, Any]) -> Entry:
    url = system.unstrip_protocol(path)
    changed = next((facts[name] for name in TIME_KEYS if facts.get(name) is not None), None)
    modified = None if changed is None else partial(_seconds, changed)
    return Entry(url, partial(_bytes, system, path, url), is_remote=True, modified_s=modified)


def _seconds(changed: Any) -> float:
    return changed.timestamp() if isinstance(changed, datetime) else float(changed)


def _bytes(system: Any, path: str, url: str) -> bytes:
    try:
        with system.open(path, "rb") as handle:
            data: bytes = handle.read(MAX_BYTES + 1)
    except Exception as error:
        raise DecodeError(f"cannot be read ({type(error).__name__}: {error})", url) from error
    if len(data) > MAX_BYTES:
        raise DecodeError(f"more bytes than the limit of {MAX_BYTES}", url)
    return data


def _unreadable(url: str, error: Exception) -> Entry:
    return Entry(url, error=f"{url}: cannot be listed ({type(error).__name__}: {error})")
