"""A long run, and the same run killed: ``python -m benchmarks.studies.folder_runs [--files 100000] [--kills 10]``.

Makes a folder of small synthetic files of all modalities and many formats, 1 % of them damaged, 1 % copies, some in
archives; scores it in one go while looking at the memory; scores it again, killed with ``kill -9`` at random moments
and resumed each time; and compares the two tables row for row.
"""

import argparse
import io
import json
import os
import random
import signal
import subprocess
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import wsq  # noqa: F401  registers itself with Pillow
from numpy.typing import NDArray
from PIL import Image

from benchmarks.studies.memory import Look, peaks, resident_mib, table
from benchmarks.suite.processes import COMMAND
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.workers.isolation import isolated_python

PER_FOLDER = 1000
FORMATS = ("PNG", "PPM", "BMP", "TIFF", "JPEG", "GIF", "JPEG2000", "WSQ")
WEIGHTS = (30, 25, 15, 10, 10, 4, 4, 2)
ENDINGS = dict(zip(FORMATS, ("png", "pgm", "bmp", "tif", "jpg", "gif", "jp2", "wsq"), strict=True))
NAMES = {
    "prints": ("right_thumb", "left_index", "right_little"),
    "irises": ("left_eye", "right_eye"),
    "faces": ("face",),
}
Pixels = NDArray[np.uint8]


def pictures(rng: np.random.Generator) -> list[tuple[str, Pixels, int]]:
    """Folder, pixels and weight of a few hundred pictures: most so small that they are assessed in 3 to 5 ms."""
    touches = [impression(finger(seed), seed, Effects(noise=1.5)).pixels for seed in range(3)]
    found: list[tuple[str, Pixels, int]] = []
    for i in range(240):
        row, column = rng.integers(60, 300), rng.integers(60, 200)
        side, weight = (128, 1) if i % 24 == 0 else (48, 12)
        found.append(("prints", touches[i % 3][row : row + side, column : column + side], weight))
    for seed in range(4):
        whole = Image.fromarray(capture(eye(seed)).pixels)
        found.append(("irises", np.asarray(whole.resize((120, 90))), 1))
        found += [("irises", np.roll(np.asarray(whole.resize((80, 60))), shift, 1), 60) for shift in range(5)]
    found += [("faces", rng.integers(0, 255, (32, 32, 3), dtype=np.uint8), 8) for _ in range(10)]
    return found


