"""``biocapture run`` as its user meets it, ``kill -9`` and Ctrl-C included."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image as Pillow
from tests.support.prints import touch

from biocapture import cli
from biocapture.assessment.pipeline import assess
from biocapture.assessment.report import header
from biocapture.runs.entry import MANIFEST_COLUMNS

COMMAND = [sys.executable, "-c", "from biocapture.cli import main; main()", "run"]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small prints in folders and an archive; one damaged, one twice, one whose name is not Unicode."""
    folder = tmp_path_factory.mktemp("images")
    pixels = touch(1).pixels
    for i in range(90):
        path = folder / f"{i // 30}" / f"left_index_{i:02}.{('png', 'bmp', 'pgm')[i % 3]}"
        path.parent.mkdir(exist_ok=True)
        Pillow.fromarray(np.ascontiguousarray(pixels[100 + i : 164 + i, 80:144])).save(path)
    (folder / "0" / "left_index_03.png").write_bytes(b"\x89PNG nothing")
    shutil.copy(folder / "0" / "left_index_06.png", folder / "1" / "left_index_06b.png")
    shutil.copy(folder / "0" / "left_index_06.png", folder / "1" / os.fsdecode(b"left_index_\xe9.png"))
    shutil.make_archive(str(folder / "2"), "zip", folder / "2")
    shutil.rmtree(folder / "2")
    return folder


def command(images: Path, out: Path, *more: object) -> subprocess.Popen:
    words = ["-m", "fingerprint", "-w", "2", "--rows-per-part", "20", *map(str, more)]
    return subprocess.Popen([*COMMAND, str(images), "--out", str(out), *words], stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen) -> tuple[int, str]:
    err = process.communicate(timeout=120)[1]
    return process.returncode, err


def tables(out: Path) -> dict:
    return {path.name: pq.read_table(path) for path in sorted(out.glob("part-*.parquet"))}


@pytest.fixture(scope="module")
def whole(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("runs") / "whole"
    status, err = ended(command(images, out))
    assert status == 1, err
    assert "92 rows" in err
    assert "ERROR 1.1 % (1)" in err
    return out


def test_a_run_may_write_its_page(tmp_path: Path) -> None:
    Pillow.fromarray(touch(1).pixels).save(tmp_path / "left_index.png")
    page = tmp_path / "page.html"
    status, err = ended(command(tmp_path / "left_index.png", tmp_path / "run", "--report", page))
    assert status == 0
    assert f"{page.stat().st_size} bytes" in err
    assert "left_index" in page.read_text()


def test_rows_are_those_of_assess(images: Path, whole: Path) -> None:
    rows = [row for table in tables(whole).values() for row in table.to_pylist()]
    assert list(rows[0]) == [*header([name for name in rows[0] if f"{name}.score" in rows[0]]), *MANIFEST_COLUMNS]
    path = images / "0" / "left_index_06.png"
    found = {row["path"]: row for row in rows}
    alone = assess(path, "fingerprint").row()
    assert {name: found[str(path)][name] for name in alone} == alone
    assert found[str(images / "1" / "left_index_06b.png")]["quality"] == alone["quality"]
    assert found[str(images / "1" / "left_index_�.png")]["quality"] == alone["quality"]
    assert sum("2.zip!/left_index" in row["path"] for row in rows) == 30
    (error,) = [row["error"] for row in rows if row["error"]]
    assert error.startswith(str(images / "0" / "left_index_03.png"))
    record = json.loads((whole / "run.json").read_text())
    assert (record["status"], record["rows"], record["verdicts"]["ERROR"]) == ("complete", 92, 1)
    assert {"fingerprint_quality"} <= set(record["models"])
    assert record["inputs"] == [str(images)]


def test_killed_at_any_moment_it_goes_on(images: Path, whole: Path, tmp_path: Path) -> None:
    rng = random.Random(3)
    out = tmp_path / "cut"
    for _ in range(2):
        process = command(images, out, *(["--resume"] if (out / "run.json").exists() else []))
        until = time.monotonic() + 20
        while not (out / "progress.sqlite").exists() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(rng.uniform(0.0, 0.6))
        process.kill()
        ended(process)
    status, err = ended(command(images, out, *(["--resume"] if (out / "run.json").exists() else [])))
    assert status == 1, err
    assert tables(out) == tables(whole)


def test_ctrl_c_leaves_a_run_and_says_how_to_go_on(images: Path, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "cut"
    process = command(images, out)
    while not (out / "part-00000.parquet").exists():
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    status, err = ended(process)
    if status == 130:  # else it was quicker than the signal
        assert f"Go on with: biocapture run {images} --out {out}" in err
        assert err.rstrip().endswith("--resume")
        assert json.loads((out / "run.json").read_text())["status"] == "interrupted"
    assert "Traceback" not in err
    assert ended(command(images, out, "--resume"))[0] == 1
    assert tables(out) == tables(whole)


def test_wrong_usage(
    images: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new"
    for out, more, says in (
        (whole, [], "go on with --resume"),
        (whole, ["--resume", "--ppi", "400"], "options ppi was not there, is 400.0"),
        (new, ["--engine", "spark"], "no such engine; there are: local, ray"),
        (new, ["--since", "soon"], "expected a date"),
    ):
        words = [
            "biocapture",
            "run",
            str(images),
            "-m",
            "fingerprint",
            "--rows-per-part",
            "20",
            "--out",
            str(out),
            *more,
        ]
        monkeypatch.setattr("sys.argv", words)
        with pytest.raises(SystemExit) as status:
            cli.main()
        err = capsys.readouterr().err
        assert (status.value.code, says in err, new.exists()) == (2, True, False), err
