"""Fit how much each component of an iris weighs in the unified quality, and judge it.

usage: python -m models.iris_quality.train [--images DIR --scores CSV] [--eyes N]

--images DIR   near-infrared eyes named S<person><L|R><number>.<extension>, to judge by only
--scores CSV   file1, file2, score of their genuine pairs, written by independent_scores.py
--eyes N       synthetic eyes that are fitted to (default 200), each degraded in five ways; half as many are judged by

The target is what is left of the distance to a stranger, (0.5 - d) / 0.42, of each degraded capture compared with a
good one of the same eye by our own code. Its logarithm is a weighted sum of the logarithms of the components' scores;
weights from 0.03 to 0.8, so that no fault is without weight and none decides alone. Prints the weights to be copied
into iris/measures/quality.py (those of the last four of ``operational`` there are set by hand), correlations, and areas
under error-versus-discard characteristics. Takes four minutes.
"""

import argparse
import csv
import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear

from biocapture.comparison.evaluation.rates import edc_areas
from biocapture.images.decode import decode
from biocapture.iris.comparison.compare import compare
from biocapture.iris.comparison.template import Template, template_of
from biocapture.iris.describe import describe
from biocapture.iris.measures import integrity, iso, operational, quality
from biocapture.iris.measures.quality import MIN_COMPONENT_SCORE, WEIGHTS
from biocapture.measure import Measure, logarithms
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import everyday_conditions
from biocapture.synthetic.eye.eye import Eye, eye
from biocapture.types import GreyPixels, Modality, Sample

Values = NDArray[np.float64]

COMPONENTS: tuple[Measure, ...] = (
    quality.usable_code_bits,
    iso.usable_iris_area,
    iso.iris_sclera_contrast,
    iso.iris_pupil_contrast,
    iso.pupil_circularity,
    iso.greyscale_utilisation,
    iso.iris_radius,
    iso.dilation,
    iso.concentricity,
    iso.margin_adequacy,
    iso.sharpness,
    iso.motion_blur,
    iso.gaze_angle,
    iso.interlace,
    operational.exposure,
    operational.saturation,
    operational.specular_load,
    operational.glasses_glare,
    operational.noise,
    operational.texture_detail,
    operational.resolved_detail,
    operational.block_grid,
    operational.inside_image,
    operational.pupil_glare,
    integrity.segmentation_confidence,
    integrity.printed_lens,
)

MIN_WEIGHT, MAX_WEIGHT = 0.03, 0.8
BEST = 0.08
"""Distance of two good captures of one synthetic eye."""

Draw = Callable[[Callable[[float, float], float]], dict[str, Any]]
FAULTS: tuple[Draw, ...] = (
    lambda u: {},
    lambda u: {"defocus_px": u(0, 8)},
    lambda u: {"motion_px": u(0, 30), "motion_deg": u(0, 180)},
    lambda u: {"lid_opening": u(0.3, 0.8)},
    lambda u: {"lashes": 1.0, "makeup": u(0, 1), "lid_opening": u(0.5, 0.8)},
    lambda u: {"noise": u(2, 25)},
    lambda u: {"exposure_ev": u(-4, 1.4)},
    lambda u: {"contrast_loss": u(0, 0.9)},
    lambda u: {"gaze_deg": (u(-35, 35), u(-15, 15))},
    lambda u: {"jpeg_quality": int(u(3, 60))},
    lambda u: {"interlace_px": u(0, 10)},
    lambda u: {"glasses_glare": u(0.1, 1), "glasses_frame": u(0, 1)},
    lambda u: {"pupil_glare": u(0, 1)},
    lambda u: {"light_gradient": u(0.2, 1)},
    lambda u: {"dilation": u(0.12, 0.8)},
    lambda u: {"iris_radius_px": u(30, 120)},
    lambda u: {"shift_column_px": u(-330, 330)},
    lambda u: {"cosmetic_lens": u(0, 1)},
    lambda u: {"defocus_px": u(0, 4), "noise": u(2, 12), "lid_opening": u(0.5, 0.9), "exposure_ev": u(-2, 0.5)},
)


