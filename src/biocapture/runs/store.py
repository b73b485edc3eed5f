"""What a run has done so far: finished parts, rows that wait for their part, and which files have a row.

Waiting rows and the index of files are in ``progress.sqlite``. Every row is one transaction, so that a process killed
at any moment leaves a consistent store; only the files in work at that moment are scored again.
"""

import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biocapture.errors import UsageError
from biocapture.images.private_files import private
from biocapture.runs import INDEX_FILE
from biocapture.runs.parts import Parts
from biocapture.runs.row import Rows, verdict_of
from biocapture.workers.transaction import transaction

CACHE_KIB = 16_000
"""Memory of the index, whatever its size on disk (about 100 bytes per file)."""

TABLES = f"""
PRAGMA cache_size = -{CACHE_KIB};
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
CREATE TABLE IF NOT EXISTS seen (name BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS content_rows (key BLOB, part TEXT, number INTEGER, PRIMARY KEY (key, part)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY, row TEXT);
CREATE TABLE IF NOT EXISTS indexed (rows INTEGER PRIMARY KEY);
BEGIN IMMEDIATE; COMMIT;
"""

FORGET_MOVED = """
DELETE FROM content_rows WHERE key IN (SELECT key FROM content_rows WHERE number >= ? AND number < ?)
"""


