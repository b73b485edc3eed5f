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
        if _is_folder(path):
            yield from _walk_folder(path, also)
        else:
            yield path


def _walk_folder(root: Path, also: Callable[[str], bool]) -> Iterator[Path]:
    """Depth first; folders within folders wait in a list, so that any depth can be walked."""
    visited: set[tuple[int, int]] = set()
    waiting: list[Iterator[os.DirEntry[str]]] = []

    def listing(folder: Path) -> Iterator[Path]:
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in visited:
                return
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as found:
                waiting.append(iter(sorted(found, key=lambda entry: entry.name)))
        except OSError:
            yield folder

    yield from listing(root)
    while waiting:
        entry = next(waiting[-1], None)
        if entry is None:
            waiting.pop()
        elif entry.name.startswith("."):
            continue
        elif _is_folder(entry):
            yield from listing(Path(entry.path))
        elif also(entry.name) or _is_candidate(entry):
            yield Path(entry.path)


def _is_folder(entry: "Path | os.DirEntry[str]") -> bool:
    """False where the system does not say (a link to itself, no permission): its row will tell."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_candidate(entry: os.DirEntry[str]) -> bool:
    """Whether a file may be an image; one that cannot be opened may."""
    if Path(entry.name).suffix.lower() in ENDINGS:
        return True
    try:
        if not entry.is_file():
            return entry.is_symlink() and not _exists(Path(entry.path))  # leads nowhere, or to itself
        with Path(entry.path).open("rb") as handle:
            return begins_like_image(handle.read(HEAD_BYTES))
    except OSError:
        return True


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False
