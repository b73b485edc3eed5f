"""Gather near-infrared eyes of several cameras with their circles, and pictures without an eye.

usage: python -m models.iris_segmentation.pictures --images DIR --prints DIR --out FILE.npz [--truth CSV ...]

--images DIR   a folder for every camera, as models.iris_confidence.truth tells persons apart
--prints DIR   folders of fingers
--truth CSV    circles drawn or accepted by hand (models/iris_confidence): they come before all others

Circles that nobody drew: of inp_iris those of its drawn masks, else those of plain.py, where the iris is about as large
as that camera shows it. Takes a minute or two for every thousand pictures.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
from models.iris_confidence.truth import PERSON, Drawn, read_drawn
from models.iris_segmentation.canvas import NO_EYE, UNKNOWN, Grey, Kept, Values, circle, reduce, rescale, save
from models.iris_segmentation.plain import plain_eye

WORK_PX = 320
"""Longer side of pictures in which circles are looked for."""

USUAL = 0.22
"""An iris is no larger or smaller than this, relative to the camera's median, or its circle is not believed."""

DRAWN_SIDES = np.deg2rad(32)
"""Parts of a drawn iris within this of the horizontal are its limbus, not its lids."""


def masked_eye(mask: Grey) -> tuple[Values, Values] | None:
    """Circles of a drawn iris, (H, W) above 0 where it is visible: of its hole, and of its sides."""
    contours, above = cv2.findContours((mask > 127).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    holes = [c for c, (_, _, _, parent) in zip(contours, above[0], strict=True) if parent >= 0 and len(c) > 12]
    outer = max(contours, key=len)[:, 0].astype(np.float64)
    if not holes:
        return None
    (column, row), diameters, _ = cv2.fitEllipse(max(holes, key=len))
    # A hole's contour runs through the pixels around it.
    pupil = circle(row, column, float(np.sqrt(diameters[0] * diameters[1])) / 2 - 0.5)
    turn = np.arctan2(outer[:, 1] - row, outer[:, 0] - column)
    side = outer[abs(np.arctan(np.tan(turn))) < DRAWN_SIDES]
    if len(side) < 20:
        return None
    equations = np.c_[2 * side, np.ones(len(side))]
    right, down, rest = np.linalg.lstsq(equations, (side**2).sum(axis=1), rcond=None)[0]
    radius = float(np.sqrt(rest + right**2 + down**2))
    return pupil, circle(float(down), float(right), radius + 0.5)


def of_drawn(drawn: Drawn) -> tuple[Values, Values]:
    """Circles as in :class:`Kept`."""
    return circle(*drawn.pupil), circle(*drawn.limbus)


def eyes_of(folder: Path, known: dict[tuple[str, str], Drawn]) -> list[Kept]:
    """One camera's eyes whose circles are known or plain."""
    kept = []
    for path in sorted(folder.glob("*.pgm")):
        if folder.name == "inp_iris" and path.stem.endswith("m"):
            continue
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        mask = path.with_name(f"{path.stem}m.pgm")
        factor, found = 1.0, None
        if (folder.name, path.name) in known:
            found = of_drawn(known[folder.name, path.name])
        elif mask.exists():
            found = masked_eye(cv2.imread(str(mask), cv2.IMREAD_GRAYSCALE))
        else:
            factor = min(1.0, WORK_PX / max(pixels.shape))
            found = plain_eye(cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
        if found is None:
            continue
        small, further = reduce(pixels)
        pupil, limbus = (rescale(rescale(place, 1 / factor), further) for place in found)
        judged = Drawn(folder.name, path.name, NO_EYE[0], NO_EYE[0]).judged
        kept.append(Kept(small, pupil, limbus, folder.name, path.name, judged))
    return usual_sizes(kept, {file for camera, file in known if camera == folder.name})


def usual_sizes(kept: list[Kept], drawn: set[str]) -> list[Kept]:
    """The same; a limbus that nobody drew is unknown where it is of no usual size."""
    median = float(np.nanmedian([one.limbus[0, 0] for one in kept])) if kept else 0.0
    return [
        one
        if one.name in drawn or abs(one.limbus[0, 0] / median - 1) < USUAL
        else Kept(one.pixels, one.pupil, UNKNOWN, one.camera, one.name, one.judged)
        for one in kept
    ]


def without_eye(prints: Path, random: np.random.Generator, count: int) -> list[Kept]:
    """Every eighth print, noise, clouds, gradients, discs and strokes."""
    kept = []
    for path in sorted(prints.glob("fvc*/*.pgm"))[::8]:
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        finger = int("".join(filter(str.isdigit, path.stem.split("_")[0])) or 0)
        kept.append(Kept(reduce(pixels)[0], NO_EYE, NO_EYE, "none", path.name, bool(finger % 2)))
    for number in range(count):
        size = tuple(int(side) for side in random.integers(100, 400, 2))
        kind = number % 4
        if kind == 0:
            pixels = random.integers(0, 256, size).astype(np.uint8)
        elif kind == 1:
            cells = random.integers(0, 256, random.integers(2, 24, 2)).astype(np.uint8)
            pixels = cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC)
        else:
            pixels = np.full(size, random.integers(0, 256), np.uint8)
            for _ in range(int(random.integers(1, 20))):
                at = tuple(int(v) for v in random.integers(0, 400, 2))
                tone, wide = int(random.integers(0, 256)), int(random.integers(-1, 6)) or 1
                if kind == 2:
                    cv2.circle(pixels, at, int(random.integers(3, 120)), tone, wide)
                else:
                    cv2.line(pixels, at, tuple(int(v) for v in random.integers(0, 400, 2)), tone, abs(wide))
            pixels = cv2.GaussianBlur(pixels, (0, 0), float(random.uniform(0.3, 4)))
        kept.append(Kept(reduce(pixels)[0], NO_EYE, NO_EYE, "none", f"made {number}", bool(number % 10 == 9)))
    return kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--prints", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--truth", type=Path, nargs="*", default=[])
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    known = {(drawn.camera, drawn.file): drawn for drawn in read_drawn(arguments.truth)}
    kept = without_eye(arguments.prints, np.random.default_rng(5), 600)
    for camera in PERSON:
        kept += eyes_of(arguments.images / camera, known)
    save(str(arguments.out), kept)
    seen = defaultdict(list)
    for one in kept:
        seen[one.camera].append((one.judged, np.isfinite(one.limbus[0, 0]), one.limbus[0, 0]))
    for camera, rows in seen.items():
        judged, whole, radius = np.array(rows).T
        print(f"{camera:17} {len(rows):5}, judged {judged.sum():.0f}, limbus known {whole.sum():.0f}", end="")
        print(f", {np.nanmedian(radius):.0f} px")


if __name__ == "__main__":
    main()
