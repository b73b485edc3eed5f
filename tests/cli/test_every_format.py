"""Every file of a format that is read gets its row, wherever it lies: in a folder, or in an archive within it."""

import csv
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.support.files_of_formats import write_all


def command(*words: object) -> int:
    line = [sys.executable, "-c", "from biocapture.cli import main; main()", *map(str, words)]
    return subprocess.run(line, check=False, capture_output=True, timeout=120).returncode


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    (tmp_path / "files").mkdir()
    return write_all(tmp_path / "files")


def test_score_has_a_row_for_every_format(files: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert command("score", tmp_path / "files", "-m", "fingerprint", "-w", 1, "--out", out) == 0
    with out.open(newline="", encoding="utf8") as handle:
        rows = {row["path"]: row["error"] for row in csv.DictReader(handle)}
    assert rows == {str(path): "" for path in files}


def test_run_has_a_row_for_every_format(files: list[Path], tmp_path: Path) -> None:
    shutil.move(shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path / "files"), tmp_path / "files")
    out = tmp_path / "run"
    assert command("run", tmp_path / "files", "-m", "fingerprint", "-w", 1, "--out", out) == 0
    rows = [row for part in out.glob("part-*.parquet") for row in pq.read_table(part).to_pylist()]
    archived = [f"{tmp_path}/files/all.zip!/{path.name}" for path in files]
    assert {row["path"]: row["error"] for row in rows} == dict.fromkeys([*map(str, files), *archived], "")
