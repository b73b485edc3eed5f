"""Where a vendor's program drops files: each whole file is taken once, oldest first, also over restarts."""

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

MAX_HALF_WRITTEN_S = 5.0
"""A file that has not changed for so long and still cannot be decoded is not half-written: it is damaged."""

FileVersion = tuple[str, int, int]


class HotFolder:
    """Watches a folder.

    Parameters
    ----------
    folder : Path
    settle_s : float
        A file has to be unchanged for so long.
    suffixes : frozenset of str
        Other files are left alone.
    """

    def __init__(self, folder: Path, settle_s: float, suffixes: frozenset[str]) -> None:
        self._folder, self._settle_s, self._suffixes = folder, settle_s, suffixes
        self._taken = _ledger(folder / LEDGER)
        self._since: dict[FileVersion, float] = {}

    def take(self, is_meant: Callable[[Path], bool], read: Callable[[Path], Image], end: float) -> Image | None:
        """Wait for the next whole file; None when `end` (of the monotonic clock) comes first.

        Raises
        ------
        DeviceDataError
            A file is damaged; it counts as taken.
        DeviceDisconnectedError
            The folder is gone.
        """
        while True:
            for known in self._waiting(is_meant):
                image = self._whole(known, read)
                if image is not None:
                    return image
            if time.monotonic() >= end:
                return None
            time.sleep(POLL_INTERVAL_S)

    def _waiting(self, is_meant: Callable[[Path], bool]) -> list[FileVersion]:
        """Files not taken yet that have settled, oldest first."""
        try:
            present = [_known(entry) for entry in os.scandir(self._folder) if self._is_image(entry)]
        except OSError as error:
            raise DeviceDisconnectedError(f"cannot be looked at: {error.strerror}", str(self._folder)) from error
        now = time.monotonic()
        waiting = [known for known in present if known not in self._taken and is_meant(self._folder / known[0])]
        self._since = {known: self._since.get(known, now) for known in waiting}
        settled = [known for known in waiting if now - self._since[known] >= self._settle_s and known[1] > 0]
        return sorted(settled, key=lambda known: (known[2], known[0]))

    def _is_image(self, entry: "os.DirEntry[str]") -> bool:
        return Path(entry.name).suffix.lower() in self._suffixes and not entry.name.startswith(".") and entry.is_file()

    def _whole(self, known: FileVersion, read: Callable[[Path], Image]) -> Image | None:
        path = self._folder / known[0]
        try:
            image = read(path)
        except DeviceDataError:
            if time.monotonic() - self._since[known] < max(MAX_HALF_WRITTEN_S, 2 * self._settle_s):
                return None
            self._note(known)
            raise
        if not path.exists() or _of(path) != known:  # written to while it was read
            return None
        self._note(known)
        return image

    def _note(self, known: FileVersion) -> None:
        """Once is at most once: noted on the disk before the image is handed out."""
        with (self._folder / LEDGER).open("a", encoding="utf8") as ledger:
            ledger.write(json.dumps(known) + "\n")
            ledger.flush()
            os.fsync(ledger.fileno())
        self._taken.add(known)


def _known(entry: "os.DirEntry[str]") -> FileVersion:
    status = entry.stat()
    return entry.name, status.st_size, status.st_mtime_ns


def _of(path: Path) -> FileVersion:
    status = path.stat()
    return path.name, status.st_size, status.st_mtime_ns


def _ledger(path: Path) -> set[FileVersion]:
    """What was taken before; a last line cut short by a crash is left out."""
    taken: set[FileVersion] = set()
    with suppress(OSError):
        for line in path.read_text(encoding="utf8", errors="replace").splitlines():
            with suppress(ValueError, TypeError):
                name, size, changed = json.loads(line)
                taken.add((str(name), int(size), int(changed)))
    return taken
