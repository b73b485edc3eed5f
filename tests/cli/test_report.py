"""``report``, ``draw`` and ``evaluate --tables`` from the command line."""

import csv
from pathlib import Path

import cv2
import pytest
from tests.support.run_tables import write_run
from typer.testing import CliRunner

from biocapture.cli import app
from biocapture.errors import UsageError

SAMPLES = Path(__file__).parents[2] / "sample_data"
PERSON = SAMPLES / "fingerprint" / "person01"


def run(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code in (0, 1)
    return done.output


def test_a_table_of_score_becomes_a_page(tmp_path: Path) -> None:
    prints = [PERSON / f"right_index_{number}.png" for number in (1, 4)]
    run("score", *prints, SAMPLES / "damaged", "--out", tmp_path / "t.csv", "--workers", 1)
    assert "report.html" in run("report", tmp_path / "t.csv", "--out", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf8")
    assert "right_index_4.png" in page
    assert "truncated.png" in page
    assert "data:image" not in page


def test_thumbnails_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PERSON)
    run("score", "right_index_4.png", "--out", tmp_path / "t.parquet", "--workers", 1)
    monkeypatch.chdir(tmp_path)
    for folder, shown in ((PERSON, True), (tmp_path, False)):
        run("report", "t.parquet", "--thumbnails", "--images", folder, "--lang", "id")
        page = (tmp_path / "report.html").read_text(encoding="utf8")
        assert ("data:image/jpeg;base64," in page) is shown
        assert ("Berkas ini memuat gambar orang" in page) is shown


def test_runs_are_compared_and_kept_as_reference(tmp_path: Path) -> None:
    before, now = (write_run(tmp_path / name, 60, seed=seed) for seed, name in enumerate(("before", "now")))
    run("report", before, "--out", tmp_path / "a.html", "--save-reference", tmp_path / "r.json")
    run("report", now, "--out", tmp_path / "b.html", "--against", before, "--reference", tmp_path / "r.json")
    page = (tmp_path / "b.html").read_text(encoding="utf8")
    assert '<section id="against">' in page
    assert "the reference (before)" in page


def test_no_run_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="part-"):
        run("report", tmp_path)


def test_draw_names_its_picture_after_the_capture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("draw", PERSON / "right_index_4.png") == "REVIEW → right_index_4.seen.png\n"
    assert cv2.imread("right_index_4.seen.png") is not None


def test_evaluate_writes_tables(tmp_path: Path) -> None:
    names = [f"right_{finger}_{touch}.png" for finger in ("index", "thumb") for touch in (1, 2, 4)]
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    listed = tmp_path / "pairs.csv"
    with listed.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(("file1", "file2", "genuine", "theirs"))
        writer.writerows((a, b, int(a[:-6] == b[:-6]), 1 if a[:-6] == b[:-6] else 0) for a, b in pairs)
    how = ("--images", PERSON, "--pairs", listed, "--out", tmp_path / "out.csv", "--workers", 1)
    said = run("evaluate", *how, "--tables", tmp_path / "tables")
    assert "documented for FMR 0.001" in said
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {"det.csv", "edc.csv", "thresholds.csv"}
    said = run("evaluate", *how, "--scores", "theirs", "--fmr", 0.2, "--tables", tmp_path / "theirs")
    assert "EER: 0.00 %" in said
    assert "of this list at FMR 0.2" in said
    with (tmp_path / "out.csv").open(newline="") as handle:
        assert list(next(csv.reader(handle))) == ["file1", "file2", "genuine", "theirs", "biocapture_quality"]
    with pytest.raises(UsageError, match="no column 'ours'"):
        run("evaluate", *how, "--scores", "ours")
