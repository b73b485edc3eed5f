"""The code blocks of the guide for contributors, which run as tests, and a copy of the package they are put into."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import biocapture

GUIDE = Path(__file__).parents[2] / "docs" / "contributing.md"
PACKAGE = Path(biocapture.__file__).parent


def blocks(heading: str) -> list[str]:
    """Code blocks of a section of the guide, in order."""
    section = GUIDE.read_text(encoding="utf8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```\w+\n(.*?)```", section, re.DOTALL)


def copy_of_package(folder: Path) -> Path:
    """A folder of sources with the package and, beside it as always, its models."""
    source = folder / "src"
    shutil.copytree(PACKAGE, source / "biocapture", ignore=shutil.ignore_patterns("__pycache__"))
    if (models := PACKAGE.parents[1] / "models").is_dir():
        (folder / "models").symlink_to(models)
    return source


def insert_line(file: Path, line: str, after: str) -> None:
    """Put a line before the bracket that closes what ``after`` opens."""
    program = file.read_text(encoding="utf8")
    place = program.index("\n)", program.index(after)) + 1
    file.write_text(program[:place] + line + program[place:], encoding="utf8")


def run_copy(source: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    """A command of the copy, as its user meets it."""
    program = "import biocapture.cli; biocapture.cli.main()"
    environment = os.environ | {"PYTHONPATH": str(source), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", program, *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
