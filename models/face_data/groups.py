"""Groups of rendered heads that figures are given for: skin, what is worn, South-East Asian appearance."""

from pathlib import Path

import numpy as np
from models.face_data.heads import PEOPLES
from numpy.typing import NDArray


def groups(path: Path) -> list[list[str]]:
    """Names of the groups that each head of a file written by render.py belongs to.

    Skin is dark, medium or light by thirds of the file. South-East Asian appearance: at least half of the shape is of
    MakeHuman's Asian people and the skin is not of the light third.
    """
    with np.load(path) as table:
        tones, worn = table["tone"].mean(axis=1), table["worn"]
        asian = table["peoples"][:, PEOPLES.index("asian")] >= 0.5
    thirds = np.searchsorted(np.quantile(tones, (1 / 3, 2 / 3)), tones)
    members: dict[str, NDArray[np.bool_]] = {
        "dark skin": thirds == 0,
        "medium skin": thirds == 1,
        "light skin": thirds == 2,
        "head scarf": worn == "scarf",
        "hat": np.char.endswith(worn, "hat"),
        "South-East Asian": asian & (thirds < 2),
        "South-East Asian with head scarf": asian & (thirds < 2) & (worn == "scarf"),
    }
    return [[name for name, which in members.items() if which[head]] for head in range(len(tones))]
