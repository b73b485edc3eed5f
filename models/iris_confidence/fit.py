"""Fit how sure the segmentation of an eye is, and judge it.

usage: python models/iris_confidence/fit.py [--images DIR --truth CSV] [--prints DIR ...] [--eyes N]

--images DIR   near-infrared eyes named S<person><L|R><number>.<extension>
--truth CSV    file, then row, column and radius in px of pupil and of limbus, drawn by hand
--prints DIR   folders of pictures of fingers (*.pgm): no eye should be found in them
--eyes N       synthetic eyes of each half (default 520)

Development: synthetic eyes, persons of even numbers, every second print. Judged: other synthetic eyes, persons of odd
numbers, the other prints. An outline is wrong if the mean error of a boundary, along the true one, is more than 3 % of
the iris radius; of hand-drawn circles, if the pupil is off by 5 % or the limbus by 10 %. Prints the constants to be
copied into iris/confidence.py. Takes about four minutes.
"""

import argparse
import csv
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from biocapture.iris.confidence import evidence, parts_of
from biocapture.iris.outline import Ellipse
from biocapture.iris.reduction import reduced
from biocapture.iris.segment import guesses_of, located
from biocapture.synthetic.conditions import Conditions, everyday
from biocapture.synthetic.eye import eye
from biocapture.synthetic.eye_capture import EyeTruth, capture
from biocapture.types import GreyPixels

Rows = NDArray[np.float64]

WRONG, PUPIL_WRONG, LIMBUS_WRONG = 0.03, 0.05, 0.10
WRONG_WEIGHT = 6.0
"""A wrong outline of an eye that is believed costs as much as so many right ones that are not; of a print, as one."""

STIFFNESS = 0.5
KINDS = ("everyday", "everyday", "everyday", "gaze", "gaze", "glare", "lids", "lids", "blur", "light")


def conditions_of(index: int, random: np.random.Generator) -> tuple[str, Conditions]:
    """A capture of one kind, mild to severe."""
    kind, usual, u = KINDS[index % len(KINDS)], everyday(7 * index), random.uniform
    turn, angle = u(0, 2 * np.pi), u(10, 30)
    changes: dict[str, dict[str, Any]] = {
        "everyday": {},
        "gaze": {"gaze_deg": (float(angle * np.cos(turn)), float(0.6 * angle * np.sin(turn)))},
        "glare": {"pupil_glare": u(0.2, 1.0)},
        "lids": {"lid_opening": u(0.35, 0.65)},
        "blur": [{"defocus_px": u(2, 6)}, {"noise": u(8, 20)}, {"dilation": u(0.14, 0.25)}, {"dilation": u(0.6, 0.78)}][
            int(u(0, 4))
        ],
        "light": [
            {"exposure_ev": u(-3, 1.3)},
            {"light_gradient": u(0.5, 1)},
            {"contrast_loss": u(0.3, 0.8)},
            {"glasses_glare": u(0.3, 1), "glasses_frame": u(0, 1)},
        ][int(u(0, 4))],
    }
    return kind, dataclasses.replace(usual, **changes[kind])


