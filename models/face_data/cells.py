"""Faces in the wild, for evaluation only: the cells of SFHQ-T2I's figures, generated faces grouped by their prompts.

usage: python -m models.face_data.cells FIGURES OUT    writes every cell as OUT/<name with @ for />.png

The figures (github.com/SelfishGene/SFHQ-T2I-dataset, ``figures/textual_search_*``) are grids on black, a row per
prompt. They carry a statement of free use but no licence file, so nothing is trained on them.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.face_data.files import read
from numpy.typing import NDArray

GROUPS = {
    "2_Ethnicity_top_10": ("asian", "native american", "african", "persian", "south-american", "irish"),
    "2_Ethnicity x Age 1_top_10": ("asian", "native american", "african", "persian", "south-american", "irish"),
    "2_Ethnicity x Age 2_top_10": ("asian", "native american", "african", "persian", "south-american", "irish"),
    "2_Ethnicity x Age 3_top_10": ("asian", "native american", "african", "persian", "south-american", "irish"),
    "2_Age_top_10": ("baby", "toddler", "child", "teenager", "adult", "senior"),
    "2_Age_x_Ethnicity x Sex 1_top_10": ("baby", "toddler", "child", "teenager", "adult", "senior"),
    "2_Age_x_Ethnicity x Sex 2_top_10": ("baby", "toddler", "child", "teenager", "adult", "senior"),
    "2_Accessories_top_10": ("earrings", "necklace", "bandana", "hat", "tie", "scarf", "headphones", "sunglasses"),
    "2_Glasses Style_top_10": ("glasses", "glasses", "glasses", "glasses", "sunglasses", "sunglasses"),
    "2_Hats_top_10": ("hat",) * 6,
    "2_Face Pose_top_10": ("straight", "turned sideways", "tilted up", "tilted down", "three-quarter", "profile"),
    "2_Eye Gaze_top_9": ("straight", "looking left", "looking up", "looking down", "eyes closed"),
    "2_Lighting_top_10": ("side light", "spotlight", "soft light", "back light", "golden hour", "blue hour", "studio"),
    "2_bad things_top_10": (
        "blurred",
        "statue",
        "two people",
        "back of head",
        "hand over face",
        "cat",
        "dog",
        "animal",
    ),
}
"""Prompt of each row, shortened; rows of figures not named here belong to the group "other"."""

NO_FRONT = ("back of head",)
"""Rows that need not show a face."""


@dataclass(frozen=True)
class Cell:
    """One generated face.

    Attributes
    ----------
    pixels : (H, W, 3) uint8
        RGB, about 256 or 477 pixels square.
    name : str
        figure, row and column
    group : str
    """

    pixels: NDArray[np.uint8]
    name: str
    group: str


def cells(figures: Path) -> Iterator[Cell]:
    """Cells of all figures, those of a figure in reading order."""
    for path in sorted(figures.glob("textual_search_*.jpg")):
        stem = path.stem.removeprefix("textual_search_").removesuffix("_matches")
        picture = read(path)
        across, down = _grid(picture, int(stem.split("_")[-1]))
        labels = GROUPS.get(stem, ("other",) * len(down))
        for row, (top, bottom) in enumerate(down):
            for column, (left, right) in enumerate(across):
                yield Cell(picture[top:bottom, left:right], f"{stem}/{row}/{column}", labels[row])


def _grid(picture: NDArray[np.uint8], columns: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """First and last column and row of the cells: what is not black between the gutters."""
    level = picture.max(axis=2)
    pitch = picture.shape[1] / columns
    across = _runs((level[200:] < 25).mean(axis=0) < 0.9, 0.8 * pitch, 0.99 * pitch)
    side = float(np.median([right - left for left, right in across]))
    return across, _runs((level > 12).mean(axis=1) > 0.35, 0.5 * side, 1.1 * side)


def _runs(inside: NDArray[np.bool_], least: float, most: float) -> list[tuple[int, int]]:
    steps = np.diff(np.concatenate(([0], inside.astype(int), [0])))
    starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if least <= b - a <= most]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("figures", "out"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for cell in cells(arguments.figures):
        path = arguments.out / f"{cell.name.replace('/', '@')}.png"
        cv2.imwrite(str(path), cv2.cvtColor(cell.pixels, cv2.COLOR_RGB2BGR))


if __name__ == "__main__":
    main()
