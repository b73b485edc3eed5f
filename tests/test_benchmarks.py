import csv
import inspect
import json
import os
import sys
from pathlib import Path

import cv2
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the benchmarks are beside the package, not in it

from benchmarks import compare, eyes, memory, metadata, parity, stages, suite, timing  # noqa: E402
from benchmarks.__main__ import main  # noqa: E402
from benchmarks.case import Case, Work  # noqa: E402
from benchmarks.images import SAMPLE_DATA, Setting  # noqa: E402
from benchmarks.threads import VARIABLES, pin_threads  # noqa: E402
from benchmarks.yardstick import yardstick  # noqa: E402

from biocapture.fingerprint import blockwise, windows  # noqa: E402
from biocapture.fingerprint.describe import describe  # noqa: E402
from biocapture.modality import measures  # noqa: E402

CASES = suite.all_cases(("sample", "full"))


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return Setting(tmp_path_factory.mktemp("benchmarks"), files=8, gallery=8)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_runs(case, setting: Setting) -> None:
    work = case.prepare(setting)
    took = work.call()
    assert work.items >= 1
    assert not work.own_time or 0 < took < 60


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_every_measure_is_timed() -> None:
    assert {f"measure.{name}@1" for name in measures()} <= {case.name for case in CASES}


@pytest.mark.parametrize("module", [describe.__module__, blockwise.__name__])
def test_every_stage_is_timed(module: str) -> None:
    """A stage added to the straight line needs a line in benchmarks/stages.py."""
    timed = {function for function, _ in stages.LINE + stages.PARTS} | {windows.rotated_windows}
    steps = [value for value in vars(sys.modules[module]).values() if inspect.isfunction(value)]
    taken = {
        step for step in steps if step.__module__.startswith("biocapture.fingerprint") and step.__module__ != module
    }
    assert taken <= timed


def test_every_stage_of_an_eye_is_timed() -> None:
    timed = {function for function, _ in eyes.LINE + eyes.PARTS}
    steps = [value for value in vars(sys.modules["biocapture.iris.describe"]).values() if inspect.isfunction(value)]
    assert {step for step in steps if step.__module__ != "biocapture.iris.describe"} <= timed


