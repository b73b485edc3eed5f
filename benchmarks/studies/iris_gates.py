"""What the gates of irises do to comparison, camera by camera.

usage: python -m benchmarks.studies.iris_gates --camera DIR EYE [--camera …] [--profile NAME] [--every N]

--camera DIR EYE   near-infrared eyes of one camera; EYE is a regular expression whose groups name
                   the eye in a file's name
--profile NAME     whose gates are looked at; may be repeated (default: default and e-ktp)
--every N          every N-th eye only

The threshold keeps a false match rate of 1e-3 among non-mated pairs of the camera. An image matches when it matches all
images of its eye that themselves match at least half of their mates; so one bad image is not held against its mates.
Printed are, for every profile, the share of matching images told RETAKE, with and without the gate on the size of the
iris, and of images that fail; then for every gate the two shares it alone refuses. Last come the areas under the
error-versus-discard characteristic up to 30 % (1 = useless) of the unified quality and of the usable area.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.modalities import measures
from biocapture.assessment.pipeline import assess
from biocapture.assessment.report import Report
from biocapture.comparison.evaluation.rates import edc_areas, threshold_at
from biocapture.images.decode import decode
from biocapture.iris.comparison.compare import PreparedTemplate, compare, prepare
from biocapture.iris.comparison.template import template_of
from biocapture.profile.load import load_profile
from biocapture.types import Modality, Sample

Values = NDArray[np.float64]
Pairs = list[tuple[int, int]]

FMR, NON_MATED = 1e-3, 20_000
SIZE, QUALITY, AREA = "iris.iris_radius", "iris.quality", "iris.usable_iris_area"


@dataclass(frozen=True, slots=True)
class Eye:
    """One image: of which eye, its report and its template."""

    name: str
    report: Report
    template: PreparedTemplate


@dataclass(frozen=True, slots=True)
class Camera:
    """Images of one camera, scores of mated pairs, and which images match all their mates."""

    eyes: list[Eye]
    pairs: Pairs
    scores: Values
    matches: NDArray[np.bool_]
    fails: NDArray[np.bool_]


def eyes_of(folder: Path, pattern: str, every: int) -> list[Eye]:
    """Images of every N-th eye of a camera."""
    found = {path: match for path in sorted(folder.iterdir()) if (match := re.match(pattern, path.name))}
    names = {path: " ".join(match.groups()) for path, match in found.items()}
    chosen = set(sorted(set(names.values()))[::every])
    return [_eye(path, name) for path, name in names.items() if name in chosen]


def _eye(path: Path, name: str) -> Eye:
    sample = Sample(decode(path, modality=Modality.IRIS), Modality.IRIS)
    return Eye(name, assess(sample, "iris"), prepare(template_of(sample)))


def camera_of(eyes: list[Eye]) -> Camera:
    """Compare all mated pairs, and non-mated ones drawn at random."""
    random = np.random.default_rng(1)
    drawn = random.integers(0, len(eyes), (NON_MATED, 2)).tolist()
    other = [-_distance(eyes, i, j) for i, j in drawn if eyes[i].name != eyes[j].name]
    threshold = threshold_at(np.array(other), FMR)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, eye in enumerate(eyes):
        groups[eye.name].append(number)
    pairs = [(i, j) for group in groups.values() for i in group for j in group if i < j]
    scores = np.array([-_distance(eyes, i, j) for i, j in pairs])
    mates: defaultdict[int, dict[int, bool]] = defaultdict(dict)
    for (i, j), score in zip(pairs, scores.tolist(), strict=True):
        mates[i][j] = mates[j][i] = score >= threshold
    sound = {i for i, of in mates.items() if 2 * sum(of.values()) >= len(of)}
    judged = [[hit for j, hit in mates[i].items() if j in sound] for i in range(len(eyes))]
    matches = np.array([bool(hits) and all(hits) for hits in judged])
    return Camera(eyes, pairs, scores, matches, np.array([bool(hits) and not all(hits) for hits in judged]))


def _distance(eyes: list[Eye], i: int, j: int) -> float:
    return compare(eyes[i].template, eyes[j].template).distance


def gates_of(camera: Camera, profile: str) -> list[str]:
    """Shares of matching and of failing images that the whole profile, and each gate alone, tells to take again."""
    minima = {
        name: least for name, least in load_profile(profile, measures()).retake.items() if name.startswith("iris.")
    }
    failed = np.array([bool(eye.report.failure) for eye in camera.eyes])
    refused = {"not measured": failed}
    refused |= {name: np.array([_score(eye, name) < least for eye in camera.eyes]) for name, least in minima.items()}
    every = np.any(list(refused.values()), axis=0)
    sizeless = np.any([each for name, each in refused.items() if name != SIZE], axis=0)
    head = (
        f"  {profile}: RETAKE of {int(camera.matches.sum())} that match {_share(every, camera.matches)}, without size "
        f"{_share(sizeless, camera.matches)}; of {int(camera.fails.sum())} that fail {_share(every, camera.fails)}"
    )
    return [head] + [
        f"    {name:32} {_share(each, camera.matches):>7} {_share(each, camera.fails):>7}"
        for name, each in refused.items()
        if each.any()
    ]


def _score(eye: Eye, name: str) -> float:
    return eye.report.measures[name].score if name in eye.report.measures else float("nan")


def _share(refused: NDArray[np.bool_], among: NDArray[np.bool_]) -> str:
    return f"{100 * refused[among].mean():.1f} %" if among.any() else "–"


def areas_of(camera: Camera) -> str:
    """Areas under the error-versus-discard characteristics; no quality is the lowest."""
    lines = []
    for name in (QUALITY, AREA):
        value = np.nan_to_num([_score(eye, name) for eye in camera.eyes], nan=-1.0)
        lesser = np.array([min(value[i], value[j]) for i, j in camera.pairs])
        areas = (f"{edc_areas(lesser, camera.scores, rate, (0.3,))[0.3]:.2f}" for rate in (0.1, 0.05, 0.02))
        lines.append(f"{name.split('.')[1]} {' / '.join(areas)}")
    return f"  area to 30 % from 10 / 5 / 2 % FNMR: {', '.join(lines)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a block for every camera."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--camera", nargs=2, action="append", required=True, metavar=("DIR", "EYE"))
    reading.add_argument("--profile", action="append", metavar="NAME")
    reading.add_argument("--every", type=int, default=1, metavar="N")
    given = reading.parse_args(arguments)
    cv2.setNumThreads(1)
    for folder, pattern in given.camera:
        camera = camera_of(eyes_of(Path(folder), pattern, given.every))
        print(f"{Path(folder).name}: {len(camera.eyes)} images, gate: share of those that match, of those that fail")
        for profile in given.profile or ["default", "e-ktp"]:
            print("\n".join(gates_of(camera, profile)), flush=True)
        print(areas_of(camera), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
