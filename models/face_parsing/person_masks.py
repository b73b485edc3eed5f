"""Masks of the person in each portrait, by MediaPipe's selfie segmentation: input of ``portraits.py parsing``.

usage: python -m models.face_parsing.person_masks --images DIR --out FILE.npz

--images DIR   congress/, neutral_front/, smiling_front/ and canada/ with their .jpg
--out FILE     an array (h, w) uint8 per folder/file, 0..255, the larger side at most 800 px

In the environment of MediaPipe (models/README.md); it knows nothing of ours.
"""

import argparse
from pathlib import Path

import cv2
import mediapipe
import numpy as np
from models.face_data.files import name_of, portrait_files, read
from numpy.typing import NDArray

MAX_PX = 800


def person_masks(images: Path) -> dict[str, NDArray[np.uint8]]:
    """Name of each portrait → mask of the person in it."""
    network = mediapipe.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    masks = {}
    for path in portrait_files(images):
        pixels = read(path)
        scale = min(1.0, MAX_PX / max(pixels.shape[:2]))
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        masks[name_of(path)] = (network.process(small).segmentation_mask * 255).astype(np.uint8)
    return masks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    np.savez_compressed(arguments.out, **person_masks(arguments.images))


if __name__ == "__main__":
    main()
