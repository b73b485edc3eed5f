"""The command of docs/contributing.md in a copy of the package: a file and a line."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.guide import blocks

import biocapture

FILE, LINE = blocks("A new command")
PACKAGE = Path(biocapture.__file__).parent
IMAGE = Path(__file__).parents[2] / "sample_data" / "fingerprint" / "person01" / "right_index_1.png"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the package and, beside it as always, its models."""
    source = tmp_path / "src"
    shutil.copytree(PACKAGE, source / "biocapture", ignore=shutil.ignore_patterns("__pycache__"))
    if (models := PACKAGE.parents[1] / "models").is_dir():
        (tmp_path / "models").symlink_to(models)
    return source


def run(source: Path, *words: object) -> subprocess.CompletedProcess[str]:
    program = "import biocapture.cli; biocapture.cli.main()"
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_file_and_a_line_are_a_command(copy: Path) -> None:
    commands = copy / "biocapture" / "cli"
    assert run(copy, "resolution", IMAGE).returncode == 2
    (commands / "resolution.py").write_text(FILE)
    program = (commands / "__init__.py").read_text()
    place = program.index(")", program.index("COMMANDS = ("))
    (commands / "__init__.py").write_text(program[:place] + LINE + program[place:])
    done = run(copy, "resolution", IMAGE)
    assert (done.returncode, done.stdout) == (0, "500 ppi, metadata\n"), done.stderr
    assert run(copy, "resolution", IMAGE, "--ppi", "1000").stdout == "1000 ppi, given\n"
    assert "where it comes from" in run(copy, "--help").stdout
    assert run(copy, "resolution", FILE[:9]).returncode == 2
