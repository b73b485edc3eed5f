"""How many scores stay within 10 points when the default landmarks are exchanged for reference landmarks.

usage: python -m models.face_landmarks.agreement --data DIR --labels FILE

--data DIR       congress, neutral_front, canada (see models/face_data/README.md)
--labels FILE    their landmarks, by models.face_data.label

On the people held out of training. Box and parsing come from our networks in both cases, pose from either landmarks.
"""

import argparse
import dataclasses
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from models.face_data.files import read
from models.face_data.portraits import is_held_out
from models.face_landmarks.evaluate import labelled_faces

from biocapture.assessment.modalities import measures
from biocapture.face.describe import describe_inputs
from biocapture.face.inputs import Inputs
from biocapture.face.landmarks import to_pixels
from biocapture.face.networks.backend import add_parsing, find_inputs
from biocapture.face.networks.pose import estimate_pose
from biocapture.measure import raw_columns
from biocapture.types import Modality

FOLDERS, NEAR = ("neutral_front", "canada", "congress"), 10.0


def scores(picture: np.ndarray, inputs: Inputs) -> dict[str, float]:
    batch = describe_inputs(picture, inputs)
    table = measures(Modality.FACE)
    raw, _ = raw_columns(table.values(), batch, 1)
    return {name: float(table[name].curve(column)[0]) for name, column in raw.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--labels"):
        parser.add_argument(name, type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    off, count = defaultdict(list), 0
    for name, truth in labelled_faces(arguments.labels, FOLDERS):
        if not is_held_out(name):
            continue
        picture = read(arguments.data / name)
        ours = find_inputs(picture)
        if ours.points is None:
            print("no face:", name)
            continue
        head, count = estimate_pose(truth), count + 1
        reference = add_parsing(picture, dataclasses.replace(ours, points=to_pixels(truth), **dataclasses.asdict(head)))
        pairs = scores(picture, ours), scores(picture, reference)
        for measure, score in pairs[0].items():
            if np.isfinite(score) and np.isfinite(pairs[1][measure]):
                off[measure].append(abs(score - pairs[1][measure]))
    print(f"{count} portraits; within {NEAR:.0f} points, median difference")
    for measure, values in sorted(off.items(), key=lambda item: np.mean(np.array(item[1]) <= NEAR)):
        print(f"{measure:32s} {100 * np.mean(np.array(values) <= NEAR):5.1f} % {np.median(values):5.1f}")


if __name__ == "__main__":
    main()
