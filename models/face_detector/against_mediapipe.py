"""The detector beside MediaPipe on the generated faces in the wild, to tell what kind of face is missed.

usage: python -m models.face_detector.against_mediapipe MODEL.onnx --figures DIR --labels FILE.npz

--figures DIR  of SFHQ-T2I (models/face_data/cells.py)
--labels FILE  written by models.face_data.label from the cells: those where MediaPipe finds exactly one face
"""

import argparse
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from models.face_data.cells import NO_FRONT, cells
from models.face_detector.evaluate import Rgb, detector
from numpy.typing import NDArray

EYES, CHIN, NOSE, SIDES = (33, 133, 362, 263), 152, 1, (234, 454)
"""MediaPipe's numbers of the eyes' corners, the chin, the tip of the nose, and the sides of the face."""

SAME = 0.97
"""Correlation of two cells' thumbnails from which on they show one picture: several figures repeat it."""

TURNS = (0.0, 0.1, 0.2, 0.3, 0.4, np.inf)
"""Distance of the nose from the middle between the sides of the face, in widths of the face."""

Values = NDArray[np.float64]


def thumbnail(picture: Rgb) -> NDArray[np.float32]:
    """(400,) float32 of mean 0 and variance 1, the cell's border left out."""
    small = cv2.resize(picture, (24, 24), interpolation=cv2.INTER_AREA)[2:-2, 2:-2]
    values = small.astype(np.float32).reshape(-1)
    return np.asarray((values - values.mean()) / values.std(), np.float32)


def off_and_turn(found: Values, places: Values) -> tuple[float, float]:
    """Distance of the best answer from MediaPipe's face in distances from eyes to chin; how far the nose is aside."""
    eyes, chin = places[list(EYES), :2].mean(axis=0), places[CHIN, :2]
    left, right = places[list(SIDES), 0]
    off = np.hypot(*(found[0, 1:3] - (eyes + chin) / 2)) / np.hypot(*(chin - eyes)) if len(found) else np.inf
    return float(off), float(abs((places[NOSE, 0] - left) / (right - left) - 0.5))


def tell(title: str, hits: NDArray[np.bool_]) -> None:
    print(f"{title:45s} {100 * hits.mean():6.2f} % of {len(hits)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    for name in ("--figures", "--labels"):
        parser.add_argument(name, type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    detect = detector(arguments.model)
    with np.load(arguments.labels) as table:
        known = {
            Path(name).stem.replace("@", "/"): row for name, row in zip(table["names"], table["places"], strict=True)
        }
    shown = [cell for cell in cells(arguments.figures) if cell.group not in NO_FRONT]
    found = [detect(cell.pixels) for cell in shown]
    hits, one = np.array([len(rows) > 0 for rows in found]), np.array([cell.name in known for cell in shown])
    thumbnails = np.stack([thumbnail(cell.pixels) for cell in shown])
    alike = np.tril(thumbnails @ thumbnails.T / thumbnails.shape[1], -1) > SAME
    pairs = [(rows, known[cell.name]) for rows, cell in zip(found, shown, strict=True) if cell.name in known]
    off, turn = np.array([off_and_turn(rows, places) for rows, places in pairs]).T
    tell("found", hits)
    tell("found, each picture once", hits[~alike.any(axis=1)])
    tell("found, where MediaPipe finds one face", hits[one])
    tell("the same, half an eye-chin distance off at most", off <= 0.5)
    tell("found, where MediaPipe finds none or several", hits[~one])
    for least, most in pairwise(TURNS):
        tell(f"found, nose aside by {least} to {most}", hits[one][(turn >= least) & (turn < most)])


if __name__ == "__main__":
    main()