@dataclasses.dataclass(frozen=True, slots=True)
class Degraded:
    """One capture: (C,) logarithms of the components' scores, template, unified quality; none where there is no eye."""

    logs: Values
    template: Template
    quality: float


def degraded_captures(pixels: GreyPixels) -> Degraded | None:
    """Assess a capture and make its template."""
    sample = Sample(decode(pixels, modality=Modality.IRIS), Modality.IRIS)
    batch = describe(sample)
    if batch.failure[0]:
        return None
    scores = np.array([float(item.curve(item(batch))[0]) for item in COMPONENTS])
    logs = logarithms(scores, MIN_COMPONENT_SCORE)
    return Degraded(logs, template_of(sample), float(quality.quality(batch)[0]))


def degrade(first: int, count: int) -> Iterator[tuple[Degraded, float]]:
    """Degraded captures, and their distances to a good one of the same eye."""
    random = np.random.default_rng(first)
    for index in range(count):
        grown = eye(first + index // 2, left=bool(index % 2))
        good = degraded_captures(_good(grown, first + index))
        for number in random.choice(len(FAULTS), 5, replace=False).tolist():
            usual = everyday_conditions(3 * first + 20 * index + number)
            conditions = dataclasses.replace(usual, **FAULTS[number](random.uniform))
            poor = degraded_captures(capture(grown, conditions, number + 1).pixels)
            if good is not None and poor is not None:
                yield poor, compare(good.template, poor.template).distance


def _good(grown: Eye, seed: int) -> GreyPixels:
    best = {"lid_opening": 0.95, "lashes": 0.3, "makeup": 0.0, "defocus_px": 0.3, "gaze_deg": (0.0, 0.0)}
    return capture(grown, dataclasses.replace(everyday_conditions(seed), **best), 9).pixels  # type: ignore[arg-type]


def fit_weights(looks: list[Degraded], distance: Values) -> Values:
    """(C,) weights."""
    target = np.log(np.clip((0.5 - distance) / (0.5 - BEST), MIN_COMPONENT_SCORE / 100, 1))
    rows = np.array([look.logs for look in looks])
    return np.asarray(lsq_linear(rows, target, (MIN_WEIGHT, MAX_WEIGHT)).x, np.float64)


def judge(images: Path, table: Path, odd: bool, weights: Values) -> dict[float, float]:
    """Area up to a discarded share of 30 %, relative to discarding at random, by false non-match rate at the start."""
    with table.open(newline="", encoding="utf8") as handle:
        pairs = [row for row in csv.reader(handle) if row[0][1:5].isdigit() and int(row[0][1:5]) % 2 == odd]
    names = sorted({name for row in pairs for name in row[:2]})
    found = {name: degraded_captures(decode(images / name, modality=Modality.IRIS).pixels) for name in names}
    value = {name: float(np.exp(look.logs @ weights)) if look else 0.0 for name, look in found.items()}
    lesser = np.array([min(value[one], value[other]) for one, other, _ in pairs])
    score = np.array([float(row[2]) for row in pairs])
    return {rate: edc_areas(lesser, score, rate, (0.3,))[0.3] for rate in (0.1, 0.05, 0.02)}


def main() -> None:
    """Parse the command line, fit, judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--scores"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--eyes", type=int, default=200)
    arguments = parser.parse_args()
    looks, distances = zip(*degrade(3000, arguments.eyes), strict=True)
    weights = fit_weights(list(looks), np.array(distances))
    for item, weight in zip(COMPONENTS, weights, strict=True):
        print(f"    {item.id.replace('iris.', '')}: {weight:.3f},  (now {WEIGHTS.get(item, 0.0):.3f})")
    looks, distances = zip(*degrade(40_000, arguments.eyes // 2), strict=True)
    predicted, distance = np.exp([look.logs @ weights for look in looks]), np.array(distances)
    area = edc_areas(predicted, 0.5 - distance, 0.1, (0.3,))[0.3]
    print(f"other synthetic eyes: correlation {-np.corrcoef(predicted, distance)[0, 1]:.3f}, area {area:.3f}")
    if arguments.images and arguments.scores:
        for odd in (False, True):
            print("odd" if odd else "even", judge(arguments.images, arguments.scores, odd, weights))


if __name__ == "__main__":
    main()
