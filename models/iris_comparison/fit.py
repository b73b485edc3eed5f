"""Measure what the comparison of irises needs to know: thresholds, the curve to the score, the binomial model.

usage: python -m models.iris_comparison.fit --images DIR [--judge] [--every N]

--images DIR   one folder for each camera of :data:`CAMERAS`; what is not there is left out
--judge        error rates of the other halves of the persons, and of cameras that are never fitted on, under the
               constants as they stand in iris/comparison; without it, constants to be copied there are printed, in
               rounds until they stay the same, and thresholds as they would be without each camera
--every N      every Nth person only

Every camera is fitted on one half of its persons and judged on the other; reduced and blurred copies of the first
camera's fitted half belong to the fit. Pairs of different eyes are non-mated, the two eyes of one person included.
Takes about ten minutes.
"""

import argparse
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at
from biocapture.images.decode import decode
from biocapture.iris.comparison.compare import (
    CHANCE_DISTANCE,
    THRESHOLDS,
    USUAL_INDEPENDENT_BITS,
    compare_many,
    prepare,
    score_of,
)
from biocapture.iris.comparison.false_match_model import INDEPENDENT_TURNS, false_match_rate
from biocapture.iris.comparison.independence import EXCESS, dependence
from biocapture.iris.comparison.template import Template, template_of, unpack
from biocapture.iris.features.iris_code import PLACES
from biocapture.types import GreyPixels, Image, Modality, Sample

CAMERAS = {
    "casia_interval": r"S(?P<person>\d{4})(?P<eye>[LR])\d+",
    "iitd_odd": r"IITDatabase__(?P<person>\d+)__\d+_(?P<eye>[LR])",
    "mmu2": r"\d+__(?P<person>\d+)(?P<eye>\d\d)\d\d",
    "casia_thousand_6": r"\w+__[LR]__S(?P<person>\d{4})(?P<eye>[LR])\d+",
}
"""Folder of a camera → who is on an image, from its name."""

PERSONS_FITTED = {"casia_interval": (2, 0), "iitd_odd": (4, 1), "mmu2": (2, 0)}
"""Persons whose number leaves a remainder are fitted on; none of other cameras."""

COPIES = {"reduced to 57 px": (57.0, 0.0), "57 px, blurred": (57.0, 1.2), "40 px, blurred": (40.0, 1.0)}
"""Radius in px of copies of the first camera, and deviation in px of the Gaussian that blurs them."""

COPIED_CAMERA, COPIED_RADIUS_PX, COPY_NOISE_GREYS = "casia_interval", 105.0, 1.5

FINGERPRINT_SCORES = {1e-2: 79.15, 1e-3: 95.0, 1e-4: 98.55}
"""What the score of an iris comparison is laid on: thresholds of fingerprint/comparison/compare.py."""

RESAMPLED = 1000
"""Drawings of as many eyes with replacement, for intervals."""

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of some images, (P,) each: indices of both eyes, distance, deviations at a turn by a right angle."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    distance: Values
    single: Values

    @property
    def mated(self) -> NDArray[np.bool_]:
        """(P,) whether both are the same eye."""
        return np.asarray(self.first == self.second)


def images_of(folder: Path, camera: str, fitted: bool, every: int) -> Iterator[tuple[str, GreyPixels]]:
    """Name of the eye, and pixels, of the persons of one half."""
    modulus, remainder = PERSONS_FITTED.get(camera, (1, -1))
    matched = ((path, re.fullmatch(CAMERAS[camera], path.stem)) for path in sorted(folder.iterdir()))
    found = [(path, int(name["person"]), name["eye"]) for path, name in matched if name]
    persons = sorted({person for _, person, _ in found if (person % modulus == remainder) == fitted})[::every]
    for path, person, eye in found:
        if person in persons:
            yield f"{person}{eye}", decode(path, modality=Modality.IRIS).pixels


