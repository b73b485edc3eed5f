"""Judge a landmark network on people and pictures that had no part in its training.

usage: python -m models.face_landmarks.evaluate MODEL.onnx --data DIR --labels FILE --figures DIR --cells FILE
       --renders FILE [--write]

--data DIR       congress, neutral_front, canada with hand-set templates (see models/face_data/README.md)
--labels FILE    their landmarks, by models.face_data.label
--figures DIR    of SFHQ-T2I: generated faces by prompt (models/face_data/cells.py)
--cells FILE     their landmarks, by label.py on the cells written by cells.py
--renders FILE   heads rendered with another seed than those trained on
--write          put the model and its card, with the figures, beside this script

Each face is looked at as in use, eyes by the network of the eyes, from a box that is off by a tenth; faces in the wild
from four such boxes each: which faces fail depends on the box, by half a percent of all. Errors are in % of the
distance of the outer eye corners; a failure is above 8 %; near-frontal is below 15 degrees of yaw.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from models.cards import PORTRAITS, RENDERS, write_model
from models.face_data.cells import cells
from models.face_data.files import Rgb, read
from models.face_data.groups import groups
from models.face_data.nonfaces import EVALUATION, Backgrounds, samples
from models.face_data.points import of_mesh
from models.face_data.portraits import is_held_out
from models.face_data.templates import GROUPS, SAME, template
from models.face_landmarks.crops import Face, load_renders
from numpy.typing import NDArray

from biocapture.face.networks import landmarks as landmark_network
from biocapture.face.networks.detection import DetectedFace
from biocapture.face.networks.landmarks import (
    CENTRE_LIFT,
    EXTENT_PER_HEIGHT,
    LocatedLandmarks,
    eye_line_deg,
    locate_landmarks,
)
from biocapture.face.networks.pose import estimate_pose
from biocapture.models import ModelFunction, load, open_model

Places = NDArray[np.float64]

FAILURE, FRONTAL_DEG, BOXES = 8.0, 15.0, 4
SCORE = 0.8
"""Of the detector's answer that a face is looked for from."""

AXES = ("yaw", "pitch", "roll")


def use_network(name: str, path: Path) -> None:
    """Let the library look through this network, not the shipped one of that name."""
    asked = open_model(path)

    def chosen(wanted: str) -> ModelFunction:
        return asked if wanted == name else load(wanted)

    landmark_network.load = chosen  # type: ignore[assignment]


def locate(picture: Rgb, truth: Places, rng: np.random.Generator) -> LocatedLandmarks:
    """As in use, from a detector's answer that is somewhat off."""
    low, high = truth.min(axis=0), truth.max(axis=0)
    extent = float((high - low).max())
    middle = (low + high) / 2 + rng.normal(0, 0.05, 2) * extent
    height = extent * np.exp(rng.normal(0, 0.1)) / EXTENT_PER_HEIGHT
    angle = np.radians(eye_line_deg(truth) + rng.normal(0, 5) + 90)
    down = height * np.array((np.cos(angle), np.sin(angle)))
    return locate_landmarks(picture, DetectedFace(SCORE, middle + CENTRE_LIFT * down, down))


def by_hand(data: Path, labels: Path) -> dict[str, float]:
    """Mean errors over the hand-set points of the people held out, by kind of point; share of failures."""
    errors, rng = defaultdict(list), np.random.default_rng(0)
    for name, around in labelled_faces(labels, ("neutral_front", "canada")):
        if is_held_out(name):
            truth = np.zeros((98, 2))
            truth[list(SAME)] = template((data / name).with_suffix(".tem"))[list(SAME.values())]
            picture = read(data / name)
            found = locate(picture, around, rng).places
            off = np.hypot(*(found - truth).T) / np.hypot(*(truth[72] - truth[60])) * 100
            for group, points in GROUPS.items():
                errors[f"by hand, {group}"].append(off[list(points)].mean())
            errors[f"by hand, {name.split('/')[0]}"].append(off[list(SAME)].mean())
    found_errors = {name: float(np.mean(values)) for name, values in errors.items()}
    every = errors["by hand, all 36"]
    return found_errors | {f"by hand, failures % of {len(every)}": failures(every)}


def labelled_faces(labels: Path, folders: tuple[str, ...]) -> list[tuple[str, Places]]:
    """Names and MediaPipe's 98 points of the pictures of these folders."""
    table = np.load(labels)
    rows = zip(map(str, table["names"]), table["places"], strict=True)
    return [(name, of_mesh(mesh)[:, :2].astype(np.float64)) for name, mesh in rows if name.startswith(folders)]


