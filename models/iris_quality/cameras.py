"""Fit the weights of the unified quality to mated comparisons of real cameras, and judge it beside the usable area.

usage: python -m models.iris_quality.cameras --images DIR [--every N]

--images DIR   a folder for every camera
--every N      every N-th eye only

Pairs of half of the persons are fitted to: what is left of the distance to a stranger, as in train.py, less its mean
over the pairs of an eye, so that only differences between captures of one eye count; every camera weighs the same.
Weights stay near those of train.py; none is below 0.03, that of the iris radius is at most 0.1, because within one
camera it says who is near and not what is lost. AREA_MORE is added to that of the usable area, so that on no camera of
the fitting half the quality sorts much worse than the area alone. Prints the weights, and for both halves areas under
the error-versus-discard characteristic up to 30 % from 10 / 5 / 2 % FNMR. An image takes 60 ms.
"""

import argparse
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.iris_confidence.truth import Drawn
from models.iris_quality.train import BEST, COMPONENTS, Values
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from biocapture.comparison.evaluation.rates import edc_areas
from biocapture.images.decode import decode
from biocapture.iris.comparison.compare import compare, prepare
from biocapture.iris.comparison.template import template_of
from biocapture.iris.describe import describe
from biocapture.iris.measures import iso
from biocapture.iris.measures.quality import MIN_COMPONENT_SCORE, WEIGHTS
from biocapture.measure import logarithms
from biocapture.types import Modality, Sample

EYES = {
    "iitd_odd": r"(.*__\d+__)\d+(_[LR])",
    "mmu2": r"(\d+__\d+[12])0\d",
    "casia_interval": r"(S\d+[LR])",
    "casia_thousand_6": r"(.*__[LR])__",
}
"""Camera → what of a file's name says which eye it is."""

NEAR, MIN_WEIGHT, MAX_WEIGHT, MAX_RADIUS_WEIGHT, AREA_MORE = 0.003, 0.03, 0.8, 0.1, 0.2
SYNTHETIC = {
    "usable_code_bits": 0.40,
    "usable_iris_area": 0.03,
    "pupil_circularity": 0.16,
    "greyscale_utilisation": 0.21,
    "iris_radius": 0.03,
    "sharpness": 0.03,
    "saturation": 0.38,
    "inside_image": 0.05,
}
"""Weights of train.py, from synthetic eyes; all others are as they stand in iris/measures/quality.py."""

AREA, RADIUS = (COMPONENTS.index(item) for item in (iso.usable_iris_area, iso.iris_radius))


@dataclass(frozen=True, slots=True)
class Camera:
    """(N, C) logarithms of the components' scores, (N,) failures, half and usable area; (P, 2) pairs, distances."""

    logs: Values
    failed: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    area: Values
    pairs: NDArray[np.intp]
    distance: Values
    eyes: NDArray[np.str_]


def camera_of(folder: Path, every: int) -> Camera:
    """Assess all images of every N-th eye, and compare those of each eye."""
    named = {path: re.match(EYES[folder.name], path.name) for path in sorted(folder.iterdir())}
    names = {path: " ".join(match.groups()) for path, match in named.items() if match}
    chosen = set(sorted(set(names.values()))[::every])
    rows, templates, groups = [], [], defaultdict(list)
    for path, name in names.items():
        if name not in chosen:
            continue
        sample = Sample(decode(path, modality=Modality.IRIS), Modality.IRIS)
        batch = describe(sample)
        scores = np.array([float(item.curve(item(batch))[0]) for item in COMPONENTS])
        judged = Drawn(folder.name, path.name, np.empty(0), np.empty(0)).judged
        groups[name].append(len(rows))
        rows.append((scores, bool(batch.failure[0]), judged, name))
        templates.append(prepare(template_of(sample)))
    scores, failed, judged, eyes = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [(i, j) for group in groups.values() for i in group for j in group if i < j]
    distance = np.array([compare(templates[i], templates[j]).distance for i, j in pairs])
    area = np.nan_to_num(scores[:, AREA], nan=-1.0)
    return Camera(logarithms(scores, MIN_COMPONENT_SCORE), failed, judged, area, np.array(pairs), distance, eyes)


def rows_of(camera: Camera) -> tuple[Values, Values]:
    """Components of both images of every pair that is fitted to, and what is left of its distance; no mean per eye."""
    first, second = camera.pairs.T
    fitted = ~camera.judged[first] & ~camera.failed[first] & ~camera.failed[second]
    logs = camera.logs[first[fitted]] + camera.logs[second[fitted]]
    left = np.log(np.clip((0.5 - camera.distance[fitted]) / (0.5 - BEST), MIN_COMPONENT_SCORE / 100, 1.2))
    _, group = np.unique(camera.eyes[first[fitted]], return_inverse=True)
    count = np.bincount(group)
    means = np.stack([np.bincount(group, column) / count for column in (*logs.T, left)], axis=1)[group]
    return (logs - means[:, :-1]) / np.sqrt(len(left)), (left - means[:, -1]) / np.sqrt(len(left))


def fit_weights(cameras: list[Camera], usual: Values) -> Values:
    """(C,) weights near the usual ones."""
    logs, left = (np.concatenate(parts) for parts in zip(*map(rows_of, cameras), strict=True))
    hold = np.sqrt(NEAR) * 0.3 * np.eye(len(usual))
    low = np.minimum(usual, MIN_WEIGHT) - 1e-4
    high = np.full(len(usual), MAX_WEIGHT)
    high[RADIUS] = MAX_RADIUS_WEIGHT
    weights = lsq_linear(np.concatenate([logs, hold]), np.concatenate([left, hold @ usual]), (low, high)).x
    weights[AREA] += AREA_MORE
    return np.asarray(weights.round(2), np.float64)


def areas_of(camera: Camera, value: Values, judged: bool) -> str:
    """Areas from three error rates, of one half of the persons."""
    of = camera.judged[camera.pairs[:, 0]] == judged
    lesser = value[camera.pairs[of]].min(axis=1)
    return " / ".join(f"{edc_areas(lesser, -camera.distance[of], rate, (0.3,))[0.3]:.2f}" for rate in (0.1, 0.05, 0.02))


def main() -> None:
    """Parse the command line, fit, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    cameras = {name: camera_of(given.images / name, given.every) for name in EYES}
    usual = np.array([SYNTHETIC.get(item.id.removeprefix("iris."), WEIGHTS[item]) for item in COMPONENTS])
    weights = fit_weights(list(cameras.values()), usual)
    for item, weight, now in zip(COMPONENTS, weights, usual, strict=True):
        print(f"    {item.id.replace('iris.', '')}: {weight:.2f},  (from synthetic eyes {now:.2f})")
    for judged in (False, True):
        print("persons kept back" if judged else "persons fitted to")
        for name, camera in cameras.items():
            now, then = (np.where(camera.failed, -1.0, np.exp(camera.logs @ these)) for these in (usual, weights))
            quality = f"quality {areas_of(camera, then, judged)} (those weights {areas_of(camera, now, judged)})"
            print(f"  {name:17} {quality}, usable area alone {areas_of(camera, camera.area, judged)}")


if __name__ == "__main__":
    main()
