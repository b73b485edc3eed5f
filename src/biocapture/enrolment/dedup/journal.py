"""What a deduplication has done so far, in a file: stopped by whatever means, it goes on where it was."""

import hashlib
import json
import os
from pathlib import Path
from typing import IO, Any, Self

from biocapture.errors import UsageError
from biocapture.images.private_files import private

FORMAT = "biocapture dedup 1"
"""First line of a journal; the digit is the version."""


def key_of(*parts: object) -> str:
    """Name of a piece of work that is another one as soon as anything it depends on is.

    Parameters
    ----------
    *parts : object
        Anything whose text says what it is, and bytes.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf8", "surrogateescape")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


class Journal:
    """Answers of finished work by its key: appended to a file line by line, or kept in memory only.

    Parameters
    ----------
    path : Path or None
        None = nothing is written.

    Raises
    ------
    UsageError
        The file is no journal, or cannot be read or written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._known: dict[str, Any] = {}
        self._file: IO[str] | None = None
        if path is None:
            return
        try:
            length = self._read(path) if path.exists() else 0
            # It holds templates.
            self._file = private(path).open("r+", encoding="ascii")
            # What a process that was killed left half written is cut off.
            self._file.truncate(length)
            self._file.seek(length)
            if not length:
                self._write(FORMAT)
        except (OSError, ValueError) as error:
            raise UsageError(f"not a journal of dedup, or cannot be written: {error}", str(path)) from error

    def _read(self, path: Path) -> int:
        """Take over all whole lines; how many bytes they are."""
        data = path.read_bytes()
        length = data.rfind(b"\n") + 1
        lines = data[:length].decode("ascii").splitlines()
        if data and (not lines or lines[0] != FORMAT):
            raise ValueError("another first line")
        self._known = dict(json.loads(line) for line in lines[1:])
        return length

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __getitem__(self, key: str) -> Any:
        return self._known[key]

    def add(self, key: str, answer: Any) -> None:
        """Note finished work.

        Parameters
        ----------
        key : str
            As :func:`key_of` gives it.
        answer : object
            JSON-ready.
        """
        self._known[key] = answer
        if self._file:
            self._write(json.dumps([key, answer]))

    def _write(self, line: str) -> None:
        assert self._file
        self._file.write(line + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())
