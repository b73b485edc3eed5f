"""Read everything the trainings need once and keep it in one file.

usage: python -m models.face_data.prepare --data DIR --labels FILE --out FILE [--nonfaces DIR ...]

--data DIR     congress/*.jpg, neutral_front/*.jpg, smiling_front/*.jpg, canada/*.jpg (see README.md beside this file)
--labels FILE  written by label.py
--nonfaces DIR pictures without a face to train on (prints of some sensors, eyes of some persons: see README.md)
--out FILE     pickle; of use on this machine only, holds portraits: never publish it
"""

import argparse
import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from models.face_data.nonfaces import TRAINING, captures, pictures_of_folders, samples
from models.face_data.portraits import Portrait, portraits
from numpy.typing import NDArray

CAPTURES, SEED = 100, 1
"""Synthetic prints and eyes, of each."""


@dataclass(frozen=True)
class TrainingData:
    """Portraits to train on, portraits of other people to judge on, pictures without a face to train on."""

    training: list[Portrait]
    held_out: list[Portrait]
    nonfaces: list[NDArray[np.uint8]]


def load_training_data(path: Path) -> TrainingData:
    with path.open("rb") as file:
        return TrainingData(*pickle.load(file))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--labels", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--nonfaces", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    split = [portraits(arguments.data, arguments.labels, held_out) for held_out in (False, True)]
    with arguments.out.open("wb") as file:
        pickle.dump(
            (*split, samples(TRAINING) + captures(CAPTURES, SEED) + pictures_of_folders(arguments.nonfaces)), file
        )
    print(*(len(part) for part in split), "portraits to train and to judge on")


if __name__ == "__main__":
    main()