def by_teacher(data: Path, labels: Path) -> dict[str, float]:
    """Members of Congress held out, against MediaPipe's points."""
    rng = np.random.default_rng(1)
    people = [(name, truth) for name, truth in labelled_faces(labels, ("congress",)) if is_held_out(name)]
    errors = [error(read(data / name), truth, rng) for name, truth in people]
    return {"Congress, all 98": float(np.mean(errors)), f"Congress, failures % of {len(errors)}": failures(errors)}


def in_the_wild(figures: Path, labels: Path) -> dict[str, float]:
    """Generated faces against MediaPipe's points: errors and failures near-frontal and turned, and by group."""
    table, rng = np.load(labels), np.random.default_rng(2)
    meshes = {Path(str(name)).stem: mesh for name, mesh in zip(table["names"], table["places"], strict=True)}
    errors = defaultdict(list)
    for cell in cells(figures):
        mesh = meshes.get(cell.name.replace("/", "@"))
        if mesh is None:
            continue
        truth, yaw = of_mesh(mesh)[:, :2].astype(np.float64), abs(yaw_deg(mesh))
        off = [error(cell.pixels, truth, rng) for _ in range(BOXES)]
        turn = "near-frontal" if yaw < FRONTAL_DEG else "yaw 15-35" if yaw < 35 else "yaw above 35"
        errors[turn] += off
        if yaw < FRONTAL_DEG:
            errors[f"near-frontal, {cell.group}"] += off
    found = {}
    for name, values in errors.items():
        found[f"wild, {name}, median"] = float(np.median(values))
        found[f"wild, {name}, failures % of {len(values) // BOXES}"] = failures(values)
    return found


def on_renders(path: Path) -> dict[str, float]:
    """Rendered heads on drawn backgrounds against their exact points, by yaw and group; their pose."""
    rng, errors, off = np.random.default_rng(3), defaultdict(list), []
    grounds = Backgrounds(samples(EVALUATION), [], 256)
    with np.load(path) as table:
        poses = table["pose"].astype(np.float64)
    for face, turned, names in zip(load_renders(path), poses, groups(path), strict=True):
        truth, picture = face.places.astype(np.float64), compose(face, grounds, rng)
        found = locate(picture, truth, rng)
        error_ = deviation(found.places, truth)
        yaw, pitch = abs(turned[:2])
        errors["yaw below 15" if yaw < 15 else "yaw 15-30" if yaw < 30 else "yaw 30-50" if yaw < 50 else "beyond"] += [
            error_
        ]
        if yaw < 30:
            for name in names:
                errors[f"{name}, yaw below 30"].append(error_)
            if pitch < 30:
                head = estimate_pose(found.places)
                off.append(abs(np.array((head.yaw_deg, head.pitch_deg, head.roll_deg)) - turned))
    figures = {f"renders, {name}, median": float(np.median(values)) for name, values in errors.items()}
    figures |= {f"renders, {name}, failures % of {len(values)}": failures(values) for name, values in errors.items()}
    means = np.mean(off, axis=0)
    return figures | {
        f"renders, {name} to 30, mean error deg": float(value) for name, value in zip(AXES, means, strict=True)
    }


def compose(face: Face, grounds: Backgrounds, rng: np.random.Generator) -> Rgb:
    cover = face.mask[..., None].astype(np.float32) / 255  # type: ignore[index]
    ground = grounds.drawn(rng)
    return (face.pixels * cover + ground * (1 - cover)).astype(np.uint8)


def error(picture: Rgb, truth: Places, rng: np.random.Generator) -> float:
    return deviation(locate(picture, truth, rng).places, truth)


def deviation(found: Places, truth: Places) -> float:
    """Mean over the 98 points, in % of the distance of the outer eye corners."""
    return float(100 * np.hypot(*(found - truth).T).mean() / max(np.hypot(*(truth[72] - truth[60])), 1))


def yaw_deg(mesh: NDArray[np.float32]) -> float:
    across = mesh[263] - mesh[33]
    return float(np.degrees(np.arctan2(across[2], np.hypot(*across[:2]))))


def failures(errors: list[float]) -> float:
    return 100 * float(np.mean(np.array(errors) > FAILURE))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    for name in ("--data", "--labels", "--figures", "--cells", "--renders"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    use_network("face_landmarks", arguments.model)
    figures = by_hand(arguments.data, arguments.labels) | by_teacher(arguments.data, arguments.labels)
    figures |= in_the_wild(arguments.figures, arguments.cells) | on_renders(arguments.renders)
    for name, value in figures.items():
        print(f"{name:44s} {value:6.2f}")
    if arguments.write:
        task = "98 landmarks of a face (WFLW order) in a crop around it"
        write_model(arguments.model.read_bytes(), Path(__file__).parent, task, f"{PORTRAITS}; {RENDERS}", figures)


if __name__ == "__main__":
    main()
