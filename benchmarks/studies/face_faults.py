"""Faults planted into portraits: how many pass, and whether the first reason is the true one.

``python -m benchmarks.studies.face_faults --images DIR [--profile e-ktp] [--every N] [--fault NAME]``

DIR holds ``london/neutral_front`` and ``congress`` as models/README.md has them. All of London's neutral portraits
count as good; of Congress those that have no fault but the ones planted here (someone looks aside, a flag behind).
Persons are split as for the models (models/face_data/portraits.py): every second of London and every tenth of Congress
is judged.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from benchmarks.studies.face_plants import FAULTS, Rgb, clear_glasses
from biocapture.assessment.pipeline import assess
from biocapture.face import largest_face
from biocapture.face.landmarks import Points
from biocapture.types import Failure

SIDES_PX = (600, 900, 1350)
"""Largest sides that the portraits are reduced to, in turn: cameras differ."""

CONGRESS_EVERY = 4
"""Fewer portraits of Congress than of London: their backgrounds and light are not those of a booth."""


class Portrait(NamedTuple):
    """A portrait without fault."""

    name: str
    pixels: Rgb
    points: Points


class Answer(NamedTuple):
    """What was said of one picture."""

    verdict: str
    reasons: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.reasons[0] if self.reasons else ""


def judged_half(name: str) -> bool:
    """Whether a person belongs to those that figures are of; no model was trained on them, no limit fitted to them."""
    return int(name.partition("_")[0]) % 2 == 1 if name[0].isdigit() else int(name[1:]) % 10 == 3


def answer(pixels: Rgb, profile: str) -> Answer:
    """Verdict and reasons of a picture."""
    report = assess(pixels, "face", profile=profile)
    return Answer(str(report.verdict), tuple(reason.key for reason in report.reasons))


def portraits(root: Path, judged: bool, every: int) -> Iterator[Portrait]:
    """Portraits of one half of the persons."""
    for folder in ("london/neutral_front", "congress"):
        names = sorted(path for path in (root / folder).glob("[A-Z0-9]*.jpg") if judged_half(path.stem) == judged)
        step = every if folder.startswith("london") else CONGRESS_EVERY * every
        for number, path in enumerate(names[::step]):
            portrait = _read(path, SIDES_PX[number % len(SIDES_PX)])
            if portrait is not None and (folder.startswith("london") or _is_good(portrait)):
                yield portrait


def _read(path: Path, side_px: int) -> Portrait | None:
    pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
    share = min(1.0, side_px / max(pixels.shape[:2]))
    pixels = cv2.resize(pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    points = largest_face(pixels)
    return None if isinstance(points, Failure) else Portrait(path.stem, pixels, points)


PLANTED = frozenset().union(*(fault.reasons for fault in FAULTS.values())) - {"face.even_light", "face.more_light"}


def _is_good(portrait: Portrait) -> bool:
    """Whether nothing is wrong but what is planted here: a portrait is not chosen by the measures that are judged."""
    return not set(answer(portrait.pixels, "default").reasons) - PLANTED


def row(name: str, answers: Sequence[Answer], right: frozenset[str]) -> str:
    """One line of the table."""
    ready = sum(said.verdict == "READY" for said in answers)
    true = sum(said.first in right for said in answers)
    others = Counter(said.first.removeprefix("face.") or "–" for said in answers if said.first not in right)
    told = ", ".join(f"{key} {count}" for key, count in others.most_common(3))
    count = max(1, len(answers))
    return f"| {name} | {100 * ready / count:.0f} | {100 * true / count:.0f} | {told} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; exit status 0."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--images", type=Path, required=True, metavar="DIR")
    reading.add_argument("--profile", default="default")
    reading.add_argument("--half", choices=("judged", "fitted"), default="judged")
    reading.add_argument("--every", type=int, default=1, metavar="N", help="each N-th portrait")
    reading.add_argument("--fault", action="append", choices=list(FAULTS), help="this fault only")
    given = reading.parse_args(arguments)
    good = list(portraits(given.images, given.half == "judged", given.every))
    print(f"{len(good)} portraits, profile {given.profile}\n")
    print("| fault | READY % | right first reason % | else |\n|---|---|---|---|")
    untouched = [answer(portrait.pixels, given.profile) for portrait in good]
    print(row("none", untouched, frozenset({""})), flush=True)
    glasses = [answer(clear_glasses(portrait.pixels, portrait.points), given.profile) for portrait in good]
    print(row("none, glasses drawn", glasses, frozenset({""})), flush=True)
    for name in given.fault or FAULTS:
        fault = FAULTS[name]
        for strength in fault.strengths:
            rng = np.random.default_rng(7)
            said = [
                answer(fault.plant(portrait.pixels, portrait.points, strength, rng), given.profile) for portrait in good
            ]
            print(row(f"{name} {strength:.3g}", said, fault.reasons), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
