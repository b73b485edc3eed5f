"""Would self-consistency, or a predicted genuine score, make quality better? An experiment; it writes nothing.

usage: python -m models.fingerprint_quality.consistency --reference DIR --images DIR      (as train.py)

Self-consistency: the share of a print's minutiae that its mildly perturbed image has too, within 6 px and 20°.
Predicted genuine score: ridge regression of the mean rank of a print's genuine scores, both matchers, on number, mean
quality and sum of qualities of its minutiae, its area and the shares. Each is added to the four features of quality
with weight 1, in standard deviations, and judged leave-one-dataset-out as train.py does. Takes twenty seconds.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from models.fingerprint_quality.train import (
    MATCHERS,
    WEIGHTS,
    Development,
    Rows,
    development,
    fit_estimate,
    nist_table,
    rows_of,
    score_features,
)
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from biocapture.comparison.evaluation.rates import edc_areas
from biocapture.fingerprint.comparison.template import ANGLES, Template, template_of
from biocapture.fingerprint.units import angle_size
from biocapture.images.decode import decode
from biocapture.types import GreyPixels, Image, Modality, Sample

SHIFT_PX = 0.5
SAME_PX, SAME_STEPS = 6.0, ANGLES * 20 / 360
DISC = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))


def blurred(pixels: GreyPixels) -> GreyPixels:
    moved = np.array([[1, 0, SHIFT_PX], [0, 1, SHIFT_PX]])
    soft = cv2.GaussianBlur(pixels, (0, 0), 0.8)
    return cv2.warpAffine(soft, moved, pixels.shape[::-1], borderMode=cv2.BORDER_REPLICATE)


def noisy(pixels: GreyPixels) -> GreyPixels:
    noise = np.random.default_rng(0).normal(0, 20, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


def thickened(pixels: GreyPixels) -> GreyPixels:
    return cv2.erode(pixels, DISC)


PERTURBED: tuple[Callable[[GreyPixels], GreyPixels], ...] = (blurred, noisy, thickened)
SHARES = [each.__name__ for each in PERTURBED]
COLUMNS = ["minutiae", "mean quality", "sum of quality", "area", *SHARES]


def share(one: Template, other: Template) -> float:
    """Of the minutiae of one, those the other has too."""
    if not len(one) or not len(other):
        return 0.0
    row, column, angle = (
        getattr(one, name)[:, None].astype(float) - getattr(other, name) for name in ("row", "column", "angle")
    )
    return float(((np.hypot(row, column) < SAME_PX) & (angle_size(angle, ANGLES) < SAME_STEPS)).any(axis=1).mean())


def candidates(path: Path) -> list[float]:
    """The columns of one print."""
    image = decode(path, modality=Modality.FINGERPRINT, ppi=500.0)
    found = [
        template_of(Sample(Image(pixels, 500.0), Modality.FINGERPRINT))
        for pixels in (image.pixels, *(change(image.pixels) for change in PERTURBED))
    ]
    quality = found[0].quality / 100
    mean = quality.mean() if len(quality) else 0.0
    size = np.log1p([len(quality), quality.sum(), np.count_nonzero(found[0].orientation)])
    return [size[0], mean, size[1], size[2], *(share(found[0], other) for other in found[1:])]


def utility(each: Development) -> Rows:
    """Mean rank, 0..1, of the genuine scores of each print; ½ where it has none."""
    ranks = np.mean([scores.argsort().argsort() / len(scores) for scores in each.scores.values()], axis=0)
    rows = [ranks[(each.pairs == i).any(axis=1)] for i in range(len(each.files))]
    return np.array([row.mean() if len(row) else 0.5 for row in rows])


def areas(each: Development, quality: Rows) -> list[float]:
    quality = np.where([failure is None for failure in each.batch.failure], quality, -1e9)
    lesser = quality[each.pairs].min(axis=1)
    return [area for matcher in MATCHERS for area in edc_areas(lesser, each.scores[matcher]).values()]


def standardise(values: Rows, known: Rows) -> Rows:
    return (values - known.mean(axis=0)) / known.std(axis=0)


def qualities(judged: tuple[Rows, Rows], known: tuple[Rows, Rows], target: Rows) -> dict[str, Rows]:
    """Quality of the judged prints with each addition; judged and known: usual features and candidate columns."""
    usual = standardise(judged[0], known[0]) @ WEIGHTS
    found = {"as it is": usual}
    for name, column in zip(COLUMNS, standardise(judged[1], known[1]).T, strict=True):
        found[f"+ {name}"] = usual + column
    for label, used in (("without shares", slice(0, -len(SHARES))), ("with shares", slice(None))):
        model = make_pipeline(StandardScaler(), RidgeCV(np.logspace(-1, 3, 9))).fit(known[1][:, used], target)
        added = standardise(model.predict(judged[1][:, used]), model.predict(known[1][:, used]))
        found[f"+ predicted score {label}"] = usual + added
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    arguments = parser.parse_args()
    names = sorted(path.stem for path in (arguments.reference / "pairs").glob("*.csv"))
    sets = {name: development(name, arguments.reference, arguments.images) for name in names}
    rows = {n: np.array([candidates(arguments.images / n / f"{f}.pgm") for f in sets[n].files]) for n in names}
    table = nist_table(arguments.reference, list(score_features(sets[names[0]].batch)))
    figures: dict[str, list[list[float]]] = {}
    for name in names:
        others = [other for other in names if other != name]
        estimate = fit_estimate([sets[other] for other in others], table)
        usual = np.concatenate([rows_of(sets[other], estimate) for other in others])
        known = usual, np.concatenate([rows[other] for other in others])
        target = np.concatenate([utility(sets[other]) for other in others])
        for label, quality in qualities((rows_of(sets[name], estimate), rows[name]), known, target).items():
            figures.setdefault(label, []).append(areas(sets[name], quality))
    print("pAUC20 and pAUC50 of", *MATCHERS, "pairs, mean of the sets; then in how many sets it is better")
    for label, found in figures.items():
        better = (np.array(found) < np.array(figures["as it is"]) - 1e-9).sum(axis=0)
        print(f"{label:34s}", np.mean(found, axis=0).round(3), better)


if __name__ == "__main__":
    main()
