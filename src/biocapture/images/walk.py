"""Files of captures under folders: one by one, in a stable order, without directory loops."""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePath

from biocapture.images.formats import ENDINGS, HEAD_BYTES, begins_like_image

HIDDEN, SPECIAL, NO_ENDING = "hidden", "not a regular file", "without an ending"
"""Kinds of what is passed over, besides endings such as ``.pdf``."""

MAX_ENDING = 12
"""Characters of an ending that is a kind of its own; what is longer is a name with a dot in it."""


def _nothing(name: str) -> bool:
    return False


def ignore(kind: str) -> None:
    """Take no notice of what is passed over.

    Parameters
    ----------
    kind : str
        Of one file.
    """


def kind_of_name(name: str) -> str:
    """Kind under which a file that is no capture is counted.

    Parameters
    ----------
    name : str
        Of the file, with or without folders.

    Returns
    -------
    str
        Its ending in lower case, or :data:`HIDDEN` or :data:`NO_ENDING`.
    """
    path = PurePath(name)
    if path.name.startswith("."):
        return HIDDEN
    ending = path.suffix.lower()
    return ending if 1 < len(ending) <= MAX_ENDING else NO_ENDING


def walk(
    paths: Iterable[str | Path],
    also: Callable[[str], bool] = _nothing,
    passed_over: Callable[[str], None] = ignore,
) -> Iterator[Path]:
    """Image files and records under ``paths``; files named directly are always given.

    Hidden files are passed over inside folders. A folder reached twice (a symbolic link back up) is walked once.
    A folder that cannot be listed is given as if it were a file, so that its row reports the error.

    Parameters
    ----------
    paths : iterable of path
        Files and folders, walked in this order.
    also : function
        File name → whether a file is taken that is neither of a known ending nor begins like a known format.
    passed_over : function
        Called with the kind of everything that is not given; a hidden folder counts once.

    Yields
    ------
    Path
        Sorted by name within each folder.
    """
    for path in map(Path, paths):
        if _is_folder(path):
            yield from _walk_folder(path, also, passed_over)
        else:
            yield path


def _walk_folder(root: Path, also: Callable[[str], bool], passed_over: Callable[[str], None]) -> Iterator[Path]:
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
            passed_over(HIDDEN)
        elif _is_folder(entry):
            yield from listing(Path(entry.path))
        elif also(entry.name) or _is_candidate(entry):
            yield Path(entry.path)
        else:
            passed_over(kind_of_name(entry.name) if _is_regular(entry) else SPECIAL)


def _is_regular(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


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
