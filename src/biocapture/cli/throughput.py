"""How fast this machine assesses captures, by modality and number of worker processes; on synthetic captures."""

import os
import platform
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from PIL import Image as Pillow

from biocapture.assessment.capabilities import Examples
from biocapture.assessment.modalities import capability
from biocapture.assessment.pipeline import assess_many
from biocapture.errors import UsageError
from biocapture.types import Modality
from biocapture.workers.maps import default_workers
from biocapture.workers.pool import CHUNK_SIZE

DISTINCT_CAPTURES = 4
"""Per modality; a measurement assesses them again and again."""

MAX_WORKERS = 64


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was measured of one modality with one number of workers.

    Attributes
    ----------
    modality : Modality
    workers : int
        1 = in this process.
    images : int
        Files assessed within ``elapsed_s``, after all workers had started.
    elapsed_s, start_s : float
        Time for these files; and from the start until the measurement began.
    """

    modality: Modality
    workers: int
    images: int
    elapsed_s: float
    start_s: float

    @property
    def per_s(self) -> float:
        """Files per second."""
        return self.images / self.elapsed_s

    @property
    def worker_ms(self) -> float:
        """Time of one worker for one file, milliseconds."""
        return 1000.0 * self.workers / self.per_s


def worker_counts() -> tuple[int, ...]:
    """Numbers of workers to measure: 1, 2, 4, 8 below the default of runs, and that default."""
    default = default_workers()
    return tuple(sorted({default, *(count for count in (1, 2, 4, 8) if count <= default)}))


def machine_facts() -> dict[str, str | int]:
    """Facts about this machine on which the figures depend; no names of machines or users."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}"
    return {"system": system, "processors": usable, "cpu": _cpu(), "python": platform.python_version()}


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf8").splitlines()
    except OSError:
        lines = []
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor()
    )


def measure_all(modalities: Sequence[Modality], workers: Sequence[int], seconds: float) -> Iterator[Throughput]:
    """Measure every combination of modality and number of workers, one after another.

    Parameters
    ----------
    modalities : sequence of Modality
    workers : sequence of int
        Numbers of processes, 1 … :data:`MAX_WORKERS`.
    seconds : float
        Of each measurement, up to 3600.

    Yields
    ------
    Throughput

    Raises
    ------
    UsageError
        Workers or seconds out of range, or captures cannot be assessed here (a model is missing, say).
    """
    if not all(1 <= count <= MAX_WORKERS for count in workers):
        raise UsageError(f"workers must lie in 1..{MAX_WORKERS}", ", ".join(map(str, workers)))
    if not 0.0 < seconds <= 3600.0:
        raise UsageError("seconds must lie in 0..3600", str(seconds))
    with tempfile.TemporaryDirectory(prefix="biocapture-bench-") as folder:
        for modality in modalities:
            paths = write_captures(modality, Path(folder))
            for count in workers:
                yield measure_throughput(paths, modality, count, seconds)


def measure_throughput(paths: Sequence[Path], modality: Modality, workers: int, seconds: float) -> Throughput:
    """Assess files again and again, as a run does.

    The clock starts when as many files are done as all workers take at first, so that their start is not measured.

    Parameters
    ----------
    paths : sequence of Path
    modality : Modality
    workers : int
    seconds : float
        At least; the measurement ends with a whole chunk.

    Returns
    -------
    Throughput

    Raises
    ------
    UsageError
        A file cannot be assessed.
    """
    warm, begun = CHUNK_SIZE * workers, time.perf_counter()
    since = begun
    reports = assess_many(cycle(paths), str(modality), workers=workers)
    try:
        for count, report in enumerate(reports, 1):
            if report.error:
                raise UsageError("cannot be assessed here", report.error)
            now = time.perf_counter()
            if count == warm:
                since = now
            elif count > warm and count % CHUNK_SIZE == 0 and now - since >= seconds:
                return Throughput(modality, workers, count - warm, now - since, since - begun)
    finally:
        _close(reports)
    raise AssertionError("an endless run ended")


def _close(reports: Iterator[object]) -> None:
    """End the workers now and not at some garbage collection."""
    close: Callable[[], None] | None = getattr(reports, "close", None)
    if close is not None:
        close()


def write_captures(modality: Modality, folder: Path) -> list[Path]:
    """Write synthetic captures: JPEG of modalities that are captured in colour, otherwise PNG.

    Parameters
    ----------
    modality : Modality
    folder : Path
        It exists.

    Returns
    -------
    list of Path

    Raises
    ------
    UsageError
        The modality has no synthetic captures.
    """
    source = capability(modality, Examples)
    if source is None:
        raise UsageError("has no synthetic captures to measure with", modality)
    paths = []
    for number, pixels in enumerate(source.examples(DISTINCT_CAPTURES)):
        path = folder / f"{modality}_{number}.{'jpg' if modality.in_colour else 'png'}"
        Pillow.fromarray(pixels).save(path)
        paths.append(path)
    return paths
