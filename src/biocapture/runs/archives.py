"""Images inside .zip and .tar archives, read one by one without unpacking anything to disk.

Archives may be hostile. Memory is bounded by one member, time by the sum of unpacked bytes; members whose name leads
outside the archive, links and devices become rows with an error.
"""

import gzip
import lzma
import stat
import struct
import tarfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from biocapture.errors import DecodeError
from biocapture.images.formats import ENDINGS
from biocapture.images.limits import MAX_BYTES
from biocapture.images.walk import HIDDEN, ignore, kind_of_name
from biocapture.runs.entry import Entry

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz")
MAX_DIRECTORY_BYTES = 64_000_000
"""The directory of a .zip is held in memory; this is enough for some 700,000 members."""
MAX_HEADER_BYTES = 4_000_000
"""Of all headers before one member of a .tar."""
BASE_BUDGET_BYTES = 1_000_000_000
MAX_RATIO = 200
"""An archive may unpack to :data:`BASE_BUDGET_BYTES` and this many times its size: uncompressed pictures shrink about
50 times."""
READ_BYTES = 1 << 20
"""Read from a member at a time."""

_COMMON_ERRORS = (OSError, EOFError, ValueError, RuntimeError, LookupError, ArithmeticError, struct.error)
ARCHIVE_ERRORS = (*_COMMON_ERRORS, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError)
"""What the standard library raises for bad archives; NotImplementedError is a RuntimeError."""


def is_archive(name: str) -> bool:
    """Whether a file of this name is read as an archive.

    Parameters
    ----------
    name : str
        Of the file, with or without folders; only its ending counts.

    Returns
    -------
    bool
        True for one of :data:`ARCHIVE_ENDINGS`, in capitals or not.
    """
    return name.lower().endswith(ARCHIVE_ENDINGS)


def archive_entries(path: Path, passed_over: Callable[[str], None] = ignore) -> Iterator[Entry]:
    """List the images of an archive in its own order.

    Parameters
    ----------
    path : Path
        A local .zip or .tar file, compressed by gzip or not.
    passed_over : callable
        Called with the kind of every member that is no capture.

    Yields
    ------
    Entry
        Named ``archive.zip!/member``. An entry can be read until the next one is requested. Whatever stops the reading
        of the archive becomes a last entry with an error.
    """
    try:
        yield from (_zip_entries if path.suffix.lower() == ".zip" else _tar_entries)(path, passed_over)
    except DecodeError as error:
        yield Entry(str(path), error=str(error))
    except ARCHIVE_ERRORS as error:
        yield Entry(str(path), error=f"{path}: damaged or unsupported archive ({type(error).__name__}: {error})")


def _entry(archive: Path, member: str, refused: str, passed_over: Callable[[str], None]) -> Entry | None:
    """Entry of a member that cannot be read yet; None for a member that is no image."""
    name = f"{archive}!/{member}"
    parts = PurePosixPath(member.replace("\\", "/")).parts
    if any(part.startswith(".") and part != ".." for part in parts) or parts[:1] == ("__MACOSX",):
        passed_over(HIDDEN)
        return None
    if PurePosixPath(member).suffix.lower() not in ENDINGS and not is_archive(member):
        passed_over(kind_of_name(member))
        return None
    if ".." in parts or parts[:1] == ("/",) or ":" in parts[0]:
        refused = "its name leads outside the archive"
    elif is_archive(member):
        refused = "an archive within an archive is not opened"
    return Entry(name, error=f"{name}: {refused}" if refused else "")


def _zip_entries(path: Path, passed_over: Callable[[str], None]) -> Iterator[Entry]:
    budget = _Budget(path)
    with path.open("rb") as raw:
        file = _ZipFile(raw, path)
        archive = zipfile.ZipFile(cast(IO[bytes], file))  # reads the directory
        file.allowed = None
        for info in archive.infolist():
            if info.is_dir():
                continue
            is_link = stat.S_ISLNK(info.external_attr >> 16)
            refused = "is a link" if is_link else "is encrypted" if info.flag_bits & 1 else ""
            entry = _entry(path, info.filename, refused, passed_over)
            if entry is None or entry.error:
                yield from [entry] if entry else []
                continue
            # A damaged date must not hide a member: it then counts as new.
            modified = partial(_seconds, info.date_time)
            yield Entry(entry.name, partial(_zip_bytes, archive, info, entry.name, budget), modified_s=modified)
            budget.check()


def _seconds(date: tuple[int, int, int, int, int, int]) -> float:
    try:
        return time.mktime((*date, 0, 0, -1))
    except (ValueError, OverflowError):
        return time.time()


def _zip_bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: "_Budget") -> bytes:
    return _member_bytes(lambda: archive.open(info), name, budget.spend)


