"""Judge the network of one eye's outline on the people held out of training.

usage: python -m models.face_eyes.evaluate MODEL.onnx --data DIR --labels FILE [--write]

--data DIR       neutral_front, canada with hand-set templates (see models/face_data/README.md)
--labels FILE    their landmarks, by models.face_data.label
--write          put the model and its card, with the figures, beside this script

As in use, from the shipped networks of faces and landmarks: errors against the points set by hand in % of the distance
of the outer eye corners, the opening of the eyes, open and closed by warping, in distances from eyes to chin, and the
gaze, straight and moved aside by warping, in half eye widths.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from models.cards import PORTRAITS, RENDERS, write_model
from models.face_data.expressions import LEFT_EYE, RIGHT_EYE, close_eye, look_aside
from models.face_data.files import read
from models.face_data.portraits import is_held_out
from models.face_data.templates import GROUPS, SAME, template
from models.face_landmarks.evaluate import labelled_faces, use_network

from biocapture.face.features.eyes import gaze_offset
from biocapture.face.features.geometry import eye_opening
from biocapture.face.landmarks import LEFT_PUPIL, RIGHT_PUPIL, to_pixels
from biocapture.face.networks import landmarks
from biocapture.face.networks.detection import detect_faces

EYE_GROUPS = ("eye corners", "pupils", "lids")
CLOSED = 0.035
"""Opening below which an eye is taken to be closed."""

ASIDE = 0.4
"""Half eye widths by which pupils are moved."""


def judge(data: Path, labels: Path) -> dict[str, float]:
    """Mean errors by kind of point, and openings."""
    errors, measured = defaultdict(list), defaultdict(list)
    for name, around in labelled_faces(labels, ("neutral_front", "canada")):
        picture = read(data / name) if is_held_out(name) else None
        found = () if picture is None else detect_faces(picture)
        if picture is None or not found:
            continue
        truth = np.zeros((98, 2))
        truth[list(SAME)] = template((data / name).with_suffix(".tem"))[list(SAME.values())]
        seen = landmarks.locate_landmarks(picture, found[0]).places
        off = np.hypot(*(seen - truth).T) / np.hypot(*(truth[72] - truth[60])) * 100
        for group in EYE_GROUPS:
            errors[f"by hand, {group}"].append(off[list(GROUPS[group])].mean())
        measured["opening, open"].append(eye_opening(seen))
        closed, places = picture.copy(), around.copy()
        for eye in (LEFT_EYE, RIGHT_EYE):
            close_eye(closed, places, eye, 1.0)
        measured["opening, closed"].append(eye_opening(landmarks.refine_eyes(closed, seen)))
        measured["gaze, straight"].append(gaze_offset(to_pixels(seen)))
        for side in (-1, 1):
            aside, places = picture.copy(), around.copy()
            for eye, pupil in ((LEFT_EYE, LEFT_PUPIL), (RIGHT_EYE, RIGHT_PUPIL)):
                look_aside(aside, places, eye, pupil, side * ASIDE / 2)
            measured[f"gaze, {ASIDE} aside"].append(gaze_offset(to_pixels(landmarks.refine_eyes(aside, seen))))
    figures = {name: float(np.mean(values)) for name, values in errors.items()}
    for name, values in measured.items():
        figures |= {f"{name}, mean": float(np.mean(values)), f"{name}, sd": float(np.std(values))}
    wrong = [value < CLOSED for value in measured["opening, open"]]
    wrong += [value >= CLOSED for value in measured["opening, closed"]]
    return figures | {f"wrong side of {CLOSED}, % of {len(wrong)}": 100 * float(np.mean(wrong))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    for name in ("--data", "--labels"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    use_network("face_eyes", arguments.model)
    figures = judge(arguments.data, arguments.labels)
    for name, value in figures.items():
        print(f"{name:44s} {value:7.4f}")
    if arguments.write:
        task = "outline and pupil of one eye, lids open or closed"
        data = f"{PORTRAITS}; {RENDERS}; eyelids closed by warping"
        write_model(arguments.model.read_bytes(), Path(__file__).parent, task, data, figures)


if __name__ == "__main__":
    main()
