"""Fit how sure the segmentation of an eye is, and judge it.

usage: python -m models.iris_confidence.fit [--images DIR --truth CSV ...] [--without NAME] [--prints DIR ...]
                                            [--eyes N]

--images DIR   near-infrared eyes, a folder for every camera
--truth CSV    circles drawn by hand; see truth.py
--without NAME a camera that takes no part in the fit and is judged as a whole
--prints DIR   folders of pictures of fingers (*.pgm): no eye should be found in them
--eyes N       synthetic eyes of each half (default 200)

Development: synthetic eyes, half of the persons of every camera, every second print. Judged: other synthetic eyes, the
other persons, the other prints. An outline is wrong if the mean error of a boundary, along the true one, is more than
3 % of the iris radius; of hand-drawn circles, if the pupil is off by 5 % or the limbus by 10 %. Circles are drawn to
2 and 3 % only: outlines that are a little worse than that take no part in the fit. Prints the constants to be copied
into iris/segmentation/confidence.py, and how many are doubted: of the outlines that the segmentation answers, and of
all that it chooses from. Takes about five minutes with 200 eyes.
"""

import argparse
import dataclasses
import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from models.iris_confidence.truth import Drawn, read_drawn
from numpy.typing import NDArray
from scipy.optimize import minimize

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.alternatives import alternatives
from biocapture.iris.segmentation.confidence import boundary_evidence, feature_vectors
from biocapture.iris.segmentation.reduction import Reduction, reduce_image
from biocapture.iris.segmentation.refine import Hypothesis
from biocapture.iris.segmentation.segment import find_eye, first_hypothesis, proposed_outlines, pupil_guesses
from biocapture.synthetic.eye.capture import EyeTruth, capture
from biocapture.synthetic.eye.conditions import Conditions, everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.types import GreyPixels

Rows = NDArray[np.float64]
Located = tuple[Ellipse, Ellipse, Rows]
"""Pupil, limbus, and the evidence for them."""


class Example(NamedTuple):
    """An outline: kind or camera, evidence, whether it is right, weight (0 = undecided), whether it is the answer."""

    kind: str
    row: Rows
    right: bool
    weight: float
    answer: bool


EYES_OF_A_CAMERA, SYNTHETIC_EYES, PRINTS = 200.0, 400.0, 800.0
"""Weights of the eyes of one camera, however many were drawn, of all synthetic eyes, of all prints."""

WRONG, PUPIL_WRONG, LIMBUS_WRONG = 0.03, 0.05, 0.10
WRONG_WEIGHT = 2.0
"""A wrong outline that is believed costs as much as this many right ones that are not."""

PUPIL_UNDECIDED, LIMBUS_UNDECIDED = 0.07, 0.13
"""Errors, in iris radii, up to which a drawn circle may be what is wrong."""

STIFFNESS = 0.5

SIGNS = (1, -1, -1, -1, -1, 1, -1, -1, -1, -1)
PARTS = slice(0, 5), slice(5, 10)
"""Directions of the evidence that make sense; which is the pupil's, which the limbus'."""

ALTERNATIVE_WEIGHT = 0.25
"""Weight of what is not the answer: the fit has to distinguish it from the right outline."""

MAX_GUESSES = 6

KINDS = ("everyday", "gaze", "gaze", "gaze", "glare", "glare", "lids", "lids", "blur", "light")


