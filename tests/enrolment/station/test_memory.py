"""Both memories, the one that ends with the process and the one on disk, answer alike."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.named_templates import Named, WithArrays, WithoutFeatures, WithText

from biocapture.enrolment.station import Person, RecentMemory, Station, memory, store
from biocapture.enrolment.station.memory import OPERATOR_EXPIRY_S
from biocapture.errors import StationError, UsageError
from biocapture.types import Modality, Position

THUMB, INDEX, EYE, FACE = Position.RIGHT_THUMB, Position.RIGHT_INDEX, Position.LEFT_EYE, Position.FACE
KEY = bytes(range(32))
START_S, DAY_S = 1_700_000_000.0, 86400.0


class Clock:
    """One second goes by at every look."""

    def __init__(self) -> None:
        self.now_s = START_S

    def time(self) -> float:
        self.now_s += 1.0
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    own = {Modality.FINGERPRINT: WithArrays(), Modality.IRIS: WithText(), Modality.FACE: WithoutFeatures()}
    told = Clock()
    for module in (memory, store):
        monkeypatch.setattr(module, "matcher_for", own.__getitem__)
    monkeypatch.setattr(store, "time", SimpleNamespace(time=told.time))
    return told


@pytest.fixture
def station(clock: Clock, tmp_path: Path) -> Iterator[Station]:
    with Station(tmp_path / "s.db", KEY, create=True) as opened:
        yield opened


@pytest.fixture(params=["recent", "station"])
def known(request: pytest.FixtureRequest, station: Station) -> Any:
    return RecentMemory() if request.param == "recent" else station


def of(name: str, *positions: Position) -> dict[Position, Named]:
    return {position: Named(f"{name} {position}") for position in positions}


def test_the_person_before_is_the_citizen_added_last_but_oneself(known: Any) -> None:
    assert known.previous("") == ("", {})
    known.add("ani", of("ani", THUMB, EYE))
    known.add("sari", of("sari", THUMB), operator=True)
    known.add("budi", of("budi", THUMB, INDEX))
    known.add("tono", of("tono", THUMB), operator=True)
    assert known.previous("") == known.previous("sari") == ("budi", of("budi", THUMB, INDEX))
    assert known.previous("budi") == ("ani", of("ani", THUMB, EYE))
    known.add("ani", of("again", FACE))  # is replaced, and becomes the latest
    assert known.previous("") == ("ani", of("again", FACE))
    assert known.previous("ani") == ("budi", of("budi", THUMB, INDEX))


def test_samples_of_a_position_are_those_of_all_others(known: Any) -> None:
    known.add("ani", of("ani", THUMB, EYE))
    known.add("sari", of("sari", THUMB, FACE), operator=True)
    known.add("budi", of("budi", INDEX, THUMB))
    found = {each.person: each for each in known.samples_at(THUMB, "budi")}
    assert {name: each.operator for name, each in found.items()} == {"ani": False, "sari": True}
    assert found["ani"].template == Named(f"ani {THUMB}")
    assert bytes(found["ani"].features.rows[0]) == f"ani {THUMB}".encode()
    assert len(known.samples_at(THUMB, "nobody")) == 3
    assert [each.features for each in known.samples_at(EYE, "")] == [f"ANI {EYE}".upper()]
    assert [each.features for each in known.samples_at(FACE, "")] == [None]
    assert known.samples_at(Position.LEFT_LITTLE, "") == []


def test_templates_of_one_person(known: Any) -> None:
    known.add("ani", of("ani", THUMB, EYE, FACE))
    known.add("sari", of("sari", THUMB), operator=True)
    assert known.templates_of("ani") == of("ani", THUMB, EYE, FACE)
    assert known.templates_of("sari") == of("sari", THUMB)
    assert known.templates_of("nobody") == {}


def test_everybody_in_the_order_they_were_added(station: Station) -> None:
    station.add("ani", of("ani", THUMB, EYE))
    station.add("sari", {}, operator=True)
    station.add("bü", of("b", INDEX), days=0.5)
    ani, sari, last = station.people()
    assert [type(each) for each in (ani, sari, last)] == [Person] * 3
    assert (ani.id, ani.operator, set(ani.positions)) == ("ani", False, {THUMB, EYE})
    assert ani.expires - ani.added == pytest.approx(30 * DAY_S, abs=2)
    assert START_S < ani.added < sari.added < last.added < START_S + 20
    assert (sari.id, sari.operator, sari.expires, sari.positions) == ("sari", True, OPERATOR_EXPIRY_S, ())
    assert (last.id, last.positions) == ("bü", (INDEX,))
    assert last.expires - last.added == pytest.approx(0.5 * DAY_S, abs=2)
    assert [each.is_permanent for each in (ani, sari, last)] == [False, True, False]
    assert len(station) == 3


def test_what_has_expired_is_gone_at_its_second(station: Station, clock: Clock) -> None:
    station.add("ani", of("ani", THUMB), days=1.0)
    station.add("eka", of("eka", THUMB), days=2.0)
    station.add("sari", of("sari", THUMB), operator=True, days=0.0)
    expires = station.people()[0].expires
    assert station.expire(expires - 0.001) == 0
    assert station.expire(expires) == 1
    assert [each.id for each in station.people()] == ["eka", "sari"]
    assert len(station.samples_at(THUMB, "")) == 2  # and its samples with it
    clock.now_s += 3 * DAY_S
    assert station.expire() == 1
    assert station.expire(0.0) == 0
    with Station(station.path, KEY) as again:
        assert [each.id for each in again.people()] == ["sari"]


def test_opening_forgets_what_has_expired(station: Station, clock: Clock) -> None:
    station.add("ani", of("ani", THUMB), days=1.0)
    clock.now_s += 2 * DAY_S
    with Station(station.path, KEY) as again:
        assert len(again) == 0


def test_citizens_beyond_the_limit_are_forgotten_oldest_first(station: Station) -> None:
    station.add("sari", of("sari", THUMB), operator=True, keep=2)
    for name in ("c", "a", "b"):
        station.add(name, of(name, THUMB), keep=2)
    assert [each.id for each in station.people()] == ["sari", "a", "b"]
    station.add("a", of("new", THUMB), keep=2)
    assert [each.id for each in station.people()] == ["sari", "b", "a"]
    assert station.templates_of("a") == of("new", THUMB)
    assert {each.person for each in station.samples_at(THUMB, "")} == {"sari", "a", "b"}


def test_one_is_forgotten_by_id(station: Station) -> None:
    station.add("ani", of("ani", THUMB))
    station.add("sari", of("sari", THUMB), operator=True)
    station.forget("sari")
    assert [each.id for each in station.people()] == ["ani"]
    with pytest.raises(UsageError, match=r"^sari: nobody of that id is remembered$"):
        station.forget("sari")
    station.forget("ani")
    assert len(station) == 0


def test_another_process_adds_and_forgets_at_the_same_time(station: Station) -> None:
    with Station(station.path, KEY) as other:
        for step, expected in (
            (("add", "ani"), {"ani"}),
            (("add", "eka"), {"ani", "eka"}),
            (("forget", "ani"), {"eka"}),
        ):
            what, name = step
            if what == "add":
                other.add(name, of(name, THUMB))
            else:
                other.forget(name)
            assert {each.id for each in station.people()} == expected
            assert {each.person for each in station.samples_at(THUMB, "")} == expected
        assert set(station._names.values()) == {"eka"}  # names of those who are gone are not kept
        assert station.previous("") == ("eka", of("eka", THUMB))
        assert set(station._names.values()) == {"eka"}


def test_ids_are_decrypted_once(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        station.add(str(number), of("x", THUMB))
    decrypted: list[str] = []
    name: Callable[..., str] = station._name
    monkeypatch.setattr(station, "_name", lambda *row: decrypted.append(name(*row)) or decrypted[-1])
    station.people()
    before = len(decrypted)
    assert before <= 3
    station.people()
    station.previous("")
    assert len(decrypted) == before


def test_a_role_or_expiry_that_was_altered_is_refused(station: Station) -> None:
    station.add("ani", of("ani", THUMB))
    for change in ("operator = 1", "expires = expires + 1"):
        station._database.execute(f"UPDATE people SET {change}")
        for ask in (station.people, lambda: station.templates_of("ani"), lambda: station.samples_at(THUMB, "")):
            with pytest.raises(StationError, match="cannot be decrypted") as refused:
                ask()
            assert refused.value.subject == str(station.path)
        station._database.execute("UPDATE people SET operator = 0")


def test_only_positions_of_a_modality_are_remembered(station: Station) -> None:
    with pytest.raises(UsageError, match=r"^unknown: templates are remembered by slot$"):
        station.samples_at(Position.UNKNOWN, "")
    with pytest.raises(UsageError, match="templates are remembered by slot"):
        station.add("ani", of("ani", THUMB, Position.UNKNOWN))
    assert len(station) == 0


def test_a_failure_while_adding_leaves_everything_as_it_was(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    station.add("ani", of("ani", THUMB))
    before = station.people()
    station._database.execute("CREATE TRIGGER full BEFORE INSERT ON samples BEGIN SELECT RAISE(ABORT, 'full'); END")
    with pytest.raises(StationError, match="full"):
        station.add("ani", of("new", THUMB))
    assert station.people() == before
    assert station.templates_of("ani") == of("ani", THUMB)


def test_a_station_is_closed(clock: Clock, tmp_path: Path) -> None:
    with Station(tmp_path / "s.db", KEY, create=True) as station:
        assert isinstance(station, Station)
    for ask in (
        station.people,
        station.expire,
        lambda: station.previous(""),
        lambda: station.templates_of("ani"),
        lambda: station.samples_at(THUMB, ""),
        lambda: station.add("ani", of("ani", THUMB)),
        lambda: station.forget("ani"),
    ):
        with pytest.raises(StationError, match="closed") as refused:
            ask()
        assert refused.value.subject == str(tmp_path / "s.db")
