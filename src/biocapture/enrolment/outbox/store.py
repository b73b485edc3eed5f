"""The queue: sealed packets as files, what became of each in SQLite; one transaction per step, so that nothing is lost.

Neither holds anything of a person that can be read without the server's secret key.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from biocapture.enrolment.outbox.packet import ENDING, Sealed, read_header, verify
from biocapture.errors import PacketError
from biocapture.images.private_files import private, private_folder, sync_folder
from biocapture.workers.transaction import transaction

APPLICATION_ID = 0x42434F42
"""SQLite application id ("BCOB")."""

SCHEMA = """
CREATE TABLE packets (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL,
  priority INTEGER NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
  added REAL NOT NULL, changed REAL NOT NULL, attempts INTEGER NOT NULL
  DEFAULT 0, next_attempt REAL NOT NULL DEFAULT 0, sent INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
  upload TEXT NOT NULL DEFAULT '', receipt TEXT NOT NULL DEFAULT '');
CREATE INDEX by_state ON packets (state, priority DESC, number);
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
LOCK_TIMEOUT_S = 10.0
MAX_DELAY_S = 3600.0
"""A next attempt that lies farther ahead comes from a clock that was wrong: the packet is due."""


class State(StrEnum):
    """How far a packet is."""

    SEALED = "sealed"
    """It waits for its first or next attempt."""
    DELIVERED = "delivered"
    """The server or courier has all of it; its receipt is not here yet."""
    CONFIRMED = "confirmed"
    """The server's receipt was checked."""
    QUARANTINED = "quarantined"
    """The server refuses it, or its file is damaged: a person has to look."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One packet of the queue; columns of the table by their names."""

    number: int
    id: str
    state: State
    priority: int
    size: int
    sha256: str
    added: float
    changed: float
    attempts: int
    next_attempt: float
    sent: int
    reason: str
    upload: str
    receipt: str


