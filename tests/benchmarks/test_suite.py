import csv
import inspect
import json
import os
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import cv2
import pytest
from benchmarks.__main__ import main
from benchmarks.studies import memory, parity, trust
from benchmarks.suite import (
    baseline,
    checkouts,
    compare,
    complexity,
    eyes,
    faces,
    kernels,
    measured,
    metadata,
    paired,
    stages,
    suite,
    timing,
    worker,
)
from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import SAMPLE_DATA, Setting
from benchmarks.suite.threads import VARIABLES, pin_threads
from benchmarks.suite.yardstick import yardstick

from biocapture.assessment.modalities import AVAILABLE, measures
from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.nfiq2 import blockwise, windows

ROOT = Path(__file__).parents[2]

CASES = suite.all_cases()
SHORT_PATTERN = "slanted_foreground@sample"


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return Setting(tmp_path_factory.mktemp("benchmarks"), files=9, gallery=8, each=1)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_case_runs(case, setting: Setting) -> None:
    if "workers" in case.name and "fingerprint, workers 1]" not in case.name:
        pytest.skip("one folder run is enough")
    work = case.prepare(setting)
    took = work.call()
    assert work.items >= 1
    assert not work.own_time or 0 < took < 60


def test_names_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)


def test_the_baseline_and_the_short_form_have_the_same_cases() -> None:
    """A case under a new name would otherwise be compared with nothing, without a word."""
    assert set(baseline.stored()) == {case.name for case in CASES if case.short}


def test_every_measure_and_modality_is_timed() -> None:
    names = {case.name for case in CASES}
    assert {f"measure.{name}@1" for name in measures()} <= names
    for modality in AVAILABLE:
        assert {f"assessment.scoring.reports[{modality}]", f"assessment.pipeline.assess[{modality}, png]"} <= names
        assert any(name.startswith(f"assessment.pipeline.assess_many[{modality}") for name in names)


@pytest.mark.parametrize("module", [describe.__module__, blockwise.__name__])
def test_every_stage_is_timed(module: str) -> None:
    """A stage added to the straight line needs a line in benchmarks/suite/stages.py."""
    timed = {function for function, _ in stages.LINE + stages.PARTS} | {windows.rotated_windows}
    steps = [value for value in vars(sys.modules[module]).values() if inspect.isfunction(value)]
    taken = {
        step for step in steps if step.__module__.startswith("biocapture.fingerprint") and step.__module__ != module
    }
    assert taken <= timed


@pytest.mark.parametrize(
    ("cases", "module", "besides"),
    [
        (eyes, "biocapture.iris.describe", set()),
        (faces, "biocapture.face.describe", {"rgb_picture", "find_inputs"}),
    ],
)
def test_every_stage_of_eyes_and_faces_is_timed(cases, module: str, besides: set[str]) -> None:
    timed = {function for function, _ in cases.LINE + cases.PARTS}
    steps = [value for value in vars(sys.modules[module]).values() if inspect.isfunction(value)]
    missing = {step.__name__ for step in steps if step.__module__ != module and step not in timed}
    missing -= {"no_trace", "values_of"}  # no stages
    assert missing <= besides


