"""What a worker cannot read is read here, and everything is hashed, a little ahead of the work."""

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

THREADS = 8
"""Readers: remote files take their time to answer."""
AHEAD = 32
"""Entries read ahead at most."""
AHEAD_BYTES = 64_000_000
"""No more is read ahead while so much waits."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An entry with its bytes (None = a local file) and the key of what is in it (empty = unknown)."""

    entry: Entry
    data: bytes | None
    key: bytes
    error: str = ""


def loaded(entries: Iterable[Entry], limit_s: float) -> Generator[Loaded]:
    """Read and hash entries in their order; an entry that is not read within the limit has an error."""
    ahead: deque[tuple[Entry, Future[Loaded] | Loaded]] = deque()
    readers = ThreadPoolExecutor(THREADS, thread_name_prefix="reader")
    try:
        for entry in entries:
            # Members of an archive are read at once: the archive cannot be gone through by several readers.
            at_once = entry.read is not None and not entry.is_remote
            ahead.append((entry, _load(entry) if at_once else readers.submit(_load, entry)))
            while ahead and (len(ahead) >= AHEAD or _waiting_bytes(ahead) > AHEAD_BYTES):
                yield _of(*ahead.popleft(), limit_s)
        while ahead:
            yield _of(*ahead.popleft(), limit_s)
    finally:
        readers.shutdown(wait=False, cancel_futures=True)


def unread(entries: Iterable[Entry], limit_s: float) -> Generator[Loaded]:
    """Entries for an engine that reads and hashes itself: only members of archives are read here, one by one."""
    for entry in entries:
        is_member = entry.read is not None and not entry.is_remote
        yield _load(entry) if is_member or entry.error else Loaded(entry, None, b"")


def _waiting_bytes(ahead: Iterable[tuple[Entry, "Future[Loaded] | Loaded"]]) -> int:
    there = (each.result() if isinstance(each, Future) else each for _, each in ahead if _is_there(each))
    return sum(len(each.data or b"") for each in there)


def _is_there(each: "Future[Loaded] | Loaded") -> bool:
    return isinstance(each, Loaded) or (each.done() and not each.exception())


def _of(entry: Entry, each: "Future[Loaded] | Loaded", limit_s: float) -> Loaded:
    if isinstance(each, Loaded):
        return each
    try:
        return each.result(timeout=limit_s)
    except ReadingTimeoutError:
        return Loaded(entry, None, b"", f"{entry.name}: reading took longer than the limit of {limit_s:g} s")


def _load(entry: Entry) -> Loaded:
    if entry.error:
        return Loaded(entry, None, b"", entry.error)
    try:
        data = None if entry.read is None else entry.read()
    except BiocaptureError as error:
        return Loaded(entry, None, b"", str(error))
    digest = _digest_of_file(entry.name) if data is None else hashlib.sha256(data).digest()
    return Loaded(entry, data, digest and _key(entry, digest))


def _digest_of_file(name: str) -> bytes:
    """SHA-256 of a regular file; empty where there is none: its row will say why it cannot be read."""
    try:
        status = Path(name).stat()  # a named pipe must not be opened
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return b""
        with Path(name).open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").digest()
    except (OSError, ValueError):
        return b""


def _key(entry: Entry, digest: bytes) -> bytes:
    """Files have one key when their rows can differ in nothing but the path: a row also takes from the name."""
    modality = entry.modality or modality_of_name(entry.name)
    position = entry.position or position_of(entry.name)
    rest = f"{PurePath(entry.name).suffix.lower()} {modality} {position} {entry.modality} {entry.position}"
    return hashlib.blake2b(digest + rest.encode("utf8", "surrogateescape"), digest_size=16).digest()
