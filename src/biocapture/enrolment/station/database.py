"""The file of a station: an SQLite database with our application id, opened only with the key it was made with."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from biocapture.enrolment.station.seal import Seal
from biocapture.errors import BiocaptureError, StationError, UsageError
from biocapture.images.private_files import private
from biocapture.workers.transaction import transaction

APPLICATION_ID = 0x42435354
"""SQLite application id ("BCST") that distinguishes our file from others."""

SCHEMA_VERSION = 2

SCHEMA = """
CREATE TABLE facts (name TEXT PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE people (number INTEGER PRIMARY KEY, sequence INTEGER NOT NULL UNIQUE, operator INTEGER NOT NULL,
  added REAL NOT NULL, expires REAL NOT NULL, sealed BLOB NOT NULL);
CREATE TABLE samples (person INTEGER NOT NULL REFERENCES people (number) ON DELETE CASCADE, slot TEXT NOT NULL,
  sealed BLOB NOT NULL, PRIMARY KEY (person, slot));
CREATE INDEX by_slot ON samples (slot);
"""

SETTINGS = ("foreign_keys = ON", "secure_delete = ON", "synchronous = FULL", "journal_mode = PERSIST")
"""Deleted rows are overwritten with zeros; what was confirmed survives a loss of power. The journal stays, so that it
can be overwritten, too; see :func:`wipe_journal`."""

LOCK_TIMEOUT_S = 5.0
"""How long another process may hold the file."""


def open_database(path: Path, seal: Seal, create: bool) -> sqlite3.Connection:
    """Open the file of a station, or make it.

    Parameters
    ----------
    path : Path
    seal : Seal
        With the key of the station.
    create : bool
        Make the file where there is none.

    Returns
    -------
    sqlite3.Connection

    Raises
    ------
    StationError
        No such file, another key, or a file that is no station; such a file is left as it is.
    """
    exists = path.exists()
    if not exists and not create:
        raise StationError("no such station; `biocapture station add` makes one", str(path))
    if exists and not path.is_file():
        raise StationError("is no file", str(path))
    if str(path) == ":memory:":
        raise StationError("is no name of a file that SQLite keeps", str(path))
    with station_errors(path):
        database = sqlite3.connect(private(path), timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    try:
        with station_errors(path):
            _prepare(database, seal, exists)
    except BaseException:
        database.close()
        raise
    return database


def wipe_journal(database: sqlite3.Connection, path: Path) -> None:
    """Overwrite the journal with zeros: it holds what stood in the pages that the last transaction changed.

    Parameters
    ----------
    database : sqlite3.Connection
        Of the station, without a transaction.
    path : Path
        Its file.
    """
    journal = path.with_name(f"{path.name}-journal")
    database.execute("BEGIN EXCLUSIVE")  # nobody else writes, and what had to be rolled back has been
    try:
        with journal.open("r+b") as handle:
            left = journal.stat().st_size
            while left > 0:
                left -= handle.write(bytes(min(left, 1 << 20)))
            handle.flush()
            os.fsync(handle.fileno())
    except FileNotFoundError:
        pass
    finally:
        database.execute("COMMIT")


@contextmanager
def station_errors(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and damaged contents into ours.

    Parameters
    ----------
    path : Path
        The file, which the error names.

    Raises
    ------
    StationError
        For every such error. A :class:`~biocapture.errors.UsageError` passes as it is.
    """
    try:
        yield
    except UsageError:
        raise
    except BiocaptureError as error:
        raise StationError(error.message, str(path)) from error
    except (OSError, sqlite3.OperationalError) as error:
        raise StationError(f"cannot be used: {getattr(error, 'strerror', None) or error}", str(path)) from error
    except (sqlite3.Error, ValueError, KeyError, TypeError) as error:
        raise StationError(f"not a station, or damaged: {error}", str(path)) from error


def _prepare(database: sqlite3.Connection, seal: Seal, exists: bool) -> None:
    """Make the tables of a new file, or check that an existing one is ours and opens with this key."""
    application_id = database.execute("PRAGMA application_id").fetchone()[0]
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    for setting in SETTINGS:
        database.execute(f"PRAGMA {setting}")
    if tables == 0 and (not exists or application_id in (0, APPLICATION_ID)):
        with transaction(database):
            _create_tables(database, seal)
    elif application_id != APPLICATION_ID:
        raise StationError("an SQLite file, but no station")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA_VERSION:
        raise StationError(f"made by another version ({version}, not {SCHEMA_VERSION})")
    row = database.execute("SELECT sealed FROM facts WHERE name = 'proof'").fetchone()
    seal.decrypt(row[0] if row else b"", "proof")


def _create_tables(database: sqlite3.Connection, seal: Seal) -> None:
    database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for statement in SCHEMA.split(";"):
        database.execute(statement)
    database.execute("INSERT INTO facts VALUES ('proof', ?)", (seal.encrypt(b"biocapture", "proof"),))
