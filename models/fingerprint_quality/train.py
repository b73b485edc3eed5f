"""Train the two models behind fingerprint quality and judge them leave-one-dataset-out.

usage: python -m models.fingerprint_quality.train --reference DIR --images DIR [--write]

--reference DIR   nfiq2/nist_conformance_v2.3.0.csv, nfiq2/<set>.csv, pairs/<set>.csv (see README.md beside this file)
--images DIR      <set>/<file>.pgm, 500 ppi
--write           also write the .onnx files and cards; without it, only the figures are printed

1. nfiq2_estimate: support vector regression of NFIQ 2.3 scores on the 69 features; NIST's published table, and the
   development images with our own features. Images that NFIQ 2.3 refuses count as 0.
2. fingerprint_quality: weighted mean of four standardised features, mapped to 0..100. Weights fitted to utility (ridge
   regression, monotone boosting) moved from fold to fold and were no better on the set left out, so they are
   set by hand.

Takes about half a minute on two cores.
"""

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from models.cards import write_model
from numpy.typing import NDArray
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from biocapture.comparison.evaluation.rates import edc_areas
from biocapture.fingerprint.describe import describe
from biocapture.fingerprint.measures.quality import utility_features
from biocapture.fingerprint.nfiq2.native import score_features
from biocapture.fingerprint.statistics import FingerprintBatch
from biocapture.images.decode import decode
from biocapture.types import Modality, Sample

Rows = NDArray[np.float64]

MODELS = Path(__file__).parents[1]
MATCHERS = ("sourceafis", "bozorth3_mindtct")
WEIGHTS = np.array([2.0, 2.0, 1.0, 1.0])
"""Of ridge signal, minutiae, uniformity and NFIQ 2 estimate, each in standard deviations."""

MEDIAN_SCORE, WORST_TWENTIETH_SCORE = 60.0, 20.0


@dataclass(frozen=True)
class Development:
    """One development set: images in a fixed order, their features, NFIQ 2.3 scores and comparison scores."""

    files: list[str]
    batch: FingerprintBatch
    nfiq2: Rows
    pairs: NDArray[np.intp]
    scores: dict[str, Rows]

    @property
    def all_features(self) -> Rows:
        return np.nan_to_num(np.stack(list(score_features(self.batch).values()), axis=1))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as handle:
        return list(csv.DictReader(handle))


def development(name: str, reference: Path, images: Path) -> Development:
    files = sorted(path.stem for path in (images / name).glob("*.pgm"))
    decoded = (
        decode(images / name / f"{stem}.pgm", modality=Modality.FINGERPRINT, ppi=500.0, max_pixels=4_000_000)
        for stem in files
    )
    batch = FingerprintBatch.join([describe(Sample(image, Modality.FINGERPRINT)) for image in decoded])
    known = {Path(row["file"]).stem: float(row["score"] or 0) for row in read(reference / "nfiq2" / f"{name}.csv")}
    genuine = [row for row in read(reference / "pairs" / f"{name}.csv") if row["genuine"] == "1"]
    index = {stem: i for i, stem in enumerate(files)}
    pairs = np.array([[index[Path(row[side]).stem] for side in ("file1", "file2")] for row in genuine])
    scores = {matcher: np.array([float(row[matcher]) for row in genuine]) for matcher in MATCHERS}
    return Development(files, batch, np.array([known[stem] for stem in files]), pairs, scores)


def nist_table(reference: Path, names: list[str]) -> tuple[Rows, Rows]:
    """Features and scores of NIST's conformance table, rows without error only."""
    rows = [
        row
        for row in read(reference / "nfiq2" / "nist_conformance_v2.3.0.csv")
        if row["OptionalError"] in ("", "NA") and row["QualityScore"] not in ("", "NA", "255")
    ]
    values = np.array([[float(row[name]) for name in names] for row in rows])
    return values, np.array([float(row["QualityScore"]) for row in rows])


def fit_estimate(sets: list[Development], table: tuple[Rows, Rows]) -> Pipeline:
    rows = np.concatenate([table[0], *(each.all_features for each in sets)])
    scores = np.concatenate([table[1], *(each.nfiq2 for each in sets)])
    return make_pipeline(StandardScaler(), SVR(C=30, gamma=0.004, epsilon=2)).fit(rows, scores)


@dataclass(frozen=True)
class Utility:
    """quality = 100 / (1 + exp(-(features · weight + offset)))."""

    weight: Rows
    offset: float

    def __call__(self, rows: Rows) -> Rows:
        return 100.0 / (1.0 + np.exp(-(rows @ self.weight + self.offset)))


