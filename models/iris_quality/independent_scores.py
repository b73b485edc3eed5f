"""Score pairs of eyes with a code that shares nothing with the shipped one but the outline, to judge quality by.

usage: python -m models.iris_quality.independent_scores --images DIR --out pairs.csv

--images DIR   near-infrared eyes named S<person><L|R><number>.<extension>
--out FILE     file1, file2, score of every pair of images of one eye; higher is more alike

Ordinal measures (Sun & Tan 2009, doi:10.1109/TPAMI.2008.240): bits say which of two blurred places is brighter, along
the iris and across it. No phase, no log-Gabor filter, no fragile bits; another strip size, a shorter wavelength, its
own sampling of the image, its own mask and ±35° of turns, so that what a quality says of these scores it does not know
from the shipped comparison.
"""

import argparse
import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.comparison.evaluation.rates import equal_error_rate, fnmr_at
from biocapture.images.decode import decode
from biocapture.iris.outline import Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, GreyPixels, Modality

Field = NDArray[np.float32]

ROWS, COLUMNS = 40, 360
"""Size of the strip: 1° per column."""

LOBE_PX, ALONG_PX, ACROSS_PX = 1.8, 8, 10
"""Deviation of the two blurred lobes, and their distance along and across the iris."""

STEP_ROWS, STEP_COLUMNS = 2, 3
"""Bits are taken at every second row, third column."""

MAX_TURN = 35
"""Degrees."""

BRIGHT, DARK = 3.0, 3.0
"""Deviations from the strip's median grey from which a pixel is not iris."""

MIN_COVER = 0.75

FAILED = 0.5
"""Score where no eye is found, or nothing is in common."""


def strip_of(pixels: GreyPixels, outline: Outline) -> tuple[Field, Field]:
    """(40, 360) greys and whether they are iris, 0 or 1."""
    turn = np.deg2rad(np.arange(COLUMNS, dtype=np.float64))
    depth = (np.arange(ROWS)[:, None] + 1.0) / (ROWS + 3)
    inner, outer = outline.pupil.points(turn), outline.limbus.points(turn)
    row, column = ((near + depth * (far - near)).astype(np.float32) for near, far in zip(inner, outer, strict=True))
    calm = cv2.GaussianBlur(pixels, (0, 0), max(0.5, outline.limbus.radius_px / 160))
    grey = cv2.remap(calm, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
    height, width = pixels.shape
    at = np.clip(column, 0, width - 1).astype(np.int64)
    seen = (row > 1) & (row < height - 2) & (column > 1) & (column < width - 2)
    margin = 0.04 * outline.limbus.radius_px
    seen &= (row > outline.upper_lid[at] + margin) & (row < outline.lower_lid[at] - margin)
    if seen.sum() < 500:
        return grey, np.zeros_like(grey)
    middle = float(np.median(grey[seen]))
    spread = 1.4826 * float(np.median(np.abs(grey[seen] - middle))) + 2
    strange = (grey > middle + BRIGHT * spread) | (grey < middle - DARK * spread)
    wide = cv2.dilate(strange.astype(np.uint8), np.ones((3, 5), np.uint8)) > 0
    return grey, (seen & ~wide).astype(np.float32)


def ordinal(grey: Field, seen: Field) -> tuple[Field, Field]:
    """(2, 40, 360) signs ±1 of which lobe is brighter, and 1 where both lobes see iris."""
    margin = 4 * ALONG_PX
    wide, cover = (np.concatenate([each[:, -margin:], each, each[:, :margin]], axis=1) for each in (grey, seen))
    share = cv2.GaussianBlur(cover, (0, 0), LOBE_PX, borderType=cv2.BORDER_CONSTANT)
    blurred = cv2.GaussianBlur(wide * cover, (0, 0), LOBE_PX, borderType=cv2.BORDER_CONSTANT) / np.maximum(share, 1e-3)
    signs, valid = np.zeros((2, *grey.shape), np.float32), np.zeros((2, *grey.shape), np.float32)
    half, deep = ALONG_PX // 2, ACROSS_PX // 2
    left, right = (slice(margin + step, margin + step + COLUMNS) for step in (-half, half))
    signs[0] = np.where(blurred[:, right] > blurred[:, left], 1, -1)
    valid[0] = np.minimum(share[:, right], share[:, left]) > MIN_COVER
    middle = slice(margin, margin + COLUMNS)
    signs[1, deep:-deep] = np.where(blurred[2 * deep :, middle] > blurred[: -2 * deep, middle], 1, -1)
    valid[1, deep:-deep] = np.minimum(share[2 * deep :, middle], share[: -2 * deep, middle]) > MIN_COVER
    return signs * valid, valid


def scores_of(codes: list[tuple[Field, Field]]) -> Field:
    """(N, N) best share of agreeing bits of each with each over all turns."""
    signs, valid = (np.stack(each)[:, :, ::STEP_ROWS] for each in zip(*codes, strict=True))
    count = len(codes)
    best = np.full((count, count), FAILED, np.float32)

    def flat(each: Field, turn: int) -> Field:
        return np.ascontiguousarray(np.roll(each, turn, axis=3)[..., ::STEP_COLUMNS]).reshape(count, -1)

    still, seen = flat(signs, 0), flat(valid, 0)
    least = 0.05 * seen.shape[1]
    for turn in range(-MAX_TURN, MAX_TURN + 1):
        common = seen @ flat(valid, turn).T
        share = 0.5 + 0.5 * (still @ flat(signs, turn).T) / np.maximum(common, 1)
        best = np.maximum(best, np.where(common > least, share, FAILED))
    return np.maximum(best, best.T)


def code_of(path: Path) -> tuple[Field, Field]:
    """Code of one file; of nothing where no eye is found."""
    pixels = decode(path, modality=Modality.IRIS).pixels
    outline = segment(pixels)
    if isinstance(outline, Failure):
        return np.zeros((2, ROWS, COLUMNS), np.float32), np.zeros((2, ROWS, COLUMNS), np.float32)
    return ordinal(*strip_of(pixels, outline))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    paths = [path for path in sorted(arguments.images.iterdir()) if path.stem[1:5].isdigit()]
    scores = scores_of([code_of(path) for path in paths])
    eye = np.array([path.stem[:6] for path in paths])
    first, second = np.triu_indices(len(paths), 1)
    genuine = eye[first] == eye[second]
    with arguments.out.open("w", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["file1", "file2", "score"])
        for i, j in zip(first[genuine].tolist(), second[genuine].tolist(), strict=True):
            writer.writerow([paths[i].name, paths[j].name, f"{scores[i, j]:.5f}"])
    same, different = (np.asarray(scores[first[kind], second[kind]], np.float64) for kind in (genuine, ~genuine))
    print(f"{len(same)} genuine pairs → {arguments.out}; of {len(different)} impostor pairs, for orientation:")
    missed = fnmr_at(same, different, 1e-3)
    print(f"EER {100 * equal_error_rate(same, different):.2f} %, FNMR at FMR 1e-3 {100 * missed:.2f} %")


if __name__ == "__main__":
    main()
