"""Fit how the pieces of evidence of a fingerprint comparison are weighed, and measure thresholds.

usage: python models/fingerprint_comparison/fit.py --pairs DIR --images DIR

--pairs DIR    <set>.csv with file1, file2, genuine
--images DIR   <set>/<file>.pgm, 500 ppi

Logistic regression on the evidence of genuine and impostor pairs. Prints the equal error rate of each set under weights
fitted without it, then the weights of all sets together and the thresholds, to be copied into
fingerprint/comparison.py.
Takes about a minute on two cores.
"""

import argparse
import csv
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from biocapture.decode import decode
from biocapture.evaluate import equal_error_rate, threshold_at
from biocapture.fingerprint.comparison import NOTHING, THRESHOLDS, compare
from biocapture.fingerprint.structure import structure_of
from biocapture.fingerprint.template import template_of
from biocapture.types import Modality, Sample

Rows = NDArray[np.float64]


def evidence_of(pairs: Path, images: Path) -> tuple[Rows, NDArray[np.bool_]]:
    """(P, 4) evidence of every pair of one set, and whether it is genuine."""
    with pairs.open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    stems = sorted({Path(row[side]).stem for row in rows for side in ("file1", "file2")})
    structures = {}
    for stem in stems:
        image = decode(images / f"{stem}.pgm", modality=Modality.FINGERPRINT, ppi=500.0)
        structures[stem] = structure_of(template_of(Sample(image, Modality.FINGERPRINT)))
    evidence = [
        list(compare(*(structures[Path(row[side]).stem] for side in ("file1", "file2"))).evidence.values())
        for row in rows
    ]
    return np.array(evidence), np.array([row["genuine"] == "1" for row in rows])


def fitted(rows: Rows, genuine: NDArray[np.bool_]) -> tuple[Rows, float]:
    """Weights and offset for plain evidence; genuine and impostor pairs count equally."""
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    model = LogisticRegression(class_weight="balanced").fit((rows - mean) / deviation, genuine)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    chosen = parser.parse_args()
    sets = {path.stem: evidence_of(path, chosen.images / path.stem) for path in sorted(chosen.pairs.glob("*.csv"))}
    rates, left_out = [], []
    for name, (rows, genuine) in sets.items():
        others = [both for other, both in sets.items() if other != name]
        weights, offset = fitted(np.concatenate([r for r, _ in others]), np.concatenate([g for _, g in others]))
        logit = rows @ weights + offset
        rates.append(equal_error_rate(logit[genuine], logit[~genuine]))
        left_out.append((logit[genuine], logit[~genuine]))
        print(f"{name:18s} EER {100 * rates[-1]:5.2f} %")
    print(f"{'mean':18s} EER {100 * np.mean(rates):5.2f} %")
    weights, offset = fitted(
        np.concatenate([r for r, _ in sets.values()]), np.concatenate([g for _, g in sets.values()])
    )
    print("WEIGHTS", dict(zip(NOTHING, weights.round(4).tolist(), strict=True)), "OFFSET", round(offset, 4))
    impostors = np.concatenate([rows[~genuine] @ weights + offset for rows, genuine in sets.values()])
    print(
        "THRESHOLDS", {rate: round(float(100 / (1 + np.exp(-threshold_at(impostors, rate)))), 2) for rate in THRESHOLDS}
    )


if __name__ == "__main__":
    main()
