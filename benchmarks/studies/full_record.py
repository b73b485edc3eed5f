"""A full enrolment as files, and a station of people who are not in it; for `benchmarks.studies.record`."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.protocol import matcher_for
from biocapture.enrolment.station import Station
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.synthetic.portrait import portrait
from biocapture.types import FINGERS, Image, Modality, Position, Sample

SLOTS, EYES = FINGERS[1:], (Position.RIGHT_EYE, Position.LEFT_EYE)
PRINT_SHAPE, FACE_SHAPE = (560, 416), (1600, 1200)
FIRST_SEED = 60_000
SOME_FINGERS, SOME_EYES = 20, 10


def prints(count: int, first: int = FIRST_SEED) -> Iterator[NDArray[np.uint8]]:
    """Touches of different fingers."""
    for i in range(count):
        yield impression(finger(first + i), i, Effects(noise=2.0, distortion_px=3.0), PRINT_SHAPE).pixels


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
    picture = cv2.cvtColor(portrait(0, FACE_SHAPE, {}), cv2.COLOR_RGB2BGR)
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
    part = matcher_for(modality)
    return [part.template_of(Sample(Image(pixels, ppi=500.0), modality)) for pixels in images]
