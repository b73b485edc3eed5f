"""Reading of what a worker cannot read itself, and hashing of every file, a little ahead of the work."""

import hashlib
import stat
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as ReadingTimeoutError
from dataclasses import dataclass
from pathlib import Path, PurePath

from biocapture.errors import BiocaptureError
from biocapture.images.limits import MAX_BYTES
from biocapture.images.naming import modality_of_name, position_of
from biocapture.runs.entry import Entry

READER_THREADS = 8
"""Remote files answer slowly, so several are read at once."""
MAX_ENTRIES_AHEAD = 32
MAX_BYTES_AHEAD = 64_000_000
"""Bytes read and not yet taken, above which no further entry is read."""


@dataclass(frozen=True, slots=True)
class LoadedEntry:
    """An entry with its content.

    Attributes
    ----------
    entry : Entry
    data : bytes or None
        None for a local file, which a worker reads itself.
    key : bytes
        Equal for files whose rows can differ in nothing but the path; empty when unknown.
    error : str
        Why it cannot be read; empty when it can.
    """

    entry: Entry
    data: bytes | None
    key: bytes
    error: str = ""


def read_ahead(entries: Iterable[Entry], limit_s: float) -> Generator[LoadedEntry]:
    """Read and hash entries, several at a time where that pays.

    Parameters
    ----------
    entries : iterable of Entry
    limit_s : float
        Seconds to wait for one remote or local file; one that takes longer has an error.

    Yields
    ------
    LoadedEntry
        In the order of the entries.
    """
    ahead: deque[tuple[Entry, Future[LoadedEntry] | LoadedEntry]] = deque()
    readers = ThreadPoolExecutor(READER_THREADS, thread_name_prefix="reader")
    try:
        for entry in entries:
            # Members of an archive are read at once: several readers cannot share the open archive.
            at_once = entry.read is not None and not entry.is_remote
            ahead.append((entry, _load(entry) if at_once else readers.submit(_load, entry)))
            while ahead and (len(ahead) >= MAX_ENTRIES_AHEAD or _waiting_bytes(ahead) > MAX_BYTES_AHEAD):
                yield _of(*ahead.popleft(), limit_s)
        while ahead:
            yield _of(*ahead.popleft(), limit_s)
    finally:
        readers.shutdown(wait=False, cancel_futures=True)


def read_members_only(entries: Iterable[Entry], limit_s: float) -> Generator[LoadedEntry]:
    """Prepare entries for an engine that reads files itself: only members of archives are read here, one by one.

    Parameters
    ----------
    entries : iterable of Entry
    limit_s : float
        Not used; there is nothing to wait for.

    Yields
    ------
    LoadedEntry
        In the order of the entries; without data and key unless it is a member of an archive.
    """
    for entry in entries:
        is_member = entry.read is not None and not entry.is_remote
        yield _load(entry) if is_member or entry.error else LoadedEntry(entry, None, b"")


def _waiting_bytes(ahead: Iterable[tuple[Entry, "Future[LoadedEntry] | LoadedEntry"]]) -> int:
    there = (each.result() if isinstance(each, Future) else each for _, each in ahead if _is_there(each))
    return sum(len(each.data or b"") for each in there)


def _is_there(each: "Future[LoadedEntry] | LoadedEntry") -> bool:
    return isinstance(each, LoadedEntry) or (each.done() and not each.exception())


def _of(entry: Entry, each: "Future[LoadedEntry] | LoadedEntry", limit_s: float) -> LoadedEntry:
    if isinstance(each, LoadedEntry):
        return each
    try:
        return each.result(timeout=limit_s)
    except ReadingTimeoutError:
        return LoadedEntry(entry, None, b"", f"{entry.name}: reading took longer than the limit of {limit_s:g} s")


def _load(entry: Entry) -> LoadedEntry:
    if entry.error:
        return LoadedEntry(entry, None, b"", entry.error)
    try:
        data = None if entry.read is None else entry.read()
    except BiocaptureError as error:
        return LoadedEntry(entry, None, b"", str(error))
    digest = _digest_of_file(entry.name) if data is None else hashlib.sha256(data).digest()
    return LoadedEntry(entry, data, digest and _key(entry, digest))


def _digest_of_file(name: str) -> bytes:
    """SHA-256 of a regular file; empty where there is none, whose row will say why it cannot be read."""
    try:
        status = Path(name).stat()  # opening a named pipe would wait for ever
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return b""
        with Path(name).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").digest()
    except (OSError, ValueError):
        return b""


def _key(entry: Entry, digest: bytes) -> bytes:
    """Key of a content. It includes what a row takes from the name: ending, modality and position."""
    modality = entry.modality or modality_of_name(entry.name)
    position = entry.position or position_of(entry.name)
    rest = f"{PurePath(entry.name).suffix.lower()} {modality} {position} {entry.modality} {entry.position}"
    return hashlib.blake2b(digest + rest.encode("utf8", "surrogateescape"), digest_size=16).digest()
