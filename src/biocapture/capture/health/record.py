"""The health record on disk: one SQLite file of bounded size, every change one transaction."""

import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from biocapture.capture.health.outcome import Outcome, OutcomeKind
from biocapture.capture.health.pattern import Pattern, unpack_pattern
from biocapture.capture.health.rows import (
    MAX_ROW_CAPTURES,
    StoredOutcome,
    geometry_of_row,
    join_in_rows,
    patterns_by_geometry,
    row_of,
)
from biocapture.capture.health.traits import FrameGeometry
from biocapture.errors import HealthError, UsageError
from biocapture.images.private_files import private
from biocapture.types import Modality
from biocapture.workers.transaction import transaction

APPLICATION_ID = 0x42434844
"""SQLite application id ("BCHD"): distinguishes our file from others."""

VERSION = 1

SCHEMA = """
CREATE TABLE devices (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, seen REAL NOT NULL);
CREATE TABLE outcomes (number INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL REFERENCES devices (number) ON DELETE CASCADE, time REAL NOT NULL, modality TEXT NOT NULL,
  kind TEXT NOT NULL, detail TEXT NOT NULL, quality REAL, residue REAL, brightness REAL, contrast REAL);
CREATE INDEX by_device ON outcomes (device, number);
CREATE TABLE patterns (number INTEGER PRIMARY KEY AUTOINCREMENT,
  device INTEGER NOT NULL REFERENCES devices (number) ON DELETE CASCADE, modality TEXT NOT NULL,
  height INTEGER NOT NULL, width INTEGER NOT NULL, stride INTEGER NOT NULL, captures INTEGER NOT NULL,
  begun REAL NOT NULL, ended REAL NOT NULL, counts BLOB NOT NULL);
CREATE INDEX pattern_by_device ON patterns (device, number)
"""

MAX_DEVICES, MAX_OUTCOMES, MAX_PATTERNS = 50, 1000, 12
"""Devices, and outcomes and patterns of each; the oldest are deleted first."""

MAX_KEY_LENGTH = 300
LOCK_TIMEOUT_S = 5.0


