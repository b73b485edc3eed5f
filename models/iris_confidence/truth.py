"""Circles of pupil and limbus that a person drew or accepted, by camera, and which half of the persons an eye is of."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("set", "file", "pupil_row", "pupil_col", "pupil_r", "limbus_row", "limbus_col", "limbus_r")

PERSON = {
    "casia_interval": r"S(\d+)",
    "iitd_odd": r"__(\d+)__",
    "mmu2": r"(\d+)\d{4}\.",
    "casia_thousand_6": r"S(\d+)",
    "inp_iris": r"^(\d+)",
}
"""Camera → where the number of the person stands in a file's name."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One eye: camera, file, (3,) float64 circles as row, column, radius in px; NaN where nothing was drawn."""

    camera: str
    file: str
    pupil: NDArray[np.float64]
    limbus: NDArray[np.float64]

    @property
    def judged(self) -> bool:
        """Whether the person belongs to the half that judges, not to the one that is fitted on."""
        found = re.search(PERSON.get(self.camera, r"(\d+)"), self.file)
        number = int(found.group(1)) if found else 0
        # Of one camera only odd persons are there: every second of them.
        return bool((number // 2 if self.camera == "iitd_odd" else number) % 2)


def read_drawn(tables: list[Path]) -> Iterator[Drawn]:
    """Rows of CSV files with the columns :data:`COLUMNS`; an empty field is NaN."""
    for table in tables:
        with table.open(newline="", encoding="utf8") as handle:
            for row in csv.DictReader(handle):
                circle = [float(row[name] or "nan") for name in COLUMNS[2:]]
                yield Drawn(row["set"], row["file"], np.array(circle[:3]), np.array(circle[3:]))
