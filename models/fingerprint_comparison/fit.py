"""Fit how the pieces of evidence of a fingerprint comparison are weighed, and measure thresholds.

usage: python -m models.fingerprint_comparison.fit --pairs DIR --images DIR

--pairs DIR    <set>.csv with file1, file2, genuine
--images DIR   <set>/<file>.pgm, 500 ppi

Logistic regression on the evidence of mated and non-mated pairs, some of synthetic fingers among the latter. Prints
the equal error rate of each set under weights fitted without it, then the weights of all sets together, with ridges and
without, to be copied into fingerprint/comparison/compare.py, and thresholds; those in use are from thresholds.py.
Takes about two minutes on two cores.
"""

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from biocapture.comparison.evaluation.rates import equal_error_rate, threshold_at
from biocapture.fingerprint.comparison.compare import NO_EVIDENCE, THRESHOLDS, compare
from biocapture.fingerprint.comparison.structure import Structure, structure_of
from biocapture.fingerprint.comparison.template import template_of
from biocapture.images.decode import decode
from biocapture.synthetic.fingerprint.finger import Finger, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import Image, Modality, Sample

Rows = NDArray[np.float64]

SYNTHETIC_SEEDS = range(101, 117)
"""Not those of the tests."""

SYNTHETIC_SHARE = 0.02
"""Weight of the synthetic non-mated pairs beside that of all others."""


def evidence_of(pairs: Path, images: Path) -> tuple[Rows, NDArray[np.bool_]]:
    """(P, 5) evidence of every pair of one set, and whether it is mated."""
    with pairs.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    stems = sorted({Path(row[side]).stem for row in rows for side in ("file1", "file2")})
    structures = {}
    for stem in stems:
        image = decode(images / f"{stem}.pgm", modality=Modality.FINGERPRINT, ppi=500.0)
        structures[stem] = structure_of(template_of(Sample(image, Modality.FINGERPRINT)))
    evidence = [row_of(*(structures[Path(row[side]).stem] for side in ("file1", "file2"))) for row in rows]
    return np.array(evidence), np.array([row["genuine"] == "1" for row in rows])


def row_of(probe: Structure, reference: Structure) -> list[float]:
    """The evidence of one pair, in the order of the weights; a print without ridges counts as coinciding nowhere."""
    return list((NO_EVIDENCE | compare(probe, reference).evidence).values())


def synthetic_non_mated() -> Rows:
    """(S, 5) evidence of pairs of different synthetic fingers."""
    fingers = [finger(seed) for seed in SYNTHETIC_SEEDS]
    first, second = (
        [structure_of(template_of(_synthetic(each, seed, effects))) for each in fingers]
        for seed, effects in ((1, Effects()), (4, Effects(rotation_deg=12.0)))
    )
    count = range(len(fingers))
    return np.array([row_of(first[i], second[j]) for i in count for j in count if i != j])


def _synthetic(grown: Finger, seed: int, effects: Effects) -> Sample:
    return Sample(Image(impression(grown, seed, effects).pixels, 500.0), Modality.FINGERPRINT)


def fit_weights(rows: Rows, mated: NDArray[np.bool_], synthetic: Rows) -> tuple[Rows, float]:
    """Weights and offset for plain evidence; mated and non-mated pairs count equally, synthetic ones a little."""
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    shares = np.where(mated, 0.5 / mated.sum(), 0.5 / (~mated).sum())
    shares = np.concatenate([shares, np.full(len(synthetic), SYNTHETIC_SHARE / len(synthetic))]) * len(rows)
    both = np.concatenate([rows, synthetic])
    labels = np.concatenate([mated, np.zeros(len(synthetic), bool)])
    model = LogisticRegression(max_iter=1000).fit((both - mean) / deviation, labels, sample_weight=shares)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def without_ridges(rows: Rows, mated: NDArray[np.bool_], synthetic: Rows, logit: Rows) -> tuple[Rows, float]:
    """Weights and offset for minutiae alone, their logits stretched so that thresholds mean the same error rates."""
    weights, offset = fit_weights(rows[:, :-1], mated, synthetic[:, :-1])
    own = rows[:, :-1] @ weights + offset
    rates = max(THRESHOLDS), min(THRESHOLDS)
    here, there = ([threshold_at(values[~mated], rate) for rate in rates] for values in (own, logit))
    stretch = (there[1] - there[0]) / (here[1] - here[0])
    return weights * stretch, offset * stretch + there[0] - here[0] * stretch


def print_error_rates(sets: dict[str, tuple[Rows, NDArray[np.bool_]]], synthetic: Rows) -> None:
    """Print the error rates of each set under weights fitted on the others."""
    rates = []
    for name, (rows, mated) in sets.items():
        others = [both for other, both in sets.items() if other != name]
        weights, offset = fit_weights(
            np.concatenate([r for r, _ in others]), np.concatenate([g for _, g in others]), synthetic
        )
        logit = rows @ weights + offset
        missed = np.mean(logit[mated] < threshold_at(logit[~mated], 1e-3))
        rates.append((equal_error_rate(logit[mated], logit[~mated]), missed))
        print(f"{name:18s} EER {100 * rates[-1][0]:5.2f} %, FNMR at FMR 0.1 % {100 * missed:5.2f} %")
    equal, missed = 100 * np.array(rates).mean(axis=0)
    print(f"{'mean':18s} EER {equal:5.2f} %, FNMR at FMR 0.1 % {missed:5.2f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    sets = {
        path.stem: evidence_of(path, arguments.images / path.stem) for path in sorted(arguments.pairs.glob("*.csv"))
    }
    synthetic = synthetic_non_mated()
    print_error_rates(sets, synthetic)
    rows, mated = (np.concatenate(each) for each in zip(*sets.values(), strict=True))
    weights, offset = fit_weights(rows, mated, synthetic)
    logit = rows @ weights + offset
    alone, alone_offset = without_ridges(rows, mated, synthetic, logit)
    for name, each, constant in (("", weights, offset), ("MINUTIAE_", alone, alone_offset)):
        named = dict(zip(NO_EVIDENCE, each.round(4).tolist(), strict=False))
        print(f"{name}WEIGHTS", named, f"{name}OFFSET", round(constant, 4))
    for rate in THRESHOLDS:
        lowest = threshold_at(logit[~mated], rate)
        print("THRESHOLD", rate, np.ceil(1e4 / (1 + float(np.exp(-lowest)))) / 100)


if __name__ == "__main__":
    main()
