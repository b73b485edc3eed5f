"""Measure what the comparison of irises needs to know: thresholds, the curve to the score, the binomial model.

usage: python -m models.iris_comparison.fit --images DIR [--judge]

--images DIR   near-infrared eyes named S<person><L|R><number>.<extension>, as CASIA-IrisV1-Interval has them

Persons of even numbers are development eyes: constants printed from their pairs are to be copied into
iris/comparison/compare.py and iris/comparison/false_match_model.py, in rounds until they stay the same. With --judge,
error rates of the persons of odd numbers under constants as they stand there. Pairs of different eyes are non-mated,
the two eyes of one person included.
Takes about a minute.
"""

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at, threshold_at
from biocapture.images.decode import decode
from biocapture.iris.comparison.compare import THRESHOLDS, compare, prepare
from biocapture.iris.comparison.false_match_model import INDEPENDENT_TURNS, false_match_rate
from biocapture.iris.comparison.template import Template, template_of, unpack
from biocapture.types import Modality, Sample

FINGERPRINT_SCORES = {1e-2: 79.15, 1e-3: 95.0, 1e-4: 98.55}
"""What the score of an iris comparison is laid on: thresholds of fingerprint/comparison/compare.py."""

RESAMPLED, CAUTION = 1000, 0.05
"""Drawings of as many development eyes with replacement; share of them whose threshold may be stricter than ours."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of some eyes: (P,) scores, distances, numbers of common bits, and whether they are genuine."""

    score: Values
    distance: Values
    common: Values
    genuine: NDArray[np.bool_]


def templates_of(images: Path, odd: bool) -> dict[str, Template]:
    """Name → template, of persons of even or odd numbers."""
    chosen = [path for path in sorted(images.iterdir()) if path.stem[1:5].isdigit() and int(path.stem[1:5]) % 2 == odd]
    read = {path.stem: decode(path, modality=Modality.IRIS) for path in chosen}
    return {name: template_of(Sample(image, Modality.IRIS)) for name, image in read.items()}


def pairs_of(templates: dict[str, Template]) -> Pairs:
    """Compare each with each."""
    names = list(templates)
    ready = [prepare(template) for template in templates.values()]
    first, second = np.triu_indices(len(names), 1)
    found = [compare(ready[i], ready[j]) for i, j in zip(first.tolist(), second.tolist(), strict=True)]
    eye = np.array([name[:6] for name in names])
    columns = (np.array([getattr(each, name) for each in found]) for name in ("score", "distance", "common"))
    return Pairs(*columns, eye[first] == eye[second])


def impostors_of(templates: dict[str, Template], pairs: Pairs) -> Values:
    """(E, E, K) distances of the images of each eye to those of each other, NaN for an eye itself."""
    eyes, owner = np.unique([name[:6] for name in templates], return_inverse=True)
    first, second = (owner[i] for i in np.triu_indices(len(owner), 1))
    most = int(np.bincount(owner).max()) ** 2
    distance = np.full((len(eyes), len(eyes), most), np.nan)
    for one, other in itertools.combinations(range(len(eyes)), 2):
        values = pairs.distance[(first == one) & (second == other)]
        distance[one, other, : len(values)] = distance[other, one, : len(values)] = values
    return distance


def cautious_thresholds(distance: Values) -> dict[float, float]:
    """False match rate → distance that keeps it in all but :data:`CAUTION` of drawings of other such eyes."""
    random = np.random.default_rng(1)
    eyes = len(distance)
    found: dict[float, list[float]] = {rate: [] for rate in THRESHOLDS}
    for _ in range(RESAMPLED):
        drawn = random.integers(0, eyes, eyes)
        values = np.sort(distance[np.ix_(drawn, drawn)].ravel())  # NaN last
        count = np.isfinite(values).sum()
        for rate, thresholds in found.items():
            thresholds.append(float(values[int(rate * count)]))
    return {rate: float(np.quantile(thresholds, CAUTION)) for rate, thresholds in found.items()}


def curve(distance: dict[float, float]) -> tuple[float, float]:
    """Centre and width of the logistic curve that lays thresholds on those of fingerprints, as nearly as it can."""
    share = np.array([FINGERPRINT_SCORES[rate] / 100 for rate in distance])
    slope, offset = np.polyfit(list(distance.values()), np.log(share / (1 - share)), 1)
    return float(-offset / slope), float(-1 / slope)


def untried(templates: dict[str, Template]) -> Values:
    """Shares of differing bits of different eyes as they are, at one turn; pairs with many common bits only."""
    codes = [unpack(template) for template in templates.values()]
    eye = np.array([name[:6] for name in templates])
    bits, counts = (
        np.array([getattr(code, name).ravel() for code in codes], np.float32) for name in ("bits", "counts")
    )
    common = counts @ counts.T
    differing = bits @ counts.T + counts @ bits.T - 2 * bits @ bits.T
    chosen = np.triu(eye[:, None] != eye[None], 1) & (common > 0.75 * np.median(common))
    return np.asarray(differing[chosen] / common[chosen], np.float64)


def constants(templates: dict[str, Template], pairs: Pairs) -> None:
    """Print what is to be copied, and what stands behind it."""
    print("USUAL_BITS", int(np.median(pairs.common[~pairs.genuine])))
    impostor = impostors_of(templates, pairs)
    distance = cautious_thresholds(impostor)
    centre, width = curve(distance)
    print("SCORE_CENTRE, SCORE_WIDTH", round(centre, 4), round(width, 5))
    print(
        "THRESHOLDS",
        {rate: round(float(100 / (1 + np.exp((at - centre) / width))), 2) for rate, at in distance.items()},
    )
    print("INDEPENDENT_TURNS", round(INDEPENDENT_TURNS * 1e-3 / false_match_rate(distance[1e-3]), 1))
    plain = np.sort(impostor[np.isfinite(impostor)])
    for rate, at in distance.items():
        print(f"FMR {rate:g}: distance {at:.4f} with caution, {plain[int(rate * len(plain))]:.4f} as measured")
    alone = untried(templates)
    mean, deviation = alone.mean(), alone.std()
    degrees = mean * (1 - mean) / deviation**2
    print(f"DEGREES_OF_FREEDOM {degrees:.0f}, from mean {mean:.4f} and deviation {deviation:.4f} at one turn")


def judge(pairs: Pairs) -> None:
    """Print error rates."""
    same, different = pairs.score[pairs.genuine], pairs.score[~pairs.genuine]
    print(f"{len(same)} genuine, {len(different)} impostor pairs; EER {100 * equal_error_rate(same, different):.2f} %")
    impostor = pairs.distance[~pairs.genuine]
    for rate, threshold in THRESHOLDS.items():
        distance = -threshold_at(-impostor, rate)
        print(
            f"FMR {rate:g}: FNMR {100 * fnmr_at(same, different, rate):.2f} %; at the fixed threshold "
            f"FMR {(different >= threshold).mean():.2g}, FNMR {100 * (same < threshold).mean():.2f} %; "
            f"the binomial model says {false_match_rate(distance):.2g} at distance {distance:.4f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--judge", action="store_true", help="persons of odd numbers")
    arguments = parser.parse_args()
    templates = templates_of(arguments.images, odd=arguments.judge)
    print(f"{len(templates)} images, {sum(not len(each) for each in templates.values())} failures to extract")
    pairs = pairs_of({name: each for name, each in templates.items() if len(each)})
    if not arguments.judge:
        constants(templates, pairs)
    judge(pairs)


if __name__ == "__main__":
    main()
