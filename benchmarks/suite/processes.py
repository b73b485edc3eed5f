"""Start-up, in fresh processes, and folder runs over several of them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import cycle, islice

from benchmarks.suite.case import Case, Work
from benchmarks.suite.images import Setting, captures, written
from biocapture.assessment.modalities import AVAILABLE
from biocapture.types import Modality

COMMAND = "from biocapture.cli import main; main()"
"""What the ``biocapture`` script does, without asking where it is installed."""

IMPORTS = ("biocapture", "biocapture.assessment.pipeline", *(f"biocapture.{modality}" for modality in AVAILABLE))
DISTINCT = 40
"""Different images of the folder run; the others are copies."""

MAX_WORKERS = 8


def worker_counts() -> list[int]:
    """1, 2, 4 … up to the processors there are, these included."""
    usable = min(MAX_WORKERS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return sorted({1, usable, *(count for count in (2, 4) if count <= usable)})


def cases() -> Iterator[Case]:
    """Cases that start processes."""
    yield Case("start.python", partial(_run, command=["-c", "pass"]), slow=True, short=False)
    for name in IMPORTS:
        yield Case(f"start.import {name}", partial(_imported, name=name), slow=True)
    yield Case("start.biocapture --help", partial(_run, command=["-c", COMMAND, "--help"]), slow=True)
    yield Case("start.biocapture score FILE", _score_one, slow=True, short=False)
    for modality in AVAILABLE:
        for workers in worker_counts():
            prepare = partial(_folder, modality=modality, workers=workers)
            yield Case(
                f"assessment.pipeline.assess_many[{modality}, workers {workers}]@folder",
                prepare,
                slow=True,
                short=False,
            )


def python(command: Sequence[str]) -> str:
    """Run a fresh interpreter and return what it printed."""
    return subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True).stdout


def _run(setting: Setting, command: list[str]) -> Work:
    return Work(lambda: python(command))


def _imported(setting: Setting, name: str) -> Work:
    """Processor seconds of the import statement alone."""
    program = f"from time import process_time as t; begun = t(); import {name}; print(t() - begun)"
    return Work(lambda: float(python(["-c", program])), own_time=True)


def _score_one(setting: Setting) -> Work:
    path = written(setting.folder / "one", captures(Modality.FINGERPRINT, 1))[0]
    out = setting.folder / "one.csv"
    score = ["-c", COMMAND, "score", str(path), "-m", "fingerprint", "--out", str(out), "-w", "1"]
    return Work(lambda: python(score))


FOLDER = """
import sys, time
from biocapture import assess_many
from biocapture.images.walk import walk
if __name__ == "__main__":
    folder, modality, workers, files = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    begun, count = 0.0, 0
    for report in assess_many(walk([folder]), modality, workers=workers, fork=True):
        assert not report.error, report.error
        begun, count = begun or time.perf_counter(), count + 1
    assert count == files, (count, files)
    print((time.perf_counter() - begun) * count / (count - 1))
"""
"""Seconds from the first report to the last, for all of them: a long run does not notice its start."""


def _folder(setting: Setting, modality: Modality, workers: int) -> Work:
    """A folder run by the library's own loop, without its start."""
    distinct = captures(modality, min(DISTINCT, setting.files))
    folder, program = setting.folder / f"run {modality}", setting.folder / "run.py"
    program.write_text(FOLDER, encoding="utf8")
    suffix = "jpg" if modality is Modality.FACE else "pgm"
    files = len(written(folder, islice(cycle(distinct), setting.files), suffix))
    given = [str(program), str(folder), str(modality), str(workers), str(files)]
    return Work(lambda: float(python(given)), files, own_time=True)
