"""Runs over files that hold several captures: a row for each, whatever interrupts the run."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.support.whole_records import POSITIONS, finger_block, registration

from biocapture.assessment.options import options_of
from biocapture.runs.row import Task, score_tasks
from biocapture.runs.run import Engine, Plan, carry_out, open_store
from biocapture.runs.run_record import Choice

SIZE = 5


def run(folder: Path, out: Path, resume: bool = False, stop_after: int = 1000) -> list[str]:
    """Names that were scored; the run is broken off after some files."""
    asked: list[str] = []
    plan = Plan(Choice((str(folder),)), options_of(), rows_per_part=SIZE)

    def score(tasks, room):
        for task in tasks:
            if len(asked) == stop_after:
                return
            asked.append(Path(task.name).name)
            yield task, score_tasks([Task(task.number, task.name)], lambda _: None, plan.options)[0]

    store, facts = open_store(plan, out, resume)
    with store:
        try:
            carry_out(plan, store, facts, Engine(score))
        except AssertionError:  # files under way
            assert len(asked) == stop_after
    return asked


def rows(out: Path) -> list[dict]:
    return [row for path in sorted(out.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def paths(out: Path, folder: Path) -> list[str]:
    return sorted(str(Path(row["path"]).relative_to(folder)) for row in rows(out))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two records of the same content, and two of one finger."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.xml", "c.xml"):
        (folder / name).write_bytes(registration())
    (folder / "b.fir").write_bytes(finger_block(2))
    (folder / "d.fir").write_bytes(finger_block(3))
    return folder


EXPECTED = sorted([f"{name}#{i}" for name in ("a.xml", "c.xml") for i in range(13)] + ["b.fir", "d.fir"])


def test_every_picture_has_a_row(folder: Path, tmp_path: Path) -> None:
    asked = run(folder, tmp_path / "run")
    assert sorted(asked) == ["a.xml", "b.fir", "d.fir"]  # c.xml is a.xml again
    assert paths(tmp_path / "run", folder) == EXPECTED
    found = {Path(row["path"]).name: row for row in rows(tmp_path / "run")}
    assert [found[f"c.xml#{i}"]["position"] for i in range(13)] == POSITIONS
    assert all(found[f"c.xml#{i}"] == found[f"a.xml#{i}"] | {"path": str(folder / f"c.xml#{i}")} for i in range(13))
    assert run(folder, tmp_path / "run", resume=True) == []
    assert len(rows(tmp_path / "run")) == 28


@pytest.mark.parametrize("stop_after", [1, 2])
@pytest.mark.parametrize("index_is_lost", [False, True])
def test_a_run_that_is_broken_off_is_completed(
    folder: Path, tmp_path: Path, stop_after: int, index_is_lost: bool
) -> None:
    (folder / "c.xml").unlink()
    out = tmp_path / "run"
    run(folder, out, stop_after=stop_after)
    if index_is_lost:
        for path in out.glob("progress.sqlite*"):
            path.unlink()
    run(folder, out, resume=True)
    assert paths(out, folder) == [name for name in EXPECTED if not name.startswith("c.xml")]
    assert len({row["path"] for row in rows(out)}) == len(rows(out)) == 15
