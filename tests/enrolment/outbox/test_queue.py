"""The queue: what was sealed is never lost, and goes in order."""

import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from tests.support.outbox import MARK, Parties, parties, sealed_at

from biocapture.enrolment.outbox.keys import create_keys
from biocapture.enrolment.outbox.receipt import sign_receipt
from biocapture.enrolment.outbox.schedule import Breaker, Limits, delay_s
from biocapture.enrolment.outbox.sender import Sender, only_sender
from biocapture.enrolment.outbox.store import Outbox, State
from biocapture.enrolment.outbox.transports.protocol import Outgoing, Progress, RefusedError, TransportError
from biocapture.errors import PacketError, UsageError


@pytest.fixture
def known(tmp_path: Path) -> Parties:
    return parties(tmp_path / "keys")


def filled(folder: Path, known: Parties, count: int = 3) -> list[str]:
    with Outbox(folder, create=True) as outbox:
        sealed = [sealed_at(outbox.packets, known, 1000) for _ in range(count)]
        assert all(outbox.add(each) for each in sealed)
        assert not outbox.add(sealed[0])
    return [each.header.id for each in sealed]


class Scripted:
    """A transport that does what it is told."""

    def __init__(self, known: Parties, *script: Any) -> None:
        self.known, self.script, self.sent = known, list(script), []

    def send(self, packet: Outgoing, progress: Progress) -> Any:
        self.sent.append(packet.id)
        step = self.script.pop(0) if self.script else "good"
        if isinstance(step, Exception):
            raise step
        if step == "later":
            progress.sent(packet.size)
            return None
        progress.sent(packet.size)
        receipt = sign_receipt(packet.id, packet.sha256, packet.size, 5, self.known.server)
        return {name: getattr(receipt, name) for name in receipt.__dataclass_fields__} | (
            step if step != "good" else {}
        )

    def close(self) -> None: ...


def sent(folder: Path, known: Parties, *script: Any, limits: Limits = Limits()) -> tuple[Scripted, dict]:  # noqa: B008
    transport = Scripted(known, *script)
    with Outbox(folder) as outbox:
        Sender(outbox, transport, known.server.public, limits, chance=random.Random(1)).run(watch=False)
        return transport, {entry.id: entry for entry in outbox.entries()}


def test_packets_go_in_order_and_are_confirmed(tmp_path: Path, known: Parties) -> None:
    ids = filled(tmp_path / "o", known)
    with Outbox(tmp_path / "o") as outbox:
        outbox.change(ids[2], priority=5)
    transport, entries = sent(tmp_path / "o", known)
    assert transport.sent == [ids[2], ids[0], ids[1]]
    assert {entry.state for entry in entries.values()} == {State.CONFIRMED}


@pytest.mark.parametrize(
    "wrong", [{"sha256": "0" * 64}, {"id": "f" * 32}, {"size": 1}, {"signature": "00" * 64}, {"x": 1}]
)
def test_wrong_receipt_confirms_nothing(tmp_path: Path, known: Parties, wrong: dict) -> None:
    (only,) = filled(tmp_path / "o", known, 1)
    _, entries = sent(tmp_path / "o", known, wrong)
    assert entries[only].state is State.SEALED
    assert "receipt" in entries[only].reason
    assert entries[only].next_attempt > time.time()


def test_receipt_of_another_server_confirms_nothing(tmp_path: Path, known: Parties) -> None:
    (only,) = filled(tmp_path / "o", known, 1)
    other = Parties(known.station, create_keys(tmp_path / "x"), known.folder)
    transport = Scripted(other)
    with Outbox(tmp_path / "o") as outbox:
        Sender(outbox, transport, known.server.public).run(watch=False)
        entry = outbox.entry(only)
    assert entry
    assert entry.state is State.SEALED
    assert "not signed by the server" in entry.reason


def test_refused_packet_is_set_apart_and_the_others_go_on(tmp_path: Path, known: Parties) -> None:
    ids = filled(tmp_path / "o", known)
    _, entries = sent(tmp_path / "o", known, RefusedError("status 422: unknown station"))
    assert [entries[each].state for each in ids] == [State.QUARANTINED, State.CONFIRMED, State.CONFIRMED]
    assert "unknown station" in entries[ids[0]].reason


def test_failure_waits_and_comes_again_when_due(tmp_path: Path, known: Parties) -> None:
    (only,) = filled(tmp_path / "o", known, 1)
    _, entries = sent(tmp_path / "o", known, TransportError("status 503", 40.0))
    assert entries[only].next_attempt >= time.time() + 35
    transport, _ = sent(tmp_path / "o", known)
    assert transport.sent == []
    with Outbox(tmp_path / "o") as outbox:
        outbox.change(only, next_attempt=time.time() - 1)
    assert sent(tmp_path / "o", known)[1][only].state is State.CONFIRMED


def test_clock_that_was_wrong_keeps_nothing_waiting(tmp_path: Path, known: Parties) -> None:
    (only,) = filled(tmp_path / "o", known, 1)
    with Outbox(tmp_path / "o") as outbox:
        outbox.change(only, next_attempt=time.time() + 30 * 86_400)
    assert sent(tmp_path / "o", known)[1][only].state is State.CONFIRMED


def test_target_that_fails_again_and_again_is_left_alone(tmp_path: Path, known: Parties) -> None:
    filled(tmp_path / "o", known, 10)
    transport, _ = sent(tmp_path / "o", known, *[TransportError("down")] * 10)
    assert len(transport.sent) == 4


