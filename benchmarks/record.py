"""One full enrolment against a station of a thousand people. ``OPENBLAS_NUM_THREADS=1 python -m benchmarks.record``.

Ten prints of 416 × 560, two eyes of 640 × 480, a face of 1200 × 1600 from files, checked by two threads. The remembered
people have ten fingers and two irises each, drawn from a few synthetic fingers and eyes that are not in the enrolment:
templates as large as real ones, none of which matches.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import biocapture as bc
from benchmarks.threads import pin_threads
from biocapture.matcher import matcher
from biocapture.station import Station
from biocapture.synthetic.eye import eye
from biocapture.synthetic.eye_capture import capture
from biocapture.synthetic.finger import finger
from biocapture.synthetic.impression import Effects, impression
from biocapture.synthetic.portrait import portrait
from biocapture.types import FINGERS, Image, Modality, Position, Sample

SLOTS, EYES = FINGERS[1:], (Position.RIGHT_EYE, Position.LEFT_EYE)
PRINT_SHAPE, FACE_SHAPE = (560, 416), (1600, 1200)
FIRST_SEED = 60_000
SOME_FINGERS, SOME_EYES = 20, 10


def prints(count: int, first: int = FIRST_SEED) -> Iterator[NDArray[np.uint8]]:
    """Touches of different fingers."""
    for i in range(count):
        yield impression(finger(first + i, bend_deg=15.0), i, Effects(noise=2.0, distortion_px=3.0), PRINT_SHAPE).pixels


def eyes(count: int, first: int = FIRST_SEED) -> Iterator[NDArray[np.uint8]]:
    """Captures of different eyes, right and left by turns."""
    return (capture(eye(first + i // 2, left=i % 2 == 1), seed=i).pixels for i in range(count))


def write_enrolment(folder: Path) -> None:
    """Files whose names tell their slots."""
    folder.mkdir()
    for slot, pixels in zip(SLOTS, prints(len(SLOTS)), strict=True):
        cv2.imwrite(str(folder / f"{slot}.png"), pixels)
    for slot, pixels in zip(EYES, eyes(len(EYES)), strict=True):
        cv2.imwrite(str(folder / f"{slot}.png"), pixels)
    picture = cv2.cvtColor(portrait(1, FACE_SHAPE, {}), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / "face.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 92])


def write_station(path: Path, key: bytes, people: int) -> None:
    """Remember people who are not in the enrolment."""
    fingers = _templates(Modality.FINGERPRINT, prints(SOME_FINGERS, FIRST_SEED + 100))
    irises = _templates(Modality.IRIS, eyes(SOME_EYES, FIRST_SEED + 100))
    random = np.random.default_rng(5)
    with Station(path, key, create=True) as station:
        for person in range(people):
            own = {slot: fingers[i] for slot, i in zip(SLOTS, random.permutation(len(fingers)), strict=False)}
            own |= {slot: irises[i] for slot, i in zip(EYES, random.permutation(len(irises)), strict=False)}
            station.add(f"person {person}", own, keep=people)


def _templates(modality: Modality, images: Iterator[NDArray[np.uint8]]) -> list[object]:
    part = matcher(modality)
    return [part.template_of(Sample(Image(pixels, ppi=500.0), modality)) for pixels in images]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--again", type=int, default=7)
    given = parser.parse_args()
    pin_threads()
    with tempfile.TemporaryDirectory(prefix="record-") as folder:
        enrolment, path, key = Path(folder, "enrolment"), Path(folder, "station.db"), os.urandom(32)
        write_enrolment(enrolment)
        write_station(path, key, given.people)
        print(f"{given.people} people, {path.stat().st_size / 1e6:.1f} MB\n")
        print("| run | s | processor s | verdict |\n|---|--:|--:|---|")
        for number in range(given.again):
            begun, worked = time.perf_counter(), time.process_time()
            with Station(path, key) as station:
                found = bc.check(enrolment, station=station)
            took = time.perf_counter() - begun, time.process_time() - worked
            faults = ", ".join(finding.id for finding in found.findings)
            print(f"| {number or 'first'} | {took[0]:.2f} | {took[1]:.2f} | {found.verdict} {faults} |", flush=True)


if __name__ == "__main__":
    main()
