"""The health record on disk: opt-in, bounded, whole after kill -9, shared by writers, never taking foreign files."""

import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path

import numpy as np
import pytest

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.capture import AttemptFinished, CaptureFinished, CaptureSettings, capture
from biocapture.capture.health import (
    HealthMonitor,
    HealthRecord,
    Outcome,
    OutcomeKind,
    diagnose_all,
    open_monitor,
    outcome_of,
)
from biocapture.capture.health.record import MAX_DEVICES, MAX_OUTCOMES, MAX_PATTERNS
from biocapture.capture.health.rows import MAX_ROW_CAPTURES
from biocapture.devices import open_device, target_of
from biocapture.errors import HealthError, UsageError
from biocapture.types import Image, Modality, Sample

WRITER = """
import sys, numpy as np
from pathlib import Path
from biocapture.capture.health import HealthRecord, outcome_of
from biocapture.types import Image, Modality, Sample
pixels = np.random.default_rng(0).integers(0, 255, (120, 96), np.uint8)
with HealthRecord(Path(sys.argv[1]), create=True) as record:
    print("ready", flush=True)
    for n in range(int(sys.argv[2])):
        record.add("sim:1", outcome_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT), 1000.0 + n, 50.0))
        print(n, flush=True)
"""


def of(number: int, shape: tuple[int, int] = (96, 80)) -> Outcome:
    pixels = np.random.default_rng(number).integers(0, 255, shape, np.uint8)
    return outcome_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT), 1000.0 + number, 50.0, 80.0)


def write(path: Path, count: int) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), str(count)], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with HealthRecord(tmp_path / "h.sqlite", create=True) as record:
        record.add("sim:1", *(of(n) for n in range(25)))
        record.add("sim:2", Outcome(5.0, Modality.FACE, OutcomeKind.ERROR, "DeviceTimeoutError"))
    return tmp_path / "h.sqlite"


def test_what_is_kept(path: Path) -> None:
    with HealthRecord(path) as record:
        assert record.devices() == ["sim:1", "sim:2"]
        first = record.outcomes("sim:1")[0]
        assert (first.time, first.kind, first.quality, first.residue) == (1000.0, OutcomeKind.TAKEN, 50.0, 80.0)
        assert first.contrast > 100
        assert [part.count for part in record.patterns("sim:1")] == [MAX_ROW_CAPTURES, 5]
        assert math.isnan(record.outcomes("sim:2")[0].quality)
        assert record.patterns("sim:2") == []
        assert record.outcomes("sim:3") == []


def test_one_by_one_and_together_are_the_same(tmp_path: Path) -> None:
    with HealthRecord(tmp_path / "a", create=True) as one, HealthRecord(tmp_path / "b", create=True) as other:
        for n in range(45):
            one.add("x", of(n))
        other.add("x", *(of(n) for n in range(45)))
        assert one.outcomes("x") == other.outcomes("x")
        for mine, its in zip(one.patterns("x"), other.patterns("x"), strict=True):
            assert (mine.count, mine.first_time, mine.last_time) == (its.count, its.first_time, its.last_time)
            np.testing.assert_array_equal(mine.cells, its.cells)
            np.testing.assert_array_equal(mine.rows, its.rows)


def test_it_is_bounded(tmp_path: Path) -> None:
    with HealthRecord(tmp_path / "h", create=True) as record:
        for start in range(0, MAX_OUTCOMES + 200, 100):
            record.add("x", *(of(n % 7, (24, 24)) for n in range(start, start + 100)))
        assert len(record.outcomes("x")) == MAX_OUTCOMES
        assert len(record.patterns("x")) == MAX_PATTERNS
        for n in range(MAX_DEVICES + 5):
            record.add(f"d{n}", Outcome(5000.0 + n, Modality.FACE, OutcomeKind.EMPTY))
        assert len(record.devices()) == MAX_DEVICES
        assert "x" not in record.devices()
        assert record.outcomes("x") == []
    with sqlite3.connect(tmp_path / "h") as base:
        assert base.execute("SELECT count(*) FROM patterns").fetchone() == (0,)
    base.close()


def test_other_frames_do_not_mix(path: Path) -> None:
    with HealthRecord(path) as record:
        record.add("sim:1", of(1, (40, 40)), of(2, (40, 40)))
        (part,) = record.patterns("sim:1")
        assert (part.geometry.rows, part.count) == (40, 2)


def test_forget(path: Path) -> None:
    with HealthRecord(path) as record:
        record.forget("sim:1")
        assert record.devices() == ["sim:2"]
        with pytest.raises(UsageError, match="no such device"):
            record.forget("sim:1")
        with pytest.raises(UsageError, match=r"there are: sim:2"):
            diagnose_all(record, "sim:1")
        with pytest.raises(UsageError, match="allowed: 1"):
            record.add("", of(1))


