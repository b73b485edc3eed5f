"""How fast this machine assesses captures, by modality and number of worker processes; on captures made here."""

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
from biocapture.workers.pool import CHUNK, default_workers

DISTINCT = 4
"""Different captures of a modality; a run goes over them again and again."""

MAX_WORKERS = 64


@dataclass(frozen=True, slots=True)
class Rate:
    """What was measured of one modality with one number of workers.

    Attributes
    ----------
    modality : Modality
    workers : int
        1 = in this process.
    images : int
        Files assessed within ``elapsed_s``, once all workers were at work.
    elapsed_s, start_s : float
        Of these files; and from the start of the run until then.
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
        """What a worker takes for a file, milliseconds."""
        return 1000.0 * self.workers / self.per_s


def worker_counts() -> tuple[int, ...]:
    """1, 2, 4 … up to the number that runs take by default, and that."""
    most = default_workers()
    return tuple(sorted({most, *(count for count in (1, 2, 4, 8) if count <= most)}))


def machine() -> dict[str, str | int]:
    """What the figures depend on; no names of machines or users."""
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


def rates(modalities: Sequence[Modality], workers: Sequence[int], seconds: float) -> Iterator[Rate]:
    """Measure every combination, one after another, for so many seconds each.

    Raises
    ------
    UsageError
        A number of workers or seconds out of range, or captures cannot be assessed here (a model is missing, say).
    """
    if not all(1 <= count <= MAX_WORKERS for count in workers):
        raise UsageError(f"workers must lie in 1..{MAX_WORKERS}", ", ".join(map(str, workers)))
    if not 0.0 < seconds <= 3600.0:
        raise UsageError("seconds must lie in 0..3600", str(seconds))
    with tempfile.TemporaryDirectory(prefix="biocapture-bench-") as folder:
        for modality in modalities:
            paths = written(modality, Path(folder))
            for count in workers:
                yield rate(paths, modality, count, seconds)


def rate(paths: Sequence[Path], modality: Modality, workers: int, seconds: float) -> Rate:
    """Assess files over and over as a folder run does; the clock starts when every worker has given its first chunk.

    Raises
    ------
    UsageError
        A file cannot be assessed.
    """
    warm, begun = CHUNK * workers, time.perf_counter()
    since = begun
    reports = assess_many(cycle(paths), str(modality), workers=workers)
    try:
        for count, report in enumerate(reports, 1):
            if report.error:
                raise UsageError("cannot be assessed here", report.error)
            now = time.perf_counter()
            if count == warm:
                since = now
            elif count > warm and count % CHUNK == 0 and now - since >= seconds:
                return Rate(modality, workers, count - warm, now - since, since - begun)
    finally:
        _close(reports)
    raise AssertionError("an endless run ended")


def _close(reports: Iterator[object]) -> None:
    """End the workers now, not when the garbage is collected."""
    close: Callable[[], None] | None = getattr(reports, "close", None)
    if close is not None:
        close()


def written(modality: Modality, folder: Path) -> list[Path]:
    """Synthetic captures as files: JPEG of modalities that are captured in colour, else PNG."""
    part = capability(modality, Examples)
    if part is None:
        raise UsageError("has no synthetic captures to measure with", modality)
    paths = []
    for number, pixels in enumerate(part.examples(DISTINCT)):
        path = folder / f"{modality}_{number}.{'jpg' if modality.in_colour else 'png'}"
        Pillow.fromarray(pixels).save(path)
        paths.append(path)
    return paths