def conditions_of(index: int, random: np.random.Generator) -> tuple[str, Conditions]:
    """A capture of one kind, mild to severe."""
    kind, usual, u = KINDS[index % len(KINDS)], everyday_conditions(7 * index), random.uniform
    turn, angle = u(0, 2 * np.pi), u(10, 30)
    changes: dict[str, dict[str, Any]] = {
        "everyday": {},
        "gaze": {"gaze_deg": (float(angle * np.cos(turn)), float(angle * np.sin(turn)))},
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


def hypotheses(pixels: GreyPixels) -> Iterator[tuple[Located, float]]:
    """What the confidence has to choose from: the answer, then alternatives to the first outline, other guesses and
    proposals, refined; their weights.
    """
    answer = find_eye(pixels)
    if answer is None:
        return
    yield _in_image(answer[0].near, answer[0].hypothesis), 1.0
    small = reduce_image(pixels)
    guesses = list(itertools.islice(pupil_guesses(small.dark), MAX_GUESSES))
    first = first_hypothesis(pixels, small, guesses)
    others = [] if first is None else [(first[0], other) for other in alternatives(*first)]
    others += [other for guess in guesses if (other := first_hypothesis(pixels, small, [guess])) is not None]
    others += [(each.near, each.hypothesis) for each in proposed_outlines(pixels, small)]
    for near, other in others:
        yield _in_image(near, other), ALTERNATIVE_WEIGHT


def synthetic(first: int, count: int) -> Iterator[Example]:
    """The outlines of some eyes."""
    for kind, pixels, truth in captures(first, count):
        for (pupil, limbus, row), weight in hypotheses(pixels):
            right = max(errors(pupil, limbus, truth)) < WRONG
            yield Example(kind, row, right, weight * SYNTHETIC_EYES / count, weight == 1)


def captures(first: int, count: int) -> Iterator[tuple[str, GreyPixels, EyeTruth]]:
    """Kind, picture and truth of some eyes."""
    random = np.random.default_rng(first)
    for index in range(first, first + count):
        kind, conditions = conditions_of(index, random)
        made = capture(eye(index // 2, left=bool(index % 2)), conditions, index)
        yield kind, made.pixels, made.truth


def _in_image(near: Reduction, hypothesis: Hypothesis) -> Located:
    pupil, limbus, _ = hypothesis
    row = np.concatenate(feature_vectors(boundary_evidence(near, *hypothesis)))
    return near.to_image(pupil), near.to_image(limbus), row


def errors(pupil: Ellipse, limbus: Ellipse, truth: EyeTruth) -> tuple[float, float]:
    """Mean distance of the found boundaries along the true ones, in true iris radii."""
    radius = np.sqrt(truth.limbus.major_px * truth.limbus.minor_px)
    return _apart(pupil, truth.pupil) / radius, _apart(limbus, truth.limbus) / radius


def _apart(found: Ellipse, true: Any) -> float:
    row, column = Ellipse(true.row_px, true.column_px, true.major_px, true.minor_px, true.tilt_rad).points(
        np.linspace(0, 2 * np.pi, 256)
    )
    right, down = column - found.column_px, row - found.row_px
    turn = np.arctan2(down, right) - found.tilt_rad
    rim = 1 / np.hypot(np.cos(turn) / found.major_px, np.sin(turn) / found.minor_px)
    return float(np.abs(np.hypot(right, down) - rim).mean())


def hand_drawn(images: Path, eyes: list[Drawn]) -> Iterator[Example]:
    """Eyes whose circles were drawn by hand; of every camera as many count, and none that is undecided."""
    number = Counter(one.camera for one in eyes)
    for one in eyes:
        for (pupil, limbus, row), weight in hypotheses(_grey(images / one.camera / one.file)):
            iris_px = one.limbus[2] if np.isfinite(one.limbus[2]) else limbus.radius_px
            off = off_circle(pupil, one.pupil, iris_px), off_circle(limbus, one.limbus, iris_px)
            right = is_right(*off)
            decided = right or off[0] >= PUPIL_UNDECIDED or off[1] >= LIMBUS_UNDECIDED
            share = EYES_OF_A_CAMERA / number[one.camera] if decided else 0.0
            yield Example(one.camera, row, right, weight * share, weight == 1)


def is_right(pupil: float, limbus: float) -> bool:
    """Whether no boundary that was drawn is off; NaN: not drawn."""
    return not (pupil >= PUPIL_WRONG or limbus >= LIMBUS_WRONG)


def off_circle(found: Ellipse, drawn: NDArray[np.float64], iris_px: float) -> float:
    """Of row, column and radius drawn by hand, in iris radii: distance of the centres or difference of the radii."""
    apart = np.hypot(found.row_px - drawn[0], found.column_px - drawn[1])
    return float(max(apart, abs(found.radius_px - drawn[2])) / iris_px)


def prints(folders: list[Path], half: int) -> Iterator[Example]:
    """Fingers, in which whatever is found is wrong: every tenth picture."""
    paths = sorted(path for folder in folders for path in folder.glob("*.pgm"))[10 * half :: 20]
    for path in paths:
        for located, weight in hypotheses(_grey(path)):
            yield Example("prints", located[2], False, weight * PRINTS / len(paths), weight == 1)


def _grey(path: Path) -> GreyPixels:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)


def fit_logistics(rows: Rows, right: NDArray[np.bool_], weight: Rows) -> tuple[Rows, Rows]:
    """Weights and bias (last) of the pupil's and of the limbus' logistic, with the signs that make sense."""
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    scaled = (rows - middle) / spread
    weight = weight * np.where(right, 1.0, WRONG_WEIGHT)
    count = len(SIGNS)

    def loss(both: Rows) -> float:
        log = sum(-np.logaddexp(0, -(scaled[:, part] @ both[part] + both[count + k])) for k, part in enumerate(PARTS))
        share = np.clip(np.exp(log), 1e-9, 1 - 1e-9)
        cost = -(weight * np.where(right, log, np.log1p(-share))).sum()
        return float(cost + STIFFNESS * (both[:count] ** 2).sum())

    bounds = [(0, None) if sign > 0 else (None, 0) for sign in SIGNS] + [(None, None)] * 2
    both = minimize(loss, np.r_[np.zeros(count), 1.0, 1.0], bounds=bounds, method="L-BFGS-B").x
    slopes = both[:count] / spread
    pupil, limbus = (
        np.r_[slopes[part], both[count + k] - float(slopes[part] @ middle[part])] for k, part in enumerate(PARTS)
    )
    return pupil, limbus


def judge(found: list[Example], pupil: Rows, limbus: Rows) -> None:
    """Print how many wrong outlines are doubted and how many right ones believed, at a half."""
    for kind in dict.fromkeys(one.kind for one in found):
        those = [one for one in found if one.kind == kind]
        rows, right, answer = (np.array([getattr(one, name) for one in those]) for name in ("row", "right", "answer"))
        decided = np.array([one.weight > 0 for one in those])
        sure = np.prod(
            [1 / (1 + np.exp(-rows[:, part] @ w[:-1] - w[-1])) for part, w in zip(PARTS, (pupil, limbus), strict=True)],
            axis=0,
        )

        def share(part: NDArray[np.bool_], counted: NDArray[np.bool_]) -> str:
            return f"{int((part & counted).sum())} of {int(part.sum())}"

        good, bad, other = right & answer, ~right & answer, ~right & decided
        print(
            f"{kind:17} right believed {share(good, sure >= 0.5)}, at least 0.25 {share(good, sure >= 0.25)}, "
            f"0.85 {share(good, sure >= 0.85)}; wrong doubted {share(bad, sure < 0.5)}, "
            f"of all decided hypotheses {share(other, sure < 0.5)}"
        )


def main() -> None:
    """Parse the command line, fit, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path)
    parser.add_argument("--truth", type=Path, nargs="*", default=[])
    parser.add_argument("--without")
    parser.add_argument("--prints", type=Path, nargs="*", default=[])
    parser.add_argument("--eyes", type=int, default=200)
    arguments = parser.parse_args()
    halves = [list(synthetic(first, arguments.eyes)) for first in (1000, 100_000)]
    drawn = list(read_drawn(arguments.truth))
    for judged in (False, True):
        eyes = [eye for eye in drawn if (eye.judged or eye.camera == arguments.without) == judged]
        halves[judged] += hand_drawn(arguments.images, eyes)
        halves[judged] += prints(arguments.prints, int(judged))
    rows, right, weight = (np.array([getattr(one, name) for one in halves[0]]) for name in ("row", "right", "weight"))
    pupil, limbus = fit_logistics(rows, right, weight)
    for name, weights in (("PUPIL", pupil), ("LIMBUS", limbus)):
        print(f"{name}_WEIGHTS, {name}_BIAS = ({', '.join(f'{w:.2f}' for w in weights[:-1])}), {weights[-1]:.2f}")
    for title, half in zip(("development", "not used"), halves, strict=True):
        print(f"-- {title}")
        judge(half, pupil, limbus)


if __name__ == "__main__":
    main()