def _member_bytes(
    open_member: Callable[[], AbstractContextManager[IO[bytes]]], name: str, spend: Callable[[int], None]
) -> bytes:
    """All bytes of a member. They are counted while they are read, because sizes in headers may be false."""
    pieces, size = [], 0
    try:
        with open_member() as handle:
            while piece := handle.read(READ_BYTES):
                size += len(piece)
                if size > MAX_BYTES:
                    raise DecodeError(f"unpacks to more than the limit of {MAX_BYTES} bytes", name)
                spend(len(piece))
                pieces.append(piece)
    except ARCHIVE_ERRORS as error:
        raise DecodeError(f"damaged in its archive ({type(error).__name__}: {error})", name) from error
    return b"".join(pieces)


class _Budget:
    """Bytes that an archive may still unpack to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._limit = BASE_BUDGET_BYTES + MAX_RATIO * path.stat().st_size
        self._left = self._limit

    def spend(self, count: int) -> None:
        self._left -= count
        self.check()

    def check(self) -> None:
        """Raise :class:`DecodeError` once more than the budget is spent; the rest of the archive is not read."""
        if self._left < 0:
            raise DecodeError(f"unpacks to more than {self._limit} bytes; the rest is not read", str(self._path))


class _ZipFile:
    """The bytes of a .zip. While its directory is read, ``allowed`` limits how many of them are read.

    Where a directory is and how long, an archive says in three places, of which any may lie: the limit is on what is
    read, not on what is said.
    """

    def __init__(self, handle: IO[bytes], path: Path) -> None:
        self._handle, self._path = handle, path
        self.allowed: int | None = MAX_DIRECTORY_BYTES
        self.seek, self.tell, self.seekable = handle.seek, handle.tell, handle.seekable

    def read(self, size: int = -1) -> bytes:
        if self.allowed is None:
            return self._handle.read(size)
        self._check(size)
        data = self._handle.read(size if size >= 0 else self.allowed + 1)
        self._check(len(data))
        return data

    def _check(self, size: int) -> None:
        if self.allowed is not None and size > self.allowed:
            raise DecodeError(f"its directory of {size} bytes exceeds the limit of {self.allowed}", str(self._path))


class _TarStream:
    """The unpacked bytes of a .tar, counted.

    The standard library reads headers of any length into memory, so ``allowed`` limits what it may read for one. It is
    None while the bytes of a member are read.
    """

    def __init__(self, handle: IO[bytes], path: Path) -> None:
        self._handle, self._path, self.budget = handle, path, _Budget(path)
        self.allowed: int | None = MAX_HEADER_BYTES  # opening reads the first header

    def read(self, size: int = -1) -> bytes:
        data = self._handle.read(size)
        self.budget.spend(len(data))
        if self.allowed is not None:
            self.allowed -= len(data)
            if self.allowed < 0:
                raise DecodeError(f"headers longer than the limit of {MAX_HEADER_BYTES} bytes", str(self._path))
        return data


def _tar_entries(path: Path, passed_over: Callable[[str], None]) -> Iterator[Entry]:
    with path.open("rb") as raw:
        is_packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        unpacked: Any = gzip.GzipFile(fileobj=raw) if is_packed else raw
        stream = _TarStream(unpacked, path)
        with tarfile.open(fileobj=stream, mode="r|") as archive:  # type: ignore[call-overload]
            while True:
                stream.allowed = MAX_HEADER_BYTES
                member = archive.next()
                stream.allowed = None
                if member is None:
                    return
                archive.members = []  # otherwise the library keeps every member it has met
                yield from _tar_member(archive, member, path, passed_over)
                stream.budget.check()


def _tar_member(
    archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path, passed_over: Callable[[str], None]
) -> Iterator[Entry]:
    refused = ""
    if not member.isreg():
        refused = "is a link" if member.islnk() or member.issym() else "is not a regular file"
    elif member.issparse():  # holes of any size take no bytes of the archive
        refused = "is sparse"
    entry = None if member.isdir() else _entry(path, member.name, refused, passed_over)
    if entry is not None and not entry.error and (handle := archive.extractfile(member)) is not None:
        read = partial(_member_bytes, lambda: nullcontext(handle), entry.name, _spend_nothing)
        entry = Entry(entry.name, read, modified_s=partial(float, member.mtime))
    if entry is not None:
        yield entry
    _pass_over(archive, path)


def _pass_over(archive: tarfile.TarFile, path: Path) -> None:
    """Read to where the next header begins, or to the end; the library would count up to a false length."""
    stream = cast(IO[bytes], archive.fileobj)
    while (left := archive.offset - stream.tell()) > 0:
        if not stream.read(min(left, READ_BYTES)):
            raise DecodeError("damaged or unsupported archive (ends within a member)", str(path))


def _spend_nothing(count: int) -> None:
    """Spend nothing: :class:`_TarStream` has counted the bytes already."""
