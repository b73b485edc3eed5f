"""Judge a face detector on pictures that had no part in its training.

usage: python -m models.face_detector.evaluate MODEL.onnx --figures DIR --prepared FILE --nonfaces DIR ...
       [--renders FILE] [--write | --confirmed]

--figures DIR   of SFHQ-T2I: generated faces by prompt (models/face_data/cells.py)
--prepared FILE written by models.face_data.prepare: the people held out, at other sizes and turns
--nonfaces DIR  pictures without a face (real prints, irises, landscapes), searched for *.pgm, *.png, *.jpg
--renders FILE  heads rendered with another seed than those trained on

--write         put the model and its card, with the figures, beside this script
--confirmed     judge what the library makes of its own detector: parts of the picture looked at, too, where the whole
                shows nothing, and landmarks that stay when looked at again

Prints detections by group and by head height, false detections by kind, and the time of one picture.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.cards import PORTRAITS, RENDERS, write_model
from models.face_data.cells import NO_FRONT, cells
from models.face_data.groups import groups
from models.face_data.nonfaces import EVALUATION, Backgrounds, captures, pictures_of_folders, samples
from models.face_data.portraits import Portrait
from models.face_data.prepare import load_training_data
from models.face_detector.scenes import SIDE_PX, Head, load_renders
from numpy.typing import NDArray

from biocapture.face.describe import failure_of
from biocapture.face.networks import detection
from biocapture.face.networks.backend import find_inputs
from biocapture.models import open_model

Rgb = NDArray[np.uint8]
Detect = Callable[[Rgb], NDArray[np.float64]]

HEAD_SHARES = (0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 0.9)
HEAD = 2.0
"""Height of a head, chin to crown, in distances from eyes to chin."""


@dataclass(frozen=True)
class Tally:
    hits: list[bool]

    @property
    def share(self) -> float:
        return float(np.mean(self.hits))


def detector(path: Path) -> Detect:
    """Function from a picture to (n, 5): score, column and row of the centre, vector from eyes to chin; best first.

    The library's own look at the whole picture, through this network instead of the shipped one.
    """
    network = open_model(path)
    detection.load = lambda _: network  # type: ignore[assignment]

    def detect(picture: Rgb) -> NDArray[np.float64]:
        found = sorted(detection.detect_faces_in_whole(picture), key=lambda face: -face.score)
        return np.array([[face.score, *face.centre, *face.down] for face in found]).reshape(-1, 5)

    return detect


def detect_confirmed(picture: Rgb) -> NDArray[np.float64]:
    """As :func:`detector`'s, (n, 5): the face that the library describes, if it does."""
    inputs = find_inputs(picture)
    if failure_of(inputs) is not None or inputs.points is None:
        return np.zeros((0, 5))
    eyes, chin = inputs.points[[60, 64, 68, 72]].mean(axis=0), inputs.points[16]
    return np.concatenate(([inputs.score], (eyes + chin) / 2, chin - eyes))[None]


def is_hit(found: NDArray[np.float64], axis: NDArray[np.float32]) -> bool:
    """Whether the best answer lies within half the distance from eyes to chin and a third of its length."""
    if not len(found):
        return False
    length = np.hypot(*(axis[1] - axis[0]))
    off, ratio = np.hypot(*(found[0, 1:3] - axis.mean(axis=0))), np.hypot(*found[0, 3:]) / length
    return bool(off < 0.5 * length and 1 / 1.5 < ratio < 1.5)