def test_a_module_that_does_not_fit_costs_only_its_own_cases(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(suite, "MODULES", ("no_such_cases", "whole"))
    assert len(suite.all_cases()) > 5
    assert "no_such_cases: ModuleNotFoundError" in capsys.readouterr().err


def test_the_users_images_are_a_further_set(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes((SAMPLE_DATA / "fingerprint/person01/right_index_1.png").read_bytes())
    setting = Setting(tmp_path / "work", given=tmp_path)
    assert setting.sets() == ("sample", "given")
    assert [sample.id for sample in setting.prints("given")] == ["a.png"]


def test_the_yardstick_does_the_work_it_always_did() -> None:
    assert yardstick() == pytest.approx(449542.407, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("interpreted", 24358),
        ("calls", 5616.0),
        ("arrays", 170123.34888796334),
        ("filters", 287529.5938),
        ("inflated", 221184.0),
        ("convolved", -0.2500719),
    ],
)
def test_kernels_do_the_work_they_always_did(name: str, answer: float) -> None:
    assert kernels.KERNELS[name]() == pytest.approx(answer, rel=1e-4)


def test_figures_are_per_item_and_in_yardsticks() -> None:
    found = timing.timing_of([0.4, 0.2, 0.3, 0.5, 0.6])
    assert (found.median_s, found.shortest_s, found.rounds) == (0.4, 0.2, 5)
    assert found.iqr_s == pytest.approx(0.2)
    figure = measured.figure_of(found, items=2, unit_s=0.01)
    assert figure.median_ms == pytest.approx(200)
    assert figure.ratio == pytest.approx(10)


def test_short_work_is_repeated_within_a_round() -> None:
    calls = []
    effort = timing.Effort(budget_s=0.0, least=3, most=3, round_s=1e-4)
    found = timing.seconds_of(Work(lambda: calls.append(0)), effort)
    assert len(found) == 3
    assert len(calls) > 100


def test_work_may_tell_its_own_time() -> None:
    assert timing.seconds_of(Work(lambda: 2.5, own_time=True), timing.SLOW) == [2.5, 2.5]


def test_the_processor_s_clock_counts_ended_children_and_no_waiting() -> None:
    pytest.importorskip("resource")
    time.sleep(0.3)  # threads of linear algebra that ended before look for more work for a while
    begun = timing.processor_s()
    time.sleep(0.05)
    waited_s = timing.processor_s() - begun
    subprocess.run([sys.executable, "-c", "sum(range(10**6))"], check=True)
    assert waited_s < 0.04
    assert timing.processor_s() - begun - waited_s > 0.005


def look(case_s: float, **kernel_s: float) -> paired.Look:
    return paired.Look(case_s, kernel_s)


def test_a_look_counts_the_case_in_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    done = []
    monkeypatch.setitem(kernels.KERNELS, "calls", lambda: done.append("kernel"))
    watch = paired.Watch(Work(lambda: done.append("case"), items=4), ("calls",))
    done.clear()
    seen = watch.look()
    assert done[0] == done[-1] == "kernel"
    assert "case" in done
    assert seen.ratio("calls") == pytest.approx(seen.case_s / seen.kernel_s["calls"])
    assert look(3.0, a=2.0).ratio("a") == 1.5


def test_the_unit_of_a_case_is_the_kernel_it_follows_best() -> None:
    processes = [
        [look(1.0, good=1.0, bad=1.0, poor=1.0, worse=9.0)],
        [look(2.0, good=2.0, bad=1.9, poor=1.5, worse=1.0)],
        [look(3.0, good=2.9, bad=9.0, poor=2.0, worse=1.0)],
    ]
    known = baseline.known_of(processes)
    assert known.units == {"good": 1.0, "poor": pytest.approx(4 / 3, rel=1e-3), "bad": 1.0}
    assert known.spread == pytest.approx(3.0 / 2.9, rel=1e-3)
    assert known.ms == 2000.0


def test_one_kernel_with_a_good_or_a_bad_process_does_not_matter() -> None:
    known = baseline.Known({"a": 1.0, "b": 2.0, "c": 1.0}, 1.0, 10.0)
    assert known.ratio([look(3.0, a=1.0, b=1.0, c=2.0)] * 3) == 1.5
    assert known.ratio([look(3.0, a=9.0, b=1.0, c=2.0)] * 3) == 1.5


def test_limits_leave_room_for_differing_processes_and_for_the_small() -> None:
    assert baseline.Known({}, 1.05, 10.0).limit == pytest.approx(1.2502)
    assert baseline.Known({}, 1.4, 10.0).limit == pytest.approx(1.6102)
    assert baseline.Known({}, 1.0, 0.0001).limit > 20
    assert not baseline.Known({}, 1.4, 10.0).catches


class Script:
    """A measurer whose ratios are written down beforehand, call by call; the last one stays."""

    prepared = ()

    def __init__(self, ratios: dict[str, list[float]]) -> None:
        self.ratios, self.asked = ratios, []

    def __call__(self) -> "Script":
        return self

    def __enter__(self) -> "Script":
        return self

    def __exit__(self, *anything: object) -> None:
        pass

    def prepare(self, names: list[str] = ()) -> list[str]:
        return [name for name in names if name in self.ratios]

    def looks(self, name: str, units: list[str], times: int) -> list[paired.Look]:
        self.asked.append(name)
        left = self.ratios[name]
        ratio = left.pop(0) if len(left) > 1 else left[0]
        return [paired.Look(ratio, dict.fromkeys(units, 1.0))] * times


def stored(path: Path, *names: str) -> Path:
    known = {"units": {"calls": 1.0}, "spread": 1.0, "ms": 10.0}
    path.write_text(json.dumps({"metadata": metadata.metadata(), "cases": dict.fromkeys(names, known)}))
    return path


def test_only_what_is_slower_every_time_is_slower(tmp_path: Path) -> None:
    path = stored(tmp_path / "baseline.json", "slow", "unlucky", "fine", "once", "gone")
    ratios = {"slow": [1.5, 1.25, 1.5], "unlucky": [1.9, 1.6, 1.2, 1.7, 1.2, 9.0], "fine": [1.05], "once": [1.9, 1.0]}
    script = Script(ratios)
    found = compare.compare(path=path, start=script)
    assert {verdict.name for verdict in found if verdict.slower} == {"slow"}
    assert {name: script.asked.count(name) for name in ("fine", "unlucky", "once")} == {
        "fine": 1,
        "unlucky": 5,
        "once": 2,
    }
    assert script.asked.count("slow") == 1 + compare.SETTLED
    text = compare.table(found, baseline.stored(path))
    assert "| slow | 10 | calls | 1.25 | 1.50 | 7 | 1.25 | SLOWER |" in text
    assert "In the baseline only: gone" in text


def test_without_time_to_settle_a_doubt_nothing_is_called_slower(tmp_path: Path) -> None:
    path = stored(tmp_path / "baseline.json", "slow")
    (verdict,) = compare.compare(path=path, start=Script({"slow": [1.5]}), budget_s=0.0)
    assert verdict.doubted
    assert not verdict.slower
    assert "doubted, not settled" in verdict.line()


def test_another_machine_has_leeway_and_is_told(tmp_path: Path) -> None:
    path = stored(tmp_path / "baseline.json", "slow", "twice")
    facts = json.loads(path.read_text())
    assert compare.leeway(path) == 1.0
    path.write_text(json.dumps(facts | {"metadata": facts["metadata"] | {"cpu": "another"}}))
    assert compare.difference(path).startswith("cpu another then")
    found = compare.compare(path=path, start=Script({"slow": [1.5], "twice": [2.7]}))
    assert [verdict.slower for verdict in found] == [False, True]


def test_compare_ends_with_status_1_when_a_case_is_slower(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.__main__.pin_threads", lambda: None)
    monkeypatch.setattr(compare, "leeway", lambda: 1.0)  # as on the processor of the baseline
    known = next(iter(baseline.stored().values()))
    for ratios, status in (([1.0], 0), ([9.0] * 9, 1)):
        verdict = compare.Verdict("a", known, 1.0, ratios)
        monkeypatch.setattr(compare, "compare", lambda only, verdict=verdict: [verdict])
        assert main(["compare"]) == status
    assert "1 cases, 1 slower" in capsys.readouterr().out


def test_the_worker_measures_the_library_it_is_given(tmp_path: Path) -> None:
    with worker.Measurer() as measurer:
        names = [case.name for case in CASES if SHORT_PATTERN in case.name]
        assert measurer.prepare([*names, "no such case"]) == names
        looks = measurer.looks(names[0], ("calls", "filters"), 3)
        assert len(looks) == 3
        assert all(look.case_s > 0 and set(look.kernel_s) == {"calls", "filters"} for look in looks)
        assert measurer.looks("no such case", (), 1) == []


def test_two_checkouts_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []

    class Side(Script):
        def __init__(self, place: Path, cases: Path = ROOT) -> None:
            slow = 1.0 if place.name == "a" else 1.4
            super().__init__({"same": [1.0], "slower": [slow], "renamed": [slow], "new": [1.0]})
            if place.name == "a":
                del self.ratios["new"]
                if cases == ROOT:
                    del self.ratios["renamed"]
            self.name = place.name if cases == ROOT else "own"

        def looks(self, name: str, units: list[str], times: int) -> list[paired.Look]:
            turns.append(self.name)
            return super().looks(name, units, times)

    monkeypatch.setattr(checkouts, "Measurer", Side)
    monkeypatch.setattr(
        checkouts,
        "all_cases",
        lambda: [Case(name, lambda setting: Work(int)) for name in ("same", "slower", "renamed", "new")],
    )
    monkeypatch.setattr(checkouts, "checkout", lambda name: nullcontext(Path(name)))
    found = checkouts.compare("a", "b", rounds=4)
    assert {pair.name: pair.over(1.2) for pair in found} == {"same": False, "slower": True, "renamed": True}
    assert turns[:6] == ["b", "a", "a", "b", "b", "a"]
    assert set(turns) == {"a", "b", "own"}
    assert checkouts.unseen(found) == ["new"]
    assert found[1].line(1.2).endswith("| 1.40 | 1.40 to 1.40 | SLOWER |")
    assert len(found[1].times) == 1 + checkouts.SETTLED


def test_on_another_processor_the_comparison_is_with_a_commit(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = checkouts.Pair("a", [[(0.001, 0.0016)] * 3])
    monkeypatch.setattr("benchmarks.__main__.pin_threads", lambda: None)
    monkeypatch.setattr(compare, "leeway", lambda: compare.STRANGE)
    monkeypatch.setattr(checkouts, "base_commit", lambda: "0123456789abcdef")
    monkeypatch.setattr(checkouts, "compare", lambda a, b, *rest: [pair])
    monkeypatch.setattr(checkouts, "all_cases", lambda: [Case(name, lambda setting: Work(int)) for name in ("a", "b")])
    assert main(["compare"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert "compared with 0123456789ab instead" in printed[0]
    assert printed[-2] == "1 cases, 1 above 1.2: a"
    assert printed[-1] == "Not seen, as 0123456789ab has no case of that name: 1: b"


def test_what_is_compared_with_is_an_earlier_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def git(*words: str) -> str:
        identity = ("-c", "user.name=a", "-c", "user.email=a@b.c")
        return subprocess.run(
            ["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True, text=True
        ).stdout

    monkeypatch.setattr(checkouts, "ROOT", tmp_path)
    monkeypatch.delenv("BENCHMARK_BASE", raising=False)
    assert checkouts.base_commit() == ""
    git("init", "-q", "-b", "main")
    commits = []
    for name in ("first", "benchmarks/suite/baseline.json", "third", "fourth"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
        git("add", ".")
        git("commit", "-qm", name)
        commits.append(git("rev-parse", "HEAD").strip())
    assert checkouts.base_commit() == commits[1]
    git("checkout", "-q", commits[1])
    assert checkouts.base_commit() == commits[0]
    git("checkout", "-q", commits[3])
    git("update-ref", "refs/remotes/origin/HEAD", commits[2])
    assert checkouts.base_commit() == commits[2]
    monkeypatch.setenv("BENCHMARK_BASE", commits[0])
    assert checkouts.base_commit() == commits[0]


def test_a_checkout_may_be_a_folder() -> None:
    with checkouts.checkout(str(ROOT)) as place:
        assert place == ROOT


def test_a_slower_function_is_slower_wherever_it_was_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    from biocapture.fingerprint.features import minutiae

    using = sys.modules[describe.__module__]
    original = minutiae.extract_minutiae
    for module in (using, minutiae):
        monkeypatch.setattr(module, "extract_minutiae", original)  # to have it put back
    trust.replace(original, trust.slowed(original, 1.5))
    assert using.extract_minutiae is minutiae.extract_minutiae is not original

    def busy() -> None:
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass

    begun = time.process_time()
    trust.slowed(busy, 2.0)()
    assert time.process_time() - begun > 0.039


def test_exponents() -> None:
    sizes = [10.0, 20.0, 40.0]
    assert complexity.exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert complexity.exponent(sizes, [2.0, 2.0, 2.0]) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("name", complexity.CASES)
def test_each_case_of_complexity_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCHMARKS_FOLDER", str(tmp_path))
    growth = complexity.CASES[name]
    growth.of(growth.sizes[0] if growth.sizes[0] > 1000 else 8)()


def test_complexity_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complexity, "_asked", lambda name, sizes, what: [size**2 / 1e9 for size in sizes])
    lines = list(complexity.table("decode[png]"))
    assert len(lines) == 3
    assert "| 2.00 (!) |" in lines[2]


def test_run_writes_json(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.__main__.pin_threads", lambda: None)
    monkeypatch.setattr(measured, "PASSES", 1)
    out = tmp_path / "out.json"
    assert main(["run", "--only", SHORT_PATTERN, "--out", str(out)]) == 0
    written = json.loads(out.read_text())
    assert list(written["figures"]) == [f"fingerprint.nfiq2.blocks.{SHORT_PATTERN}"]
    assert written["yardstick_ms"] > 0
    assert SHORT_PATTERN in capsys.readouterr().out


def test_the_baseline_knows_most_cases_and_would_catch_what_takes_long() -> None:
    known = baseline.stored()
    short = [case.name for case in CASES if case.short]
    assert sum(name in known for name in short) > 0.5 * len(short)
    hot = {name: facts for name, facts in known.items() if facts.ms > 1.0}
    assert sum(facts.catches for facts in hot.values()) > 0.5 * len(hot)


def test_a_broken_case_does_not_end_the_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    def broken(*anything: object) -> Work:
        raise ValueError("no")

    cases = [Case("a", broken), Case("b", lambda setting: Work(broken)), Case("c", lambda setting: Work(int))]
    monkeypatch.setattr(measured, "all_cases", lambda sets: cases)
    monkeypatch.setattr(measured, "PASSES", 1)
    assert list(measured.run().figures) == ["c"]
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