class Store:
    """Rows of one run, by number; to be used with ``with``.

    Parameters
    ----------
    folder : Path
        Of the run; it exists.
    schema : pyarrow.Schema
        Columns of the table.
    size : int
        Rows of a full part.

    Attributes
    ----------
    verdicts : Counter
        Rows per verdict.

    Raises
    ------
    UsageError
        Another run has the folder open, it cannot be written, or the index is damaged.
    """

    def __init__(self, folder: Path, schema: Any, size: int) -> None:
        self.parts = Parts(folder, schema, size)
        self.verdicts: Counter[str] = Counter()
        self._in_part: Counter[int] = Counter()
        self._free: list[int] = []
        self._next = 0
        path = folder / INDEX_FILE
        try:
            self._index = sqlite3.connect(private(path), timeout=0.5, isolation_level=None)
            self._index.executescript(TABLES)
            self._recover()
        except (OSError, sqlite3.OperationalError) as error:
            raise UsageError(f"another run is at work there, or it cannot be written ({error})", str(path)) from error
        except sqlite3.DatabaseError as error:
            raise UsageError(f"damaged ({error}); without this file, its folder can be resumed", str(path)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the folder; every row is on the disk already."""
        self._index.close()

    def __len__(self) -> int:
        return self.verdicts.total()

    def _recover(self) -> None:
        """Find out which numbers have a row, in a part or waiting; numbers between them can be given again."""
        for part, rows in self.parts.lengths():
            self._in_part[part] = rows
            first = part * self.parts.size
            self._index.execute("DELETE FROM waiting WHERE number >= ? AND number < ?", (first, first + rows))
            self._index_part(part, rows)
        waiting = list(self._numbers("SELECT number FROM waiting ORDER BY number"))
        for number, text in self._index.execute("SELECT number, row FROM waiting"):
            self.verdicts[verdict_of(json.loads(text))] += 1
            self._in_part[number // self.parts.size] += 1
        present = set(waiting)
        finished = {part: self.parts.rows_in(part) for part in self._in_part}
        last = max((part * self.parts.size + rows for part, rows in finished.items()), default=0)
        self._next = max(last, waiting[-1] + 1 if waiting else 0)
        for part in range(self._next // self.parts.size + 1):
            first = part * self.parts.size
            begin, end = first + finished.get(part, 0), min(first + self.parts.size, self._next)
            self._free += [number for number in range(begin, end) if number not in present]
        self._free.reverse()
        for part in [part for part, count in self._in_part.items() if count == self.parts.size]:
            self._finish(part)

    def _index_part(self, part: int, rows: int) -> None:
        """Count the rows of a part; put them back into the index where it lost them (power failure, file removed)."""
        first = part * self.parts.size
        known = self._one("SELECT count(*) FROM indexed WHERE rows = ?", first + rows)
        names = [] if known else ["path"]
        with transaction(self._index):
            for row in self.parts.columns(part, ["verdict", "error", *names]):
                self.verdicts[verdict_of(row)] += 1
                if not known:
                    self._index.execute("INSERT OR IGNORE INTO seen VALUES (?)", (_digest(row["path"] or ""),))
            if not known:
                self._index.execute("INSERT OR IGNORE INTO indexed VALUES (?)", (first + rows,))

    def _numbers(self, question: str) -> Iterator[int]:
        return (number for (number,) in self._index.execute(question))

    def _one(self, question: str, *values: object) -> Any:
        row = self._index.execute(question, values).fetchone()
        return None if row is None else row[0]

    def has(self, name: str) -> bool:
        """Whether there is a row of this file.

        Parameters
        ----------
        name : str
            Of the entry.

        Returns
        -------
        bool
        """
        return self._one("SELECT 1 FROM seen WHERE name = ?", _digest(name)) is not None

    def new_number(self) -> int:
        """Lowest number that belongs to no row, stored or under way."""
        if self._free:
            return self._free.pop()
        self._next += 1
        return self._next - 1

    def rows_of_content(self, key: bytes) -> list[tuple[dict[str, Any], str]]:
        """Rows of a file of this content.

        Parameters
        ----------
        key : bytes
            Of the content, not empty.

        Returns
        -------
        list of (dict, str)
            Cells by column, and the part of the file that the row shows; empty where there is no such file.
        """
        listed = self._index.execute("SELECT number, part FROM content_rows WHERE key = ? ORDER BY number", (key,))
        return [(self._row(number), part) for number, part in listed.fetchall()]

    def _row(self, number: int) -> dict[str, Any]:
        text = self._one("SELECT row FROM waiting WHERE number = ?", number)
        row: dict[str, Any] = json.loads(text) if text is not None else self.parts.row(number)
        return row

    def put(self, number: int, name: str, key: bytes, rows: Rows) -> None:
        """Store the rows of a file, all or none, and write the parts that are full.

        Parameters
        ----------
        number : int
            From :meth:`new_number`; further rows get further numbers.
        name : str
            Of the entry.
        key : bytes
            Of its content; empty = unknown.
        rows : tuple of Row
            At least one. Where the index was lost, those that are in a part already are left out.
        """
        new = [row for row in rows if not row.part or not self.has(name + row.part)]
        numbers = [number, *(self.new_number() for _ in new[1:])]
        if not new:
            self._free.append(number)
        with transaction(self._index):
            names = {name, *(name + row.part for row in new)}
            self._index.executemany(
                "INSERT OR IGNORE INTO seen VALUES (?)", [(_digest(each),) for each in sorted(names)]
            )
            for own, row in zip(numbers, new, strict=bool(new)):
                self._index.execute("INSERT INTO waiting VALUES (?, ?)", (own, row.text))
                if key and len(new) == len(rows):
                    self._index.execute("INSERT OR IGNORE INTO content_rows VALUES (?, ?, ?)", (key, row.part, own))
        for own, row in zip(numbers, new, strict=bool(new)):
            self.verdicts[row.verdict] += 1
            self._in_part[own // self.parts.size] += 1
        for part in sorted({own // self.parts.size for own in numbers}):
            if self._in_part[part] == self.parts.size:
                self._finish(part)

    def finish(self) -> None:
        """Write the last, short part."""
        for part in sorted({number // self.parts.size for number in self._numbers("SELECT number FROM waiting")}):
            self._close_gaps(part)
            self._finish(part)

    def _close_gaps(self, part: int) -> None:
        """Renumber the rows that wait for a part so that there are no gaps: files under way may have vanished."""
        first = part * self.parts.size + self.parts.rows_in(part)
        end = (part + 1) * self.parts.size
        numbers = [number for number in self._numbers("SELECT number FROM waiting ORDER BY 1") if first <= number < end]
        moved = [(i, number) for i, number in enumerate(numbers, first) if i != number]
        if moved:
            with transaction(self._index):
                bounds = (moved[0][0], end)
                self._index.execute(FORGET_MOVED, bounds)
                self._index.executemany("UPDATE waiting SET number = ? WHERE number = ?", moved)

    def _finish(self, part: int) -> None:
        first = part * self.parts.size
        bounds = (first, first + self.parts.size)
        if self._one("SELECT 1 FROM waiting WHERE number >= ? AND number < ?", *bounds) is None:
            return
        # Part and index must not tell different stories after a power failure: rows of one file may lie in two parts.
        self._index.execute("PRAGMA wal_checkpoint(PASSIVE)")
        rows = self._index.execute("SELECT row FROM waiting WHERE number >= ? AND number < ? ORDER BY number", bounds)
        self.parts.write(part, (text for (text,) in rows))
        with transaction(self._index):
            self._index.execute("DELETE FROM waiting WHERE number >= ? AND number < ?", bounds)
            self._index.execute("INSERT OR IGNORE INTO indexed VALUES (?)", (first + self._in_part[part],))


def _digest(name: str) -> bytes:
    return hashlib.blake2b(os.fsencode(name), digest_size=16).digest()
