"""Judge outlines on the eyes of several cameras against circles drawn by hand.

usage: python -m models.iris_confidence.cameras --images DIR --truth CSV ... [--half fit|judge] [--every N] [--list CSV]

--images DIR  a folder for every camera
--truth CSV   set (the folder), file, then row, column and radius in px of pupil and of limbus, with a header;
              fields may be empty; by_hand.py writes one for a public set
--half        only persons that were fitted on, or only the others
--every N     only every N-th eye
--list CSV    write a line for every eye

Prints for every camera: eyes, no outline or one that is not believed to be an eye, pupil within 5 % and limbus within
10 % of the iris radius of where it was drawn (centre and radius), outlines believed (confidence from 0.5, from 0.85)
of the right ones and of the wrong ones, and milliseconds of one thread.
"""

import argparse
import csv
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.iris_confidence.fit import LIMBUS_WRONG, PUPIL_WRONG, is_right, off_circle
from models.iris_confidence.truth import Drawn, read_drawn

from biocapture.iris.describe import MIN_CONFIDENCE
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, Mask, Values

BELIEVED, PASSED = 0.5, 0.85


@dataclass(frozen=True, slots=True)
class Seen:
    """Errors in iris radii (NaN where nothing was drawn, infinite without an outline), confidence, ms."""

    pupil: float
    limbus: float
    confidence: float
    ms: float

    @property
    def right(self) -> bool:
        """Whether no boundary that was drawn is off."""
        return is_right(self.pupil, self.limbus)


def see(drawn: Drawn, folder: Path) -> Seen:
    """Outline one eye."""
    pixels = cv2.imread(str(folder / drawn.camera / drawn.file), cv2.IMREAD_GRAYSCALE)
    start = time.thread_time()
    found = segment(pixels)
    ms = 1000 * (time.thread_time() - start)
    if isinstance(found, Failure):
        return Seen(np.inf, np.inf, 0.0, ms)
    iris_px = drawn.limbus[2] if np.isfinite(drawn.limbus[2]) else found.limbus.radius_px
    off = [
        off_circle(ellipse, circle, iris_px)
        for ellipse, circle in ((found.pupil, drawn.pupil), (found.limbus, drawn.limbus))
    ]
    return Seen(off[0], off[1], found.confidence, ms)


def line(camera: str, eyes: Sequence[Seen]) -> str:
    """Figures of one camera."""
    pupil, limbus, sure, ms = (
        np.array([getattr(eye, name) for eye in eyes]) for name in ("pupil", "limbus", "confidence", "ms")
    )
    right = np.array([eye.right for eye in eyes])
    none = (sure < MIN_CONFIDENCE).mean()

    def share(error: Values, limit: float) -> str:
        known = error[~np.isnan(error)]
        return f"{100 * (known < limit).mean():6.2f} %" if known.size else "     - "

    def believed(part: Mask) -> str:
        return "/".join(f"{(sure[part] >= least).sum()}" for least in (BELIEVED, PASSED)) + f" of {part.sum()}"

    return (
        f"{camera:17} {len(eyes):5}  no eye {100 * none:5.2f} %  pupil {share(pupil, PUPIL_WRONG)}  "
        f"limbus {share(limbus, LIMBUS_WRONG)}  right believed {believed(right):15}  "
        f"wrong believed {believed(~right):12}  {np.median(ms):5.1f} ms"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for every camera."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--truth", type=Path, nargs="+", required=True)
    parser.add_argument("--half", choices=("fit", "judge"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--list", type=Path)
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    eyes: defaultdict[str, list[Seen]] = defaultdict(list)
    rows = []
    for drawn in list(read_drawn(given.truth))[:: given.every]:
        if given.half is None or drawn.judged == (given.half == "judge"):
            one = see(drawn, given.images)
            eyes[drawn.camera].append(one)
            rows.append((drawn.camera, drawn.file, one.pupil, one.limbus, one.confidence))
    for camera, those in eyes.items():
        print(line(camera, those))
    if given.list:
        with given.list.open("w", newline="", encoding="utf8") as handle:
            csv.writer(handle).writerows(rows)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
