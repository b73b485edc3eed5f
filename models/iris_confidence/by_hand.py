"""Judge outlines against those drawn by hand, and write the circles that fit.py reads.

usage: python -m models.iris_confidence.by_hand --images DIR --drawn DIR --out FILE.csv

--images DIR  twenty persons of CASIA-Iris-Interval, counted anew, S<person><L|R><number>.<extension>
--drawn DIR   CASIA-IrisV3-Interval_groundtruth, unpacked from HalmstadUniversityBiometrics/
              Iris-Segmentation-Groundtruth-Database (MIT): circles of pupil, limbus and lids; no lashes
--out FILE    the circles, as truth.py reads them

Prints, for all persons and for those of odd numbers, how often the pupil lies within 5 % and the limbus within 10 % of
the iris radius of where it was drawn (centre and radius), and how usable area by hand and by the library correlate.
Needs h5py besides the tests' packages.
"""

import argparse
import csv
from pathlib import Path

import h5py
import numpy as np
from models.iris_confidence.fit import LIMBUS_WRONG, PUPIL_WRONG, off_circle
from models.iris_confidence.truth import COLUMNS
from numpy.typing import NDArray
from scipy.io import loadmat

from biocapture.images.decode import decode
from biocapture.iris.describe import columns_of
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, Modality

BOUNDARIES, LIDS = "CASIA-IrisV3-Interval_manual_segmentation", "CASIA-IrisV3-Interval_manual_occlusion_eyelids"

Circle = NDArray[np.float64]
"""(3,) float64: row, column, radius in px."""

PERSONS = (1, 2, 7, 19, 28, 29, 30, 36, 42, 45, 53, 60, 81, 92, 93, 104, 115, 125, 136, 161)
"""Numbers in the database, less 1000, of the part's persons 1001 to 1020: found by the
outlines, which fit theirs by 1 to 2 px in the median and nobody else's by less than 3.8."""


def read_drawn(folder: Path, name: str) -> tuple[Circle, Circle, Circle, Circle]:
    """Pupil, limbus, upper and lower lid; the iris lies inside both lids' circles."""
    with h5py.File(folder / BOUNDARIES / f"{name}.mat") as file:
        pupil, limbus = (
            np.r_[file[f"CC_{what}"][()].ravel(), file[f"RADIO_{what}"][()].ravel()].astype(np.float64)
            for what in ("PUPIL", "SCLERA")
        )
    lids = loadmat(folder / LIDS / f"{name}_eyelids_circles.mat")
    upper, lower = (lids[f"{which}_eyelid"].ravel()[[1, 0, 2]] for which in ("upper", "lower"))
    return pupil, limbus, upper, lower


def usable_area(pupil: Circle, limbus: Circle, upper: Circle, lower: Circle, shape: tuple[int, ...]) -> float:
    """Percentage of the iris that lies between the lids."""
    row, column = np.mgrid[: shape[0], : shape[1]]

    def inside(circle: Circle) -> NDArray[np.bool_]:
        return np.asarray(np.hypot(row - circle[0], column - circle[1]) < circle[2])

    iris = inside(limbus) & ~inside(pupil)
    return 100 * float((iris & inside(upper) & inside(lower)).sum() / max(iris.sum(), 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--drawn", "--out"):
        parser.add_argument(name, type=Path, required=True)
    arguments = parser.parse_args()
    rows, seen = [list(COLUMNS)], []
    for path in sorted(arguments.images.iterdir()):
        circles = read_drawn(arguments.drawn, f"S{1000 + PERSONS[int(path.stem[1:5]) - 1001]}{path.stem[5:]}")
        rows.append(["casia_interval", path.name, *circles[0], *circles[1]])
        pixels = decode(path, modality=Modality.IRIS).pixels
        found = segment(pixels)
        if isinstance(found, Failure):
            seen.append((int(path.name[1:5]), 1.0, 1.0, np.nan, np.nan))
            continue
        iris_px = circles[1][2]
        off = off_circle(found.pupil, circles[0], iris_px), off_circle(found.limbus, circles[1], iris_px)
        ours = 100 * columns_of(pixels, found)["usable"]
        seen.append((int(path.name[1:5]), *off, usable_area(*circles, pixels.shape), ours))
    with arguments.out.open("w", newline="", encoding="utf8") as handle:
        csv.writer(handle).writerows(rows)
    table = np.array(seen)
    for title, part in (("all", table), ("odd", table[table[:, 0] % 2 == 1])):
        pupil, limbus = 100 * (part[:, 1] < PUPIL_WRONG).mean(), 100 * (part[:, 2] < LIMBUS_WRONG).mean()
        both = part[np.isfinite(part[:, 3:]).all(axis=1), 3:]
        print(f"{title}, {len(part)} images: pupil {pupil:.2f} %, limbus {limbus:.2f} %, ", end="")
        print(f"usable area correlates by {np.corrcoef(both.T)[0, 1]:.3f}")


if __name__ == "__main__":
    main()
