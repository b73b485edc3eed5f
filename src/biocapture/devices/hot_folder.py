"""Where a vendor's program drops files: each complete file is taken once, oldest first, also across restarts."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from biocapture.errors import DeviceDataError, DeviceDisconnectedError
from biocapture.types import Image

LEDGER = ".biocapture-taken"
"""A line of JSON per file taken, in the folder itself: name, size, time of change."""

POLL_INTERVAL_S = 0.05
"""Pause between two looks at the folder; not every file system reports changes."""

MAX_HALF_WRITTEN_S = 5.0
"""A file that has not changed for this long and still cannot be decoded is damaged rather than half-written."""

FileVersion = tuple[str, int, int]
"""Name, size in bytes, time of change in ns."""


class HotFolder:
    """Watches a folder.

    Parameters
    ----------
    folder : Path
    settle_s : float
        A file is complete when it has not changed for this long.
    suffixes : frozenset of str
        Files with other suffixes are ignored.
    """

    def __init__(self, folder: Path, settle_s: float, suffixes: frozenset[str]) -> None:
        self._folder, self._settle_s, self._suffixes = folder, settle_s, suffixes
        self._taken = _ledger(folder / LEDGER)
        self._since: dict[FileVersion, float] = {}

    def take(self, is_meant: Callable[[Path], bool], read: Callable[[Path], Image], end: float) -> Image | None:
        """Wait for the next complete file.

        Parameters
        ----------
        is_meant : callable
            Path → whether the file may be taken.
        read : callable
            Path → image.
        end : float
            On ``time.monotonic``'s clock.

        Returns
        -------
        Image or None
            None when ``end`` comes first.

        Raises
        ------
        DeviceDataError
            A file is damaged; it counts as taken.
        DeviceDisconnectedError
            The folder is gone.
        """
        while True:
            for version in self._settled_files(is_meant):
                image = self._read_if_complete(version, read)
                if image is not None:
                    return image
            if time.monotonic() >= end:
                return None
            time.sleep(POLL_INTERVAL_S)

    def _settled_files(self, is_meant: Callable[[Path], bool]) -> list[FileVersion]:
        """Files not taken yet that have settled, oldest first."""
        try:
            present = [_version_of_entry(entry) for entry in os.scandir(self._folder) if self._is_image(entry)]
        except OSError as error:
            raise DeviceDisconnectedError(f"cannot be looked at: {error.strerror}", str(self._folder)) from error
        now = time.monotonic()
        waiting = [version for version in present if version not in self._taken and is_meant(self._folder / version[0])]
        self._since = {version: self._since.get(version, now) for version in waiting}
        settled = [version for version in waiting if now - self._since[version] >= self._settle_s and version[1] > 0]
        return sorted(settled, key=lambda version: (version[2], version[0]))

    def _is_image(self, entry: "os.DirEntry[str]") -> bool:
        return Path(entry.name).suffix.lower() in self._suffixes and not entry.name.startswith(".") and entry.is_file()

    def _read_if_complete(self, version: FileVersion, read: Callable[[Path], Image]) -> Image | None:
        path = self._folder / version[0]
        try:
            image = read(path)
        except DeviceDataError:
            if time.monotonic() - self._since[version] < max(MAX_HALF_WRITTEN_S, 2 * self._settle_s):
                return None
            self._note(version)
            raise
        if not path.exists() or _version_of_path(path) != version:  # written to while it was read
            return None
        self._note(version)
        return image

    def _note(self, version: FileVersion) -> None:
        """Written to the disk before the image is handed out, so that no file is taken twice after a crash."""
        with (self._folder / LEDGER).open("a", encoding="utf8") as ledger:
            ledger.write(json.dumps(version) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._taken.add(version)


def _version_of_entry(entry: "os.DirEntry[str]") -> FileVersion:
    status = entry.stat()
    return entry.name, status.st_size, status.st_mtime_ns


def _version_of_path(path: Path) -> FileVersion:
    status = path.stat()
    return path.name, status.st_size, status.st_mtime_ns


def _ledger(path: Path) -> set[FileVersion]:
    """Files taken before; a last line cut short by a crash is ignored."""
    taken: set[FileVersion] = set()
    with suppress(OSError):
        for line in path.read_text(encoding="utf8", errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                name, size, changed = json.loads(line)
                taken.add((str(name), int(size), int(changed)))
    return taken
