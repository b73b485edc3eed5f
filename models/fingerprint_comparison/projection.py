"""Fit what of the surroundings of a minutia a search keeps: linear discriminants of mated minutiae.

usage: python -m models.fingerprint_comparison.projection --pairs DIR --images DIR

--pairs DIR    <set>.csv with file1, file2, genuine
--images DIR   <set>/<file>.pgm, 500 ppi

Minutiae that a comparison pairs in mated prints with a score of 90 and more differ within; all minutiae differ between.
Prints which share of the mated minutiae of the sensors that had no part in the fit are more alike than all but one in a
thousand of any two, then writes the fit to all sensors. Half a minute on a quiet core.
"""

import argparse
import csv
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.compare import compare
from biocapture.fingerprint.comparison.search import PROJECTION, minutia_codes
from biocapture.fingerprint.comparison.structure import Structure, structure_of
from biocapture.fingerprint.comparison.template import Template, template_of
from biocapture.images.decode import decode
from biocapture.types import Field, Modality, Sample

SIZE = 32
"""Numbers of a code: 24 find nearly as many, 64 hardly more, in proportion to the time of a search."""

SHRINKAGE = 0.02
"""Of the mean variance within that is added to all directions."""

MIN_SCORE = 90.0
"""Of a comparison whose paired minutiae are believed."""

HALVES = ("fvc2000", "fvc200[24]")
"""Sensors by the beginning of their names: the first and the second of these share no finger and no sensor."""


@dataclass(frozen=True, slots=True)
class Prints:
    """Templates and structures by ``set/file``; mated pairs with their score and the minutiae they pair."""

    templates: dict[str, Template]
    structures: dict[str, Structure]
    mated: list[tuple[str, str, float, NDArray[np.intp]]]


def prints_of(pairs: Path, images: Path) -> Prints:
    """All sets that have a pair list."""
    templates: dict[str, Template] = {}
    structures: dict[str, Structure] = {}
    mated = []
    for path in sorted(pairs.glob("*.csv")):
        for file in sorted((images / path.stem).glob("*.pgm")):
            image = decode(file, modality=Modality.FINGERPRINT, ppi=500.0)
            name = f"{path.stem}/{file.stem}"
            templates[name] = template_of(Sample(image, Modality.FINGERPRINT))
            structures[name] = structure_of(templates[name])
        with path.open(newline="") as handle:
            for row in csv.DictReader(handle):
                if row["genuine"] == "1":
                    first, second = (f"{path.stem}/{Path(row[side]).stem}" for side in ("file1", "file2"))
                    found = compare(structures[first], structures[second])
                    mated.append((first, second, found.score, found.paired))
    return Prints(templates, structures, mated)


def about(structure: Structure) -> Field:
    """(M, 472) what a code is made of."""
    return np.concatenate([structure.surroundings, structure.cylinder], axis=1)


def in_half(name: str, half: int) -> bool:
    """Whether a print is of a sensor of this half."""
    return name.startswith("fvc2000") == (half == 0)


def fit(prints: Prints, halves: Collection[int] = (0, 1)) -> Field:
    """(473, 32) weights and offset from the sensors of these halves."""

    def chosen(name: str) -> bool:
        return any(in_half(name, half) for half in halves)

    rows = np.concatenate([about(own) for name, own in prints.structures.items() if chosen(name)]).astype(np.float64)
    differences = np.concatenate(
        [
            about(prints.structures[first])[paired[:, 0]] - about(prints.structures[second])[paired[:, 1]]
            for first, second, score, paired in prints.mated
            if score >= MIN_SCORE and chosen(first)
        ]
    ).astype(np.float64)
    middle = rows.mean(axis=0)
    within = differences.T @ differences / (2 * len(differences))
    within += SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    variance, axes = np.linalg.eigh(within)
    whitening = axes / np.sqrt(variance)
    spread, turned = np.linalg.eigh(whitening.T @ np.cov(rows.T, bias=True) @ whitening)
    weights = whitening @ turned[:, np.argsort(-spread)[:SIZE]]
    return np.concatenate([weights, (middle @ weights)[None]]).astype(np.float32)


def found_share(prints: Prints, projection: Field, half: int) -> float:
    """Share of the mated minutiae of a half that are more alike than all but one in a thousand of any two."""
    own = {name: each for name, each in prints.structures.items() if in_half(name, half)}
    codes = {name: minutia_codes(about(each), projection).astype(np.float32) for name, each in own.items()}
    mated = np.concatenate(
        [
            (codes[first][paired[:, 0]] * codes[second][paired[:, 1]]).sum(axis=1)
            for first, second, score, paired in prints.mated
            if score >= MIN_SCORE and first in codes
        ]
    )
    every = np.concatenate(list(codes.values()))
    drawn = np.random.default_rng(0).integers(0, len(every), (2, 400_000))
    any_two = (every[drawn[0]] * every[drawn[1]]).sum(axis=1)
    return float(np.mean(mated > np.quantile(any_two, 1 - 1e-3)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    prints = prints_of(arguments.pairs, arguments.images)
    for half in (0, 1):
        share = found_share(prints, fit(prints, (1 - half,)), half)
        print(f"{HALVES[half]:12s} fitted on {HALVES[1 - half]:12s} mated minutiae found {100 * share:.1f} %")
    np.save(PROJECTION, fit(prints))


if __name__ == "__main__":
    main()
