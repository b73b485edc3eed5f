"""The README's figures of comparison, on development sets of FVC that you have: images, and ISO/IEC 19794-2 records.

usage: python docs/fvc_figures.py FOLDER [FOLDER …]
       python docs/fvc_figures.py --pairs FOLDER     prints the pair list for `biocapture evaluate`

A folder holds one set's images, named <finger>_<impression>. All pairs of a finger are mated, all others non-mated.
For images, for a record and an image, and for two records: EER, FNMR at FMR 10⁻², and FMR and FNMR at our threshold
for 10⁻³.
"""

import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from biocapture.comparison.compare import template
from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at
from biocapture.fingerprint.comparison.records import from_record, to_record
from biocapture.fingerprint.matcher import THRESHOLDS, compare, prepare
from biocapture.types import Values

KINDS = ("images", "a record and an image", "two records")


def images_of(folder: Path) -> list[Path]:
    """Files of a set, in order."""
    return sorted(path for path in folder.iterdir() if path.is_file())


def finger(path: Path) -> str:
    """What a file's name says before the impression."""
    return path.stem.split("_")[0]


def rates(scores: Values, is_mated: np.ndarray) -> list[float]:
    """EER, FNMR at FMR 10⁻², FMR and FNMR at our threshold for 10⁻³."""
    mated, non_mated = scores[is_mated], scores[~is_mated]
    threshold = THRESHOLDS[1e-3]
    return [
        equal_error_rate(mated, non_mated),
        fnmr_at(mated, non_mated, 1e-2),
        float((non_mated >= threshold).mean()),
        float((mated < threshold).mean()),
    ]


def of_set(folder: Path) -> list[list[float]]:
    """Rates of each kind of one set."""
    names = images_of(folder)
    made = [template(path) for path in track(names, f"{folder.name}: templates")]
    images: list[Any] = [prepare(each) for each in made]
    records: list[Any] = [prepare(from_record(to_record(each, version=2005))) for each in made]
    pairs = list(itertools.combinations(range(len(names)), 2))
    is_mated = np.array([finger(names[i]) == finger(names[j]) for i, j in pairs])
    sides = ((images, images), (records, images), (records, records))
    scores = np.array(
        [[compare(a[i], b[j]).score for a, b in sides] for i, j in track(pairs, f"{folder.name}: comparisons")]
    )
    return [rates(scores[:, kind], is_mated) for kind in range(len(KINDS))]


def main() -> None:
    """Print the mean over the sets; of several, each set's own EER before it."""
    if sys.argv[1:2] == ["--pairs"] and len(sys.argv) == 3:
        print("file1,file2,genuine")
        for one, other in itertools.combinations(images_of(Path(sys.argv[2])), 2):
            print(f"{one.name},{other.name},{int(finger(one) == finger(other))}")
        return
    folders = [Path(name) for name in sys.argv[1:]]
    if not folders:
        sys.exit(__doc__)
    found = np.array([of_set(folder) for folder in folders])
    for folder, each in zip(folders, found, strict=True):
        print(f"{folder.name}: EER {100 * each[0, 0]:.2f} %")
    for kind, (eer, at_1e2, fmr, fnmr) in zip(KINDS, 100 * found.mean(axis=0), strict=True):
        print(f"{kind:22} EER {eer:5.2f} %  FNMR at FMR 0.01 {at_1e2:5.2f} %  our threshold {fmr:.2f} % / {fnmr:.1f} %")


if __name__ == "__main__":
    main()
