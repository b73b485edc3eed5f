"""Judge the network of pupil and limbus alone, before any rim is measured, on the half of the persons kept back.

usage: python -m models.iris_segmentation.evaluate MODEL.onnx --pictures FILE.npz ... [--unseen CAMERA=MODEL.onnx ...]
       [--write]

--pictures FILE         written by pictures.py and synthetic.py
--unseen CAMERA=MODEL   a network trained without that camera, judged on all its eyes
--write                 put the model and its card, with the figures, beside this script

Of every camera: eyes, how many are found (evidence from 0.5), pupil within 5 % and limbus within 10 % of the iris
radius of where they are; of pictures without an eye: how many are taken for one.
"""

import argparse
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from models.cards import write_model
from models.iris_segmentation.canvas import Kept, load, reduce

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.proposals import elected, network_input
from biocapture.models import ModelFunction, open_model

FOUND, PUPIL_WRONG, LIMBUS_WRONG = 0.5, 0.05, 0.10

DATA = (
    "synthetic eyes of biocapture.synthetic (ours); near-infrared eyes under research terms, not passed on, of the "
    "half of the persons that does not judge: CASIA-IrisV1-Interval with circles drawn by Halmstad University (MIT), "
    "IIT Delhi Iris Database, MMU2, CASIA-Iris-Thousand (one person), eye-tracking pictures of ITMO with drawn "
    "irises; fingers of FVC 2000 to 2004 as pictures without an eye"
)


def off(found: Ellipse, truth: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]", iris_px: float) -> float:
    """Error of centre or radius, whichever is larger, in iris radii."""
    radius = float(np.sqrt(abs(np.linalg.det(truth[:, :2]))))
    away = float(np.hypot(found.column_px - truth[0, 2], found.row_px - truth[1, 2]))
    return max(away, abs(found.radius_px - radius)) / iris_px


def judge(model: ModelFunction, kept: list[Kept]) -> dict[str, tuple[int, float, float, float]]:
    """Camera → pictures, and percentages: found, pupil right, limbus right; of one without an eye: taken for one."""
    rows = defaultdict(list)
    for one in kept:
        if not np.isfinite(one.pupil).all():
            continue
        small, factor = reduce(one.pixels, 1.0)
        best = elected(model(network_input(small)[None])[0])
        if not one.pupil.any():
            none = "no eye" if one.camera == "none" else f"{one.camera}, closed"
            rows[none].append((float(best is not None and best.evidence >= FOUND), np.nan, np.nan))
            continue
        pupil, limbus = np.inf, np.inf
        known = bool(np.isfinite(one.limbus).all())
        if best is not None:
            iris_px = float(np.sqrt(abs(np.linalg.det(one.limbus[:, :2])))) if known else best.limbus.radius_px / factor
            pupil = off(best.pupil.rescale(1 / factor), one.pupil, iris_px)
            limbus = off(best.limbus.rescale(1 / factor), one.limbus, iris_px) if known else np.nan
        found = best is not None and best.evidence >= FOUND
        rows[one.camera].append((float(found), pupil, limbus if known else np.nan))
    figures = {}
    for camera, those in rows.items():
        found, pupil, limbus = np.array(those).T
        limbus = limbus[~np.isnan(limbus)]
        figures[camera] = (
            len(those),
            100 * float(found.mean()),
            100 * float((pupil < PUPIL_WRONG).mean()),
            100 * float((limbus < LIMBUS_WRONG).mean()) if limbus.size else float("nan"),
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--pictures", nargs="+", required=True)
    parser.add_argument("--unseen", nargs="*", default=[])
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    every = [one for path in arguments.pictures for one in load(path)]
    runs: list[tuple[str, Path, Callable[[Kept], bool]]] = [("", arguments.model, lambda one: one.judged)]
    for pair in arguments.unseen:
        camera, path = pair.split("=")
        runs.append((" never seen", Path(path), lambda one, camera=camera: one.camera == camera))  # type: ignore[misc]
    written = {}
    for title, path, chosen in runs:
        told = judge(open_model(path), [one for one in every if chosen(one)])
        for camera, (count, found, pupil, limbus) in told.items():
            name = f"{camera}{title}"
            print(f"{name:32} {count:5}  found {found:6.2f} %  pupil {pupil:6.2f} %  limbus {limbus:6.2f} %")
            written[f"{name}, found, % of {count}"] = found
            if np.isfinite(limbus):
                written |= {f"{name}, pupil within 5 %, %": pupil, f"{name}, limbus within 10 %, %": limbus}
    if arguments.write:
        task = "circles of pupil and limbus of an eye in near infrared, of any camera, as a start of the segmentation"
        write_model(arguments.model.read_bytes(), Path(__file__).parent, task, DATA, written)


if __name__ == "__main__":
    main()