def test_the_users_images_are_a_further_set(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes((SAMPLE_DATA / "fingerprint/person01/right_index_1.png").read_bytes())
    setting = Setting(tmp_path / "work", given=tmp_path)
    assert setting.sets() == ("sample", "full", "given")
    assert [sample.id for sample in setting.prints("given")] == ["a.png"]


def test_the_yardstick_does_the_work_it_always_did() -> None:
    assert yardstick() == pytest.approx(449542.407, rel=1e-4)


def test_figures_are_per_item_and_in_yardsticks() -> None:
    found = timing.timing_of([0.4, 0.2, 0.3, 0.5, 0.6])
    assert (found.median_s, found.shortest_s, found.rounds) == (0.4, 0.2, 5)
    assert found.iqr_s == pytest.approx(0.2)
    figure = suite.figure_of(found, items=2, unit_s=0.01)
    assert figure.median_ms == pytest.approx(200)
    assert figure.ratio == pytest.approx(10)


def test_short_work_is_repeated_within_a_round() -> None:
    calls = []
    found = timing.seconds_of(lambda: calls.append(0), timing.Effort(budget_s=0.0, least=3, most=3, round_s=1e-4))
    assert len(found) == 3
    assert len(calls) > 100


def test_work_may_tell_its_own_time() -> None:
    assert timing.seconds_of(lambda: 2.5, timing.SLOW, own_time=True) == [2.5, 2.5]


@pytest.mark.parametrize(
    ("base", "head", "flagged"), [(1.0, 1.2, False), (1.0, 1.3, True), (2.0, 1.0, False), (None, 1.0, False)]
)
def test_only_slower_cases_are_flagged(base: float | None, head: float, flagged: bool) -> None:
    change = compare.Change("a", base, head)
    assert change.slower is flagged
    assert ("SLOWER" in change.line()) is flagged


def test_changes_name_new_and_missing_cases() -> None:
    found = compare.changes({"a": 1.0, "gone": 1.0}, {"a": 2.0, "new": 1.0})
    assert [change.name for change in found] == ["a", "new", "gone"]
    assert [change.ratio for change in found] == [2.0, None, None]
    assert "| new |" in found[1].line()
    assert "| not run |" in found[2].line()


def test_what_seems_slower_is_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(json.dumps({"ratios": {"slow": 1.0, "unlucky": 1.0}}))
    answers = {"": {"slow": 2.0, "unlucky": 2.0}, "slow": {"slow": 2.1}, "unlucky": {"unlucky": 1.0}}

    def run(pattern: str = "", given: Path | None = None) -> suite.Results:
        figures = {name: suite.Figure(1.0, 0.0, ratio, 1) for name, ratio in answers[pattern].items()}
        return suite.Results({}, 10.0, figures)

    monkeypatch.setattr(compare, "run", run)
    _, found = compare.compare(path=path)
    assert {change.name: change.slower for change in found} == {"slow": True, "unlucky": False}


def test_a_baseline_is_the_least_of_its_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([0.5, 0.25, 1.0])
    monkeypatch.setattr(
        compare, "run", lambda pattern: suite.Results({}, 10.0, {"a": suite.Figure(1.0, 0.0, next(answers), 1)})
    )
    compare.write_baseline(tmp_path / "baseline.json")
    assert compare.stored(tmp_path / "baseline.json") == {"a": 0.25}


def test_run_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.pin_threads", lambda: None)
    monkeypatch.setattr(suite, "PASSES", 1)
    out = tmp_path / "out.json"
    assert main(["run", "--only", "slanted_foreground@full", "--out", str(out)]) == 0
    written = json.loads(out.read_text())
    assert list(written["figures"]) == ["fingerprint.blocks.slanted_foreground@full"]
    assert written["yardstick_ms"] > 0
    assert "slanted_foreground@full" in capsys.readouterr().out


def test_the_baseline_knows_most_cases() -> None:
    known = compare.stored()
    assert all(ratio > 0 for ratio in known.values())
    assert sum(case.name in known for case in CASES) > 0.5 * len(CASES)


def test_a_broken_case_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def broken(*anything: object) -> Work:
        raise ValueError("no")

    cases = [Case("a", broken), Case("b", lambda setting: Work(broken)), Case("c", lambda setting: Work(int))]
    monkeypatch.setattr(suite, "all_cases", lambda sets: cases)
    monkeypatch.setattr(suite, "PASSES", 1)
    assert list(suite.run().figures) == ["c"]
    told = capsys.readouterr().err
    assert "a: ValueError: no" in told
    assert "b: ValueError: no" in told


def test_threads_are_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cv2.getNumThreads()
    for name in VARIABLES:
        monkeypatch.setenv(name, "7")
    try:
        pin_threads()
        assert cv2.getNumThreads() == 1
        assert {os.environ[name] for name in VARIABLES} == {"1"}
    finally:
        cv2.setNumThreads(before)


def test_metadata_names_no_machine() -> None:
    import platform

    assert platform.node() not in str(metadata.metadata()) or len(platform.node()) < 4
    assert "/" not in str(metadata.versions())


@pytest.mark.parametrize(
    ("name", "ours", "theirs", "digits", "same"),
    [
        ("Mu", "178.25", "178.25000000001", 0, True),
        ("Mu", "178.25", "178.2501", 0, False),
        ("Mu", "178.2504", "178.25", 6, True),
        ("Mu", "178.2506", "178.25", 6, False),
        ("FDA_Bin10_3", "8.0", "8", 0, True),
        ("FDA_Bin10_3", "8.0000001", "8", 6, False),
        ("Mu", "", "178.25", 0, False),
    ],
)
def test_parity_of_one_value(name: str, ours: str, theirs: str, digits: int, same: bool) -> None:
    assert parity.equal(name, ours, theirs, digits) is same


@pytest.mark.parametrize(
    ("name", "excluded"),
    [
        ("QBV_FJFXPos_Mu_MinutiaeQuality_2", True),
        ("FingerJetFX_MinutiaeCount", True),
        ("QBV_Mu", False),
        ("FDA_Bin10_Mean", False),
    ],
)
def test_minutiae_are_left_out_of_parity(name: str, excluded: bool) -> None:
    assert bool(parity.EXCLUDED.fullmatch(name)) is excluded


def test_parity_through_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    images = tmp_path / "images" / "own"
    images.mkdir(parents=True)
    picture = SAMPLE_DATA / "fingerprint/person01/right_index_1.png"
    (images / picture.name).write_bytes(picture.read_bytes())
    scored = parity.scored([images])
    monkeypatch.setattr(parity, "scored", lambda paths: scored)
    row = scored[picture.name]
    own = {name: row[f"nfiq2.{name}"] for name in ("Mu", "MMB", "OCL_Bin10_3")}
    reference = tmp_path / "nfiq2" / "own.csv"
    reference.parent.mkdir()
    for values, status in ((own, 0), (own | {"Mu": "1"}, 1)):
        with reference.open("w", newline="") as handle:
            table = csv.DictWriter(handle, ["file", "w", "error", *values])
            table.writeheader()
            table.writerow({"file": picture.name, "w": "1", "error": ""} | values)
        assert parity.main(["--reference", str(tmp_path), "--images", str(tmp_path / "images")]) == status
    assert "| own | 1 | 3 | 1 | Mu (1) |" in capsys.readouterr().out


def test_memory_of_a_short_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert memory.main(["--files", "20", "--workers", "1"]) == 0
    assert "20 files, 1 workers" in capsys.readouterr().out


def test_memory_without_psutil(monkeypatch: pytest.MonkeyPatch) -> None:
    if not Path("/proc/self/statm").exists():
        pytest.skip("no /proc here")
    with_psutil = memory.resident_mib(os.getpid())
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert memory.resident_mib(os.getpid()) == pytest.approx(with_psutil, rel=0.2)
    assert memory.resident_mib(os.getpid()) > 10


def test_memory_peaks() -> None:
    looks = [memory.Look(0, 50.0), memory.Look(8, 90.0), memory.Look(50, 80.0), memory.Look(100, 99.0)]
    assert memory.peaks(looks, 100) == (90.0, 99.0)
    assert memory.table(looks, 100).splitlines()[2:] == ["| 0 to 10 | 50 | 90 |", "| 50 to 60 | 80 | 80 |"]