def reduced(pixels: GreyPixels, radius_px: float, blur_px: float, random: np.random.Generator) -> GreyPixels:
    """A copy with a smaller iris."""
    factor = radius_px / COPIED_RADIUS_PX
    small = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), blur_px) if blur_px else small
    return np.clip(np.rint(blurred + random.normal(0, COPY_NOISE_GREYS, small.shape)), 0, 255).astype(np.uint8)


def pairs_of(images: Iterator[tuple[str, GreyPixels]], change: Callable[[GreyPixels], GreyPixels]) -> tuple[Pairs, str]:
    """Compare each with each; and what was seen, in words."""
    named = [(name, template_of(Sample(Image(change(pixels)), Modality.IRIS))) for name, pixels in images]
    kept = [(name, template) for name, template in named if len(template)]
    eye = np.unique([name for name, _ in kept], return_inverse=True)[1]
    failed = len(named) - len(kept)
    seen = f"{len(named)} images of {eye.max() + 1} eyes, {failed} failures to extract"
    return pairs_of_templates([template for _, template in kept], eye), seen


def pairs_of_templates(templates: list[Template], eye: NDArray[np.intp]) -> Pairs:
    """Compare each with each."""
    found = [compare_many(prepare(one), templates[i + 1 :]).distance for i, one in enumerate(templates[:-1])]
    first, second = np.triu_indices(len(templates), 1)
    return Pairs(eye[first], eye[second], np.concatenate(found), single_turn(templates)[first, second])


