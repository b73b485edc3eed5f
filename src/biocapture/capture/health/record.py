"""The health record on disk: one SQLite file, bounded, every change one transaction."""

import math
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from biocapture.capture.health.outcome import Outcome, OutcomeKind
from biocapture.capture.health.pattern import Pattern, unpack_pattern
from biocapture.capture.health.traits import FrameGeometry
from biocapture.errors import HealthError, UsageError
from biocapture.types import Modality
from biocapture.workers.transaction import transaction

APPLICATION_ID = 0x42434844
"""SQLite application id ("BCHD"): tells our file from others."""

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

MAX_ROW_CAPTURES = 20
"""Captures whose traits are added up in one row."""

MAX_DEVICES, MAX_OUTCOMES, MAX_PATTERNS = 50, 1000, 12
"""Kept at most: devices, the rest of each device. The oldest go first."""

MAX_KEY_LENGTH = 300
LOCK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class StoredOutcome:
    """An outcome as it was kept; brightness and contrast in greys, NaN where there is none."""

    time: float
    modality: Modality
    kind: OutcomeKind
    detail: str
    quality: float
    residue: float
    brightness: float
    contrast: float


class HealthRecord:
    """What happened at the devices of a station.

    Keeps no person, slot or picture: per capture its time, how it ended, quality, brightness and contrast; of its
    pixels only what was added to the counts of a :class:`Pattern`, which is coarser than ridges.

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
            self._base = sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)
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
        """Keep outcomes of a device (its ``Info.key``) in one transaction; forget the oldest beyond the bounds."""
        if not 0 < len(device) <= MAX_KEY_LENGTH:
            raise UsageError(f"{len(device)} characters, allowed: 1…{MAX_KEY_LENGTH}", "device")
        if not outcomes:
            return
        with self._errors(), transaction(self._base):
            number = self._number(device, max(outcome.time for outcome in outcomes))
            self._base.executemany(
                "INSERT INTO outcomes VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(number, *_row(outcome)) for outcome in outcomes],
            )
            for frame, patterns in _by_frame(outcomes).items():
                self._count(number, frame, patterns)
            self._forget_oldest(number)

    def devices(self) -> list[str]:
        """Keys of all devices, the one used last first."""
        with self._errors():
            return [key for (key,) in self._base.execute("SELECT key FROM devices ORDER BY seen DESC, number")]

    def outcomes(self, device: str) -> list[StoredOutcome]:
        """What is kept of a device, oldest first."""
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
        """The counts of the frame that was captured last, oldest first."""
        with self._errors():
            rows = self._base.execute(
                "SELECT modality, height, width, stride, captures, begun, ended, counts FROM patterns "
                "WHERE device = (SELECT number FROM devices WHERE key = ?) ORDER BY number",
                (device,),
            ).fetchall()
            kept = [row for row in rows if row[:4] == rows[-1][:4]]
            return [unpack_pattern(row[7], _frame(row), row[4], float(row[5]), float(row[6])) for row in kept]

    def forget(self, device: str) -> None:
        """Delete all of a device; raises :class:`UsageError` where there is none of that key."""
        with self._errors(), transaction(self._base):
            if not self._base.execute("DELETE FROM devices WHERE key = ?", (device,)).rowcount:
                raise UsageError("no such device in the record", device)

    def _number(self, key: str, now: float) -> int:
        self._base.execute(
            "INSERT INTO devices VALUES (NULL, ?, ?) ON CONFLICT (key) DO UPDATE SET seen = max(seen, excluded.seen)",
            (key, now),
        )
        return int(self._base.execute("SELECT number FROM devices WHERE key = ?", (key,)).fetchone()[0])

    def _count(self, device: int, frame: FrameGeometry, patterns: list[Pattern]) -> None:
        """Add to the row of the same frame that is not full yet, and to new ones."""
        place = (device, str(frame.modality), frame.rows, frame.columns, frame.stride_px)
        row = self._base.execute(
            "SELECT number, captures, begun, ended, counts FROM patterns WHERE device = ? AND modality = ? "
            "AND height = ? AND width = ? AND stride = ? AND captures < ? ORDER BY number DESC LIMIT 1",
            (*place, MAX_ROW_CAPTURES),
        ).fetchone()
        if row:
            patterns = [unpack_pattern(row[4], frame, row[1], row[2], row[3]), *patterns]
            self._base.execute("DELETE FROM patterns WHERE number = ?", (row[0],))
        for joined in _in_rows(patterns):
            self._base.execute(
                "INSERT INTO patterns VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*place, joined.count, joined.first_time, joined.last_time, joined.pack()),
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
        """Make the tables of a new file, or see that an existing one is ours."""
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
        found = self._base.execute("PRAGMA application_id").fetchone()[0]
        return found == 0 and not self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors and damaged contents as ours, with the path."""
        try:
            yield
        except UsageError:
            raise
        except HealthError as error:
            raise HealthError(error.message, str(self.path)) from error
        except sqlite3.OperationalError as error:
            raise HealthError(f"cannot be used: {error}", str(self.path)) from error
        except (sqlite3.Error, ValueError, TypeError, OverflowError) as error:
            raise HealthError(f"no health record, or damaged: {error}", str(self.path)) from error


def _row(outcome: Outcome) -> tuple[float | str | None, ...]:
    made = outcome.traits
    greys = (made.brightness, made.contrast) if made else (math.nan, math.nan)
    numbers = (outcome.quality, outcome.residue, *greys)
    words = (str(outcome.modality), str(outcome.kind), outcome.detail)
    return outcome.time, *words, *(value if math.isfinite(value) else None for value in numbers)


def _by_frame(outcomes: Iterable[Outcome]) -> dict[FrameGeometry, list[Pattern]]:
    found: dict[FrameGeometry, list[Pattern]] = {}
    for outcome in outcomes:
        if outcome.traits:
            found.setdefault(outcome.traits.geometry, []).append(Pattern.of_traits(outcome.traits, outcome.time))
    return found


def _in_rows(patterns: list[Pattern]) -> Iterator[Pattern]:
    """Joined, up to 20 captures together."""
    first, rest = patterns[0], patterns[1:]
    room = max(0, MAX_ROW_CAPTURES - first.count)
    yield Pattern.join([first, *rest[:room]])
    for start in range(room, len(rest), MAX_ROW_CAPTURES):
        yield Pattern.join(rest[start : start + MAX_ROW_CAPTURES])


def _frame(row: tuple[object, ...]) -> FrameGeometry:
    """The frame of a row, if there can be such a one."""
    height, width, stride = (int(value) for value in row[1:4])  # type: ignore[call-overload]
    if not (0 < height <= 1 << 16 and 0 < width <= 1 << 16 and max(height, width) / 129 <= stride <= 1 << 12):
        raise HealthError(f"damaged: a frame of {height} × {width}, cells of {stride}")
    return FrameGeometry(Modality(str(row[0])), height, width, stride)
