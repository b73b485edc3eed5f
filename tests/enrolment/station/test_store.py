"""The station's memory: only with its key, whole after kill -9, forgetful on time, and never taking foreign files."""

import dataclasses
import functools
import inspect
import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from tests.support.records_of_people import templates

from biocapture.cli import station as station_commands
from biocapture.enrolment.station import Station, create_key, read_key
from biocapture.enrolment.station.packing import pack_sample, unpack_features, unpack_template
from biocapture.enrolment.station.store import MAX_CITIZENS, RETENTION_DAYS, _matcher_of
from biocapture.errors import StationError, UsageError
from biocapture.fingerprint.comparison.template import Template
from biocapture.images.private_files import private
from biocapture.types import Position

NAME = "ayu of the first village"
"""Too long to be in random bytes by chance."""

KEY, OTHER_KEY = bytes(range(32)), bytes(32)


@functools.cache
def ayu() -> dict[Position, Template]:
    """Ayu's fingers; the same object each time."""
    return {slot: template for slot, template in templates("clean_ayu").items() if slot.finger_code}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Station(tmp_path / "s.db", KEY, create=True) as station:
        station.add(NAME, ayu())
    return tmp_path / "s.db"


def test_remembers_across_sessions(path: Path) -> None:
    with Station(path, KEY) as station:
        (person,) = station.people()
        assert (person.id, person.operator, set(person.positions)) == (NAME, False, set(ayu()))
        name, remembered = station.previous("budi")
        assert name == NAME
        assert remembered[Position.RIGHT_INDEX].to_bytes() == ayu()[Position.RIGHT_INDEX].to_bytes()
        assert station.previous(NAME) == ("", {})
        assert [known.person for known in station.samples_at(Position.RIGHT_INDEX, "budi")] == [NAME]
        assert station.samples_at(Position.RIGHT_INDEX, NAME) == []


def test_stored_sketches_are_those_made_anew() -> None:
    own = _matcher_of(Position.RIGHT_INDEX)
    template = ayu()[Position.RIGHT_INDEX]
    stored = pack_sample(own, template)
    again, features = unpack_template(own, stored), unpack_features(own, stored)
    assert again.to_bytes() == template.to_bytes()
    fresh = own.index_features(again)
    for field in dataclasses.fields(fresh):
        np.testing.assert_array_equal(getattr(features, field.name), getattr(fresh, field.name), err_msg=field.name)
    with pytest.raises(StationError, match="another version"):
        unpack_features(own, b"BCS0" + bytes(20))


def test_nothing_is_readable_without_the_key(path: Path) -> None:
    with pytest.raises(StationError, match="another key"):
        Station(path, OTHER_KEY)
    data = path.read_bytes()
    assert NAME.encode() not in data
    for template in ayu().values():
        assert template.to_bytes()[:16] not in data
        assert template.to_bytes()[40:72] not in data


def test_altered_or_moved_contents_are_refused(path: Path) -> None:
    base = sqlite3.connect(path)
    rows = dict(base.execute("SELECT slot, sealed FROM samples").fetchall())
    base.execute("UPDATE samples SET sealed = ? WHERE slot = 'right_index'", (rows["left_index"],))
    base.commit()
    with Station(path, KEY) as station, pytest.raises(StationError, match="altered"):
        station.samples_at(Position.RIGHT_INDEX, "")
    base.execute("UPDATE people SET expires = expires + 1e9")
    base.commit()
    base.close()
    with Station(path, KEY) as station, pytest.raises(StationError, match="altered"):
        station.people()


def test_replaces_trims_and_forgets(path: Path) -> None:
    few = {Position.RIGHT_INDEX: ayu()[Position.RIGHT_INDEX]}
    with Station(path, KEY) as station:
        station.add("sari", few, operator=True)
        station.add(NAME, few)
        assert {p.id: len(p.positions) for p in station.people()} == {"sari": 1, NAME: 1}
        for name in ("a", "b", "c"):
            station.add(name, few, keep=2)
        assert [p.id for p in station.people()] == ["sari", "b", "c"]
        assert station.previous("c")[0] == "b"
        station.forget("b")
        with pytest.raises(UsageError, match="nobody of that id"):
            station.forget("b")
        assert station.previous("c") == ("", {})


def test_forgets_on_expiry_and_leaves_no_trace(path: Path) -> None:
    base = sqlite3.connect(path)
    ((sealed,),) = base.execute("SELECT sealed FROM samples WHERE slot = 'right_index'").fetchall()
    base.close()
    assert sealed[:64] in path.read_bytes()
    with Station(path, KEY) as station:
        station.add("sari", {Position.RIGHT_INDEX: ayu()[Position.RIGHT_INDEX]}, operator=True)
        assert station.expire(time.time() + 29 * 86400) == 0
        assert station.expire(time.time() + 31 * 86400) == 1
        assert [p.id for p in station.people()] == ["sari"]
    assert sealed[:64] not in path.read_bytes()


