"""Walk folders for captures: streaming, sorted, without directory loops."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

SUFFIXES = frozenset(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".bmp", ".dib", ".tif", ".tiff", ".pgm", ".ppm", ".pnm"}
    | {".jp2", ".j2k", ".jpx", ".j2c", ".wsq", ".gif", ".webp", ".fir", ".fac", ".iir"}
)
"""Files with these endings are always taken, so that a damaged one is reported, not passed over."""

MAGIC = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"BM",
    b"II*\0",
    b"MM\0*",
    b"P5",
    b"P6",
    b"\xff\xa0",
    b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51",
    b"FIR\0",
    b"FAC\0",
    b"IIR\0",
)
"""First bytes of the formats we read: other files are taken when they begin like this."""


def _nothing(name: str) -> bool:
    return False


def walk(paths: Iterable[str | Path], also: Callable[[str], bool] = _nothing) -> Iterator[Path]:
    """Image files under ``paths``, in a stable order; files named directly are always given.

    Hidden files are passed over inside folders. A folder reached twice (a symbolic link back up) is walked once.
    Folders that cannot be listed are given as if they were files, so that the run has a row that says so.
    ``also`` says which other files are taken, by their name.
    """
    for path in map(Path, paths):
        if path.is_dir():
            yield from _walk_folder(path, set(), also)
        else:
            yield path


def _walk_folder(folder: Path, visited: set[tuple[int, int]], also: Callable[[str], bool]) -> Iterator[Path]:
    try:
        status = folder.stat()
        if (status.st_dev, status.st_ino) in visited:
            return
        visited.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_dir():
            yield from _walk_folder(Path(entry.path), visited, also)
        elif also(entry.name) or _is_candidate(entry):
            yield Path(entry.path)


def _is_candidate(entry: os.DirEntry[str]) -> bool:
    if Path(entry.name).suffix.lower() in SUFFIXES:
        return True
    try:
        if not entry.is_file():
            return False
        with Path(entry.path).open("rb") as handle:
            return handle.read(12).startswith(MAGIC)
    except OSError:
        return False
