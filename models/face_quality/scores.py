"""Add the scores of dlib's face recognition to a pair list, as one system that judges our quality.

usage: python -m models.face_quality.scores --images DIR --models DIR

--images DIR  written by pairs.py; its pairs.csv gets a column "dlib": 1 - distance of the descriptors, -1 where dlib
              finds no face in one of the two (a failure to acquire)
--models DIR  the user's own copies of dlib_face_recognition_resnet_model_v1.dat, shape_predictor_5_face_landmarks.dat
              and mmod_human_face_detector.dat (King 2017, CC0; the package face_recognition_models holds them)

In an environment of its own with dlib (such as dlib-bin), opencv-python-headless and NumPy. dlib finds faces by itself
(histograms of gradients, the picture enlarged twice; where they show none, its network) and knows nothing of ours.
Half a second a picture.
"""

import argparse
import csv
from collections.abc import Callable
from pathlib import Path

import dlib
import numpy as np
from models.face_data.files import read

Descriptor = np.ndarray | None


def descriptors(models: Path) -> Callable[[Path], Descriptor]:
    """Function from a picture to the (128,) descriptor of the largest face; None without a face."""
    fast = dlib.get_frontal_face_detector()
    thorough = dlib.cnn_face_detection_model_v1(str(models / "mmod_human_face_detector.dat"))
    points = dlib.shape_predictor(str(models / "shape_predictor_5_face_landmarks.dat"))
    network = dlib.face_recognition_model_v1(str(models / "dlib_face_recognition_resnet_model_v1.dat"))

    def described(path: Path) -> Descriptor:
        picture = read(path)
        boxes = fast(picture, 1) or [found.rect for found in thorough(picture, 0)]
        if not boxes:
            return None
        largest = max(boxes, key=lambda box: box.area())
        return np.array(network.compute_face_descriptor(picture, points(picture, largest)))

    return described


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--models"):
        parser.add_argument(name, type=Path, required=True)
    arguments = parser.parse_args()
    listed = arguments.images / "pairs.csv"
    with listed.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    describe, known = descriptors(arguments.models), {}
    for name in dict.fromkeys(row[file] for row in rows for file in ("file1", "file2")):
        known[name] = describe(arguments.images / name)
    for row in rows:
        one, other = known[row["file1"]], known[row["file2"]]
        found = one is not None and other is not None
        row["dlib"] = f"{1 - np.linalg.norm(one - other):.6f}" if found else "-1"
    with listed.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    print(f"{len(known)} pictures, {sum(each is None for each in known.values())} without a face")


if __name__ == "__main__":
    main()
