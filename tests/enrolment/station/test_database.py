"""The file of a station: made only where that is wanted, refused with its reason, and never waited for too long."""

import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from biocapture.enrolment.station import database
from biocapture.enrolment.station.database import APPLICATION_ID, open_database, station_errors
from biocapture.enrolment.station.seal import Seal
from biocapture.errors import DecodeError, StationError, UsageError

SEAL = Seal(bytes(range(32)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_database(tmp_path / "s.db", SEAL, create=True).close()
    return tmp_path / "s.db"


def test_a_new_file_is_a_station_that_survives_a_loss_of_power(path: Path) -> None:
    for create in (False, True):
        opened = open_database(path, SEAL, create)
        settings = {
            name: opened.execute(f"PRAGMA {name}").fetchone()[0]
            for name in (
                "foreign_keys",
                "secure_delete",
                "synchronous",
                "journal_mode",
                "application_id",
                "user_version",
            )
        }
        assert settings == {
            "foreign_keys": 1,
            "secure_delete": 1,
            "synchronous": 2,
            "journal_mode": "persist",
            "application_id": APPLICATION_ID,
            "user_version": 2,
        }
        tables = opened.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        assert {name for (name,) in tables} == {"facts", "people", "samples", "by_slot"}
        ((sealed,),) = opened.execute("SELECT sealed FROM facts WHERE name = 'proof'").fetchall()
        assert SEAL.decrypt(sealed, "proof") == b"biocapture"
        assert opened.isolation_level is None  # every change is a transaction of ours
        opened.close()


def altered(path: Path, *statements: str) -> None:
    base = sqlite3.connect(path)
    for statement in statements:
        base.execute(statement)
    base.commit()
    base.close()


@pytest.mark.parametrize(
    ("statements", "match"),
    [
        (("PRAGMA user_version = 7",), r"made by another version \(7, not 2\)"),
        (("PRAGMA application_id = 5",), "an SQLite file, but no station"),
        (("DELETE FROM facts",), "cannot be decrypted: another key, or the file was altered"),
        (("UPDATE facts SET name = 'other'",), "cannot be decrypted: another key, or the file was altered"),
        (("DROP TABLE facts",), "cannot be used: no such table: facts"),
    ],
)
def test_an_altered_file_is_refused_with_its_reason(path: Path, statements: tuple[str, ...], match: str) -> None:
    altered(path, *statements)
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(StationError, match=rf"{match}$") as refused:
            open_database(path, SEAL, create)
        assert refused.value.subject == str(path)
    assert path.read_bytes() == before


def test_where_there_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(StationError, match=r"no such station; `biocapture station add` makes one$") as refused:
        open_database(tmp_path / "s.db", SEAL, create=False)
    assert refused.value.subject == str(tmp_path / "s.db")
    for create in (False, True):
        with pytest.raises(StationError, match=r"is no file$") as refused:
            open_database(tmp_path, SEAL, create)
        assert refused.value.subject == str(tmp_path)
    with pytest.raises(StationError, match=r"cannot be used: No such file or directory$") as refused:
        open_database(tmp_path / "none" / "s.db", SEAL, create=True)
    assert refused.value.subject == str(tmp_path / "none" / "s.db")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_becomes_a_station_unless_it_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    open_database(tmp_path / "empty.db", SEAL, create=True).close()
    altered(tmp_path / "ours.db", f"PRAGMA application_id = {APPLICATION_ID}")
    open_database(tmp_path / "ours.db", SEAL, create=True).close()
    altered(tmp_path / "other.db", "PRAGMA application_id = 5")
    with pytest.raises(StationError, match=r"no station$"):
        open_database(tmp_path / "other.db", SEAL, create=True)


def test_a_file_that_another_process_holds_is_given_up(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(database, "LOCK_TIMEOUT_S", 0.02)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    started_s = time.monotonic()
    with pytest.raises(StationError, match=r"cannot be used: database is locked$"):
        open_database(path, SEAL, create=False)
    assert time.monotonic() - started_s < 4
    other.execute("ROLLBACK")
    other.close()
    open_database(path, SEAL, create=False).close()


def test_one_thread_may_open_and_another_ask(path: Path) -> None:
    opened = open_database(path, SEAL, create=False)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(opened.execute, "SELECT count(*) FROM people").result().fetchone() == (0,)
    opened.close()


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DecodeError("torn", "a template"), "torn"),
        (sqlite3.OperationalError("disk full"), "cannot be used: disk full"),
        (sqlite3.DatabaseError("malformed"), "not a station, or damaged: malformed"),
        (ValueError("odd"), "not a station, or damaged: odd"),
        (KeyError(5), "not a station, or damaged: 5"),
        (TypeError("odd"), "not a station, or damaged: odd"),
    ],
)
def test_errors_name_the_file(error: Exception, said: str) -> None:
    with pytest.raises(StationError) as told, station_errors(Path("s.db")):
        raise error
    assert (told.value.message, told.value.subject, told.value.__cause__) == (said, "s.db", error)


def test_errors_of_use_and_of_programming_pass_as_they_are() -> None:
    for error in (UsageError("nobody", "x"), ZeroDivisionError()):
        with pytest.raises(type(error)) as told, station_errors(Path("s.db")):
            raise error
        assert told.value is error
