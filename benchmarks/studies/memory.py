"""Does a long folder run grow? ``python -m benchmarks.studies.memory [--files 10000] [--workers 2]``.

Runs ``biocapture score FOLDER --out table.csv`` over many hard links of a few small prints and looks at the resident
memory of the command and its children twice a second. Memory shared between them counts in each.
"""

import argparse
import itertools
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.suite.images import captures, written
from benchmarks.suite.processes import COMMAND
from biocapture.types import Image, Modality, Sample
from biocapture.workers.isolation import isolated_python

DISTINCT = 36
CROP = slice(120, 440), slice(80, 336)
"""320 × 256 px from the middle of each sample print."""

EARLY = 0.1
"""Share of the files after which memory should not grow any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """Resident memory at one moment."""

    done: int
    mib: float


def folder_of(files: int, folder: Path) -> Path:
    """A folder of ``files`` small prints, most of them hard links (copies where there are none)."""
    prints = captures(Modality.FINGERPRINT, min(DISTINCT, files))
    crops = [Sample(Image(np.ascontiguousarray(each.image.pixels[CROP]), 500.0), each.modality) for each in prints]
    originals = written(folder / "prints", tuple(crops))
    for i, original in zip(range(len(originals), files), itertools.cycle(originals)):
        linked = folder / "prints" / f"{i:05d}.pgm"
        try:
            os.link(original, linked)
        except OSError:
            linked.write_bytes(original.read_bytes())
    return folder / "prints"


def watched(folder: Path, workers: int, interval_s: float = 0.5) -> Iterator[Look]:
    """Score a folder and look at the memory all along."""
    out = folder.with_name("table.csv")
    unfinished = out.with_name(out.name + ".part")
    given = ["score", str(folder), "-m", "fingerprint", "-w", str(workers), "--out", str(out)]
    with subprocess.Popen([*isolated_python(COMMAND), *given], stderr=subprocess.DEVNULL) as command:
        while command.poll() is None:
            memory = resident_mib(command.pid)
            if memory:
                yield Look(_rows(unfinished, out), memory)
            time.sleep(interval_s)
    if command.returncode != 0:
        raise SystemExit(f"biocapture score ended with status {command.returncode}")


def _rows(*paths: Path) -> int:
    """Rows written so far (the writer's buffer holds back a few) to the first of these files that is there."""
    for path in paths:
        try:
            with path.open("rb") as handle:
                return max(0, sum(block.count(b"\n") for block in iter(partial(handle.read, 1 << 20), b"")) - 1)
        except OSError:
            continue
    return 0


def resident_mib(pid: int) -> float:
    """Resident memory of a process and its children."""
    try:
        import psutil
    except ImportError:
        return sum(map(_resident_of, [pid, *_children(pid)])) / 2**20
    try:
        parent = psutil.Process(pid)
        return sum(each.memory_info().rss for each in (parent, *parent.children(recursive=True))) / 2**20
    except psutil.Error:
        return 0.0


def _children(pid: int) -> list[int]:
    """Descendants, from /proc."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
    found = [child for child, parent in parents.items() if parent == pid]
    return found + [each for child in found for each in _children(child)]


def _resident_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def table(looks: Sequence[Look], files: int, rows: int = 10) -> str:
    """Highest and lowest look within each tenth of the files."""
    lines = ["| files done | MiB, lowest | MiB, highest |", "|---|--:|--:|"]
    for i in range(rows):
        low, high = files * i // rows, files * (i + 1) // rows
        seen = [look.mib for look in looks if low <= look.done < high]
        if seen:
            lines.append(f"| {low} to {high} | {min(seen):.0f} | {max(seen):.0f} |")
    return "\n".join(lines)


def peaks(looks: Sequence[Look], files: int) -> tuple[float, float]:
    """Highest resident memory up to 10 % of the files, and altogether; MiB."""
    early = [look.mib for look in looks if look.done <= EARLY * files]
    return max(early, default=0.0), max((look.mib for look in looks), default=0.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.memory", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="memory-") as place:
        folder = folder_of(given.files, Path(place))
        begun = time.perf_counter()
        looks = list(watched(folder, given.workers))
        elapsed = time.perf_counter() - begun
    early, highest = peaks(looks, given.files)
    print(table(looks, given.files))
    print(f"\n{given.files} files, {given.workers} workers, {elapsed:.0f} s ({given.files / elapsed:.0f} files/s)")
    print(f"peak after 10 %: {early:.0f} MiB; at the end: {highest:.0f} MiB ({100 * (highest / early - 1):+.1f} %)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
