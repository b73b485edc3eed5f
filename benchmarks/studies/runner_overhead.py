"""What the runner of folder runs costs, and what a second worker brings.

``python -m benchmarks.studies.runner_overhead``.

Prints of ordinary size by one worker, by two, by two threads, and by ``assess`` in a loop, in turn.
"""

import argparse
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.studies.folder_runs import command
from benchmarks.suite.images import captures, written
from biocapture.types import Image, Modality, Sample
from biocapture.workers.isolation import isolated_python


def throughput(given: argparse.Namespace, place: Path) -> int:
    """Prints of ordinary size by one worker, by two, by threads, and by ``assess`` in a loop, in turn.

    Processor time says how much work the runner adds, whoever else uses the machine; seconds say how well two workers
    share it when nobody does.
    """
    images = place / "prints"
    names = []
    for i, sample in zip(range(given.files), itertools.cycle(captures(Modality.FINGERPRINT, 40)), strict=False):
        pixels = sample.image.pixels.copy()
        pixels[0, :8] = np.frombuffer(i.to_bytes(8), np.uint8)  # no two of the same content
        names.extend(written(images / f"{i:05d}", [Sample(Image(pixels, 500.0), Modality.FINGERPRINT)]))
    ways: dict[str, Callable[[], None]] = {
        "assess in a loop": lambda: _loop(names),
        "two threads": lambda: _threads(names),
        "run, one worker": lambda: _quiet(command(images, _fresh(place), 1, "-m", "fingerprint")),
        "run, two workers": lambda: _quiet(command(images, _fresh(place), 2, "-m", "fingerprint")),
    }
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(given.rounds):
        for name, way in ways.items():
            took[name].append(_timed(way))
    print(
        f"{len(names)} prints, best of {given.rounds}; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print("| way | images/s | processor ms per image |\n|---|--:|--:|")
    for name, each in took.items():
        seconds, work = min(pair[0] for pair in each), min(pair[1] for pair in each)
        print(f"| {name} | {len(names) / seconds:.1f} | {1000 * work / len(names):.2f} |")
    return 0


def _timed(way: Callable[[], None]) -> tuple[float, float]:
    """Seconds passed, and seconds of processors used by this process and its children."""
    before, begun = os.times(), time.perf_counter()
    way()
    after = os.times()
    return time.perf_counter() - begun, sum(after[:4]) - sum(before[:4])


def _quiet(words: Sequence[str]) -> None:
    subprocess.run(words, check=True, stderr=subprocess.DEVNULL)


def _fresh(place: Path) -> Path:
    shutil.rmtree(place / "run", ignore_errors=True)
    return place / "run"


LOOP = """
import sys
import cv2
from biocapture.assessment.pipeline import assess
cv2.setNumThreads(1)
for name in sys.stdin.read().splitlines():
    assess(name, "fingerprint")
"""

THREADS = """
import sys
from concurrent.futures import ThreadPoolExecutor
import cv2
from biocapture.assessment.pipeline import assess
cv2.setNumThreads(1)
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda name: assess(name, "fingerprint"), sys.stdin.read().splitlines()))
"""


def _loop(names: Sequence[Path], program: str = LOOP) -> None:
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    text = "\n".join(map(str, names))
    subprocess.run(isolated_python(program), input=text, text=True, check=True, env=environment)


def _threads(names: Sequence[Path]) -> None:
    _loop(names, THREADS)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.runner_overhead", description=__doc__)
    parser.add_argument("--files", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="overhead-") as place:
        return throughput(given, Path(place))


if __name__ == "__main__":
    raise SystemExit(main())
