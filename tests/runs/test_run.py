"""Runs with an engine that makes up rows at once: what counts here is which files get one, and what survives."""

import contextlib
import csv
import hashlib
import itertools
import json
import os
from dataclasses import fields, make_dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from biocapture.assessment.modalities import measures
from biocapture.assessment.options import options_of
from biocapture.errors import DecodeError, UsageError
from biocapture.images import private_files
from biocapture.images.decode import decode
from biocapture.profile.load import load_profile
from biocapture.runs import inputs
from biocapture.runs.row import Row, Rows, error_rows
from biocapture.runs.run import Engine, Plan, carry_out, open_store
from biocapture.runs.run_record import Choice, run_record_of
from biocapture.types import Modality

PNG = b"\x89PNG\r\n\x1a\n"


def made_up(task) -> Rows:
    data = Path(task.name).read_bytes() if task.data is None else task.data
    if data.endswith(b"bad"):
        return error_rows(task, "made up to be bad")
    digest = hashlib.sha256(data).hexdigest()
    row = {"path": task.name, "sha256": digest, "verdict": "READY", "quality": int(digest[:6], 16) / 7}
    return (Row(json.dumps(row), "READY"),)


class Asking:
    """Remembers what it was asked; gives rows back a few at a time, the last first."""

    def __init__(self, held: int = 5) -> None:
        self.asked: list[str] = []
        self.held = held

    def __call__(self, tasks, room):
        waiting = []
        for task in tasks:
            self.asked.append(task.name)
            waiting.append(task)
            while len(waiting) > self.held or not room():
                yield waiting.pop(), None
        while waiting:
            yield waiting.pop(), None


def scored(engine):
    def through(tasks, room):
        for task, _ in engine(tasks, room):
            yield task, made_up(task)

    return through


def plan_of(*inputs: object, size: int = 4, **choice: object) -> Plan:
    return Plan(Choice(tuple(map(str, inputs)), **choice), options_of("fingerprint"), rows_per_part=size)


def run(plan: Plan, out: Path, resume: bool = False) -> list[str]:
    """Names that were scored."""
    engine = Asking()
    store, facts = open_store(plan, out, resume)
    with store:
        carry_out(plan, store, facts, Engine(scored(engine)))
    return engine.asked


def rows(out: Path) -> list[dict]:
    return [row for path in sorted(out.glob("part-*.parquet")) for row in pq.read_table(path).to_pylist()]