def single_turn(templates: list[Template]) -> Values:
    """(N, N) standard deviations by which a probe turned by a right angle agrees more than by chance; else NaN."""
    codes = [unpack(template) for template in templates]
    counts = np.array([code.counts for code in codes], np.float32)
    signs = np.array([code.bits for code in codes], np.float32) * 2 * counts - counts
    turned, turned_counts = (np.roll(each, PLACES // 4, axis=3).reshape(len(codes), -1) for each in (signs, counts))
    agreement, common = turned @ signs.reshape(len(codes), -1).T, turned_counts @ counts.reshape(len(codes), -1).T
    grains = np.stack([template.grain for template in templates])
    bits_per_bit = np.stack([dependence(grain, grains) for grain in grains])
    return np.where(common > 500, agreement / np.sqrt(np.maximum(common, 1) * bits_per_bit), np.nan)


def thresholds(cameras: dict[str, Pairs]) -> dict[float, float]:
    """False match rate → distance at which the camera with most false matches has as much too many as that with fewest
    has too few."""
    grid = np.linspace(0.25, 0.45, 2001)
    sorted_distances = [np.sort(pairs.distance[~pairs.mated]) for pairs in cameras.values()]
    rates = np.array([np.searchsorted(each, grid, "right") / len(each) for each in sorted_distances])
    middle = np.sqrt(rates.max(axis=0) * np.maximum(rates.min(axis=0), 1e-6))
    return {rate: float(grid[np.searchsorted(middle, rate)]) for rate in THRESHOLDS}


def curve(distance: dict[float, float]) -> tuple[float, float]:
    """Centre and width of the logistic curve that lays thresholds on those of fingerprints, as nearly as it can."""
    share = np.array([FINGERPRINT_SCORES[rate] / 100 for rate in distance])
    slope, offset = np.polyfit(list(distance.values()), np.log(share / (1 - share)), 1)
    return float(-offset / slope), float(-1 / slope)


def interval(pairs: Pairs, distance: float) -> tuple[float, float]:
    """95 % interval of the false match rate, by drawing eyes with replacement."""
    eyes = int(max(pairs.first.max(), pairs.second.max())) + 1
    matches, all_pairs = np.zeros((2, eyes, eyes))
    non_mated = ~pairs.mated
    at = pairs.first[non_mated], pairs.second[non_mated]
    np.add.at(matches, at, pairs.distance[non_mated] <= distance)
    np.add.at(all_pairs, at, 1)
    random = np.random.default_rng(1)
    drawn = [np.bincount(random.integers(0, eyes, eyes), minlength=eyes).astype(float) for _ in range(RESAMPLED)]
    # The two eyes of a pair are drawn on their own, also for an eye that is drawn twice: it has no non-mated pairs.
    low, high = np.quantile([(w @ matches @ w) / max(w @ all_pairs @ w, 1) for w in drawn], (0.025, 0.975))
    return float(low), float(high)


def report(name: str, pairs: Pairs, distance: dict[float, float]) -> None:
    """Print error rates of a camera at some distances."""
    mated, non_mated = -pairs.distance[pairs.mated], -pairs.distance[~pairs.mated]
    print(
        f"{name}: {len(mated)} mated, {len(non_mated)} non-mated pairs; "
        f"EER {100 * equal_error_rate(mated, non_mated):.2f} %, "
        f"FNMR at FMR 10⁻³ {100 * fnmr_at(mated, non_mated, 1e-3):.2f} %"
    )
    for rate, at in distance.items():
        low, high = interval(pairs, at)
        print(
            f"  at the threshold for {rate:g}: FMR {(non_mated >= -at).mean():.2g} ({low:.2g} to {high:.2g}), "
            f"FNMR {100 * (mated < -at).mean():.2f} %"
        )


def constants(cameras: dict[str, Pairs]) -> None:
    """Print what is to be copied, and what stands behind it."""
    variances = {name: float(np.nanvar(pairs.single[~pairs.mated])) for name, pairs in cameras.items()}
    print("variance at one turn:", {name: round(each, 3) for name, each in variances.items()})
    print("EXCESS", round(EXCESS * float(np.mean(list(variances.values()))), 3))
    distance = thresholds(cameras)
    centre, width = curve(distance)
    print("SCORE_CENTRE, SCORE_WIDTH", round(centre, 4), round(width, 5))
    print(
        "THRESHOLDS",
        {rate: round(float(100 / (1 + np.exp((at - centre) / width))), 2) for rate, at in distance.items()},
    )
    deviations = {rate: 2 * np.sqrt(USUAL_INDEPENDENT_BITS) * (CHANCE_DISTANCE - at) for rate, at in distance.items()}
    print("distances", {rate: round(at, 4) for rate, at in distance.items()}, "deviations", deviations)
    print("INDEPENDENT_TURNS", round(INDEPENDENT_TURNS * 1e-3 / false_match_rate(distance[1e-3]), 1))
    for name, pairs in cameras.items():
        others = {other: each for other, each in cameras.items() if other.split(" ")[0] != name.split(" ")[0]}
        if others:
            report(f"{name}, thresholds from the other cameras", pairs, thresholds(others))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--judge", action="store_true", help="persons and cameras that are not fitted on")
    parser.add_argument("--every", type=int, default=1, help="every so many persons")
    arguments = parser.parse_args()
    cameras = {}
    for camera in CAMERAS:
        folder = arguments.images / camera
        if not folder.is_dir() or not (arguments.judge or camera in PERSONS_FITTED):
            continue
        changes: dict[str, Callable[[GreyPixels], GreyPixels]] = {camera: lambda pixels: pixels}
        if camera == COPIED_CAMERA:
            changes |= {f"{camera} {name}": _change(*how) for name, how in COPIES.items()}
        for name, change in changes.items():
            images = images_of(folder, camera, not arguments.judge, arguments.every)
            cameras[name], seen = pairs_of(images, change)
            print(f"{name}: {seen}", flush=True)
    if not arguments.judge:
        constants(cameras)
        return
    grid = np.linspace(0, 0.5, 50001)
    scores = np.array([score_of(distance) for distance in grid.tolist()])
    fixed = {rate: float(grid[scores >= threshold].max()) for rate, threshold in THRESHOLDS.items()}
    for name, pairs in cameras.items():
        report(name, pairs, fixed)


def _change(radius_px: float, blur_px: float) -> Callable[[GreyPixels], GreyPixels]:
    random = np.random.default_rng(1)
    return lambda pixels: reduced(pixels, radius_px, blur_px, random)


if __name__ == "__main__":
    main()
