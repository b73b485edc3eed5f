"""Choose the detector's least score and the landmarks' largest doubts together, on development data.

usage: python -m models.face_detector.limits --prepared FILE --renders FILE --nonfaces DIR ...

--prepared FILE written by models.face_data.prepare
--renders FILE  heads of a seed that is neither trained nor judged on
--nonfaces DIR  real prints and irises to choose by (README.md says which)

Drawings and synthetic captures are made here, with other seeds than those judged on. Prints the share of heads and of
other pictures in which the library keeps a face, for the best limits of each least score that keep one in fewer than
0.5 % of the other pictures; to be set are those that keep most heads. Takes some minutes.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
from models.face_data.conditions import photograph
from models.face_data.nonfaces import TRAINING, Backgrounds, captures, pictures_of_folders, samples
from models.face_data.prepare import load_training_data
from models.face_detector.evaluate import Rgb, compose, drawings
from models.face_detector.scenes import SIDE_PX, Crowd, load_renders

from biocapture.face.networks import detection
from biocapture.face.networks.backend import implausibility
from biocapture.face.networks.landmarks import locate_landmarks

SCORES = (0.27, 0.3, 0.33, 0.36, 0.4, 0.45, 0.5)
DOUBTS, DOUBTS_IN_TILE = np.arange(0.05, 0.61, 0.05).round(2), np.arange(0.03, 0.13, 0.03).round(2)
MAX_KEPT, MAX_YAW_DEG, HEADS = 0.5, 45, 800

Answers = list[tuple[float, float]]
"""Score and doubt of each answer."""


def answers_of(picture: Rgb) -> tuple[Answers, Answers]:
    """Of what the whole picture shows, and of what its parts show."""
    whole, pieces = (
        [(face.score, implausibility(face, locate_landmarks(picture, face))) for face in found]
        for found in (detection.detect_faces_in_whole(picture), detection.detect_faces_in_tiles(picture))
    )
    return whole, pieces


def share_kept(seen: Iterable[tuple[Answers, Answers]], score: float, doubt: float, of_a_part: float) -> float:
    """Percentage of the pictures in which a face is left."""
    believed = []
    for whole, pieces in seen:
        found = [d <= doubt for s, d in whole if s >= score] or [d <= of_a_part for s, d in pieces if s >= score]
        believed.append(any(found))
    return 100 * float(np.mean(believed))


def heads(path: Path, seed: int = 11) -> Iterable[Rgb]:
    """Rendered heads of 10 to 110 % of the height on drawn backgrounds, half of them covered, photographed badly."""
    rng, grounds = np.random.default_rng(seed), Backgrounds(samples(TRAINING), [], SIDE_PX)
    with np.load(path) as table:
        turns = abs(table["pose"][:, 0])
    turned = [head for head, turn in zip(load_renders(path), turns, strict=True) if turn < MAX_YAW_DEG]
    crowd = Crowd(turned, turned)
    for _ in range(HEADS):
        ground = grounds.drawn(rng)
        picture, _axis = compose(crowd.head(rng), ground, float(rng.uniform(0.1, 1.1)), rng)
        yield photograph(picture, rng)


def others(folders: list[Path], prepared_: Path) -> Iterable[Rgb]:
    """Pictures without a face."""
    textures = samples(TRAINING)
    yield from pictures_of_folders(folders) + textures + captures(100, seed=9000)
    for drawn in drawings(textures, load_training_data(prepared_).training, 60, seed=5).values():
        yield from drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prepared", "--renders"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--nonfaces", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    detection.MIN_SCORE = SCORES[0]
    faces = [answers_of(picture) for picture in heads(arguments.renders)]
    rest = [answers_of(picture) for picture in others(arguments.nonfaces, arguments.prepared)]
    print(f"{len(faces)} heads, {len(rest)} other pictures")
    for score in SCORES:
        limits = [(score, doubt, part) for doubt in DOUBTS for part in DOUBTS_IN_TILE]
        table = [(share_kept(faces, *each), -share_kept(rest, *each), *each) for each in limits]
        found, wrong, _, doubt, part = max(row for row in table if -row[1] < MAX_KEPT)
        print(f"score {score}, doubt {doubt}, of a part {part}: {found:.2f} % of heads, {-wrong:.2f} % of others")


if __name__ == "__main__":
    main()
