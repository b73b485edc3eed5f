"""Synthetic fingers that were never shipped, grown once and kept in a folder: growing one takes a fifth of a second."""

from pathlib import Path

import cv2
import numpy as np

from biocapture.synthetic.fingerprint.finger import Finger, Minutiae, Pattern, finger

FIRST_SEED = 40_000
"""Far from the seeds of the sample data and of the tests."""


def grown(index: int, cache: Path) -> Finger:
    """Finger number ``index`` of the population."""
    path = cache / f"grown{FIRST_SEED + index}.npz"
    if not path.exists():
        _grow(index, path)
    with np.load(path) as kept:
        truth = Minutiae(*(kept[name] for name in ("row", "column", "angle", "ending")))
        pattern = Pattern(str(kept["pattern"]))
        return Finger(pattern, kept["ridges"], kept["orientation"], float(kept["period_px"]), truth)


def _grow(index: int, path: Path) -> None:
    made = finger(FIRST_SEED + index)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part.npz")
    truth = {name: getattr(made.minutiae, name) for name in ("row", "column", "angle", "ending")}
    facts = {"pattern": str(made.pattern), "period_px": made.period_px}
    np.savez(partial, ridges=made.ridges, orientation=made.orientation, **truth, **facts)  # type: ignore[arg-type]
    partial.replace(path)


if __name__ == "__main__":
    import argparse

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True)
    parser.add_argument("--fingers", type=int, default=300)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    for number in range(given.fingers):
        grown(number, given.cache)