class Outbox:
    """A folder with the queue; to be used with ``with``.

    Parameters
    ----------
    folder : Path
    create : bool
        Make it where there is none.

    Raises
    ------
    PacketError
        There is none, or its database is another's or damaged.
    """

    def __init__(self, folder: Path, create: bool = False) -> None:
        self.folder = folder
        self.packets = folder / "packets"
        file = folder / "outbox.db"
        if not file.exists() and not create:
            raise PacketError("no outbox; `biocapture outbox add` makes one", str(folder))
        with outbox_errors(folder):
            private_folder(self.packets)
            self._base = sqlite3.connect(private(file), timeout=LOCK_TIMEOUT_S, isolation_level=None)
            try:
                self._prepare()
            except BaseException:
                self._base.close()
                raise

    def _prepare(self) -> None:
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("PRAGMA synchronous = FULL")
        with transaction(self._base):
            (found,) = self._base.execute("PRAGMA application_id").fetchone()
            tables = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if not found and not tables:
                for statement in SCHEMA.split(";"):
                    self._base.execute(statement)
                self._base.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            elif found != APPLICATION_ID:
                raise PacketError("its outbox.db is another program's", str(self.folder))

    def __enter__(self) -> Self:
        """The outbox itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self._base.close()

    def path_of(self, id: str) -> Path:
        """File of a packet.

        Parameters
        ----------
        id : str

        Returns
        -------
        Path
        """
        return self.packets / f"{id}{ENDING}"

    def add(self, sealed: Sealed, priority: int = 0) -> bool:
        """Enter a packet whose file is in place.

        Parameters
        ----------
        sealed : Sealed
        priority : int
            Higher goes first; of equals, the older.

        Returns
        -------
        bool
            False where it was there already.
        """
        now = time.time()
        with outbox_errors(self.folder):
            done = self._base.execute(
                "INSERT OR IGNORE INTO packets (id, state, priority, size, sha256, added, changed)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (sealed.header.id, State.SEALED, priority, sealed.size, sealed.sha256, now, now),
            )
        return done.rowcount == 1

    def entry(self, id: str) -> Entry | None:
        """One packet.

        Parameters
        ----------
        id : str

        Returns
        -------
        Entry or None
        """
        return next(iter(self._entries("WHERE id = ?", id)), None)

    def entries(self, *states: State, limit: int = -1) -> list[Entry]:
        """Packets in some states, in the order in which they go.

        Parameters
        ----------
        *states : State
            Default: all.
        limit : int
            At most so many; -1: all.

        Returns
        -------
        list of Entry
        """
        chosen = states or tuple(State)
        marks = ",".join("?" * len(chosen))
        return list(self._entries(f"WHERE state IN ({marks}) ORDER BY priority DESC, number LIMIT ?", *chosen, limit))

    def next_due(self, now: float) -> Entry | None:
        """The packet to send next.

        Parameters
        ----------
        now : float
            Seconds since 1970.

        Returns
        -------
        Entry or None
        """
        due = "WHERE state IN ('sealed', 'delivered') AND (next_attempt <= ? OR next_attempt > ?)"
        return next(iter(self._entries(f"{due} ORDER BY priority DESC, number LIMIT 1", now, now + MAX_DELAY_S)), None)

    def seconds_to_next(self, now: float) -> float | None:
        """How long until a packet is due.

        Parameters
        ----------
        now : float

        Returns
        -------
        float or None
            None where none waits.
        """
        if self.next_due(now):
            return 0.0
        row = self._base.execute(
            "SELECT min(next_attempt) FROM packets WHERE state IN ('sealed', 'delivered')"
        ).fetchone()
        return None if row[0] is None else max(0.0, row[0] - now)

    def change(self, id: str, **columns: Any) -> None:
        """Write what became of a packet, in one transaction.

        Parameters
        ----------
        id : str
        **columns
            Of :class:`Entry`.
        """
        named = ", ".join(f"{name} = ?" for name in columns)
        with outbox_errors(self.folder):
            self._base.execute(
                f"UPDATE packets SET {named}, changed = ? WHERE id = ?",  # noqa: S608  names of our own columns
                (*columns.values(), time.time(), id),
            )

    def counts(self) -> dict[State, tuple[int, int]]:
        """Packets and bytes by state."""
        rows = self._base.execute("SELECT state, count(*), sum(size) FROM packets GROUP BY state").fetchall()
        found = {State(state): (count, size) for state, count, size in rows}
        return {state: found.get(state, (0, 0)) for state in State}

    def fact(self, name: str, default: str = "") -> str:
        """A fact about the whole queue.

        Parameters
        ----------
        name, default : str

        Returns
        -------
        str
        """
        row = self._base.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def set_fact(self, name: str, value: str) -> None:
        """Keep a fact.

        Parameters
        ----------
        name, value : str
        """
        with outbox_errors(self.folder):
            self._base.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def forget(self, before: float) -> int:
        """Remove confirmed packets; no other is ever removed.

        Parameters
        ----------
        before : float
            Those confirmed before this time, seconds since 1970.

        Returns
        -------
        int
            How many.
        """
        old = [each for each in self.entries(State.CONFIRMED) if each.changed < before]
        for entry in old:
            self.path_of(entry.id).unlink(missing_ok=True)  # sealed: nobody can read what the disk keeps of it
            with outbox_errors(self.folder):
                self._base.execute("DELETE FROM packets WHERE id = ?", (entry.id,))
        return len(old)

    def repair(self) -> tuple[int, int]:
        """Bring files and table together after a loss: enter whole packets that the table lacks, doubt what is damaged.

        Returns
        -------
        entered, quarantined : int
        """
        for part in self.packets.glob("*.part"):
            part.unlink()  # a seal that was interrupted: its record was never accepted into the outbox
        entered = sum(self._enter(path) for path in sorted(self.packets.glob(f"*{ENDING}")))
        doubted = 0
        for entry in self.entries(State.SEALED, State.DELIVERED):
            try:
                sound = verify(self.path_of(entry.id), lambda _: True).sha256 == entry.sha256
                reason = "" if sound else "its file is not the one that was sealed"
            except PacketError as error:
                reason = error.message
            if reason:
                self.change(entry.id, state=State.QUARANTINED, reason=reason)
                doubted += 1
        sync_folder(self.packets)
        return entered, doubted

    def _enter(self, path: Path) -> bool:
        try:
            if self.entry(read_header(path).id) is not None:
                return False
            return self.add(verify(path, lambda _: True))
        except PacketError:
            return False  # no packet: left as it is

    def _entries(self, condition: str, *values: Any) -> Iterator[Entry]:
        columns = ", ".join(Entry.__dataclass_fields__)
        with outbox_errors(self.folder):
            rows = self._base.execute(f"SELECT {columns} FROM packets {condition}", values).fetchall()  # noqa: S608
        for row in rows:
            fields = dict(zip(Entry.__dataclass_fields__, row, strict=True))
            yield Entry(**fields | {"state": State(fields["state"])})


@contextmanager
def outbox_errors(folder: Path) -> Iterator[None]:
    """Turn what goes wrong in a database or folder into our own error.

    Parameters
    ----------
    folder : Path
        What the error names.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        hint = "; `biocapture outbox repair` keeps the sealed packets" if "malformed" in str(error) else ""
        raise PacketError(f"its database cannot be used: {error}{hint}", str(folder)) from error
    except OSError as error:
        raise PacketError(f"cannot be used: {error.strerror or error}", str(folder)) from error
