"""Points set by hand in the London set and its Canadian sister (webmorph templates, 189 points), for the evaluation."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

EYES = {
    **dict(zip((60, 61, 62, 63, 64, 67, 66, 65), (18, 19, 20, 21, 22, 28, 29, 30), strict=True)),
    **dict(zip((68, 69, 70, 71, 72, 75, 74, 73), (23, 24, 25, 26, 27, 31, 32, 33), strict=True)),
}
PUPILS = {96: 0, 97: 1}
MOUTH = {
    **dict(zip(range(76, 83), range(87, 94), strict=True)),
    **dict(zip((87, 86, 85, 84, 83), range(104, 109), strict=True)),
    **dict(zip((89, 90, 91, 95, 94, 93), (95, 96, 97, 100, 101, 102), strict=True)),
}
SAME = EYES | PUPILS | MOUTH
"""Index among the 98 points of WFLW to the index in the template: 36 points mean the same in both."""

GROUPS = {
    "eye corners": (60, 64, 68, 72),
    "pupils": (96, 97),
    "lids": (61, 62, 63, 65, 66, 67, 69, 70, 71, 73, 74, 75),
    "mouth corners": (76, 82),
    "all 36": tuple(SAME),
}


def template(path: Path) -> NDArray[np.float64]:
    """(189, 2) column and row of a ``.tem`` file."""
    lines = path.read_text(encoding="utf8").split("\n")
    return np.array([[float(value) for value in line.split()] for line in lines[1 : 1 + int(lines[0])]])
