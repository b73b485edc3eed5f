"""Error rates of the fingerprint comparison per development set, and whether thresholds hold on a sensor left out.

usage: python -m models.fingerprint_comparison.thresholds --pairs DIR --images DIR [--fingers 150]

--pairs DIR     <set>.csv with file1, file2, genuine
--images DIR    <set>/<file>.pgm, 500 ppi
--fingers N     synthetic fingers, none of them of a study or a test

Weights are those of fingerprint/comparison/compare.py. Prints per set: equal error rate; false non-match rate at the
set's own thresholds for 1e-2, 1e-3 and 1e-4; false match rate at the documented thresholds; the same and the false
non-match rate at thresholds measured on the sets of other sensors, with the 95 % interval of a bootstrap over pairs of
fingers; processor time of a comparison of prepared templates, mated and not. Then the thresholds of all sets together,
of the synthetic fingers, and of both, with the 95 % interval of the same bootstrap and the share of mated pairs missed.
Takes about four minutes on a quiet core.
"""

import argparse
import csv
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from benchmarks.studies.fingers import compared
from numpy.typing import NDArray

from biocapture.comparison.evaluation.rates import equal_error_rate, threshold_at
from biocapture.fingerprint.comparison.compare import THRESHOLDS, compare
from biocapture.fingerprint.comparison.structure import structure_of
from biocapture.fingerprint.comparison.template import template_of
from biocapture.images.decode import decode
from biocapture.types import Modality, Sample

SAME_FINGERS = {"fvc2000_db1b", "fvc2000_db2b"}
"""Two sensors, the same ten fingers: neither says anything of the other as one left out."""

RESAMPLES = 1000

FIRST_SEED = 64_000
"""Of the synthetic fingers."""


@dataclass(frozen=True, slots=True)
class Scored:
    """The pairs of one set: scores, whether mated, number of the two fingers, milliseconds."""

    score: NDArray[np.float64]
    mated: NDArray[np.bool_]
    fingers: NDArray[np.intp]
    ms: NDArray[np.float64]


def scored(pairs: Path, images: Path) -> Scored:
    """Compare every pair of one set."""
    with pairs.open(newline="") as handle:
        rows = [
            (Path(row["file1"]).stem, Path(row["file2"]).stem, row["genuine"] == "1") for row in csv.DictReader(handle)
        ]
    structures = {}
    for stem in sorted({stem for row in rows for stem in row[:2]}):
        image = decode(images / f"{stem}.pgm", modality=Modality.FINGERPRINT, ppi=500.0)
        structures[stem] = structure_of(template_of(Sample(image, Modality.FINGERPRINT)))
    score, ms = np.empty(len(rows)), np.empty(len(rows))
    for i, (first, second, _) in enumerate(rows):
        begun = time.thread_time()
        score[i] = compare(structures[first], structures[second]).score
        ms[i] = 1e3 * (time.thread_time() - begun)
    names = ["-".join(sorted(stem.split("_")[0] for stem in row[:2])) for row in rows]
    return Scored(score, np.array([row[2] for row in rows]), np.unique(names, return_inverse=True)[1], ms)


def interval(own: Scored, threshold: float) -> tuple[float, float]:
    """95 % interval of the false match rate, whole pairs of fingers drawn again."""
    fingers = np.unique(own.fingers[~own.mated], return_inverse=True)[1]
    counts = np.bincount(fingers)
    above = np.bincount(fingers, own.score[~own.mated] >= threshold)
    drawn = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    low, high = np.quantile(above[drawn].sum(axis=1) / counts[drawn].sum(axis=1), [0.025, 0.975])
    return float(low), float(high)


def line(name: str, sets: dict[str, Scored]) -> str:
    """One row of the table."""
    own = sets[name]
    mated, other = own.score[own.mated], own.score[~own.mated]
    left = {name} | (SAME_FINGERS if name in SAME_FINGERS else set())
    elsewhere = np.concatenate([each.score[~each.mated] for key, each in sets.items() if key not in left])
    cells = [equal_error_rate(mated, other)]
    cells += [float(np.mean(mated < threshold_at(other, rate))) for rate in THRESHOLDS]
    cells += [float(np.mean(other >= threshold)) for threshold in THRESHOLDS.values()]
    for rate in (1e-2, 1e-3):
        threshold = threshold_at(elsewhere, rate)
        cells += [float(np.mean(other >= threshold)), *interval(own, threshold), float(np.mean(mated < threshold))]
    times = np.median(own.ms[own.mated]), np.median(own.ms[~own.mated])
    return " | ".join([name, *(f"{100 * cell:.2f}" for cell in cells), *(f"{each:.2f}" for each in times)])


def of_fingers(count: int) -> Scored:
    """Pairs of different synthetic fingers, an everyday touch of each."""
    different = compared(FIRST_SEED, count).different
    score = different[np.isfinite(different)]
    return Scored(score, np.zeros(len(score), bool), np.arange(len(score)), np.zeros(len(score)))


def show_thresholds(name: str, sets: list[Scored]) -> None:
    """Print the threshold for each rate, its interval, and what it misses of the mated pairs."""
    score = np.concatenate([each.score[~each.mated] for each in sets])
    fingers = [np.unique(each.fingers[~each.mated], return_inverse=True)[1] for each in sets]
    starts = np.cumsum([0, *(each.max() + 1 for each in fingers)])
    owner = np.concatenate([each + start for each, start in zip(fingers, starts[:-1], strict=True)])
    order = np.argsort(score)[::-1]
    drawn = np.random.default_rng(0).integers(0, starts[-1], (RESAMPLES, starts[-1]))
    weights = [np.bincount(each, minlength=starts[-1])[owner[order]].cumsum() for each in drawn]
    mated = np.concatenate([each.score[each.mated] for each in sets])
    for rate in THRESHOLDS:
        low, high = np.quantile(
            [score[order[np.searchsorted(w, rate * w[-1], "right")]] for w in weights], (0.025, 0.975)
        )
        threshold = threshold_at(score, rate)
        missed = f"misses {100 * np.mean(mated < threshold):.1f} %" if len(mated) else ""
        print(f"{name}, {len(score)} pairs, {rate:g}: {threshold:.2f} ({low:.2f} to {high:.2f})", missed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--fingers", type=int, default=150)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    sets = {path.stem: scored(path, arguments.images / path.stem) for path in sorted(arguments.pairs.glob("*.csv"))}
    print("set | EER | FNMR at 1e-2 | 1e-3 | 1e-4 | FMR at documented 1e-2 | 1e-3 | 1e-4", end=" | ")
    print("left out, 1e-2: FMR | from | to | FNMR | 1e-3: FMR | from | to | FNMR | ms mated | not")
    for name in sets:
        print(line(name, sets))
    synthetic = of_fingers(arguments.fingers)
    show_thresholds("sensors", list(sets.values()))
    show_thresholds("synthetic", [synthetic])
    show_thresholds("all", [*sets.values(), synthetic])


if __name__ == "__main__":
    main()
