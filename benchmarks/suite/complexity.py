"""How time and memory grow: with the size of an image, with the number of images. ``python -m benchmarks complexity``.

Each case is done at several sizes in a process of its own; the exponent is the slope of a line through logarithms of
size and figure. An exponent of 1 means twice the work for twice the pixels; 0, that it makes no difference.
"""

import argparse
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.suite.threads import VARIABLES, pin_threads

ROUNDS = 3
"""The shortest counts."""

TOLERANCE = 0.25
"""Exponents above the expected by more are marked: caches that become too small cost as much."""

MEMORY = {"MALLOC_MMAP_THRESHOLD_": "65536"}
"""glibc then gives memory back at once: what a smaller size left behind does not hide what a larger one takes."""


@dataclass(frozen=True, slots=True)
class Growth:
    """One case.

    Attributes
    ----------
    of : callable
        Size → prepared work.
    sizes : sequence of int
        Pixels, or number of images, in ascending order.
    time, memory : float
        Exponents to be expected at most, from what the code does.
    elsewhere : bool
        See :class:`benchmarks.suite.case.Work`.
    """

    of: Callable[[int], Callable[[], object]]
    sizes: Sequence[int]
    time: float = 1.0
    memory: float = 1.0
    elsewhere: bool = False


PIXELS = tuple(round(scale * 640 * 480) for scale in (0.5, 1, 2, 4, 8))
COUNTS = (16, 64, 256, 1024)
FILES = (50, 100, 200, 400)


def _shape(pixels: int) -> tuple[int, int]:
    """4:3."""
    height = round((0.75 * pixels) ** 0.5)
    return height, round(pixels / height)


def _print(pixels: int) -> NDArray[np.uint8]:
    """More finger, not a larger one: a sample print, mirrored at its edges until the frame is full."""
    from benchmarks.suite.images import sample_prints

    core = sample_prints()[0].image.pixels[120:440, 80:336]
    height, width = _shape(pixels)
    wide = np.pad(core, ((0, max(0, height - core.shape[0])), (0, max(0, width - core.shape[1]))), mode="symmetric")
    return np.ascontiguousarray(wide[:height, :width])


def _eye(pixels: int) -> NDArray[np.uint8]:
    """The same eye by a camera of another resolution."""
    import cv2

    from benchmarks.suite.images import sample_eyes

    height, width = _shape(pixels)
    return np.asarray(cv2.resize(sample_eyes()[0].image.pixels, (width, height), interpolation=cv2.INTER_AREA))


def _portrait(pixels: int) -> NDArray[np.uint8]:
    from benchmarks.suite.images import sample_face

    height, width = _shape(pixels)
    return sample_face((width, height)).image.pixels


PICTURES: Mapping[str, Callable[[int], NDArray[np.uint8]]] = {"fingerprint": _print, "iris": _eye, "face": _portrait}


def _decode(pixels: int, format: str) -> Callable[[], object]:
    from benchmarks.suite.images import encoded
    from biocapture.images.decode import decode
    from biocapture.types import Modality

    data = encoded(_print(pixels), format)
    return lambda: decode(data, modality=Modality.FINGERPRINT)


def _report(pixels: int, modality: str) -> Callable[[], object]:
    from biocapture.assessment.options import options_of
    from biocapture.assessment.samples import sample_of
    from biocapture.assessment.scoring import reports

    wanted = options_of(modality)
    sample = sample_of(PICTURES[modality](pixels), wanted)
    return lambda: reports([sample], wanted)


def _template(pixels: int, modality: str) -> Callable[[], object]:
    from biocapture.comparison.protocol import matcher_for
    from biocapture.types import Image, Modality, Sample

    sample = Sample(Image(PICTURES[modality](pixels), 500.0), Modality(modality))
    return lambda: matcher_for(Modality(modality)).template_of(sample)


def _measures(count: int, modality: str) -> Callable[[], object]:
    from benchmarks.suite.batches import described, joined
    from biocapture.assessment.modalities import measures
    from biocapture.measure import raw_columns
    from biocapture.types import Modality

    kind = Modality(modality)
    batch = joined(list(islice(cycle(described(kind)), count)))
    every = tuple(measures(kind).values())
    return lambda: raw_columns(every, batch, count)


def _search(count: int, modality: str) -> Callable[[], object]:
    from benchmarks.suite.templates import templates
    from biocapture.comparison.gallery import Gallery
    from biocapture.types import Modality

    known = templates(Modality(modality), 8)
    gallery = Gallery(((str(i), each) for i, each in enumerate(islice(cycle(known), count))), Modality(modality))
    return lambda: gallery.search(known[0])


def _stream(count: int) -> Callable[[], object]:
    """Files of a folder, one worker."""
    from benchmarks.suite.images import captures, written
    from biocapture.assessment.pipeline import assess_many
    from biocapture.types import Modality

    folder = Path(tempfile.mkdtemp(dir=os.environ["BENCHMARKS_FOLDER"]))
    paths = written(folder, captures(Modality.FINGERPRINT, 8))
    return lambda: sum(1 for _ in assess_many(islice(cycle(paths), count), "fingerprint"))