def in_the_wild(detect: Detect, figures: Path) -> dict[str, Tally]:
    """Share of the generated faces with any detection, by group; "all" without the rows that need not show a face."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for cell in cells(figures):
        hit = len(detect(cell.pixels)) > 0
        hits[cell.group].append(hit)
        if cell.group not in NO_FRONT:
            hits["all"].append(hit)
    return {group: Tally(found) for group, found in hits.items()}


def at_sizes(detect: Detect, people: list[Portrait], seed: int = 0) -> dict[str, Tally]:
    """Held-out people at head heights of 10 to 90 % and turned in the picture, on coloured grounds."""
    rng = np.random.default_rng(seed)
    tallies = {}
    for share in HEAD_SHARES:
        tallies[f"head height {100 * share:.0f} %"] = Tally(
            [_found(detect, p, share, rng.normal(0, 8), rng) for p in people]
        )
    for angle in (20, 45, 90, 180):
        tallies[f"rotated {angle} deg"] = Tally([_found(detect, p, 0.4, angle, rng) for p in people])
    return tallies


def on_renders(detect: Detect, path: Path, seed: int = 0) -> dict[str, Tally]:
    """Rendered heads on drawn backgrounds at head heights of 10 to 90 %, by size, turn and group."""
    rng, hits = np.random.default_rng(seed), defaultdict(list)
    grounds = Backgrounds(samples(EVALUATION), [], SIDE_PX)
    with np.load(path) as table:
        turns = abs(table["pose"][:, 0])
    for head, turn, names in zip(load_renders(path), turns, groups(path), strict=True):
        share = float(rng.uniform(0.1, 0.9))
        ground = grounds.drawn(rng)
        picture, axis = compose(head, ground, share, rng)
        hit = is_hit(detect(picture), axis)
        hits["size " + ("below 20 %" if share < 0.2 else "20-90 %")].append(hit)
        hits["yaw " + ("0-20 deg" if turn < 20 else "20-45 deg" if turn < 45 else "above 45 deg")].append(hit)
        for name in names:
            hits[name].append(hit)
        hits["all"].append(hit)
    return {f"renders, {name}": Tally(found) for name, found in sorted(hits.items())}


def compose(head: Head, ground: Rgb, share: float, rng: np.random.Generator) -> tuple[Rgb, NDArray[np.float32]]:
    """A render on a background of 512 pixels, ``share`` of its height, and the line from its eyes to its chin."""
    side, axis = 512, head.axis
    # from the side the chin lies no lower, but pitch shortens the axis: the landmarks' extent tells the size
    scale = share * side / (HEAD * 0.62 * float(np.ptp(head.places, axis=0).max()))
    matrix = cv2.getRotationMatrix2D(tuple(map(float, axis.mean(axis=0))), rng.normal(0, 8), scale)
    room = min(0.5 * share * side, 0.45 * side)
    matrix[:, 2] += rng.uniform(room, side - room, 2) - axis.mean(axis=0)
    cover = cv2.warpAffine(head.mask, matrix, (side, side))[..., None].astype(np.float32) / 255  # type: ignore[arg-type]
    ground = cv2.resize(ground, (side, side), interpolation=cv2.INTER_LINEAR)
    picture = cv2.warpAffine(head.pixels, matrix, (side, side)) * cover + ground * (1 - cover)
    seen = (axis @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    return picture.astype(np.uint8), seen


def _found(detect: Detect, person: Portrait, share: float, angle_deg: float, rng: np.random.Generator) -> bool:
    side, places = 640, person.places[:, :2]
    axis = np.stack((places[[60, 64, 68, 72]].mean(axis=0), places[16]))
    scale = share * side / (HEAD * np.hypot(*(axis[1] - axis[0])))
    matrix = cv2.getRotationMatrix2D(tuple(map(float, axis.mean(axis=0))), angle_deg, scale)
    room = min(0.5 * share * side, 0.45 * side)
    matrix[:, 2] += rng.uniform(room, side - room, 2) - axis.mean(axis=0)
    ground = tuple(int(value) for value in rng.integers(0, 256, 3))
    picture = cv2.warpAffine(person.pixels, matrix, (side, side), flags=cv2.INTER_AREA, borderValue=ground)
    return is_hit(detect(picture), (axis @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32))


def false_alarms(detect: Detect, folders: list[Path], people: list[Portrait]) -> dict[str, Tally]:
    """Share of pictures without a face that have a detection, by folder and by kind of drawing."""
    pictures = {folder.name: pictures_of_folders([folder]) for folder in folders}
    pictures["scikit-image"] = samples(EVALUATION)
    pictures["synthetic prints and eyes"] = captures(50, seed=7000)
    pictures |= drawings(pictures["scikit-image"], people, 40, seed=99)
    tallies = {name: Tally([len(detect(picture)) > 0 for picture in found]) for name, found in pictures.items()}
    return tallies | {"all": Tally([hit for tally in tallies.values() for hit in tally.hits])}


def drawings(textures: list[Rgb], people: list[Portrait], count: int, seed: int) -> dict[str, list[Rgb]]:
    """Of each kind so many."""
    drawn, rng = Backgrounds(textures, people, 384), np.random.default_rng(seed)
    return {kind.__name__: [kind(rng) for _ in range(count)] for _, kind in drawn.kinds[1:]}


def milliseconds(detect: Detect, repeats: int = 200) -> float:
    """Median time of one 1280x720 picture, reduction included."""
    picture = np.random.default_rng(0).integers(0, 256, (720, 1280, 3)).astype(np.uint8)
    times = []
    for _ in range(repeats):
        started = time.thread_time()
        detect(picture)
        times.append(time.thread_time() - started)
    return 1000 * float(np.median(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    for name in ("--figures", "--prepared"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--nonfaces", type=Path, nargs="*", default=[])
    parser.add_argument("--renders", type=Path)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--confirmed", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    detect = detect_confirmed if arguments.confirmed else detector(arguments.model)
    people = load_training_data(arguments.prepared).held_out
    figures, made = {}, on_renders(detect, arguments.renders) if arguments.renders else {}
    for title, tallies in (
        ("found", in_the_wild(detect, arguments.figures) | at_sizes(detect, people) | made),
        ("false detections", false_alarms(detect, arguments.nonfaces, people)),
    ):
        for group, tally in tallies.items():
            print(f"{title}, {group:28s} {100 * tally.share:6.2f} % of {len(tally.hits)}")
            figures[f"{title}, {group}, % of {len(tally.hits)}"] = round(100 * tally.share, 2)
    figures["ms per 1280x720 picture"] = round(milliseconds(detect), 2)
    print(f"one picture of 1280x720: {figures['ms per 1280x720 picture']:.2f} ms")
    if arguments.write and not arguments.confirmed:
        task = "faces of a picture: centre, and vector from between the eyes to the chin"
        data = f"{PORTRAITS}; {RENDERS}; synthetic prints, eyes and drawings; scikit-image textures"
        write_model(arguments.model.read_bytes(), Path(__file__).parent, task, data, figures)


if __name__ == "__main__":
    main()
