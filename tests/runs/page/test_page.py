"""The report of a run: counts equal brute force, any size stays small, nothing in a table can become markup."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.support.run_tables import write_run

from biocapture.assessment.modalities import measures
from biocapture.assessment.report import Report, header, open_writer
from biocapture.errors import UsageError
from biocapture.guidance import LANGUAGES, vocabulary
from biocapture.guidance.words import number, percent
from biocapture.profile.load import load_profile
from biocapture.runs.page import write_run_page
from biocapture.runs.page.changes import changes, paired_difference
from biocapture.runs.page.correlation import spearman
from biocapture.runs.page.gather import gather_statistics
from biocapture.runs.page.reference import quantile, read_reference, reference_population, write_reference
from biocapture.runs.page.run_table import open_run_table
from biocapture.runs.page.samples import ExampleRow
from biocapture.runs.page.statistics import MAX_GROUPS, OTHER, VERDICTS

MINIMA = load_profile("default", measures()).retake
ROWS = 2000
MAX_BYTES = 5_000_000
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&{{ 7*7 }}\udcff.png"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("runs") / "run", ROWS)


@pytest.fixture(scope="module")
def rows(run: Path) -> list[dict[str, object]]:
    return [row for file in sorted(run.glob("part-*.parquet")) for row in pq.read_table(file).to_pylist()]


def page_of(run: Path, folder: Path, **how: object) -> str:
    write_run_page(run, folder / "report.html", **how)  # type: ignore[arg-type]
    return (folder / "report.html").read_text(encoding="utf8")


def test_counts_equal_those_of_the_rows(run: Path, rows: list[dict[str, object]]) -> None:
    found = gather_statistics(open_run_table(run), MINIMA)
    assert found.rows == len(rows) == ROWS
    names = [row["verdict"] or "ERROR" for row in rows]
    assert found.verdicts.tolist() == [names.count(verdict) for verdict in VERDICTS]
    for (kind, slot), counts in found.groups["position"].items():
        mine = [row for row in rows if (row["modality"] or "", row["position"] or "") == (kind, slot)]
        assert counts.sum() == len(mine)
        assert counts[0].sum() == sum(row["verdict"] == "READY" for row in mine)
    for (kind, key), (every, worst) in found.reasons.items():
        mine = [row for row in rows if row["modality"] == kind and row["reasons"] == key]
        assert every == worst == len(mine) > 0
    for name in ("fingerprint.centring", "iris.sharpness", "face.yaw"):
        scores = [row[f"{name}.score"] for row in rows if row[f"{name}.score"] is not None]
        assert found.scores[name].sum() == len(scores)
        assert found.below[name] == sum(score < MINIMA[name] for score in scores)  # type: ignore[operator]
        assert quantile(found.scores[name], 0.5) == pytest.approx(np.median(scores), abs=1)  # type: ignore[arg-type]


def test_days_devices_and_errors_are_grouped(run: Path, rows: list[dict[str, object]]) -> None:
    found = gather_statistics(open_run_table(run), MINIMA)
    devices = {name for _, name in found.groups["device"]}
    assert devices == {f"scanner {number}" for number in range(1, 6)}
    days = {name for _, name in found.groups["day"]}
    assert days <= {f"2026-{month:02}-{day:02}" for month in (5, 6) for day in range(1, 32)}
    assert len(days) >= 14
    assert [(key, group.rows) for key, group in found.errors.items()] == [
        ("the image ends after # bytes", sum(row["error"] is not None for row in rows))
    ]


def test_worst_and_borderline_cases_are_the_true_ones(run: Path, rows: list[dict[str, object]]) -> None:
    found = gather_statistics(open_run_table(run), MINIMA)
    eyes = [row for row in rows if row["modality"] == "iris"]
    lowest = sorted(eyes, key=lambda row: row["quality"])[:10]  # type: ignore[arg-type, return-value]
    assert [case.path for _, case in found.worst["iris"].ranked] == [row["path"] for row in lowest]

    def margin(row: dict[str, object]) -> float:
        return min(row[f"{name}.score"] - least for name, least in MINIMA.items() if name.startswith("iris."))  # type: ignore[operator]

    nearest = sorted(eyes, key=lambda row: abs(margin(row)))[:10]
    assert [case.path for _, case in found.borderline["iris"].ranked] == [row["path"] for row in nearest]
    for (_, case), row in zip(found.borderline["iris"].ranked, nearest, strict=True):
        assert case.margin == pytest.approx(margin(row))
        assert (case.verdict == "READY") is (case.margin >= 0)


def test_every_format_gives_the_same_numbers(tmp_path: Path) -> None:
    names = header(tuple(measures()))
    reports = [
        Report(path="a.png", sha256="0" * 64, error="a.png: cut, short"),
        Report(path="with\nnewline.png", sha256="1" * 64, error='a "quoted" fault'),
    ]
    from biocapture.assessment.pipeline import assess

    sample = Path(__file__).parents[3] / "sample_data" / "fingerprint" / "person01" / "right_index_4.png"
    reports.append(assess(sample, "fingerprint"))
    seen = []
    for suffix in (".parquet", ".csv", ".jsonl"):
        path = tmp_path / f"table{suffix}"
        with open_writer(path, names) as table:
            for report in reports:
                table.write(report)
        found = gather_statistics(open_run_table(path), MINIMA)
        worst = found.worst["fingerprint"].ranked[0][1]
        measured = {name: counts.tolist() for name, counts in found.scores.items()}
        seen.append((found.verdicts.tolist(), sorted(found.reasons), sorted(found.errors), measured, worst.path))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][0][3] == 2


def test_nothing_in_a_table_becomes_markup(tmp_path: Path) -> None:
    table = tmp_path / "hostile.csv"
    names = ["path", "modality", "position", "quality", "verdict", "reasons", "error", "device"]
    lines = [
        [HOSTILE, "fingerprint", HOSTILE, "3", "RETAKE", HOSTILE, "", HOSTILE],
        [HOSTILE, HOSTILE, HOSTILE, "", "", "", HOSTILE, HOSTILE],
    ]
    with table.open("w", encoding="utf8", errors="surrogateescape", newline="") as handle:
        csv.writer(handle).writerows([names, *lines])
    folder = tmp_path / "run"
    folder.mkdir()
    content = pa.table(
        {name: [row[i].replace("\udcff", "") for row in lines] for i, name in enumerate(names) if i != 3}
    )
    pq.write_table(content, folder / "part-00000.parquet")
    (folder / "run.json").write_text(json.dumps({HOSTILE: {HOSTILE: [HOSTILE]}}), encoding="utf8", errors="replace")
    for source in (table, folder):
        page = page_of(source, tmp_path, against=source, picture=lambda case, drawn: "data:image/png;base64,AAAA")
        assert "alert(1)" in page
        assert re.findall(r"<script[^>]*>", page) == ["<script>"]
        assert "<img src=x" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert not re.search(
            r'="[^"<>]*"[^\s/>]', re.sub(r"<script>.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
        )
        assert "49.png" not in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_holds_all_and_loads_nothing(run: Path, tmp_path: Path, language: str) -> None:
    page = page_of(run, tmp_path, language=language)
    assert len(page.encode()) < MAX_BYTES
    assert f'<html lang="{language}">' in page
    assert not re.search(r"https?://|url\(|@import|<link(?! rel=\"icon\" href=\"data:,\")|src=(?!\"data:)", page)
    for part in ("reasons", "scores", "groups", "measures", "cases", "correlations", "errors", "versions"):
        assert f'<section id="{part}">' in page
    assert "data:image" not in page
    ready = gather_statistics(open_run_table(run), MINIMA).verdicts[0]
    assert number(float(ready), language) in page
    assert percent(ready / ROWS, language) in page


def test_pages_of_few_and_of_no_rows(tmp_path: Path) -> None:
    for size in (0, 1, 10):
        page = page_of(write_run(tmp_path / str(size), size), tmp_path)
        assert not re.search(r"\bnan\b", page, flags=re.IGNORECASE)


def test_the_manifest_names_profile_and_device(tmp_path: Path) -> None:
    rows = {"path": ["a"], "verdict": ["READY"], "modality": ["face"]}
    pq.write_table(pa.table(rows), tmp_path / "part-00000.parquet")
    for profile in ("e-ktp", {"name": "e-ktp", "sha256": "00"}):
        (tmp_path / "run.json").write_text(json.dumps({"profile": profile, "device": "booth 7", "inputs": ["a", "b"]}))
        page = page_of(tmp_path, tmp_path)
        assert "e-ktp: " in page
        assert '<td class="keep">booth 7</td>' in page
        assert "[&#39;a&#39;, &#39;b&#39;]" in page


def test_groups_beyond_the_limit_are_joined(tmp_path: Path) -> None:
    many = MAX_GROUPS + 50
    columns = {
        "path": [f"{i}" for i in range(many)],
        "verdict": ["READY"] * many,
        "device": [f"d{i}" for i in range(many)],
    }
    pq.write_table(pa.table(columns | {"modality": ["iris"] * many}), tmp_path / "t.parquet")
    groups = gather_statistics(open_run_table(tmp_path / "t.parquet"), MINIMA).groups["device"]
    assert len(groups) == MAX_GROUPS + 1
    assert groups["iris", OTHER].sum() == 50


def test_a_planted_improvement_is_found_and_equal_runs_are_not_told_apart(run: Path, tmp_path: Path) -> None:
    before = gather_statistics(open_run_table(run), MINIMA)
    better = gather_statistics(open_run_table(write_run(tmp_path / "better", ROWS, seed=1, better=10.0)), MINIMA)
    alike = gather_statistics(open_run_table(write_run(tmp_path / "alike", ROWS, seed=2)), MINIMA)
    quality = {change.modality: change for change in changes(before, better) if change.kind == "quality"}
    assert all(change.direction == 1 for change in quality.values())
    assert quality["fingerprint"].low < 10.0 < quality["fingerprint"].high + 1.5
    reasons = [change for change in changes(before, better) if change.kind == "reason"]
    assert sum(change.direction for change in reasons) > len(reasons) / 5
    told = [change.direction != 0 for change in changes(before, alike)]
    assert np.mean(told) < 0.15
    page = page_of(tmp_path / "better", tmp_path, against=run)
    assert "▲ better" in page


def test_the_same_files_are_paired_and_unchanged(run: Path) -> None:
    one, other = (gather_statistics(open_run_table(run), MINIMA) for _ in range(2))
    for kind in one.modalities:
        both = paired_difference(one.sampled[kind], other.sampled[kind])
        assert both is not None
        assert (both.count, both.changed, both.mean) == (len(one.sampled[kind]), 0, 0.0)


def test_a_reference_survives_its_file_and_damage_is_said(run: Path, tmp_path: Path) -> None:
    made = reference_population(gather_statistics(open_run_table(run), MINIMA), "ours")
    path = tmp_path / "reference.json"
    write_reference(made, path)
    assert read_reference(path) == made
    for damage in (b"[]", b"{", b'{"about": "", "score": {"a": [1]}, "raw": {}}', b"[" * 100_000):
        path.write_bytes(damage)
        with pytest.raises(UsageError, match="not a reference population"):
            read_reference(path)


def test_a_population_differs_from_itself_in_one_of_twenty(run: Path, tmp_path: Path) -> None:
    write_run_page(run, tmp_path / "r.html", save_reference=tmp_path / "own.json")
    page = page_of(run, tmp_path, reference=tmp_path / "own.json")
    assert "own.json" not in page
    tails = re.findall(
        r'fingerprint\.[a-z_2]+</code>.*?</svg>\n?</td><td class="r" data-v="([\d.]+)"', page, flags=re.DOTALL
    )
    assert len(tails) > 10
    assert all(float(tail) <= 0.08 for tail in tails)


def test_correlation_is_that_of_ranks() -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=500)
    scores = np.stack([x, np.exp(x), -x, random.normal(size=500), np.ones(500), np.where(x > 2.5, x, np.nan)], axis=1)
    values = spearman(scores)
    assert values[0, 1] == pytest.approx(1.0)
    assert values[0, 2] == pytest.approx(-1.0)
    assert abs(values[0, 3]) < 0.12
    assert np.isnan(values[0, 4])
    assert np.isnan(values[0, 5])


def test_unusable_runs_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    (tmp_path / "torn.jsonl").write_text('{"path": "a", "verdict": "READY"}\n[]\n')
    (tmp_path / "words.csv").write_text("path,verdict,quality\na,READY,high\n")
    for name, why in {
        "empty": "no part-",
        "bad.parquet": "cannot be read",
        "other.csv": "no table of biocapture",
        "none.csv": "cannot be read",
        "table.txt": "a run is a folder",
        "torn.jsonl": "line 2: not an object",
        "words.csv": "cannot be read",
    }.items():
        with pytest.raises(UsageError, match=why):
            write_run_page(tmp_path / name, tmp_path / "out.html")
    with pytest.raises(UsageError, match="cannot be written"):
        write_run_page(write_run(tmp_path / "run", 1), tmp_path / "none" / "out.html")
    with pytest.raises(UsageError, match="language"):
        write_run_page(tmp_path / "run", tmp_path / "out.html", language="fr")


def test_the_page_asks_for_words_that_there_are() -> None:
    source = Path(__file__).parents[3] / "src" / "biocapture" / "runs" / "page"
    code = "\n".join(path.read_text(encoding="utf8") for path in source.rglob("*") if path.suffix in {".py", ".j2"})
    asked = set(re.findall(r'\bw\("(\w+)"\)', code)) | set(re.findall(r'phrase\("(\w+)"', code))
    assert len(asked) > 50
    assert asked <= vocabulary("en").report.keys()


def test_examples_are_shown_only_when_asked(run: Path, tmp_path: Path) -> None:
    asked: list[ExampleRow] = []

    def picture(case: ExampleRow, drawn: bool) -> str:
        asked.append(case)
        return "data:image/png;base64,AAAA"

    page = page_of(run, tmp_path, picture=picture)
    assert page.count("data:image/png") >= len({case.path for case in asked}) > 30
    assert 'class="privacy"' in page
    assert 'class="privacy"' not in page_of(run, tmp_path)
