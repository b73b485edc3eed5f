"""The commands that compare, as their user meets them: exit status, what is said, what is written."""

import csv
import subprocess
import sys
from pathlib import Path

import cv2
import pytest
from tests.support.commands import Run
from tests.support.prints import touch


@pytest.fixture(scope="module")
def prints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two touches of one finger, one of another, and a file that is no image."""
    folder = tmp_path_factory.mktemp("prints")
    for name, shown in (("a1", touch(1)), ("a2", touch(1, rotation_deg=15.0)), ("b1", touch(2))):
        cv2.imwrite(str(folder / f"{name}.png"), shown.pixels)
    (folder / "text.png").write_text("no image")
    (folder / "pairs.csv").write_text("file1,file2,genuine\na1.png,a2.png,1\na1.png,b1.png,0\na2.png,b1.png,0\n")
    return folder


def test_compare_says_same_or_not_by_its_status(run: Run, prints: Path, tmp_path: Path) -> None:
    same = run("compare", prints / "a1.png", prints / "a2.png", "--overlay", tmp_path / "pairs.png")
    assert (same.status, same.err) == (0, "")
    assert same.out.startswith("SAME at FMR 0.001: score ")
    assert "minutiae agree" in same.out
    assert cv2.imread(str(tmp_path / "pairs.png")) is not None
    for fmr in ("0.01", "1e-4"):
        other = run("compare", prints / "a1.png", prints / "b1.png", "--fmr", fmr)
        assert other.status == 1
        assert other.out.startswith(f"not the same at FMR {float(fmr):g}: score ")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("a1.png", "none.png"), "none.png: cannot be read"),
        (("a1.png", "text.png"), "text.png: not an image"),
        (("a1.png",), "Missing argument"),
        (("a1.png", "a2.png", "--fmr", "0.02"), "must be one of 0.01, 0.001, 0.0001"),
        (("a1.png", "a2.png", "--fmr", "nan"), "must be one of"),
        (("a1.png", "a2.png", "--ppi", "1"), "50..5000"),
        (("a1.png", "a2.png", "--modality", "toe"), "toe"),
        (("a1.png", "a2.png", "--overlay", "pairs.jpg"), "an overlay is a .png"),
        (("a1.png", "a2.png", "--overlay", "none/pairs.png"), "cannot be written"),
    ],
)
def test_compare_used_wrongly(run: Run, prints: Path, monkeypatch: pytest.MonkeyPatch, words: tuple, says: str) -> None:
    monkeypatch.chdir(prints)
    said = run("compare", *words)
    assert said.status == 2
    assert says in said.err
    assert "Traceback" not in said.err


def test_template_writes_files_that_compare_and_evaluate_take(run: Run, prints: Path, tmp_path: Path) -> None:
    for name, kind in (("a1", "own"), ("a2", "iso2005"), ("b1", "iso2011")):
        said = run("template", prints / f"{name}.png", "--out", tmp_path / f"{name}.fmr", "--format", kind)
        assert said.status == 0
        assert said.out == f"{(tmp_path / f'{name}.fmr').stat().st_size} bytes → {tmp_path / f'{name}.fmr'}\n"
    assert run("compare", tmp_path / "a1.fmr", tmp_path / "a2.fmr", "--overlay", tmp_path / "pairs.png").status == 0
    assert run("compare", prints / "a1.png", tmp_path / "b1.fmr").status == 1
    (tmp_path / "pairs.csv").write_text("file1,file2,genuine\na1.fmr,a2.fmr,1\na1.fmr,b1.fmr,0\n")
    words = ("--images", tmp_path, "--pairs", tmp_path / "pairs.csv", "--out", tmp_path / "out.csv", "-w", 1)
    said = run("evaluate", *words)
    assert said.status == 0
    assert "EER: 0.00 % (1 mated and 1 non-mated scores)" in said.out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("text.png", "--out", "x.fmr"), "text.png: not an image"),
        (("a1.png",), "Missing option"),
        (("a1.png", "--out", "x.fmr", "--format", "ansi"), "one of own, iso2005, iso2011"),
        (("a1.png", "--out", "none/x.fmr"), "cannot be written"),
        (("a1.png", "--out", "x.fmr", "--position", "toe"), "toe"),
    ],
)
def test_template_used_wrongly(
    run: Run, prints: Path, monkeypatch: pytest.MonkeyPatch, words: tuple, says: str
) -> None:
    monkeypatch.chdir(prints)
    said = run("template", *words)
    assert said.status == 2
    assert says in said.err
    assert not (prints / "x.fmr").exists()


def test_evaluate_prints_rates_and_writes_scores(run: Run, prints: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = ("--images", prints, "--pairs", prints / "pairs.csv", "--out", out, "-w", 1)
    said = run("evaluate", *words, "--plot", tmp_path / "curves.png")
    assert said.status == 0, said.err
    assert "EER: 0.00 % (1 mated and 2 non-mated scores)" in said.out
    assert f"3 pairs → {out}" in said.out
    assert cv2.imread(str(tmp_path / "curves.png")) is not None
    with out.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert list(rows[0]) == ["file1", "file2", "genuine", "biocapture", "biocapture_quality"]


def test_evaluate_with_two_workers_writes_the_same(run: Run, prints: Path, tmp_path: Path) -> None:
    """The second run in an interpreter of its own, as from a shell."""
    words = ["evaluate", "--images", str(prints), "--pairs", str(prints / "pairs.csv")]
    run(*words, "-w", 1, "--out", tmp_path / "one.csv")
    command = [sys.executable, "-c", "from biocapture.cli import main; main()", *words, "-w", "2"]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "two.csv")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_evaluate_with_a_file_that_cannot_be_read_is_status_1(run: Run, prints: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("file1,file2,genuine\na1.png,a2.png,1\na1.png,text.png,0\n")
    said = run("evaluate", "--images", prints, "--pairs", pairs, "--out", tmp_path / "out.csv", "-w", 1)
    assert said.status == 1
    assert "unreadable: " in said.out
    assert "text.png: not an image" in said.out


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"--images": "none"}, "none: no such folder"),
        ({"--pairs": "a1.png"}, "a1.png: cannot be read"),
        ({"--out": "none/out.csv"}, "none: no such folder"),
        ({"--modality": "auto"}, "one modality"),
        ({"--plot": "curves.pdf"}, "a plot is a .png"),
    ],
)
def test_evaluate_used_wrongly(
    run: Run, prints: Path, monkeypatch: pytest.MonkeyPatch, changes: dict, says: str
) -> None:
    monkeypatch.chdir(prints)
    words = {"--images": ".", "--pairs": "pairs.csv", "--out": "out.csv", "-w": "1"} | changes
    said = run("evaluate", *(word for pair in words.items() for word in pair))
    assert said.status == 2
    assert says in said.err
    assert "Traceback" not in said.err
