"""What is said of eyes that cannot be outlined, and of pictures without an eye.

usage: python -m benchmarks.studies.iris_reasons [--images DIR] [--prints DIR] [--faces DIR] [--each N] [--made N]
       [--seed N] [--half fit|judge]

--images DIR   a folder for every camera; faults are planted into its eyes (models/iris_reasons/plant.py)
--prints DIR   folders with fingerprints named <finger>_<impression>
--faces DIR    folders with pictures of faces
--each N       eyes of each camera (default 20), each with every fault
--made N       synthetic eyes (default 40), each with every fault; other ones than the network was trained on

A picture counts where the whole pipeline finds no outline, or doubts it so much that nothing is measured. Rows are what
was planted, columns what is said; last come how many were outlined after all, and the share of right reasons: the
planted one's, or, where nothing was planted, any but that there is no eye. Of pictures without an eye right is that.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from models.iris_reasons.pictures import Planted, of_cameras, synthetic, without_eye

from biocapture.images.decode import decode
from biocapture.iris.describe import describe
from biocapture.iris.failure_reason import NO_EYE, REASONS
from biocapture.types import Modality, Sample

OUTLINED = "outlined"
ALSO_RIGHT = {
    "closed": {"iris.lift_lashes"},
    "covered": {"iris.open_eyes", "iris.lift_lashes"},
    "glare": {"iris.check_exposure"},
    "bright": {"iris.check_exposure"},
}
"""Kind → reasons that are true of it, too: those of an outline of which next to nothing is free."""


def said_of(planted: Planted) -> str:
    """Reason key of the failure, or that there was none."""
    image = decode(planted.pixels, modality=Modality.IRIS)
    failure = describe(Sample(image, Modality.IRIS)).failure[0]
    return OUTLINED if failure is None else failure.reason


def is_right(kind: str, reason: str) -> bool:
    """Whether a reason is true of a kind of picture."""
    if kind == "open":
        return reason != NO_EYE
    return reason == REASONS[kind] or reason in ALSO_RIGHT.get(kind, ())


def rows_of(seen: dict[str, Counter[str]]) -> Iterator[str]:
    """Lines of the table."""
    columns = [*dict.fromkeys(REASONS.values())]
    columns += sorted({reason for counts in seen.values() for reason in counts} - {*columns, OUTLINED})
    yield f"{'':16}" + "".join(f"{name.removeprefix('iris.')[:9]:>10}" for name in columns) + "  outlined  right"
    for kind, counts in seen.items():
        failed = {reason: n for reason, n in counts.items() if reason != OUTLINED}
        right = sum(n for reason, n in failed.items() if is_right(kind.split(",")[0], reason))
        share = f"{100 * right / sum(failed.values()):5.1f} %" if failed else "    –"
        yield (
            f"{kind:16}" + "".join(f"{counts[name] or '':>10}" for name in columns) + f"{counts[OUTLINED]:>10}  {share}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of each camera, and of all."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--prints", "--faces"):
        reading.add_argument(name, type=Path)
    reading.add_argument("--each", type=int, default=20, metavar="N")
    reading.add_argument("--made", type=int, default=40, metavar="N")
    reading.add_argument("--seed", type=int, default=77)
    reading.add_argument("--half", choices=("fit", "judge"), default="judge")
    given = reading.parse_args(arguments)
    cv2.setNumThreads(1)
    random = np.random.default_rng(given.seed)
    sources = [synthetic(2 * given.made, given.seed)]
    if given.images:
        sources.append(of_cameras(given.images, given.each, random))
    sources.append(without_eye(given.prints, given.faces, 10 * given.each, random))
    tables: defaultdict[str, defaultdict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for source in sources:
        for planted in source:
            if planted.judged == (given.half == "judge"):
                said = said_of(planted)
                group = planted.kind if planted.kind != "none" else f"none, {planted.camera}"
                tables["all"][group][said] += 1
                if planted.kind != "none":
                    tables[planted.camera][planted.kind][said] += 1
    for name, table in (*((name, table) for name, table in tables.items() if name != "all"), ("all", tables["all"])):
        print(name)
        print("\n".join(rows_of(table)), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
