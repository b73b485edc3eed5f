"""Fit and judge the evidence that an eye stands on its head.

usage: python -m models.iris_half_turn.fit --camera DIR PERSON [--camera …] [--every N]

--camera DIR PERSON   near-infrared eyes of one camera, all upright; PERSON is a regular expression whose first group is
                      the person in a file's name
--every N             take every N-th image only

Each image is outlined as it is and turned by 180°. Every second person of a camera judges, the others fit; synthetic
eyes fit, too. A logistic regression without a constant, cameras weighing alike. Prints the weights to be copied into
iris/features/half_turn.py, and for every camera what is wrongly called turned and what is found, on the persons that
judge, and on all of it when the camera had no part in the fit.
"""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from biocapture.images.decode import decode
from biocapture.iris.describe import MIN_CONFIDENCE
from biocapture.iris.features.half_turn import differences
from biocapture.iris.segmentation.segment import segment
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.types import Failure, GreyPixels, Modality

Values = NDArray[np.float64]

RIDGE, STEPS, CAMERA_WEIGHT = 0.3, 25, 300.0
"""Penalty on squared weights, Newton's steps, and images that every camera counts as."""

SYNTHETIC, FIRST_SEED = 150, 600_000

TURNED = -1.5
"""Evidence from which profiles call an image turned."""


class Case(NamedTuple):
    """One image, upright (1) or turned (-1), and whether its person judges."""

    camera: str
    way: int
    judges: bool
    cells: Values


def cases_of(camera: str, judges: bool, pixels: GreyPixels) -> Iterator[Case]:
    """An image both ways, where an eye is found."""
    for way, seen in ((1, pixels), (-1, np.ascontiguousarray(pixels[::-1, ::-1]))):
        found = segment(seen)
        if not isinstance(found, Failure) and found.confidence >= MIN_CONFIDENCE:
            limbus = found.limbus
            cells = differences(seen, limbus.row_px, limbus.column_px, limbus.radius_px)
            yield Case(camera, way, judges, cells)


def photographs(folder: Path, person: str, every: int) -> Iterator[Case]:
    """All of a camera; persons alternate between fitting and judging."""
    names = sorted(path for path in folder.iterdir() if re.match(person, path.name))
    order = {name: number for number, name in enumerate(sorted({_person(path, person) for path in names}))}
    for path in names[::every]:
        pixels = decode(path, modality=Modality.IRIS).pixels
        yield from cases_of(folder.name, order[_person(path, person)] % 2 == 1, pixels)


def _person(path: Path, pattern: str) -> str:
    found = re.match(pattern, path.name)
    return found.group(1) if found else ""


def generated() -> Iterator[Case]:
    """Usual captures of synthetic eyes."""
    for seed in range(FIRST_SEED, FIRST_SEED + SYNTHETIC):
        yield from cases_of("synthetic", False, capture(eye(seed), everyday_conditions(seed), seed).pixels)


def fit_weights(cases: list[Case]) -> Values:
    """Weights of the cells by Newton's method."""
    cells, way = np.array([case.cells for case in cases]), np.array([case.way for case in cases])
    camera = np.array([case.camera for case in cases])
    share = np.array([CAMERA_WEIGHT / np.count_nonzero(camera == name) for name in camera])
    weights = np.zeros(cells.shape[1])
    for _ in range(STEPS):
        right = 1 / (1 + np.exp(-way * (cells @ weights)))
        slope = -(cells * (share * way * (1 - right))[:, None]).sum(axis=0) + RIDGE * weights
        bend = (cells * (share * right * (1 - right))[:, None]).T @ cells + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    return weights


def report_of(cases: list[Case], weights: Values) -> str:
    """Shares below :data:`TURNED`."""
    evidence = {way: np.array([case.cells @ weights for case in cases if case.way == way]) for way in (1, -1)}
    false, found = ((evidence[way] < TURNED).mean() for way in (1, -1))
    return f"upright {len(evidence[1])}, called turned {false:.2%}; turned {len(evidence[-1])}, found {found:.1%}"


def main() -> None:
    """Parse the command line, fit, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--camera", nargs=2, action="append", required=True, metavar=("DIR", "PERSON"))
    parser.add_argument("--every", type=int, default=1, metavar="N")
    arguments = parser.parse_args()
    cases = list(generated())
    for folder, person in arguments.camera:
        cases += photographs(Path(folder), person, arguments.every)
    weights = fit_weights([case for case in cases if not case.judges])
    print(np.array2string(weights, separator=", ", precision=2, max_line_width=116))
    for camera in sorted({case.camera for case in cases}):
        own = [case for case in cases if case.camera == camera]
        apart = fit_weights([case for case in cases if case.camera != camera])
        if judges := [case for case in own if case.judges]:
            print(f"{camera:18} persons that judge: {report_of(judges, weights)}")
        print(f"{camera:18} camera left out: {report_of(own, apart)}")


if __name__ == "__main__":
    main()
