"""Fit the weights of ``biocapture.face.proportion``: how far a picture of a face was stretched.

usage: python -m models.face_proportion.fit --images DIR

--images DIR   congress/, neutral_front/ and smiling_front/ with their .jpg

Every portrait is stretched along one side and its landmarks are found again. Ridge regression of the logarithm of the
factor on the logarithms of the lengths; prints the weights, and the errors of the people held out.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from models.face_data.files import name_of, portrait_files, read
from models.face_data.portraits import is_held_out

from biocapture.face import largest_face
from biocapture.face.proportion import logarithms_of_lengths
from biocapture.types import Failure

FACTORS = (0.75, 0.85, 1.0, 1.18, 4 / 3)
SIDE_PX, EVERY, PENALTY = 500, 4, 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    arguments = parser.parse_args()
    rows, targets, out = [], [], []
    for path in portrait_files(arguments.images)[::EVERY]:
        picture = read(path)
        share = SIDE_PX / max(picture.shape[:2])
        small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        for factor in FACTORS:
            points = largest_face(cv2.resize(small, None, fx=max(factor, 1.0), fy=max(1 / factor, 1.0)))
            lengths = None if isinstance(points, Failure) else logarithms_of_lengths(points)
            if lengths is not None:
                rows.append(lengths - lengths.mean())
                targets.append(np.log(factor))
                out.append(is_held_out(name_of(path)))
    lengths, wanted, held_out = np.array(rows), np.array(targets), np.array(out)
    mean, level = lengths[~held_out].mean(axis=0), wanted[~held_out].mean()
    table = lengths[~held_out] - mean
    square = table.T @ table + PENALTY * np.eye(table.shape[1])
    weights = np.linalg.solve(square, table.T @ (wanted[~held_out] - level))
    print(np.round(weights, 3).tolist(), round(float(level - mean @ weights), 3))
    answers = np.exp(lengths @ weights + level - mean @ weights)
    for factor in FACTORS:
        said = answers[held_out & np.isclose(wanted, np.log(factor))]
        print(f"{factor:.2f}: {len(said)} portraits, percentiles 1, 50, 99:", np.percentile(said, (1, 50, 99)).round(3))


if __name__ == "__main__":
    main()
