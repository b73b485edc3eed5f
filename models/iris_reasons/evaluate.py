"""Judge the network alone on the half of the persons kept back: every planted picture, outlined or not.

usage: python -m models.iris_reasons.evaluate MODEL.onnx --pictures FILE.npz ... [--unseen CAMERA=MODEL.onnx ...]
       [--write]

--pictures FILE         written by pictures.py
--unseen CAMERA=MODEL   a network trained without that camera, judged on all its eyes
--write                 put the model and its card, with the figures, beside this script

Of every camera and kind: how many, right answers, and how many are called no eye.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from models.cards import write_model

from biocapture.iris.failure_reason import REASONS, canvas, most_likely
from biocapture.models import ModelFunction, open_model

KINDS = tuple(REASONS)

Table = dict[str, np.ndarray]

DATA = (
    "synthetic eyes of biocapture.synthetic (ours); near-infrared eyes under research terms, not passed on, of the "
    "half of the persons that does not judge: CASIA-IrisV1-Interval, IIT Delhi Iris Database, MMU2, "
    "CASIA-Iris-Thousand (one person), eye-tracking pictures of ITMO, with planted faults; without an eye: fingers of "
    "FVC 2000 to 2004, portraits of US Congress (public domain) and of the London set (CC-BY 4.0), photographs of "
    "scikit-image, drawings"
)


def answers(model: ModelFunction, table: Table) -> np.ndarray:
    """(n,) index of the kind that is said; 0 where no eye is seen."""
    said = []
    for (height, width), grey, detail in zip(table["size"], table["grey"], table["detail"], strict=True):
        seen = canvas(grey[:height, :width], detail[:height, :width].astype(np.float32))
        said.append(KINDS.index(most_likely(model(seen[None])[0])[0]))
    return np.array(said)


def figures_of(title: str, said: np.ndarray, table: Table) -> dict[str, float]:
    """Print a table per camera; of each kind how many are right, in percent."""
    figures = {}
    for camera in sorted(set(table["camera"].tolist())):
        for kind, name in enumerate(KINDS):
            these = (table["camera"] == camera) & (table["kind"] == kind)
            if these.any():
                right, none = 100 * (said[these] == kind).mean(), 100 * (said[these] == 0).mean()
                names = np.bincount(said[these], minlength=len(KINDS))
                others = {KINDS[k]: int(names[k]) for k in names.argsort()[::-1][:4] if names[k]}
                print(
                    f"{camera}{title}: {name:9} {these.sum():4}  right {right:5.1f} %  no eye {none:5.1f} %  {others}"
                )
    for kind, name in enumerate(KINDS):
        these = table["kind"] == kind
        if these.any():
            figures[f"{name}{title}, right, % of {these.sum()}"] = 100 * float((said[these] == kind).mean())
    return figures


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True)
    parser.add_argument("--unseen", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    tables = [np.load(path) for path in given.pictures]
    every = {name: np.concatenate([table[name] for table in tables]) for name in tables[0].files}
    judged = {name: column[every["judged"]] for name, column in every.items()}
    figures = figures_of("", answers(open_model(given.model), judged), judged)
    for pair in given.unseen:
        camera, path = pair.split("=")
        of = {name: column[every["camera"] == camera] for name, column in every.items()}
        figures |= figures_of(f", {camera} never seen", answers(open_model(Path(path)), of), of)
    for name, value in figures.items():
        print(f"{name}: {value:.1f}")
    if given.write:
        task = "why an eye in near infrared cannot be outlined, or that there is none"
        write_model(given.model.read_bytes(), Path(__file__).parent, task, DATA, figures)


if __name__ == "__main__":
    main()