def rows_of(each: Development, estimate: Pipeline) -> Rows:
    return utility_features(each.batch, np.clip(estimate.predict(each.all_features), 0.0, 100.0))


def fit_utility(rows: Rows) -> Utility:
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    low, middle = np.quantile((rows - mean) / deviation @ WEIGHTS, (0.05, 0.5))
    logit = [np.log(score / (100 - score)) for score in (WORST_TWENTIETH_SCORE, MEDIAN_SCORE)]
    slope = (logit[1] - logit[0]) / (middle - low)
    slopes = slope * WEIGHTS / deviation
    return Utility(slopes, float(logit[1] - slope * middle - slopes @ mean))


def left_out(names: list[str], sets: dict[str, Development], table: tuple[Rows, Rows]) -> dict[str, dict[str, float]]:
    """Figures of each set under models that never saw it."""
    figures = {}
    for name in names:
        others = [sets[other] for other in names if other != name]
        estimate = fit_estimate(others, table)
        model = fit_utility(np.concatenate([rows_of(each, estimate) for each in others]))
        judged = sets[name]
        quality = model(rows_of(judged, estimate))
        quality = np.where([failure is None for failure in judged.batch.failure], quality, -1.0)
        found = {}
        for matcher, scores in judged.scores.items():
            for label, column in (("", quality), ("nfiq2_", judged.nfiq2)):
                areas = edc_areas(column[judged.pairs].min(axis=1), scores)
                found |= {f"{label}{matcher}_pauc{100 * share:.0f}": area for share, area in areas.items()}
        error = estimate.predict(judged.all_features) - judged.nfiq2
        found["estimate_rmse"] = float(np.sqrt((error[judged.nfiq2 > 0] ** 2).mean()))
        figures[name] = found
    figures["mean"] = {key: float(np.mean([figures[name][key] for name in names])) for key in figures[names[0]]}
    return figures


def utility_onnx(model: Utility) -> bytes:
    size = len(model.weight)
    constants = [
        helper.make_tensor("weight", TensorProto.FLOAT, (size, 1), model.weight.astype(np.float32)),
        helper.make_tensor("offset", TensorProto.FLOAT, (1,), [model.offset]),
        helper.make_tensor("hundred", TensorProto.FLOAT, (1,), [100.0]),
    ]
    nodes = [
        helper.make_node("Gemm", ["features", "weight", "offset"], ["logit"]),
        helper.make_node("Sigmoid", ["logit"], ["share"]),
        helper.make_node("Mul", ["share", "hundred"], ["quality"]),
    ]
    ends = [
        helper.make_tensor_value_info(n, TensorProto.FLOAT, (None, s)) for n, s in (("features", size), ("quality", 1))
    ]
    graph = helper.make_graph(nodes, "fingerprint_quality", ends[:1], ends[1:], constants)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    names = sorted(path.stem for path in (arguments.reference / "pairs").glob("*.csv"))
    sets = {name: development(name, arguments.reference, arguments.images) for name in names}
    table = nist_table(arguments.reference, list(score_features(sets[names[0]].batch)))
    figures = left_out(names, sets, table)
    for name, found in figures.items():
        print(f"{name:18s}", "  ".join(f"{key} {value:.3f}" for key, value in found.items()))
    everything = list(sets.values())
    estimate = fit_estimate(everything, table)
    model = fit_utility(np.concatenate([rows_of(each, estimate) for each in everything]))
    print("weights", model.weight.round(4), "offset", round(model.offset, 4))
    if arguments.write:
        mean = figures["mean"]
        data = (
            "public-domain NFIQ 2.3 conformance table (NIST); FVC 2000 DB1-4 B, FVC 2002 DB1-2 B (development subsets)"
        )
        svr = to_onnx(estimate, np.zeros((1, table[0].shape[1]), np.float32), name="nfiq2_estimate", target_opset=17)
        rmse = {"left_out_rmse": mean["estimate_rmse"]}
        task = "NFIQ 2.3 score estimated from its 69 features"
        write_model(svr.SerializeToString(), MODELS / "nfiq2_estimate", task, data, rmse)
        areas = {f"left_out_{key}": value for key, value in mean.items() if "pauc" in key}
        task = "utility of a print for comparison, 0..100"
        write_model(utility_onnx(model), MODELS / "fingerprint_quality", task, data, areas)


if __name__ == "__main__":
    main()
