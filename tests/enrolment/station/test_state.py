"""What a station promises without a right clock, and against somebody who has the file but not the key."""

import math
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.enrolment.station.test_memory import DAY_S, KEY, START_S, THUMB, Clock, clock, of, station  # noqa: F401

from biocapture.enrolment.station import Station
from biocapture.enrolment.station.database import wipe_journal
from biocapture.errors import StationError, UsageError

YEAR_S = 365 * DAY_S


def names(path: Path) -> list[str]:
    with Station(path, KEY) as opened:
        return [each.id for each in opened.people()]


@pytest.mark.parametrize("jump_s", [14 * YEAR_S, -53 * YEAR_S, 61 * DAY_S, -1.1 * DAY_S])
def test_a_clock_that_jumps_forgets_nobody_and_keeps_the_order(station: Station, clock: Clock, jump_s: float) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    station.add("budi", of("budi", THUMB))
    station.close()
    right_s = clock.now_s
    clock.now_s += jump_s
    with Station(station.path, KEY) as jumped:
        assert not jumped.clock_is_believed
        assert len(jumped) == 2
        jumped.add("eka", of("eka", THUMB), keep=2)
        assert [each.id for each in jumped.people()] == ["budi", "eka"]  # not the one just added is forgotten
        assert jumped.previous("")[0] == "eka"
        assert START_S <= jumped.people()[-1].added <= right_s
    clock.now_s = right_s + 60
    with Station(station.path, KEY) as again:
        assert again.clock_is_believed
        assert [each.id for each in again.people()] == ["budi", "eka"]
    clock.now_s += 31 * DAY_S
    assert names(station.path) == []


@pytest.mark.parametrize("step_s", [59 * DAY_S, -0.9 * DAY_S, 0.0])
def test_ordinary_steps_of_the_clock_are_believed(station: Station, clock: Clock, step_s: float) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB), days=100.0)
    clock.now_s += step_s
    with Station(station.path, KEY) as again:
        assert again.clock_is_believed
        again.add("eka", of("eka", THUMB))
        assert again.people()[-1].added == pytest.approx(clock.now_s, abs=10)


def test_a_clock_that_is_confirmed_counts_again(station: Station, clock: Clock) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    station.add("sari", of("sari", THUMB), operator=True)
    clock.now_s += YEAR_S
    with Station(station.path, KEY) as late:
        late.trust_clock()
        assert late.clock_is_believed
        assert late.expire() == 1
        late.add("eka", of("eka", THUMB))
    assert names(station.path) == ["sari", "eka"]


ALTERATIONS: dict[str, Callable[[sqlite3.Connection], object]] = {
    "a person deleted": lambda base: base.execute("DELETE FROM people WHERE sequence = 3"),
    "a sample deleted": lambda base: base.execute("DELETE FROM samples WHERE rowid = (SELECT min(rowid) FROM samples)"),
    "all deleted": lambda base: base.execute("DELETE FROM people"),
    "order exchanged": lambda base: base.execute("UPDATE people SET sequence = -sequence"),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_rows_altered_without_the_key_are_noticed(station: Station, what: str) -> None:  # noqa: F811
    for name in ("ani", "budi"):
        station.add(name, of(name, THUMB))
    with sqlite3.connect(station.path) as base:
        base.execute("PRAGMA foreign_keys = ON")
        assert ALTERATIONS[what](base)
    refusal = "deleted or brought back by somebody without the key"
    with pytest.raises(StationError, match=refusal):
        Station(station.path, KEY)
    with pytest.raises(StationError, match=refusal):
        station.add("eka", of("eka", THUMB))
    with pytest.raises(StationError, match=refusal):
        station.forget("ani")


def test_somebody_forgotten_cannot_be_brought_back(station: Station) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    with sqlite3.connect(station.path) as base:
        person = base.execute("SELECT * FROM people").fetchall()
        sample = base.execute("SELECT * FROM samples").fetchall()
    station.forget("ani")
    with sqlite3.connect(station.path) as base:
        base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", person)
        base.executemany("INSERT INTO samples VALUES (?, ?, ?)", sample)
    with pytest.raises(StationError, match="brought back"):
        Station(station.path, KEY)


def test_a_time_that_was_altered_is_refused(station: Station) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    station._database.execute("UPDATE people SET added = added + 1")
    with pytest.raises(StationError, match="cannot be decrypted"):
        station.people()


def test_nothing_of_the_forgotten_stays_in_any_file(station: Station) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    sealed = [row[0] for row in station._database.execute("SELECT sealed FROM samples UNION SELECT sealed FROM people")]
    station.forget("ani")
    files = list(station.path.parent.glob(f"{station.path.name}*"))
    assert len(files) == 2  # the journal is there, so that its content is known
    for path in files:
        content = path.read_bytes()
        assert not any(piece[-16:] in content for piece in sealed), path


def test_a_journal_that_is_needed_is_used_before_it_is_wiped(station: Station) -> None:  # noqa: F811
    station.add("ani", of("ani", THUMB))
    other = sqlite3.connect(station.path, isolation_level=None, timeout=0.1)
    other.execute("BEGIN IMMEDIATE")
    station._database.execute("PRAGMA busy_timeout = 100")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        wipe_journal(station._database, station.path)
    other.execute("ROLLBACK")
    other.close()
    wipe_journal(station._database, station.path)
    assert len(station) == 1


@pytest.mark.parametrize("days", [math.inf, math.nan, -1.0, 1e9])
def test_days_have_an_end(station: Station, days: float) -> None:  # noqa: F811
    with pytest.raises(UsageError, match=r"days must lie in 0\.\.3650"):
        station.add("ani", of("ani", THUMB), days=days)
    assert len(station) == 0


def test_a_station_is_a_file() -> None:
    with pytest.raises(StationError, match="is no name of a file"):
        Station(Path(":memory:"), KEY, create=True)