def test_delivered_packet_is_confirmed_by_a_later_receipt(tmp_path: Path, known: Parties) -> None:
    (only,) = filled(tmp_path / "o", known, 1)
    _, entries = sent(tmp_path / "o", known, "later")
    assert entries[only].state is State.DELIVERED
    with Outbox(tmp_path / "o") as outbox:
        outbox.change(only, next_attempt=0.0)
    assert sent(tmp_path / "o", known)[1][only].state is State.CONFIRMED


def test_bytes_of_a_day_end_the_sending(tmp_path: Path, known: Parties) -> None:
    filled(tmp_path / "o", known, 5)
    transport, _ = sent(tmp_path / "o", known, limits=Limits(bytes_per_day=4000))
    assert len(transport.sent) == 2  # some 1,500 bytes each


def test_paused_outbox_sends_nothing(tmp_path: Path, known: Parties) -> None:
    filled(tmp_path / "o", known)
    with Outbox(tmp_path / "o") as outbox:
        outbox.set_fact("paused", "1")
    assert sent(tmp_path / "o", known)[0].sent == []


def test_two_senders_at_once_are_refused(tmp_path: Path, known: Parties) -> None:
    filled(tmp_path / "o", known)
    refused = pytest.raises(PacketError, match="another process sends")
    with Outbox(tmp_path / "o") as one, only_sender(one), Outbox(tmp_path / "o") as two, refused, only_sender(two):
        pass
    with Outbox(tmp_path / "o") as again, only_sender(again):
        pass


def test_only_confirmed_packets_are_forgotten(tmp_path: Path, known: Parties) -> None:
    ids = filled(tmp_path / "o", known)
    sent(tmp_path / "o", known, RefusedError("no"), TransportError("down"))
    with Outbox(tmp_path / "o") as outbox:
        assert outbox.forget(time.time() - 60) == 0
        assert outbox.forget(time.time() + 60) == 1
        assert sorted(entry.id for entry in outbox.entries()) == sorted(ids[:2])
        assert {path.stem for path in outbox.packets.glob("*.bcp")} == set(ids[:2])


def test_packets_without_a_row_and_rows_without_a_packet_are_found(tmp_path: Path, known: Parties) -> None:
    ids = filled(tmp_path / "o", known)
    with Outbox(tmp_path / "o") as outbox:
        unknown = sealed_at(outbox.packets, known, 10)
        (outbox.packets / "half.part").write_bytes(b"x")
        whole = outbox.path_of(ids[0]).read_bytes()
        outbox.path_of(ids[0]).write_bytes(whole[:-100])
        outbox.path_of(ids[1]).unlink()
        assert outbox.repair() == (1, 2)
        states = {entry.id: entry.state for entry in outbox.entries()}
    assert states == {
        ids[0]: State.QUARANTINED,
        ids[1]: State.QUARANTINED,
        ids[2]: State.SEALED,
        unknown.header.id: State.SEALED,
    }


def test_damaged_database_is_told_and_the_packets_are_entered_anew(tmp_path: Path, known: Parties) -> None:
    ids = filled(tmp_path / "o", known, 40)
    file = tmp_path / "o" / "outbox.db"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    file.write_bytes(bytes(data))
    with pytest.raises(PacketError, match="outbox repair"), Outbox(tmp_path / "o") as outbox:
        outbox.entries()
    file.rename(tmp_path / "broken.db")
    with Outbox(tmp_path / "o", create=True) as outbox:
        assert outbox.repair() == (40, 0)
        assert {entry.id for entry in outbox.entries()} == set(ids)


def test_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "o").mkdir()
    with sqlite3.connect(tmp_path / "o" / "outbox.db") as other:
        other.execute("CREATE TABLE x (y)")
    with pytest.raises(PacketError, match="another program's"):
        Outbox(tmp_path / "o", create=True)


def test_nothing_of_a_person_is_in_any_file(tmp_path: Path, known: Parties) -> None:
    filled(tmp_path / "o", known)
    sent(tmp_path / "o", known, "later", RefusedError("no"))
    for path in (tmp_path / "o").rglob("*"):
        assert path.is_dir() or MARK not in path.read_bytes()


def test_delays_grow_are_jittered_and_bounded() -> None:
    chance = random.Random(3)
    delays = [[delay_s(attempts, None, chance) for _ in range(300)] for attempts in (1, 3, 8, 60)]
    means = [sum(each) / 300 for each in delays]
    assert means[0] < means[1] < means[2]
    assert means[0] == pytest.approx(5, rel=0.2)
    assert all(0 <= one <= 1800 for each in delays for one in each)
    assert delay_s(1, 100.0, chance) >= 100
    assert delay_s(1, 1e9, chance) <= 1800


def test_breaker_lets_one_attempt_through_after_a_while() -> None:
    breaker = Breaker(random.Random(1))
    for _ in range(3):
        breaker.note(True, 100.0)
    assert breaker.wait_s(100.0) == 0
    breaker.note(True, 100.0)
    wait = breaker.wait_s(100.0)
    assert wait > 0
    assert breaker.wait_s(100.0 + wait) == 0
    breaker.note(False, 200.0)
    assert breaker.wait_s(200.0) == 0


@pytest.mark.parametrize(
    ("hours", "now", "allowed"),
    [
        ("07:00-17:00", "12:00", 1),
        ("07:00-17:00", "17:00", 0),
        ("19:00-06:00", "23:30", 1),
        ("19:00-06:00", "12:00", 0),
    ],
)
def test_hours_may_go_over_midnight(hours: str, now: str, allowed: int) -> None:
    local = time.strptime(f"2026-11-30 {now}", "%Y-%m-%d %H:%M")
    assert bool(Limits(hours=hours).objection(10, 0, local)) is not bool(allowed)


def test_hours_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="07:00"):
        Limits(hours="7-17")