def encoded(pixels: Pixels, kind: str) -> bytes:
    """The file of a picture."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def damaged(data: bytes, rng: random.Random) -> bytes:
    """A file as it comes off a bad disk."""
    choice = rng.randrange(4)
    if choice == 0:
        return b""
    if choice == 1:
        return data[: rng.randrange(1, len(data) // 2)]
    if choice == 2:
        return rng.randbytes(len(data))
    altered = bytearray(data)
    for _ in range(20):
        altered[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(altered)


def files(count: int, seed: int = 1) -> Iterator[tuple[str, bytes]]:
    """Names and bytes: no two alike but for one in a hundred that repeats an earlier one."""
    rng, numpy_rng = random.Random(seed), np.random.default_rng(seed)
    known = pictures(numpy_rng)
    weights = [weight for *_, weight in known]
    recent: list[tuple[str, str, bytes]] = []
    for i in range(count):
        ((modality, pixels, _),) = rng.choices(known, weights)
        (kind,) = rng.choices(FORMATS, WEIGHTS)
        kind = "PNG" if modality == "faces" and kind in ("WSQ", "PPM") else kind
        stem = rng.choice(NAMES[modality])
        if recent and rng.random() < 0.01:
            stem, ending, data = rng.choice(recent)
        else:
            changed = pixels.copy()
            changed[:4, :4] = numpy_rng.integers(0, 255, changed[:4, :4].shape, dtype=np.uint8)
            data, ending = encoded(changed, kind), ENDINGS[kind]
            data = damaged(data, rng) if rng.random() < 0.01 else data
            recent = [*recent[-200:], (f"{modality}/{stem}", ending, data)]
            stem = f"{modality}/{stem}"
        folder, name = stem.split("/")
        yield f"{i // PER_FOLDER:05d}/{folder}/{name}_{i:07d}.{ending}", data


def write(count: int, root: Path) -> None:
    """Write the files; of every twenty folders one is a .zip and one a .tar.gz."""
    batch: list[tuple[str, bytes]] = []
    for i, each in enumerate(files(count), 1):
        batch.append(each)
        if i % PER_FOLDER == 0 or i == count:
            _write_folder(batch, root, (i - 1) // PER_FOLDER)
            batch = []


def _write_folder(batch: Sequence[tuple[str, bytes]], root: Path, number: int) -> None:
    if number % 20 == 5:
        with zipfile.ZipFile(root / f"{number:05d}.zip", "w") as packed:
            for name, data in batch:
                packed.writestr(name, data)
    elif number % 20 == 15:
        with tarfile.open(root / f"{number:05d}.tar.gz", "w:gz", compresslevel=1) as archive:
            for name, data in batch:
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    else:
        for name, data in batch:
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


def command(images: Path, out: Path, workers: int, *more: str) -> list[str]:
    """The run as a user starts it."""
    words = ["run", str(images), "--out", str(out), "-w", str(workers), "--rows-per-part", "5000", *more]
    return [*isolated_python(COMMAND), *words]


def done_in(out: Path) -> int:
    """Rows of the parts there are."""
    return sum(pq.read_metadata(path).num_rows for path in out.glob("part-*.parquet"))


def uninterrupted(images: Path, out: Path, workers: int) -> tuple[list[Look], float]:
    """Memory all along, and seconds."""
    begun = time.perf_counter()
    looks = []
    with subprocess.Popen(command(images, out, workers), stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            looks.append(Look(done_in(out), resident_mib(process.pid)))
            time.sleep(1.0)
    if process.returncode not in (0, 1):
        raise SystemExit(f"the run ended with {process.returncode}")
    return looks, time.perf_counter() - begun


def killed(images: Path, out: Path, workers: int, kills: int, expected_s: float, say: Callable[[str], None]) -> int:
    """Kill the run again and again at random moments, then let it end; gives the number of kills that struck it."""
    rng = random.Random(7)
    moments = sorted(rng.uniform(0.0, 1.0) for _ in range(kills))
    struck = 0
    before = 0.0
    for moment in [*moments, None]:
        more = ["--resume"] if (out / "run.json").exists() else []
        process = subprocess.Popen(command(images, out, workers, *more), stderr=subprocess.DEVNULL)
        try:
            if moment is None:
                process.wait()
            else:
                process.wait(timeout=1.0 + (moment - before) * expected_s)
                before = moment
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            struck += 1
            say(f"killed {struck}: {done_in(out)} rows in parts")
            before = moment or 1.0
        if process.returncode not in (0, 1, -signal.SIGKILL):
            raise SystemExit(f"the run ended with {process.returncode}")
    return struck


def same_rows(one: Path, other: Path) -> tuple[int, int]:
    """Rows, and rows that differ, part by part in their order."""
    names = sorted(path.name for path in one.glob("part-*.parquet"))
    if names != sorted(path.name for path in other.glob("part-*.parquet")):
        raise SystemExit("the runs have different parts")
    rows = differing = 0
    for name in names:
        left, right = pq.read_table(one / name), pq.read_table(other / name)
        rows += left.num_rows
        if not left.equals(right):
            pairs = zip(left.to_pylist(), right.to_pylist(), strict=True)
            differing += sum(a != b for a, b in pairs)
    return rows, differing


def endurance(given: argparse.Namespace, place: Path) -> int:
    """The long run and the killed one."""
    images = place / "images"
    if not images.exists():
        images.mkdir(parents=True)
        begun = time.perf_counter()
        write(given.files, images)
        print(f"{given.files} files written in {time.perf_counter() - begun:.0f} s", flush=True)
    looks, seconds = uninterrupted(images, place / "whole", given.workers)
    early, highest = peaks(looks, given.files)
    facts = json.loads((place / "whole" / "run.json").read_text())
    print(table(looks, given.files))
    print(f"\n{facts['rows']} rows, {facts['verdicts']}, {seconds:.0f} s ({facts['rows'] / seconds:.0f}/s)")
    print(f"memory: {early:.0f} MiB until 10 %, {highest:.0f} MiB at most ({100 * (highest / early - 1):+.1f} %)")
    print(f"load average {os.getloadavg()[1]:.1f} on {os.cpu_count()} cores", flush=True)
    struck = killed(images, place / "killed", given.workers, given.kills, seconds, lambda text: print(text, flush=True))
    rows, differing = same_rows(place / "whole", place / "killed")
    print(f"killed {struck} times and resumed: {rows} rows, {differing} differ")
    return 1 if differing or rows != facts["rows"] else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files, do both runs, compare."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.studies.folder_runs", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep everything here; images already there are taken")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="runs-") as place:
        return endurance(given, given.folder or Path(place))


if __name__ == "__main__":
    raise SystemExit(main())
