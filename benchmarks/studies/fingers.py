"""Are different synthetic fingers as different as real ones, and the same one as alike?

usage: python -m benchmarks.studies.fingers [--fingers 150] [--first 60000] [--images DIR]

--images DIR   <set>/<finger>_<impression>.pgm, 500 ppi: development sets to compare the statistics with

Every finger touches twice: turned, shifted, distorted, moister or drier. First touches are compared with one another,
each finger's two touches with each other. Prints the shares above the documented thresholds with the 95 % interval of a
bootstrap over fingers, and what the prints look like: minutiae per mm² inside the print, distance to the nearest over
that of as many strewn at random (1 = at random, more = evenly), ridge period, its deviation within a print as a share,
entropy of ridge directions. 150 fingers take a minute and a half on a quiet core.
"""

import argparse
from dataclasses import astuple, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from biocapture.fingerprint.comparison.compare import THRESHOLDS, compare
from biocapture.fingerprint.comparison.structure import Structure, structure_of
from biocapture.fingerprint.comparison.template import template_of
from biocapture.fingerprint.describe import MIN_MINUTIA_QUALITY
from biocapture.fingerprint.features.minutiae import extract_minutiae
from biocapture.fingerprint.features.platen import find_platen
from biocapture.fingerprint.features.ridge_field import CELL_PX, ridge_field
from biocapture.fingerprint.features.ridge_flow import follow_ridges
from biocapture.images.decode import decode
from biocapture.synthetic.fingerprint.finger import Finger, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import GreyPixels, Image, Modality, Sample

FIRST_SEED = 60_000
"""Fingers on which no constant of the generator was chosen."""

PX_MM = 25.4 / 500

RIM_CELLS = 3
"""Cells at the rim of a print where its minutiae are not counted."""

MIN_COUNT = 8
"""Minutiae inside a print below which nothing is said of their places."""

DIRECTION_BINS = 16

RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Scores:
    """Comparison scores of N fingers.

    Attributes
    ----------
    different : (N, N) float64
        Of first touches; NaN on and above the diagonal.
    same : (N,) float64
        Of the first and second touch of each.
    """

    different: NDArray[np.float64]
    same: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Traits:
    """What one print looks like; NaN where it shows too little."""

    minutiae_per_mm2: float
    spacing: float
    period_px: float
    period_deviation: float
    entropy_bits: float


def touched(made: Finger, seed: int, number: int) -> GreyPixels:
    """One everyday touch of a finger."""
    random = np.random.default_rng([seed, number, 0xF2])
    turn, down, right = random.normal(0.0, (8.0, 20.0, 12.0))
    wet, dry = np.maximum(random.normal(0.0, 0.15, 2), 0.0)
    how = Effects(turn, down, right, random.uniform(2.0, 6.0), wet=wet, dry=dry, noise=2.0)
    return impression(made, 10 * seed + number, how).pixels


def structure(pixels: GreyPixels) -> Structure:
    """Prepared template of a print at 500 ppi."""
    return structure_of(template_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT)))


def compared(first: int, fingers: int) -> Scores:
    """Grow fingers, let each touch twice, and compare all."""
    touches, same = [], np.empty(fingers)
    for number, seed in enumerate(range(first, first + fingers)):
        made = finger(seed)
        touches.append(structure(touched(made, seed, 0)))
        same[number] = compare(touches[number], structure(touched(made, seed, 1))).score
    different = np.full((fingers, fingers), np.nan)
    for row, one in enumerate(touches):
        different[row, :row] = [compare(one, other).score for other in touches[:row]]
    return Scores(different, same)


def false_matches(scores: Scores, threshold: float) -> tuple[float, float, float]:
    """Share of different fingers at or above a threshold, and its 95 % interval: whole fingers drawn again."""
    below = np.tril(np.ones(scores.different.shape), -1)
    above = np.nan_to_num(scores.different, nan=-1.0) >= threshold
    count = len(scores.same)
    random = np.random.default_rng(0)
    weights = [np.bincount(random.integers(0, count, count), minlength=count) for _ in range(RESAMPLES)]
    rates = [float(weight @ above @ weight) / max(float(weight @ below @ weight), 1.0) for weight in weights]
    low, high = np.quantile(rates, (0.025, 0.975))
    return float(above.sum() / below.sum()), float(low), float(high)


def traits(pixels: GreyPixels) -> Traits:
    """What a print at 500 ppi looks like."""
    platen = find_platen(pixels)
    field = ridge_field(platen.pixels, padding=platen.padding)
    found = extract_minutiae(field, follow_ridges(field))
    kernel = np.ones((2 * RIM_CELLS + 1,) * 2, np.uint8)
    inner = cv2.erode(field.foreground.astype(np.uint8), kernel, borderValue=0).astype(bool)
    counted = found.quality > MIN_MINUTIA_QUALITY
    places = np.stack([found.row[counted], found.column[counted]], axis=1)
    at = np.minimum((places / CELL_PX).astype(int), np.array(inner.shape) - 1)
    inside, area_mm2 = inner[at[:, 0], at[:, 1]], inner.sum() * (CELL_PX * PX_MM) ** 2
    if inside.sum() < MIN_COUNT:
        return Traits(*[np.nan] * 5)
    density = inside.sum() / area_mm2
    nearest_mm = KDTree(places).query(places, k=2)[0][inside, 1] * PX_MM
    share = np.histogram(field.orientation[inner], DIRECTION_BINS, (0, np.pi))[0] / inner.sum()
    period = field.period_px[inner]
    return Traits(
        float(density),
        float(2 * nearest_mm.mean() * np.sqrt(density)),
        float(np.nanmean(period)),
        float(np.nanstd(period) / np.nanmean(period)),
        float(-(share[share > 0] * np.log2(share[share > 0])).sum()),
    )


def real_prints(images: Path) -> list[GreyPixels]:
    """The first two impressions of every finger of every set."""
    paths = [path for path in sorted(images.glob("*/*.pgm")) if path.stem.split("_")[-1] in ("1", "2")]
    return [decode(path, modality=Modality.FINGERPRINT, ppi=500.0).pixels for path in paths]


def show(name: str, rows: list[Traits]) -> None:
    """A line of mean and deviation of every trait."""
    table = np.array([astuple(row) for row in rows])
    cells = [
        f"{mean:.2f} ± {deviation:.2f}"
        for mean, deviation in zip(np.nanmean(table, axis=0), np.nanstd(table, axis=0), strict=True)
    ]
    print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fingers", type=int, default=150)
    parser.add_argument("--first", type=int, default=FIRST_SEED)
    parser.add_argument("--images", type=Path)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    scores = compared(given.first, given.fingers)
    pairs = np.isfinite(scores.different).sum()
    print(f"{pairs} pairs of different fingers, {len(scores.same)} of the same")
    print("| threshold | different fingers at or above, % | interval | same finger, % |")
    print("|---|--:|---|--:|")
    for rate, threshold in THRESHOLDS.items():
        share, low, high = false_matches(scores, threshold)
        found = 100 * np.mean(scores.same >= threshold)
        print(f"| {rate:g} | {100 * share:.2f} | {100 * low:.2f}–{100 * high:.2f} | {found:.1f} |")
    print("| prints | minutiae per mm² | spacing | period, px | its deviation | entropy, bits |")
    print("|---|--:|--:|--:|--:|--:|")
    made = range(given.first, given.first + min(given.fingers, 60))
    show("synthetic", [traits(touched(finger(seed), seed, 0)) for seed in made])
    if given.images:
        show("development sets", [traits(pixels) for pixels in real_prints(given.images)])


if __name__ == "__main__":
    main()
