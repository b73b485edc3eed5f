"""Train the estimate of a face's blur on planted blur.

usage: python -m models.face_sharpness.train --portraits FILE.npz [--write]

--portraits FILE.npz   pixels (n, 616, 616, 3) uint8 aligned RGB portraits with at least 110 px between the eyes, places
                       (n, 98, 2) landmarks in the frame, names (n,): folder/file
--write                also write the .onnx and its card; without it, only the figures

Every portrait is degraded some times: smoothed as phones do, reduced and enlarged in three ways, out of focus, moved,
noisy, compressed, darkened, lit from one side, washed out. The target is the standard deviation of the whole point
spread along its longer axis in pixels of the frame (the eyes are 113 px apart), log(1 + deviation); noise and
compression are no blur.
"""

import argparse
import json
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from models.cards import PORTRAITS, write_model
from models.face_data.portraits import is_held_out
from numpy.typing import NDArray
from skl2onnx import to_onnx
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from biocapture.face.features.detail import detail_features
from biocapture.face.features.region import face_region

FOLDER = Path(__file__).parent
TIMES, JUDGED_TIMES = 20, 10
FACE = slice(140, 484), slice(140, 476)
"""Rows and columns of the frame that are degraded: more than the face takes."""

Rgb = NDArray[np.uint8]


class Plan(NamedTuple):
    """What is done to one portrait; deviations and lengths in pixels of the frame."""

    smoothing: float
    reduction: float
    enlargement: int
    focus_px: float
    motion_px: float
    angle_deg: float
    gain: float
    shade: float
    contrast: float
    noise: float
    quality: int

    @property
    def blur_px(self) -> float:
        """Deviation of the point spread along its longer axis: a Gaussian, a line, pixels of a reduced picture."""
        pixel = 0.41 * self.reduction if self.reduction > 1 else 0.0
        return float(np.sqrt(self.focus_px**2 + self.motion_px**2 / 12 + pixel**2))


def plan(rng: np.random.Generator) -> Plan:
    """A random fault, or none."""
    return Plan(
        float(rng.uniform(5, 25)) if rng.random() < 0.25 else 0.0,
        float(np.exp(rng.uniform(0, np.log(10)))) if rng.random() < 0.5 else 1.0,
        int(rng.choice((cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC))),
        float(rng.uniform(0.3, 7)) if rng.random() < 0.4 else 0.0,
        float(rng.uniform(3, 28)) if rng.random() < 0.25 else 0.0,
        float(rng.choice((0, 90, rng.uniform(0, 180)))),
        float(rng.uniform(0.25, 1.3)) if rng.random() < 0.5 else 1.0,
        float(rng.uniform(0.08, 1)) if rng.random() < 0.25 else 1.0,
        float(rng.uniform(0.25, 1)) if rng.random() < 0.25 else 1.0,
        float(rng.uniform(0.5, 9)) if rng.random() < 0.5 else 0.0,
        int(rng.integers(25, 96)) if rng.random() < 0.5 else 0,
    )


def degrade(pixels: Rgb, how: Plan, rng: np.random.Generator) -> Rgb:
    """The portrait as the plan has it, in the order optics, sensor, file, enlargement.

    A phone's smoothing of the skin, which leaves edges as they are, comes first and is no blur.
    """
    seen = cv2.bilateralFilter(pixels, 9, how.smoothing, 4) if how.smoothing else pixels
    seen = seen.astype(np.float32)
    if how.focus_px:
        seen = cv2.GaussianBlur(seen, (0, 0), how.focus_px)
    if how.motion_px:
        seen = motion_blur(seen, how.motion_px, how.angle_deg)
    size = max(8, round(pixels.shape[1] / how.reduction)), max(8, round(pixels.shape[0] / how.reduction))
    if how.reduction > 1:
        seen = cv2.resize(seen, size, interpolation=cv2.INTER_AREA)
    seen = (seen.astype(np.float32) * how.contrast + 128 * (1 - how.contrast)) * how.gain
    seen *= (how.shade + (1 - how.shade) / (1 + np.exp(-np.linspace(-5, 5, seen.shape[1]))))[:, None]
    seen += rng.standard_normal(seen.shape).astype(np.float32) * how.noise
    taken = np.clip(seen, 0, 255).astype(np.uint8)
    if how.quality:
        taken = cv2.imdecode(cv2.imencode(".jpg", taken, [cv2.IMWRITE_JPEG_QUALITY, how.quality])[1], cv2.IMREAD_COLOR)
    return cv2.resize(taken, pixels.shape[1::-1], interpolation=how.enlargement) if how.reduction > 1 else taken


def motion_blur(seen: NDArray[np.float32], length_px: float, angle_deg: float) -> NDArray[np.float32]:
    """Motion blur along a line."""
    side = int(length_px) | 1
    line = np.zeros((side, side), np.float32)
    line[side // 2] = 1
    middle = ((side - 1) / 2, (side - 1) / 2)
    line = cv2.warpAffine(line, cv2.getRotationMatrix2D(middle, angle_deg, 1), (side, side))
    return cv2.filter2D(seen, -1, line / line.sum())


def rows(
    pixels: NDArray[np.uint8], places: NDArray[np.int64], seed: int, times: int
) -> tuple[NDArray[np.float32], ...]:
    """Features and targets of all portraits, each degraded some times."""
    rng = np.random.default_rng(seed)
    features, targets = [], []
    for picture, points in zip(pixels, places, strict=True):
        region = face_region(points, picture.shape[:2])
        faulty, face = picture.copy(), np.ascontiguousarray(picture[FACE])
        for _ in range(times):
            how = plan(rng)
            faulty[FACE] = degrade(face, how, rng)
            found = detail_features(faulty, region)
            if found is not None:
                features.append(found)
                targets.append(np.log1p(how.blur_px))
    return np.stack(features), np.array(targets, np.float32)


def fit_and_judge(
    features: NDArray[np.float32],
    targets: NDArray[np.float32],
    judged: NDArray[np.float32],
    wanted: NDArray[np.float32],
    write: bool,
) -> None:
    """Fit on some rows, print the figures of others, and write the model if asked to."""
    model = make_pipeline(
        StandardScaler(),
        MLPRegressor(
            hidden_layer_sizes=(64, 32),
            alpha=1e-2,
            max_iter=400,
            early_stopping=True,
            n_iter_no_change=25,
            random_state=0,
        ),
    )
    model.fit(features, targets)
    answers = model.predict(judged)
    error = np.abs(answers - wanted)
    metrics = {
        "held_out_correlation": round(float(np.corrcoef(answers, wanted)[0, 1]), 4),
        "held_out_mean_error_log": round(float(error.mean()), 4),
        "held_out_within_a_quarter": round(float((error < np.log(1.25)).mean()), 4),
    }
    print(len(features), len(judged), json.dumps(metrics, indent=2))
    if write:
        content = to_onnx(model, features[:1], target_opset=17).SerializeToString()
        task = "blur of a face, log(1 + pixels of the aligned frame)"
        write_model(content, FOLDER, task, f"{PORTRAITS}; degraded on purpose", metrics)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portraits", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    table = np.load(arguments.portraits)
    out = np.array([is_held_out(str(name)) for name in table["names"]])
    pixels, places = table["pixels"], table["places"]
    fitted = rows(pixels[~out], places[~out], 1, TIMES)
    fit_and_judge(*fitted, *rows(pixels[out], places[out], 2, JUDGED_TIMES), arguments.write)


if __name__ == "__main__":
    main()