def synthetic(first: int, count: int) -> Iterator[tuple[str, Rows, bool]]:
    """Kind, evidence, and whether the outline is right, of some eyes."""
    random = np.random.default_rng(first)
    for index in range(first, first + count):
        kind, conditions = conditions_of(index, random)
        made = capture(eye(index // 2, left=bool(index % 2)), conditions, index)
        told = look(made.pixels)
        if told is not None:
            pupil, limbus, row = told
            yield kind, row, max(errors(pupil, limbus, made.truth)) < WRONG


def look(pixels: GreyPixels) -> tuple[Ellipse, Ellipse, Rows] | None:
    """Both boundaries in the picture and the evidence for them."""
    small = reduced(pixels)
    found = located(small, guesses_of(small.dark))
    if found is None:
        return None
    pupil, limbus, pair = found
    told = np.concatenate(parts_of(evidence(small, pupil, limbus, pair)))
    return pupil.scaled(1 / small.factor), limbus.scaled(1 / small.factor), told


def errors(pupil: Ellipse, limbus: Ellipse, truth: EyeTruth) -> tuple[float, float]:
    """Mean distance of the found boundaries along the true ones, in true iris radii."""
    radius = np.sqrt(truth.limbus.major_px * truth.limbus.minor_px)
    return _apart(pupil, truth.pupil) / radius, _apart(limbus, truth.limbus) / radius


def _apart(found: Ellipse, true: Any) -> float:
    row, column = Ellipse(true.row_px, true.column_px, true.major_px, true.minor_px, true.tilt_rad).at(
        np.linspace(0, 2 * np.pi, 256)
    )
    right, down = column - found.column_px, row - found.row_px
    turn = np.arctan2(down, right) - found.tilt_rad
    rim = 1 / np.hypot(np.cos(turn) / found.major_px, np.sin(turn) / found.minor_px)
    return float(np.abs(np.hypot(right, down) - rim).mean())


def hand_drawn(images: Path, table: Path, odd: bool) -> Iterator[tuple[str, Rows, bool]]:
    """Eyes whose circles were drawn by hand."""
    with table.open(newline="", encoding="utf8") as handle:
        for name, *numbers in csv.reader(handle):
            told = look(_grey(images / name)) if int(name[1:5]) % 2 == odd else None
            if told is None:
                continue
            pupil, limbus, row = told
            true = np.array([float(number) for number in numbers[:6]])
            near = [
                max(np.hypot(one.row_px - it[0], one.column_px - it[1]), abs(one.radius_px - it[2])) / true[5]
                for one, it in ((pupil, true[:3]), (limbus, true[3:]))
            ]
            yield "drawn by hand", row, bool(near[0] < PUPIL_WRONG and near[1] < LIMBUS_WRONG)


def prints(folders: list[Path], half: int) -> Iterator[tuple[str, Rows, bool]]:
    """Fingers, in which whatever is found is wrong."""
    for path in sorted(path for folder in folders for path in folder.glob("*.pgm"))[half::2]:
        told = look(_grey(path))
        if told is not None:
            yield "prints", told[2], False


def _grey(path: Path) -> GreyPixels:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def fitted(rows: Rows, right: NDArray[np.bool_], of_prints: NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Weights and bias (last) of the pupil's and of the limbus' logistic, with the signs that make sense."""
    signs = np.array([1, 1, 1, -1, -1, 1, 1, -1, -1, -1])
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - middle) / spread
    weight = np.where(right | of_prints, 1.0, WRONG_WEIGHT)

    def loss(both: Rows) -> float:
        log = sum(
            -np.logaddexp(0, -(scaled[:, 5 * k : 5 * k + 5] @ both[5 * k : 5 * k + 5] + both[10 + k])) for k in (0, 1)
        )
        share = np.clip(np.exp(log), 1e-9, 1 - 1e-9)
        return float(-(weight * np.where(right, log, np.log1p(-share))).sum() + STIFFNESS * (both[:10] ** 2).sum())

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in signs] + [(None, None)] * 2
    both = minimize(loss, np.r_[np.zeros(10), 1.0, 1.0], bounds=bounds, method="L-BFGS-B").x
    slopes = both[:10] / spread
    biases = [both[10 + k] - float(slopes[5 * k : 5 * k + 5] @ middle[5 * k : 5 * k + 5]) for k in (0, 1)]
    return np.r_[slopes[:5], biases[0]], np.r_[slopes[5:], biases[1]]


def judge(found: list[tuple[str, Rows, bool]], pupil: Rows, limbus: Rows) -> None:
    """Print how many wrong outlines are doubted and how many right ones believed, at a half."""
    for kind in dict.fromkeys(name for name, _, _ in found):
        rows = np.array([row for name, row, _ in found if name == kind])
        right = np.array([fine for name, _, fine in found if name == kind])
        sure = (
            1 / (1 + np.exp(-rows[:, :5] @ pupil[:5] - pupil[5])) / (1 + np.exp(-rows[:, 5:] @ limbus[:5] - limbus[5]))
        )
        doubted, believed = (sure[~right] < 0.5).sum(), (sure[right] >= 0.5).sum()
        print(f"{kind:14} {doubted} of {(~right).sum()} wrong doubted, {believed} of {right.sum()} right believed")


def main() -> None:
    """Parse the command line, fit, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--truth"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--prints", type=Path, nargs="*", default=[])
    parser.add_argument("--eyes", type=int, default=520)
    chosen = parser.parse_args()
    halves = [list(synthetic(first, chosen.eyes)) for first in (1000, 100_000)]
    for odd in (0, 1):
        if chosen.images and chosen.truth:
            halves[odd] += hand_drawn(chosen.images, chosen.truth, bool(odd))
        if chosen.prints:
            halves[odd] += prints(chosen.prints, odd)
    development = halves[0]
    kinds, rows, right = (np.array(column) for column in zip(*development, strict=True))
    pupil, limbus = fitted(rows, right, kinds == "prints")
    for name, weights in (("PUPIL", pupil), ("LIMBUS", limbus)):
        print(f"{name}_WEIGHTS, {name}_BIAS = ({', '.join(f'{w:.2f}' for w in weights[:5])}), {weights[5]:.2f}")
    for title, half in zip(("development", "not used"), halves, strict=True):
        print(f"-- {title}")
        judge(half, pupil, limbus)


if __name__ == "__main__":
    main()
