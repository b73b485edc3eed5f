"""Fit the weights of the unified quality of faces to what comparisons by another system lose, and judge them.

usage: python -m models.face_quality.fit --images DIR [--column NAME]

--images DIR     written by pairs.py, its pairs.csv scored, such as by scores.py
--column NAME    the scores (default dlib), higher = more alike

People of even numbers are fitted to, those of odd numbers judge. A comparison is lost below the threshold of FMR 0.001.
The chance that one is lost is a logistic function of a weighted sum of the components' logarithms; the weights are at
least 0 and drawn towards those set by hand, for components that no planted fault moves. They are scaled so that half of
the comparisons are lost at a quality of 50.
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import minimize

from biocapture.assessment.options import options_of
from biocapture.assessment.samples import sample_of
from biocapture.assessment.scoring import statistics_of
from biocapture.comparison.evaluation.rates import error_areas, threshold_at
from biocapture.face.measures.quality import COMPONENTS, MIN_COMPONENT_SCORE
from biocapture.face.statistics import FaceBatch
from biocapture.measure import logarithms

Values = NDArray[np.float64]

BY_HAND = np.array((2, 1.5, 0.5, 2, 0.7, 1.5, 1, 1, 1.5, 0.7, 1, 0.7, 0.5, 0.5, 0.4, 0.4, 1.0))
"""After the error-versus-discard figures in BSI's report on OFIQ, in the order of PARTS: where the fit begins."""

PULL = 1e-3
"""Towards the weights set by hand, which are scaled to fit best first."""

FMR, SHARES = 1e-3, (0.2, 0.3, 0.5)


@dataclass(frozen=True)
class Comparisons:
    """Genuine ones: logarithms of the components of the worse picture, (P, K), whether lost, acquired, of whom."""

    logs: Values
    lost: NDArray[np.bool_]
    acquired: NDArray[np.bool_]
    person: NDArray[np.int64]
    fault: NDArray[np.str_]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Where we see a face at all."""
        return np.isfinite(self.logs).all(axis=1)


def components(images: Path, names: list[str]) -> dict[str, Values]:
    """Logarithm of each component of each picture; 0 what is not assessed, NaN where no face is seen."""
    wanted = options_of("face")
    statistics = [statistics_of(sample_of(images / name, wanted), wanted) for name in track(names, "faces")]
    batch = FaceBatch.join(statistics)
    logs = np.stack([logarithms(part.curve(part.column(batch)), MIN_COMPONENT_SCORE) for part in COMPONENTS], axis=1)
    logs[np.array([failure is not None for failure in batch.failure])] = np.nan
    return dict(zip(names, logs, strict=True))


def comparisons(images: Path, column: str) -> Comparisons:
    with (images / "pairs.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    genuine = np.array([row["genuine"] == "1" for row in rows])
    scores = np.array([float(row[column]) for row in rows])
    threshold = threshold_at(scores[~genuine], FMR)
    same = [row for row in rows if row["genuine"] == "1"]
    known = components(images, sorted({row[file] for row in same for file in ("file1", "file2")}))
    logs = np.stack([np.minimum(known[row["file1"]], known[row["file2"]]) for row in same])
    person, fault = np.array([int(row["person"]) for row in same]), np.array([row["fault"] for row in same])
    return Comparisons(logs, scores[genuine] < threshold, scores[genuine] > scores.min(), person, fault)


def fit_weights(logs: Values, lost: NDArray[np.bool_], towards: Values, pull: float) -> Values:
    """(K + 1,) weights and intercept of the logistic function."""

    def loss(weights: Values) -> tuple[float, Values]:
        chance = weights[-1] - logs @ weights[:-1]
        off, away = 1 / (1 + np.exp(-chance)) - lost, weights[:-1] - towards
        slope = np.append(-logs.T @ off / len(lost) + 2 * pull * away, off.mean())
        return float((np.logaddexp(0, chance) - lost * chance).mean() + pull * away @ away), slope

    bounds = [(0.0, None)] * len(towards) + [(None, None)]
    found: Values = minimize(loss, np.append(towards, -3.0), jac=True, bounds=bounds).x
    return found


def weights_of(some: Comparisons, chosen: NDArray[np.bool_]) -> Values:
    """(K,) weights fitted to the chosen comparisons; quality is 100 times the product of the powers."""
    used = chosen & some.seen
    logs, lost = some.logs[used], some.lost[used]
    scale = fit_weights((logs @ BY_HAND)[:, None], lost, np.ones(1), 0.0)[0]
    found = fit_weights(logs, lost, scale * BY_HAND, PULL)
    return found[:-1] * np.log(2) / -found[-1]


def show(some: Comparisons, weights: Values) -> None:
    """Areas of both halves by weights set by hand, these, those in use, and the best there can be; rates by fault."""
    for half, chosen in (("even, fitted to", some.person % 2 == 0), ("odd, judge", some.person % 2 == 1)):
        for kind, which in (("all", chosen), ("acquired", chosen & some.acquired)):
            lost = some.lost[which]
            print(f"{half}, {kind}: {100 * lost.mean():.1f} % of {which.sum()} lost; areas to {SHARES}")
            for name, value in (
                ("by hand", some.logs[which] @ BY_HAND),
                ("fitted", some.logs[which] @ weights),
                ("in use", some.logs[which] @ [part.weight for part in COMPONENTS]),
                ("best", -lost.astype(float)),
            ):
                unseen_first = np.where(np.isnan(value), -np.inf, value)
                areas = error_areas(unseen_first, lost, SHARES)
                print(f"    {name:8s}", *(f"{area:.3f}" for area in areas.values()))
    quality = 100 * np.exp(some.logs @ weights)
    for fault in sorted({name for name in some.fault if "+" not in name}):
        which = some.fault == fault
        unseen, middle = 100 * (~some.seen[which]).mean(), np.nanquantile(quality[which], (0.1, 0.5))
        print(
            f"{fault:16s} lost {100 * some.lost[which].mean():5.1f} %, not seen {unseen:5.1f} %, quality",
            middle.round(),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--column", default="dlib")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    some = comparisons(arguments.images, arguments.column)
    weights = weights_of(some, some.person % 2 == 0)
    print("weights:", *(f"{weight:.2f}" for weight in weights))
    show(some, weights)


if __name__ == "__main__":
    main()