class HealthRecord:
    """What happened at the devices of a station.

    Holds no person, position or image: per capture its time, how it ended, quality, brightness and contrast; of its
    pixels only what was added to the counts of a :class:`Pattern`, which is coarser than ridges.

    Parameters
    ----------
    path : Path
    create : bool
        Create the file where it does not exist.

    Raises
    ------
    HealthError
        The file is missing (unless ``create``), of another kind, damaged, or locked for 5 s.
    """

    def __init__(self, path: Path, create: bool = False) -> None:
        self.path = path
        exists = path.exists()
        if not exists and not create:
            raise HealthError("no such health record; `biocapture capture --health FILE` makes one", str(path))
        if exists and not path.is_file():
            raise HealthError("is no file", str(path))
        with self._errors():
            self._base = sqlite3.connect(private(path), timeout=LOCK_TIMEOUT_S, isolation_level=None)
        try:
            with self._errors():
                self._prepare()
        except BaseException:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def add(self, device: str, *outcomes: Outcome) -> None:
        """Add outcomes of a device in one transaction, and delete the oldest beyond the limits.

        Parameters
        ----------
        device : str
            Its ``Info.key``.
        *outcomes : Outcome

        Raises
        ------
        UsageError
            The key is empty or too long.
        HealthError
            The file cannot be written, or is damaged.
        """
        if not 0 < len(device) <= MAX_KEY_LENGTH:
            raise UsageError(f"{len(device)} characters, allowed: 1…{MAX_KEY_LENGTH}", "device")
        if not outcomes:
            return
        with self._errors(), transaction(self._base):
            number = self._number(device, max(outcome.time for outcome in outcomes))
            self._base.executemany(
                "INSERT INTO outcomes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *row_of(outcome)) for outcome in outcomes],
            )
            for geometry, patterns in patterns_by_geometry(outcomes).items():
                self._count(number, geometry, patterns)
            self._forget_oldest(number)

    def devices(self) -> list[str]:
        """Keys of all devices, the one used last first."""
        with self._errors():
            return [key for (key,) in self._base.execute("SELECT key FROM devices ORDER BY seen DESC, number")]

    def outcomes(self, device: str) -> list[StoredOutcome]:
        """Outcomes of a device.

        Parameters
        ----------
        device : str
            Its ``Info.key``.

        Returns
        -------
        list of StoredOutcome
            Oldest first; empty for a device that is not in the record.

        Raises
        ------
        HealthError
            The file is damaged.
        """
        with self._errors():
            rows = self._base.execute(
                "SELECT time, modality, kind, detail, quality, residue, brightness, contrast FROM outcomes "
                "WHERE device = (SELECT number FROM devices WHERE key = ?) ORDER BY number",
                (device,),
            ).fetchall()
            return [
                StoredOutcome(
                    float(t), Modality(m), OutcomeKind(k), str(d), *(math.nan if v is None else float(v) for v in rest)
                )
                for t, m, k, d, *rest in rows
            ]

    def patterns(self, device: str) -> list[Pattern]:
        """Patterns of a device, of the geometry that was captured last.

        Parameters
        ----------
        device : str
            Its ``Info.key``.

        Returns
        -------
        list of Pattern
            Oldest first.

        Raises
        ------
        HealthError
            The file is damaged.
        """
        with self._errors():
            rows = self._base.execute(
                "SELECT modality, height, width, stride, captures, begun, ended, counts FROM patterns "
                "WHERE device = (SELECT number FROM devices WHERE key = ?) ORDER BY number",
                (device,),
            ).fetchall()
            kept = [row for row in rows if row[:4] == rows[-1][:4]]
            return [unpack_pattern(row[7], geometry_of_row(row), row[4], float(row[5]), float(row[6])) for row in kept]

    def forget(self, device: str) -> None:
        """Delete a device and all its outcomes and patterns.

        Parameters
        ----------
        device : str
            Its ``Info.key``.

        Raises
        ------
        UsageError
            There is no such device.
        """
        with self._errors(), transaction(self._base):
            if not self._base.execute("DELETE FROM devices WHERE key = ?", (device,)).rowcount:
                raise UsageError("no such device in the record", device)

    def _number(self, key: str, now: float) -> int:
        self._base.execute(
            "INSERT INTO devices VALUES (NULL, ?, ?) ON CONFLICT (key) DO UPDATE SET seen = max(seen, excluded.seen)",
            (key, now),
        )
        return int(self._base.execute("SELECT number FROM devices WHERE key = ?", (key,)).fetchone()[0])

    def _count(self, device: int, geometry: FrameGeometry, patterns: list[Pattern]) -> None:
        """Add to the row of the same geometry that is not full yet, and to new ones."""
        key = (device, str(geometry.modality), geometry.rows, geometry.columns, geometry.stride_px)
        row = self._base.execute(
            "SELECT number, captures, begun, ended, counts FROM patterns WHERE device = ? AND modality = ? "
            "AND height = ? AND width = ? AND stride = ? AND captures < ? ORDER BY number DESC LIMIT 1",
            (*key, MAX_ROW_CAPTURES),
        ).fetchone()
        if row:
            patterns = [unpack_pattern(row[4], geometry, row[1], row[2], row[3]), *patterns]
            self._base.execute("DELETE FROM patterns WHERE number = ?", (row[0],))
        for joined in join_in_rows(patterns):
            self._base.execute(
                "INSERT INTO patterns VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, joined.count, joined.first_time, joined.last_time, joined.pack()),
            )

    def _forget_oldest(self, device: int) -> None:
        for table, kept in (("outcomes", MAX_OUTCOMES), ("patterns", MAX_PATTERNS)):
            self._base.execute(
                f"DELETE FROM {table} WHERE device = ? AND number <= (SELECT number FROM {table} "  # noqa: S608
                "WHERE device = ? ORDER BY number DESC LIMIT 1 OFFSET ?)",
                (device, device, kept),
            )
        self._base.execute(
            "DELETE FROM devices WHERE number <> ? AND number NOT IN "
            "(SELECT number FROM devices ORDER BY seen DESC, number DESC LIMIT ?)",
            (device, MAX_DEVICES),
        )

    def _prepare(self) -> None:
        """Create the tables of a new file, or check that an existing one is ours."""
        for setting in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", "journal_mode = DELETE"):
            self._base.execute(f"PRAGMA {setting}")
        if self._is_new():
            with transaction(self._base):
                if self._is_new():  # another process may have been first
                    self._base.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    self._base.execute(f"PRAGMA user_version = {VERSION}")
                    for statement in SCHEMA.split(";"):
                        self._base.execute(statement)
        if self._base.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise HealthError("an SQLite file, but no health record")
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise HealthError(f"made by another version ({version}, not {VERSION})")

    def _is_new(self) -> bool:
        """Whether there is nothing in the file yet."""
        application_id = self._base.execute("PRAGMA application_id").fetchone()[0]
        return application_id == 0 and not self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors and damaged contents as ours, with the path."""
        try:
            yield
        except UsageError:
            raise
        except HealthError as error:
            raise HealthError(error.message, str(self.path)) from error
        except (OSError, sqlite3.OperationalError) as error:
            raise HealthError(f"cannot be used: {getattr(error, 'strerror', None) or error}", str(self.path)) from error
        except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
            raise HealthError(f"no health record, or damaged: {error}", str(self.path)) from error
