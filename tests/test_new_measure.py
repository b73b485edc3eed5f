"""The measure of docs/contributing.md in a copy of the package: a new statistic is at most four files."""

import csv
from pathlib import Path

import cv2
import pytest
from tests.support.eyes import eye_image
from tests.support.guide import blocks, copy_of_package, run_copy

FEATURE, FIELD, IMPORT, COLUMN, MEASURE = blocks("A new measure")


def add(file: Path, text: str, after: str) -> None:
    """Put a text behind the only place where another stands."""
    program = file.read_text(encoding="utf8")
    assert program.count(after) == 1, after
    file.write_text(program.replace(after, after + text), encoding="utf8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    source = copy_of_package(tmp_path)
    iris = source / "biocapture" / "iris"
    (iris / "features" / "evenness.py").write_text(FEATURE)
    add(iris / "statistics.py", FIELD, "    noise_greys: Column\n")
    add(iris / "describe.py", IMPORT, "from biocapture.iris.features.cover import cover\n")
    add(iris / "describe.py", COLUMN, '        "lens_edge": lens_edge(pixels, outline),\n')
    measures = iris / "measures" / "operational.py"
    measures.write_text(f"{measures.read_text(encoding='utf8')}\n\n{MEASURE}", encoding="utf8")
    return source


def test_four_files_are_a_measure(copy: Path, tmp_path: Path) -> None:
    (eye := tmp_path / "right_eye.png").write_bytes(cv2.imencode(".png", eye_image(1).pixels)[1].tobytes())
    done = run_copy(copy, "score", eye, "-m", "iris", "-w", 1, "--out", tmp_path / "rows.csv")
    assert done.returncode == 0, done.stderr
    with (tmp_path / "rows.csv").open(newline="", encoding="utf8") as handle:
        (row,) = csv.DictReader(handle)
    assert 0.5 < float(row["iris.even_light"]) <= 1.0
    assert float(row["iris.even_light.score"]) > 0
    explained = run_copy(copy, "explain", "iris.even_light").stdout
    assert "How evenly the picture is lit" in explained
    assert "measures/operational.py" in explained
    assert "iris.even_light" in run_copy(copy, "measures").stdout
