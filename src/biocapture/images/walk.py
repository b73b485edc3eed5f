"""Files of captures under folders: one by one, in a stable order, without directory loops."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from biocapture.images.formats import ENDINGS, HEAD_BYTES, begins_like_image


def _nothing(name: str) -> bool:
    return False


def walk(paths: Iterable[str | Path], also: Callable[[str], bool] = _nothing) -> Iterator[Path]:
    """Image files and records under ``paths``; files named directly are always given.

    Hidden files are passed over inside folders. A folder reached twice (a symbolic link back up) is walked once.
    A folder that cannot be listed is given as if it were a file, so that its row reports the error.

    Parameters
    ----------
    paths : iterable of path
        Files and folders, walked in this order.
    also : function
        File name → whether a file is taken that is neither of a known ending nor begins like a known format.

    Yields
    ------
    Path
        Sorted by name within each folder.
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
            return begins_like_image(handle.read(HEAD_BYTES))
    except OSError:
        return False
