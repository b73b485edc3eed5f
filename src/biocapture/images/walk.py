"""Walk folders for captures: streaming, sorted, without directory loops."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from biocapture.images.formats import ENDINGS, HEAD_BYTES, begins_like_a_capture


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
    if Path(entry.name).suffix.lower() in ENDINGS:
        return True
    try:
        if not entry.is_file():
            return False
        with Path(entry.path).open("rb") as handle:
            return begins_like_a_capture(handle.read(HEAD_BYTES))
    except OSError:
        return False