def _cases() -> Iterator[tuple[str, Growth]]:
    for kind in ("PNG", "JPEG", "WSQ"):
        decoding = functools.partial(_decode, format=kind)
        yield f"decode[{kind.lower()}] by pixels", Growth(decoding, PIXELS, elsewhere=kind == "WSQ")
    for modality in PICTURES:
        yield f"report[{modality}] by pixels", Growth(functools.partial(_report, modality=modality), PIXELS)
    for modality in ("fingerprint", "iris"):
        yield f"template_of[{modality}] by pixels", Growth(functools.partial(_template, modality=modality), PIXELS)
    for modality in PICTURES:
        yield f"all measures[{modality}] by N", Growth(functools.partial(_measures, modality=modality), COUNTS)
    for modality, counts in (("fingerprint", (125, 250, 500, 1000)), ("iris", (1000, 4000, 16000))):
        yield f"search[{modality}] by N", Growth(functools.partial(_search, modality=modality), counts)
    yield "assess_many by N", Growth(_stream, FILES, memory=0.0)


CASES: Mapping[str, Growth] = dict(_cases())


def exponent(sizes: Sequence[float], figures: Sequence[float]) -> float:
    """Slope of the line through the logarithms."""
    return float(np.polyfit(np.log(sizes), np.log(np.maximum(figures, 1e-12)), 1)[0])


def table(pattern: str = "") -> Iterator[str]:
    """Measure and lay out, line by line as they come."""
    yield from ("| case | sizes | ms | exponent of time | MiB | exponent of memory |", "|---|---|---|--:|---|--:|")
    for name, growth in CASES.items():
        if pattern in name:
            sizes = growth.sizes
            times, memory = _asked(name, sizes, "time"), _asked(name, sizes, "memory")
            grown = [f"{exponent(sizes, times):.2f}", f"{exponent(sizes, memory):.2f}" if max(memory) > 1 else "–"]
            grown_too_fast = [
                " (!)" if text != "–" and float(text) > most + TOLERANCE else ""
                for text, most in zip(grown, (growth.time, growth.memory), strict=True)
            ]
            time_flag, memory_flag = grown_too_fast
            spans = [f"{figures[0]:.3g} to {figures[-1]:.3g}" for figures in (sizes, [1000 * t for t in times], memory)]
            cells = (name, spans[0], spans[1], grown[0] + time_flag, spans[2], grown[1] + memory_flag)
            yield f"| {' | '.join(cells)} |"


def _asked(name: str, sizes: Sequence[int], what: str) -> list[float]:
    """Figures of one case from a process of its own."""
    with tempfile.TemporaryDirectory(prefix="complexity-") as folder:
        environment = {**os.environ, **dict.fromkeys(VARIABLES, "1"), "BENCHMARKS_FOLDER": folder}
        command = [sys.executable, "-m", "benchmarks.suite.complexity", name, what, *map(str, sizes)]
        if what == "memory":
            environment |= MEMORY
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return [float(each) for each in json.loads(done.stdout.splitlines()[-1])]


def timed(growth: Growth, sizes: Sequence[int]) -> list[float]:
    """Shortest processor seconds at each size."""
    from benchmarks.suite.case import Work
    from benchmarks.suite.timing import clock_of, repeats, seconds, uncollected

    found = []
    for size in sizes:
        work = Work(growth.of(size), elsewhere=growth.elsewhere)
        inner = repeats(seconds(work, 1), 0.002)
        with uncollected():
            found.append(min(seconds(work, inner, clock_of(work)) for _ in range(ROUNDS)))
    return found


def peaked(growth: Growth, sizes: Sequence[int]) -> list[float]:
    """MiB by which resident memory rises at most while the work is done."""
    growth.of(sizes[0])()  # imports, models
    found = []
    for size in sizes:
        work = growth.of(size)
        before = _status("VmRSS")
        Path("/proc/self/clear_refs").write_text("5", encoding="utf8")  # sets the peak back to what is resident now
        work()
        found.append((_status("VmHWM") - before) / 1024)
    return found


def _status(field: str) -> int:
    """KiB, from /proc: Linux only."""
    lines = Path("/proc/self/status").read_text(encoding="utf8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field))


def main(arguments: Sequence[str] | None = None) -> None:
    """One case in this process; the answer is a list in JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.suite.complexity", description=__doc__)
    parser.add_argument("name", choices=CASES)
    parser.add_argument("what", choices=("time", "memory"))
    parser.add_argument("sizes", nargs="+", type=int)
    given = parser.parse_args(arguments)
    pin_threads()
    ways: dict[str, Callable[[Growth, Sequence[int]], Any]] = {"time": timed, "memory": peaked}
    print(json.dumps(ways[given.what](CASES[given.name], given.sizes)))


if __name__ == "__main__":
    main()