def test_kill_in_the_middle(tmp_path: Path) -> None:
    process = write(tmp_path / "h", 100_000)
    assert process.stdout is not None
    try:
        while process.stdout.readline().strip() != "12":
            pass
        time.sleep(0.013)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
        process.stdout.close()
    with HealthRecord(tmp_path / "h") as record:
        kept = record.outcomes("sim:1")
        assert len(kept) >= 13
        assert sum(part.count for part in record.patterns("sim:1")) == len(kept)
        record.add("sim:1", of(1))


def test_several_writers(tmp_path: Path) -> None:
    writers = [write(tmp_path / "h", 15) for _ in range(3)]
    for writer in writers:
        said, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0, said
    with HealthRecord(tmp_path / "h") as record:
        assert len(record.outcomes("sim:1")) == 45
        assert sum(part.count for part in record.patterns("sim:1")) == 45


def test_a_locked_file_is_said_to_be(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biocapture.capture.health.record.LOCK_TIMEOUT_S", 0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(HealthError, match=r"h\.sqlite: cannot be used: database is locked"):
            HealthRecord(path)
    finally:
        other.close()


def spoiled(path: Path, statement: str, *values: object) -> None:
    base = sqlite3.connect(path)
    base.execute(statement, values)
    base.commit()
    base.close()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not a database at all" * 100, "no health record, or damaged"),
        (b"SQLite format 3\0" + bytes(200), "no health record, or damaged"),
    ],
)
def test_foreign_files(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(HealthError, match=says):
        HealthRecord(tmp_path / "x", create=True)
    assert (tmp_path / "x").read_bytes() == content


def test_foreign_bases_and_missing_files(tmp_path: Path, path: Path) -> None:
    spoiled(tmp_path / "other", "CREATE TABLE somebody (x)")
    with pytest.raises(HealthError, match="no health record"):
        HealthRecord(tmp_path / "other", create=True)
    with pytest.raises(HealthError, match="no such health record"):
        HealthRecord(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with pytest.raises(HealthError, match="is no file"):
        HealthRecord(tmp_path, create=True)
    spoiled(path, "PRAGMA user_version = 9")
    with pytest.raises(HealthError, match="another version"):
        HealthRecord(path)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("UPDATE patterns SET counts = ?", b"rubbish"),
        ("UPDATE patterns SET counts = ?", zlib.compress(bytes(1 << 24))),
        ("UPDATE patterns SET captures = ?", 0),
        ("UPDATE patterns SET captures = ?", "many"),
        ("UPDATE patterns SET height = ?", 10**12),
        ("UPDATE patterns SET stride = ?", 0),
        ("UPDATE patterns SET modality = ?", "smell"),
        ("UPDATE outcomes SET kind = ?", "stolen"),
        ("UPDATE outcomes SET quality = ?", "good"),
        ("DROP TABLE patterns -- ?", None),
    ],
)
def test_damage_is_said(path: Path, statement: str, value: object) -> None:
    if value is None:
        spoiled(path, statement.removesuffix(" -- ?"))
    else:
        spoiled(path, statement, value)
    with HealthRecord(path) as record, pytest.raises(HealthError, match=r"h\.sqlite"):
        diagnose_all(record)


def judged(sample: Sample) -> Report:
    return Report(quality=80.0, verdict=Verdict.READY)


def run(watcher: HealthMonitor, script: str, wait_s: float = 60.0) -> list[object]:
    with open_device("sim:finger", script=script, fps=0, serial="A7") as device:
        events = capture(
            device, target_of("right_index"), settings=CaptureSettings(wait_s=wait_s, empty=1), assess=judged
        )
        return list(watcher.monitor(device.info.key, events))


def test_a_capture_is_watched(tmp_path: Path) -> None:
    with open_monitor(tmp_path / "h", Modality.FINGERPRINT) as watcher:
        assert isinstance(run(watcher, "absent:2,good")[-1], CaptureFinished)
        run(watcher, "absent:2,disconnect")
        run(watcher, "absent", 0.1)
        assert watcher.problem is None
    with HealthRecord(tmp_path / "h") as record:
        kept = record.outcomes("sim:A7")
        assert [one.kind for one in kept] == [OutcomeKind.TAKEN, OutcomeKind.ERROR, OutcomeKind.EMPTY]
        assert (kept[0].quality, kept[1].detail) == (80.0, "DeviceDisconnectedError")


def test_nothing_is_kept_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_monitor(None, Modality.FINGERPRINT) as watcher:
        run(watcher, "good")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_record_does_not_end_the_capture(tmp_path: Path) -> None:
    with open_monitor(tmp_path / "h", Modality.FINGERPRINT) as watcher:
        spoiled(tmp_path / "h", "DROP TABLE outcomes")
        events = run(watcher, "good")
        assert any(isinstance(event, AttemptFinished) for event in events)
        assert watcher.problem is not None
