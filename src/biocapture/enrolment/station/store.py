"""The station's memory on disk: one SQLite file, its payload encrypted, every change one transaction."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from biocapture.comparison.protocol import Matcher, matcher
from biocapture.enrolment.station.known import Known
from biocapture.enrolment.station.packing import packed, sketch_in, template_in
from biocapture.enrolment.station.seal import Seal
from biocapture.errors import BiocaptureError, StationError, UsageError
from biocapture.types import Position
from biocapture.workers.transaction import transaction

APPLICATION_ID = 0x42435354
"""SQLite application id ("BCST"): tells our file from others."""

VERSION = 1

SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE people (number INTEGER PRIMARY KEY, operator INTEGER NOT NULL, added REAL NOT NULL,
  expires REAL NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE samples (person INTEGER NOT NULL REFERENCES people (number) ON DELETE CASCADE, slot TEXT NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (person, slot));
CREATE INDEX by_slot ON samples (slot);
"""

KEPT, DAYS = 1000, 30.0
"""Citizens remembered at most, and for how long."""

FOREVER = 4e9
"""Expiry of operators, seconds since 1970: they stay until forgotten."""

BUSY_S = 5.0


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of the memory.

    Attributes
    ----------
    id : str
    operator : bool
    added, expires : float
        Seconds since 1970.
    slots : tuple of Position
    """

    id: str
    operator: bool
    added: float
    expires: float
    slots: tuple[Position, ...]


class Station:
    """Templates of the last enrolments and of the operators.

    Ids and templates are encrypted; slots, the number of people, times and who is an operator are not. What has expired
    is deleted, overwritten with zeros, whenever the file is opened.
    """

    def __init__(self, path: Path, key: bytes, create: bool = False) -> None:
        self.path = path
        self._seal = Seal(key)
        self._names: dict[tuple[object, ...], str] = {}
        exists = path.exists()
        if not exists and not create:
            raise StationError("no such station; `biocapture station add` makes one", str(path))
        if exists and not path.is_file():
            raise StationError("is no file", str(path))
        with self._errors():
            self._base = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        try:
            with self._errors():
                self._prepare(exists)
            self.expire()
        except BaseException:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return int(self._base.execute("SELECT count(*) FROM people").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._base.close()

    def add(
        self,
        person: str,
        templates: Mapping[Position, Any],
        *,
        operator: bool = False,
        days: float = DAYS,
        keep: int = KEPT,
    ) -> None:
        """Remember a person; one of the same id is replaced. Beyond ``keep`` citizens, the first are forgotten."""
        number = int.from_bytes(os.urandom(7), "big")
        expires = FOREVER if operator else time.time() + 86400 * days
        sealed = self._seal.close(json.dumps(person).encode(), f"person {number} {int(operator)} {expires!r}")
        rows = [
            (number, str(slot), self._seal.close(packed(_part(slot), template), f"sample {number} {slot}"))
            for slot, template in templates.items()
        ]
        with self._errors(), transaction(self._base):
            known = self._ids()
            self._base.executemany(
                "DELETE FROM people WHERE number = ?", [(n,) for n, name in known.items() if name == person]
            )
            self._base.execute(
                "INSERT INTO people VALUES (?, ?, ?, ?, ?)", (number, operator, time.time(), expires, sealed)
            )
            self._base.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)
            self._base.execute(
                "DELETE FROM people WHERE operator = 0 AND number NOT IN "
                "(SELECT number FROM people WHERE operator = 0 ORDER BY added DESC LIMIT ?)",
                (keep,),
            )

    def forget(self, person: str) -> None:
        """Delete one person or operator; raises :class:`UsageError` when there is none of that id."""
        with self._errors():
            numbers = [number for number, name in self._ids().items() if name == person]
            if not numbers:
                raise UsageError("nobody of that id is remembered", person)
            with transaction(self._base):
                self._base.executemany("DELETE FROM people WHERE number = ?", [(number,) for number in numbers])

    def expire(self, now: float | None = None) -> int:
        """Delete what has expired; how many people that was."""
        with self._errors(), transaction(self._base):
            done = self._base.execute("DELETE FROM people WHERE expires <= ?", (time.time() if now is None else now,))
            return done.rowcount

    def people(self) -> list[Person]:
        """Everybody remembered, in the order they were added."""
        with self._errors():
            ids = self._ids()
            slots: dict[int, list[Position]] = {}
            for number, slot in self._base.execute("SELECT person, slot FROM samples"):
                slots.setdefault(number, []).append(Position(slot))
            rows = self._base.execute("SELECT number, operator, added, expires FROM people ORDER BY added").fetchall()
        return [Person(ids[n], bool(op), added, ends, tuple(slots.get(n, ()))) for n, op, added, ends in rows]

    def previous(self, but: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last, other than ``but``; empty where there is none."""
        with self._errors():
            for number, name in self._ids("WHERE operator = 0 ORDER BY added DESC LIMIT 2").items():
                if name != but:
                    return name, self._templates(number)
        return "", {}

    def of_person(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator."""
        with self._errors():
            number = next((number for number, name in self._ids().items() if name == person), None)
            return {} if number is None else self._templates(number)

    def of_slot(self, position: Position, but: str) -> list[Known]:
        """All remembered samples of a slot, of anyone but ``but``."""
        part = _part(position)
        with self._errors():
            ids = self._ids()
            operators = {number for (number,) in self._base.execute("SELECT number FROM people WHERE operator = 1")}
            rows = self._base.execute("SELECT person, sealed FROM samples WHERE slot = ?", (str(position),)).fetchall()
            found = []
            for number, sealed in rows:
                if ids[number] != but:
                    content = self._seal.open(sealed, f"sample {number} {position}")
                    sketch, read = sketch_in(part, content), partial(template_in, part, content)
                    found.append(Known(ids[number], number in operators, sketch, read))
        return found

    def _templates(self, number: int) -> dict[Position, Any]:
        found = {}
        for slot, sealed in self._base.execute("SELECT slot, sealed FROM samples WHERE person = ?", (number,)):
            content = self._seal.open(sealed, f"sample {number} {slot}")
            found[Position(slot)] = template_in(_part(Position(slot)), content)
        return found

    def _ids(self, which: str = "") -> dict[int, str]:
        """Number → id of the people chosen by the end of a query."""
        rows = self._base.execute(f"SELECT number, operator, expires, sealed FROM people {which}").fetchall()  # noqa: S608
        names = {row: self._names[row] if row in self._names else self._name(*row) for row in rows}
        if not which:  # those who are gone are not kept
            self._names = names
        return {row[0]: name for row, name in names.items()}

    def _name(self, number: int, operator: int, expires: float, sealed: bytes) -> str:
        return str(json.loads(self._seal.open(sealed, f"person {number} {operator} {expires!r}")))

    def _prepare(self, exists: bool) -> None:
        """Make the tables of a new file, or see that an existing one is ours and opens with this key."""
        found = self._base.execute("PRAGMA application_id").fetchone()[0]
        tables = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        for setting in ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", "journal_mode = DELETE"):
            self._base.execute(f"PRAGMA {setting}")
        if tables == 0 and (not exists or found in (0, APPLICATION_ID)):
            with transaction(self._base):
                self._make()
        elif found != APPLICATION_ID:
            raise StationError("an SQLite file, but no station")
        version = self._base.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise StationError(f"made by another version ({version}, not {VERSION})")
        row = self._base.execute("SELECT sealed FROM facts WHERE name = 'proof'").fetchone()
        self._seal.open(row[0] if row else b"", "proof")

    def _make(self) -> None:
        self._base.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self._base.execute(f"PRAGMA user_version = {VERSION}")
        for statement in SCHEMA.split(";"):
            self._base.execute(statement)
        self._base.execute("INSERT INTO facts VALUES ('proof', ?)", (self._seal.close(b"biocapture", "proof"),))

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """SQLite's errors and damaged contents as ours, with the path."""
        try:
            yield
        except UsageError:
            raise
        except BiocaptureError as error:
            raise StationError(error.message, str(self.path)) from error
        except sqlite3.OperationalError as error:
            raise StationError(f"cannot be used: {error}", str(self.path)) from error
        except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
            raise StationError(f"not a station, or damaged: {error}", str(self.path)) from error


def _part(position: Position) -> Matcher:
    if position.modality is None:
        raise UsageError("templates are remembered by slot", position)
    return matcher(position.modality)