def names(out: Path) -> list[str]:
    return [Path(row["path"]).name for row in rows(out)]


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Eleven files in three folders: 3 and 7 of the same content, 5 bad."""
    for i in range(11):
        path = tmp_path / "images" / "abc"[i % 3] / f"{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PNG + {7: b"3", 5: b"bad"}.get(i, str(i).encode()))
    return tmp_path / "images"


ORDER = [f"{i:02}.png" for i in (0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8)]


def test_rows_are_in_the_order_of_the_walk_in_full_parts(images: Path, tmp_path: Path) -> None:
    run(plan_of(images), tmp_path / "run")
    assert names(tmp_path / "run") == ORDER
    assert [pq.read_metadata(path).num_rows for path in sorted((tmp_path / "run").glob("part*"))] == [4, 4, 3]
    assert not list((tmp_path / "run").glob("*.tmp"))


def test_duplicates_are_scored_once_and_have_their_own_path(images: Path, tmp_path: Path) -> None:
    (images / "zz.png").write_bytes(PNG + b"bad")
    asked = run(plan_of(images), tmp_path / "run")
    assert {"07.png", "zz.png"}.isdisjoint(Path(name).name for name in asked)
    found = {Path(row["path"]).name: row for row in rows(tmp_path / "run")}
    assert len(found) == 12
    assert found["07.png"] == found["03.png"] | {"path": str(images / "b" / "07.png")}
    assert found["zz.png"]["error"] == f"{images / 'zz.png'}: made up to be bad"


def test_names_decide_what_is_the_same(tmp_path: Path) -> None:
    """Modality, position and the ending are taken from the name, so their rows differ."""
    for name in ("right_thumb.png", "left_thumb.png", "other.png", "another.png", "other.jpg", "right_eye.png"):
        (tmp_path / name).write_bytes(PNG)
    asked = run(plan_of(tmp_path), tmp_path / ".run")
    assert len(asked) == 5


def test_the_record_knows_a_profile_by_its_content_alone() -> None:
    def digest(profile: object) -> str:
        options = replace(options_of("fingerprint"), profile=profile)
        return run_record_of(Choice(("x",)), options, [], 4)["profile"]["sha256"]

    mine = load_profile("default", measures())
    values = {each.name: getattr(mine, each.name) for each in fields(mine)}
    renamed = make_dataclass("AnotherName", values)(**values)
    assert digest(renamed) == digest(mine)
    assert digest(replace(mine, retake=mine.retake | {"fingerprint.quality": 1.5})) != digest(mine)


def test_a_file_named_twice_has_one_row(images: Path, tmp_path: Path) -> None:
    run(plan_of(images, images / "a" / "00.png"), tmp_path / "run")
    assert names(tmp_path / "run") == ORDER


class Crash(BaseException):
    """Ends the process at a chosen step, as kill -9 would."""


def crashing(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """The ``at``-th step that can leave something half done does not come back."""
    steps = itertools.count()

    def counted(original):
        def step(*args, **kwargs):
            if next(steps) == at:
                raise Crash
            return original(*args, **kwargs)

        return step

    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(Path, "replace", counted(Path.replace))
    monkeypatch.setattr("biocapture.runs.store.Store.put", counted(__import__("biocapture").runs.store.Store.put))
    monkeypatch.setattr(private_files, "sync_folder", counted(private_files.sync_folder))


@pytest.mark.parametrize("at", range(40))
def test_a_run_that_crashed_anywhere_is_completed(
    images: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    run(plan_of(images), tmp_path / "whole")
    with monkeypatch.context() as patch:
        crashing(patch, at)
        with contextlib.suppress(Crash):
            run(plan_of(images), tmp_path / "cut")
    done = sum(path.exists() for path in (tmp_path / "cut").glob("part*.parquet"))
    asked = run(plan_of(images), tmp_path / "cut", resume=True)
    assert rows(tmp_path / "cut") == rows(tmp_path / "whole")
    assert len(asked) <= 10 - 4 * done + 2  # the duplicate is never asked for


def test_rows_of_an_unfinished_part_are_not_scored_again(images: Path, tmp_path: Path) -> None:
    engine = Asking(held=0)

    def ending(tasks, room):
        yield from itertools.islice(scored(engine)(tasks, room), 6)
        raise KeyboardInterrupt

    plan = plan_of(images, size=100)
    store, facts = open_store(plan, tmp_path / "run", resume=False)
    with store, pytest.raises(KeyboardInterrupt):
        carry_out(plan, store, facts, Engine(ending))
    asked = run(plan, tmp_path / "run", resume=True)
    assert set(asked).isdisjoint(engine.asked[:6])
    assert names(tmp_path / "run") == ORDER


def test_new_files_are_added_by_resuming(images: Path, tmp_path: Path) -> None:
    run(plan_of(images), tmp_path / "run")
    (images / "a" / "05b.png").write_bytes(PNG + b"new")
    assert [Path(name).name for name in run(plan_of(images), tmp_path / "run", resume=True)] == ["05b.png"]
    assert names(tmp_path / "run") == [*ORDER, "05b.png"]
    assert run(plan_of(images), tmp_path / "run", resume=True) == []


def test_files_that_went_meanwhile_leave_no_gap(images: Path, tmp_path: Path) -> None:
    def ending(tasks, room):
        found = list(itertools.islice(tasks, 7))
        for task in found[2:]:
            yield task, made_up(task)
        raise KeyboardInterrupt

    plan = plan_of(images, size=100)
    store, facts = open_store(plan, tmp_path / "run", resume=False)
    with store, pytest.raises(KeyboardInterrupt):
        carry_out(plan, store, facts, Engine(ending))
    for path in sorted(images.rglob("*.png")):
        path.unlink()
    run(plan, tmp_path / "run", resume=True)
    assert len(rows(tmp_path / "run")) == 5
    (images / "a" / "again.png").write_bytes(PNG + b"6")
    (images / "a" / "more.png").write_bytes(PNG + b"more")
    run(plan, tmp_path / "run", resume=True)
    found = {Path(row["path"]).name: row for row in rows(tmp_path / "run")}
    assert len(found) == 7
    assert found["again.png"]["sha256"] == hashlib.sha256(PNG + b"6").hexdigest()


def test_the_index_is_made_anew_from_the_parts(images: Path, tmp_path: Path) -> None:
    run(plan_of(images), tmp_path / "run")
    for path in (tmp_path / "run").glob("progress.sqlite*"):
        path.unlink()
    assert run(plan_of(images), tmp_path / "run", resume=True) == []
    assert names(tmp_path / "run") == ORDER


def test_other_options_are_refused_by_name(images: Path, tmp_path: Path) -> None:
    run(plan_of(images), tmp_path / "run")
    with pytest.raises(UsageError, match="go on with --resume"):
        run(plan_of(images), tmp_path / "run")
    other = Plan(Choice((str(images),)), options_of("iris", profile="e-ktp"), rows_per_part=4)
    with pytest.raises(UsageError, match=r'modality was "fingerprint", is "iris".*profile name was "default"'):
        run(other, tmp_path / "run", resume=True)
    record = tmp_path / "run" / "run.json"
    record.write_text(record.read_text().replace('"numpy": "', '"numpy": "0.'))
    with pytest.raises(UsageError, match='versions numpy was "0'):
        run(plan_of(images), tmp_path / "run", resume=True)


def test_a_folder_with_other_things_is_left_alone(images: Path, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "thesis.doc").write_text("x")
    with pytest.raises(UsageError, match=r"holds other things \(thesis.doc"):
        run(plan_of(images), tmp_path / "run")


def test_two_runs_cannot_write_to_one_folder(images: Path, tmp_path: Path) -> None:
    store, _ = open_store(plan_of(images), tmp_path / "run", resume=False)
    with store, pytest.raises(UsageError, match="another run is at work there"):
        open_store(plan_of(images), tmp_path / "run", resume=True)


def test_a_sample_is_the_same_each_time_and_differs_by_seed(images: Path, tmp_path: Path) -> None:
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        run(plan_of(images, sample=4, seed=seed), tmp_path / name)
    assert names(tmp_path / "one") == names(tmp_path / "same") != names(tmp_path / "other")
    assert len(names(tmp_path / "one")) == 4
    assert names(tmp_path / "one") == [name for name in ORDER if name in names(tmp_path / "one")]
    run(plan_of(images, sample=50), tmp_path / "all")
    assert names(tmp_path / "all") == ORDER


def test_since(images: Path, tmp_path: Path) -> None:
    for i, path in enumerate(sorted(images.rglob("*.png"))):
        os.utime(path, (0, 1_700_000_000 + i))
    limit = "2023-11-14T22:13:25+00:00"  # 1,700,000,005
    run(plan_of(images, since=limit), tmp_path / "run")
    assert names(tmp_path / "run") == ORDER[5:]
    with pytest.raises(UsageError, match="expected a date"):
        run(plan_of(images, since="yesterday"), tmp_path / "other")


def test_a_manifest_tells_modality_and_position(images: Path, tmp_path: Path) -> None:
    manifest = images / "list.csv"
    listed = [("a/00.png", "iris", "left_eye"), ("a/00.png", "", ""), ("b/01.png", "", ""), ("gone.png", "", "")]
    listed += [("c/02.png", "toe", ""), ("", "", "")]
    with manifest.open("w", newline="") as handle:
        csv.writer(handle).writerows([("path", "modality", "position"), *listed])
    seen = []

    def engine(tasks, room):
        for task in tasks:
            seen.append((Path(task.name).name, task.modality, task.position))
            yield task, error_rows(task, "not looked at")

    plan = plan_of(manifest)
    store, facts = open_store(plan, tmp_path / "run", resume=False)
    with store:
        carry_out(plan, store, facts, Engine(engine))
    assert seen == [("00.png", "iris", "left_eye"), ("01.png", None, None), ("gone.png", None, None)]
    errors = [row["error"] for row in rows(tmp_path / "run")][3:]
    assert [error.removeprefix(f"{manifest}:") for error in errors] == [
        "6: 'toe' is not a valid Modality",
        "7: no path",
    ]
    manifest.write_text("image\nx.png\n")
    with pytest.raises(UsageError, match="needs a column path"):
        run(plan_of(manifest), tmp_path / "other")


def test_rows_of_a_manifest_that_no_system_takes_are_rows(images: Path, tmp_path: Path) -> None:
    names = ["x" * 5000 + ".png", "nobody://knows/this.png", "*" * 5000, "first.png"]
    manifest = images / "list.csv"
    manifest.write_text("path\n" + "\n".join(names) + "\n")
    found = list(inputs.entries([str(manifest)]))
    assert [entry.name for entry in found[:2]] == [str(images / names[0]), f"{manifest}:3"]
    assert "nobody" in found[1].error
    with pytest.raises(DecodeError, match="File name too long"):
        decode(found[0].name, modality=Modality.FACE)
    assert found[-1].name == str(images / "first.png")
    manifest.write_text("path," + "y" * 200_000 + "\n")
    with pytest.raises(UsageError, match="its header cannot be read"):
        list(inputs.entries([str(manifest)]))


def test_device_and_time_of_a_manifest_are_columns_of_the_table(images: Path, tmp_path: Path) -> None:
    copy = images / "copy.png"
    copy.write_bytes((images / "a" / "00.png").read_bytes())
    manifest = images / "list.csv"
    listed = [
        ("a/00.png", "kiosk 1", "2026-03-01"),
        (copy.name, "", " 2026-03-02T10:00 "),
        ("b/01.png", "kiosk 2", ""),
    ]
    with manifest.open("w", newline="") as handle:
        csv.writer(handle).writerows([("path", "device", "captured"), *listed])
    run(plan_of(manifest), tmp_path / "run")
    told = [(row["device"], row["captured"]) for row in rows(tmp_path / "run")]
    assert sorted(told, key=str) == sorted(
        [("kiosk 1", "2026-03-01"), (None, "2026-03-02T10:00"), ("kiosk 2", None)], key=str
    )


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("**/0[1-4].png", ["03.png", "01.png", "04.png", "02.png"]),
        ("*/00.png", ["00.png"]),
        ("0*.png", []),
        ("[ab]/*0.png", ["00.png", "10.png"]),
        ("**", ORDER),
        ("?/0?.png", [name for name in ORDER if name != "10.png"]),
    ],
)
def test_patterns(images: Path, tmp_path: Path, pattern: str, wanted: list[str]) -> None:
    run(plan_of(images / pattern), tmp_path / "run")
    assert names(tmp_path / "run") == wanted
