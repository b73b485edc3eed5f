"""Start-up, in fresh processes, and folder runs over several of them."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from benchmarks.case import Case, Work
from benchmarks.images import Setting, captures, written
from benchmarks.timing import SLOW
from biocapture.types import Modality

COMMAND = "from biocapture.cli import main; main()"
"""What the ``biocapture`` script does, without asking where it is installed."""

IMPORTS = ("biocapture", "biocapture.pipeline", "biocapture.fingerprint")
DISTINCT = 40
"""Different images of the folder run; the others are copies."""


def cases() -> Iterator[Case]:
    """Cases that start processes."""
    yield Case("start.python", partial(_run, command=["-c", "pass"]), SLOW)
    for name in IMPORTS:
        yield Case(f"start.import {name}", partial(_imported, name=name), SLOW)
    yield Case("start.biocapture --help", partial(_run, command=["-c", COMMAND, "--help"]), SLOW)
    yield Case("start.biocapture score FILE", _score_one, SLOW)
    for workers in (1, 2):
        yield Case(f"cli.score[workers {workers}]@folder", partial(_folder, workers=workers), SLOW)


def python(command: Sequence[str]) -> str:
    """Run a fresh interpreter and return what it printed."""
    return subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout


def _run(setting: Setting, command: list[str]) -> Work:
    return Work(lambda: python(command))


def _imported(setting: Setting, name: str) -> Work:
    """Seconds of the import statement alone."""
    program = f"from time import perf_counter as t; begun = t(); import {name}; print(t() - begun)"
    return Work(lambda: float(python(["-c", program])), own_time=True)


def _score_one(setting: Setting) -> Work:
    path = written(setting.folder / "one", captures(Modality.FINGERPRINT, 1))[0]
    out = setting.folder / "one.csv"
    return Work(lambda: python([*_score(path, out), "-w", "1"]))


def _folder(setting: Setting, workers: int) -> Work:
    """The whole command, its start included."""
    distinct = captures(Modality.FINGERPRINT, min(DISTINCT, setting.files))
    folder, out = setting.folder / f"run{workers}", setting.folder / f"run{workers}.csv"
    files = len(written(folder, islice(cycle(distinct), setting.files)))
    return Work(lambda: python([*_score(folder, out), "-w", str(workers)]), files)


def _score(path: Path, out: Path) -> list[str]:
    return ["-c", COMMAND, "score", str(path), "-m", "fingerprint", "--out", str(out)]
