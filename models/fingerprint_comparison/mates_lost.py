"""How many mates a search of a large gallery loses, and how long it takes.

usage: python -m models.fingerprint_comparison.mates_lost --pairs DIR --images DIR

--pairs DIR     <set>.csv with file1, file2, genuine
--images DIR    <set>/<file>.pgm, 500 ppi
--fillers DIR   optional: pictures of other fingers, 500 ppi
--count N       references of the gallery; default 10,000
--step K        of the probes, every K-th

The gallery holds all development prints, the fillers, and as many halves of two mirrored development prints of
different fingers, joined, as are still missing: as dense as real prints, and nobody's. Mates are pairs that full
comparison finds at FMR 10⁻³; one is lost where it is not among those that a search compares in full (other prints of
the finger do not count). The projection of the index is fitted on the other half of the sensors.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from models.fingerprint_comparison.projection import Prints, fit, in_half, prints_of

from biocapture.comparison.gallery import INDEXED_SHARE, MIN_INDEXED
from biocapture.fingerprint.comparison.compare import THRESHOLDS
from biocapture.fingerprint.comparison.index import Index
from biocapture.fingerprint.comparison.search import index_features
from biocapture.fingerprint.comparison.template import (
    ANGLES,
    FIELD_PX,
    NO_RIDGES,
    ORIENTATIONS,
    Template,
    template_of,
)
from biocapture.images.decode import decode
from biocapture.types import Modality, Sample

MIN_MINUTIAE = 6
"""Of a print that halves are taken of."""

MAX_OF_A_FINGER = 16
"""Prints of one finger: two sensors have the same ten fingers."""


def finger_of(name: str) -> str:
    """The same for prints of one finger."""
    return name.rsplit("_", 1)[0].replace("fvc2000_db2b", "fvc2000_db1b")


def mirrored(own: Template) -> Template:
    """The print of another finger: left and right exchanged, without its ridges."""
    steps = (ORIENTATIONS - (own.orientation.astype(np.intp) - 1)) % ORIENTATIONS + 1
    orientation = np.where(own.orientation > 0, steps, 0).astype(np.uint8)[:, ::-1]
    column = np.clip(own.orientation.shape[1] * FIELD_PX - 1 - own.column.astype(np.intp), 0, None).astype(np.uint16)
    angle = ((ANGLES // 2 - own.angle.astype(np.intp)) % ANGLES).astype(np.uint8)
    return replace(own, column=column, angle=angle, orientation=orientation, ridges=NO_RIDGES)


def joined(left: Template, right: Template) -> Template:
    """The left half of one print and the right half of another, middle to middle."""
    (row, column), (row_there, column_there) = (np.nonzero(own.orientation) for own in (left, right))
    cut = int(np.median(column))
    down, along = int(np.median(row)) - int(np.median(row_there)), cut - int(np.median(column_there))
    rows, columns = left.orientation.shape
    orientation = np.zeros((rows, columns), np.uint8)
    orientation[:, :cut] = left.orientation[:, :cut]
    row, column = row_there + down, column_there + along
    inside = (row >= 0) & (row < rows) & (column >= cut) & (column < columns)
    orientation[row[inside], column[inside]] = right.orientation[row_there[inside], column_there[inside]]
    row, column = right.row.astype(np.intp) + down * FIELD_PX, right.column.astype(np.intp) + along * FIELD_PX
    first = left.column < cut * FIELD_PX
    second = (column >= cut * FIELD_PX) & (column < columns * FIELD_PX) & (row >= 0) & (row < rows * FIELD_PX)
    moved = replace(right, row=row.astype(np.uint16), column=column.astype(np.uint16))
    names = ("row", "column", "angle", "ending", "quality")
    fields = {name: np.concatenate([getattr(left, name)[first], getattr(moved, name)[second]]) for name in names}
    return replace(left, **fields, orientation=orientation, ridges=NO_RIDGES)


def dense_fillers(prints: Prints) -> Iterator[Template]:
    """Endless."""
    names = [name for name, own in prints.templates.items() if len(own) >= MIN_MINUTIAE]
    random = np.random.default_rng(0)
    while True:
        first, second = (names[i] for i in random.integers(0, len(names), 2))
        if finger_of(first) != finger_of(second):
            yield joined(*(mirrored(prints.templates[name]) for name in (first, second)))


def pictures(folder: Path) -> Iterator[Template]:
    """Templates of all pictures of a folder."""
    for path in sorted(folder.iterdir()):
        yield template_of(Sample(decode(path, modality=Modality.FINGERPRINT, ppi=500.0), Modality.FINGERPRINT))


def gallery_of(prints: Prints, fillers: Path | None, count: int) -> list[Template]:
    """Development prints first."""
    every = list(prints.templates.values())
    every += islice(pictures(fillers), count - len(every)) if fillers else []
    return every + list(islice(dense_fillers(prints), count - len(every)))


def lost(
    prints: Prints, gallery: list[Template], half: int, step: int
) -> tuple[list[tuple[str, str]], int, list[float]]:
    """Mates of one half that are lost, how many mates there are, and milliseconds of the index for each probe."""
    projection = fit(prints, (1 - half,))
    features = [index_features(own, projection) for own in gallery]
    index, names = Index(features), list(prints.templates)
    place = {name: i for i, name in enumerate(names)}
    count = max(MIN_INDEXED, round(INDEXED_SHARE * len(gallery)))
    pairs = [(a, b) for a, b, score, _ in prints.mated if score >= THRESHOLDS[1e-3] and in_half(a, half)]
    missed, total, ms = [], 0, []
    for probe in sorted({a for a, _ in pairs})[::step]:
        begun = time.thread_time()
        found = index.candidates(features[place[probe]], count + MAX_OF_A_FINGER).tolist()
        ms.append(1e3 * (time.thread_time() - begun))
        others = [i for i in found if i >= len(names) or finger_of(names[i]) != finger_of(probe)]
        last = others[count - 1] if len(others) >= count else found[-1]
        compared = set(found[: found.index(last) + 1])
        mates = [b for a, b in pairs if a == probe]
        missed += [(probe, mate) for mate in mates if place[mate] not in compared]
        total += len(mates)
    return missed, total, ms


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--fillers", type=Path)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    prints = prints_of(arguments.pairs, arguments.images)
    gallery = gallery_of(prints, arguments.fillers, arguments.count)
    missed, total, ms = [], 0, []
    for half in (0, 1):
        one, count, times = lost(prints, gallery, half, arguments.step)
        missed, total, ms = missed + one, total + count, ms + times
    for probe, mate in missed:
        print("lost", probe, mate)
    minutiae = np.mean([len(own) for own in gallery])
    print(
        f"{len(gallery)} references with {minutiae:.0f} minutiae on average: {len(missed)} of {total} mates lost",
        end="",
    )
    print(f" ({100 * len(missed) / total:.2f} %); index {np.median(ms):.1f} ms a probe (median, one thread)")


if __name__ == "__main__":
    main()
