"""Fit how often a print of a given quality is unusable: UNUSABLE_MIDPOINT and UNUSABLE_WIDTH of
``enrolment/readiness/failure_risk.py``.

usage: python -m models.record_chance.fit --images DIR --pairs DIR

``--images`` holds ``<set>/<file>`` at 500 ppi, ``--pairs`` holds ``<set>.csv`` with file1, file2 and genuine. A genuine
pair fails when its score misses the threshold at FMR 10⁻³; both prints must be usable for it to match:
``P(match) = (1 - u(q1)) (1 - u(q2))``. Maximum likelihood on a grid; nothing else is chosen.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import assess
from biocapture.assessment.samples import at_working_resolution, sample_of
from biocapture.fingerprint.matcher import THRESHOLDS, compare, prepare, template_of

MIDDLES, WIDTHS = np.arange(-60.0, 60.0, 1.0), np.arange(2.0, 60.0, 1.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--pairs", type=Path, required=True)
    arguments = parser.parse_args()
    found = [
        row for table in sorted(arguments.pairs.glob("*.csv")) for row in _pairs(table, arguments.images / table.stem)
    ]
    first, second, matched = (np.array(column, float) for column in zip(*found, strict=True))
    best = max(
        ((_likelihood(m, w, first, second, matched), m, w) for m in MIDDLES for w in WIDTHS), key=lambda row: row[0]
    )
    fitted = f"UNUSABLE_MIDPOINT {best[1]:.0f}, UNUSABLE_WIDTH {best[2]:.0f}"
    print(f"{len(found)} mated pairs, {1 - matched.mean():.3f} fail; {fitted}")
    lowest = np.minimum(first, second)
    for low in range(0, 100, 20):
        inside = (lowest >= low) & (lowest < low + 20)
        expected = 1 - (1 - _u(first, *best[1:])) * (1 - _u(second, *best[1:]))
        if inside.any():
            print(
                f"lower quality {low}..{low + 20}: {inside.sum()} pairs, {1 - matched[inside].mean():.3f} fail, "
                f"{expected[inside].mean():.3f} expected"
            )


def _pairs(table: Path, images: Path) -> list[tuple[float, float, bool]]:
    """Quality of both and whether they match, of the genuine pairs of a set."""
    known: dict[str, tuple[float, object]] = {}
    rows = []
    with table.open(newline="", encoding="utf8") as handle:
        pairs = [row for row in csv.DictReader(handle) if row["genuine"] == "1"]
    for row in pairs:
        for name in (row["file1"], row["file2"]):
            if name not in known:
                sample = at_working_resolution(sample_of(images / name, options_of("fingerprint")))
                known[name] = assess(sample).quality, prepare(template_of(sample))
        (one, a), (other, b) = known[row["file1"]], known[row["file2"]]
        rows.append((np.nan_to_num(one), np.nan_to_num(other), compare(a, b).score >= THRESHOLDS[1e-3]))
    return rows


def _u(quality: np.ndarray, middle: float, width: float) -> np.ndarray:
    return 1 / (1 + np.exp((quality - middle) / width))


def _likelihood(middle: float, width: float, first: np.ndarray, second: np.ndarray, matched: np.ndarray) -> float:
    match = np.clip((1 - _u(first, middle, width)) * (1 - _u(second, middle, width)), 1e-9, 1 - 1e-9)
    return float((matched * np.log(match) + (1 - matched) * np.log(1 - match)).sum())


if __name__ == "__main__":
    main()