def test_opening_forgets_what_is_over(tmp_path: Path) -> None:
    with Station(tmp_path / "s.db", KEY, create=True) as station:
        station.add(NAME, ayu(), days=0.0)
    with Station(tmp_path / "s.db", KEY) as station:
        assert len(station) == 0


def _text(path: Path) -> None:
    path.write_text("hello")


def _foreign(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE people (name TEXT)")
    base.commit()
    base.close()


def _cut(path: Path) -> None:
    with Station(path, KEY, create=True) as station:
        station.add(NAME, ayu())
    path.write_bytes(path.read_bytes()[:5000])


def _newer(path: Path) -> None:
    Station(path, KEY, create=True).close()
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 99")
    base.close()


def look(path: Path, create: bool) -> None:
    with Station(path, KEY, create=create) as station:
        station.people()
        station.samples_at(Position.RIGHT_INDEX, "")


@pytest.mark.parametrize(
    ("make", "match"),
    [(_text, "not a station, or damaged"), (_foreign, "no station"), (_cut, r"s\.db"), (_newer, "another version")],
)
def test_foreign_and_damaged_files_are_refused_and_left_alone(tmp_path: Path, make, match: str) -> None:
    path = tmp_path / "s.db"
    make(path)
    before = path.read_bytes()
    for create in (False, True):
        with pytest.raises(StationError, match=match):
            look(path, create)
    assert path.read_bytes() == before


def test_missing_station_is_not_made_by_looking(tmp_path: Path) -> None:
    with pytest.raises(StationError, match="no such station"):
        Station(tmp_path / "s.db", KEY)
    assert not (tmp_path / "s.db").exists()
    with pytest.raises(StationError, match="no file"):
        Station(tmp_path, KEY)
    with pytest.raises(StationError, match="32 bytes"):
        Station(tmp_path / "s.db", b"short", create=True)


WRITER = """
import json
import sys
from pathlib import Path
from biocapture.enrolment.station import Station
from biocapture.fingerprint.comparison.template import Template
from biocapture.types import Position
stored = json.loads(Path(sys.argv[2]).read_text())
templates = {Position(slot): Template.from_bytes(bytes.fromhex(data)) for slot, data in stored.items()}
station = Station(Path(sys.argv[1]), bytes.fromhex(sys.argv[3]), create=True)
print("ready", flush=True)
number = 0
while True:
    station.add(f"person {number}", templates, keep=8)
    print(number, flush=True)
    number += 1
"""


def test_survives_kill_at_any_moment(tmp_path: Path) -> None:
    path, stored = tmp_path / "s.db", tmp_path / "templates.json"
    stored.write_text(json.dumps({slot: template.to_bytes().hex() for slot, template in ayu().items()}))
    for trial in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(stored), KEY.hex()], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for _ in range(1 + trial % 3):
            writer.stdout.readline()
        time.sleep(0.003 * trial)
        writer.send_signal(signal.SIGKILL)
        confirmed = [line for line in writer.stdout.read().splitlines() if line]
        writer.wait()
        writer.stdout.close()
        with Station(path, KEY) as station:
            people = station.people()
            assert 1 <= len(people) <= 8
            assert all(set(person.positions) == set(ayu()) for person in people)  # no half of a person
            if confirmed:
                assert f"person {confirmed[-1]}" in {person.id for person in people}  # what was confirmed is there
            assert len(station.samples_at(Position.LEFT_LITTLE, "")) == len(people)


def test_copies_of_the_file_work_elsewhere(path: Path, tmp_path: Path) -> None:
    shutil.copy(path, tmp_path / "copy.db")
    with Station(tmp_path / "copy.db", KEY) as station:
        assert len(station) == 1


def test_the_command_remembers_as_long_and_as_many_as_the_station() -> None:
    options = inspect.signature(station_commands.add).parameters
    assert (options["days"].default, options["keep"].default) == (RETENTION_DAYS, MAX_CITIZENS)


def test_keys(tmp_path: Path) -> None:
    key = create_key(tmp_path / "k")
    assert read_key(tmp_path / "k") == key
    assert (tmp_path / "k").stat().st_mode & 0o077 == 0
    with pytest.raises(StationError, match="cannot be written"):
        create_key(tmp_path / "k")
    private(tmp_path / "bad").write_text("zz")
    with pytest.raises(StationError, match="64 hexadecimal digits"):
        read_key(tmp_path / "bad")
    with pytest.raises(StationError, match="cannot be read"):
        read_key(tmp_path / "none")
