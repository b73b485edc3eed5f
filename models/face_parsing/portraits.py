"""Bring portraits to the aligned frame, and keep who is in them: the data of ``train.py`` and of models/face_sharpness.

usage: python -m models.face_parsing.portraits parsing --images DIR --person FILE.npz --out FILE.npz
       python -m models.face_parsing.portraits sharpness --images DIR --out FILE.npz

--images DIR   congress/, neutral_front/, smiling_front/ and canada/ with their .jpg
--person FILE  written by person_masks.py
--out FILE     of the task:

parsing     pixels and person (n, 200, 200): columns 30..585, rows 0..555 of the frame; beyond (n, 200, 200), 255 where
            the picture ends; places (n, 98, 2) in the frame; names
sharpness   pixels (n, 616, 616, 3), places, names of the portraits with at least 110 px between the eyes
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
from models.face_data.files import name_of, portrait_files, read
from numpy.typing import NDArray

from biocapture.face import largest_face
from biocapture.face.alignment import FRAME, align, outside_picture
from biocapture.face.features.parsing import PARSING_WINDOW
from biocapture.face.landmarks import eye_distance
from biocapture.types import Failure

KEPT_PX, MIN_EYES_PX = 200, 110


def parsing(images: Path, masks: Path) -> dict[str, NDArray[np.generic]]:
    table = np.load(masks)
    rows: dict[str, list[NDArray[np.generic]]] = {key: [] for key in ("pixels", "person", "beyond", "places")}
    names, size = [], (KEPT_PX, KEPT_PX)
    for path in portrait_files(images):
        pixels = read(path)
        points = largest_face(pixels)
        aligned = None if isinstance(points, Failure) else align(pixels, points)
        if aligned is None:
            continue
        mask = cv2.resize(table[name_of(path)], pixels.shape[1::-1])
        seen = cv2.warpAffine(mask, aligned.matrix, FRAME)
        beyond = 255 * outside_picture(aligned.matrix, pixels.shape[:2], FRAME).astype(np.uint8)
        rows["pixels"].append(cv2.resize(aligned.pixels[PARSING_WINDOW], size, interpolation=cv2.INTER_AREA))
        rows["person"].append(cv2.resize(seen[PARSING_WINDOW], size, interpolation=cv2.INTER_AREA))
        rows["beyond"].append(cv2.resize(beyond[PARSING_WINDOW], size, interpolation=cv2.INTER_NEAREST))
        rows["places"].append(aligned.points)
        names.append(name_of(path))
    return {key: np.stack(parts) for key, parts in rows.items()} | {"names": np.array(names)}


def sharpness(images: Path) -> dict[str, NDArray[np.generic]]:
    pixels, places, names = [], [], []
    for path in portrait_files(images):
        picture = read(path)
        points = largest_face(picture)
        if isinstance(points, Failure) or eye_distance(points) < MIN_EYES_PX:
            continue
        aligned = align(picture, points)
        if aligned is not None:
            pixels.append(aligned.pixels)
            places.append(aligned.points)
            names.append(name_of(path))
    return {"pixels": np.stack(pixels), "places": np.stack(places), "names": np.array(names)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("parsing", "sharpness"))
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--person", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    arrays = parsing(arguments.images, arguments.person) if arguments.task == "parsing" else sharpness(arguments.images)
    np.savez_compressed(arguments.out, **arrays)


if __name__ == "__main__":
    main()
