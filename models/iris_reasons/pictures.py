"""Eyes with a planted fault, and pictures without an eye, to train and to judge by.

usage: python -m models.iris_reasons.pictures --images DIR --prints DIR --faces DIR --out FILE.npz
       [--each N] [--made N] [--seed N]

--images DIR   a folder for every camera
--prints DIR   folders with fingerprints named <finger>_<impression>
--faces DIR    folders with pictures of faces
--each N       eyes taken of each camera and half of its persons (default 120), each with every fault
--made N       synthetic eyes (default 500), each with every fault

Both halves of the persons are written, with which half it is. A picture takes 10 to 40 ms.
"""

import argparse
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import skimage.data
from models.iris_confidence.truth import PERSON, Drawn
from models.iris_reasons.plant import PLANTS, Grey, Random
from models.iris_reasons.textures import beside_the_face, texture
from models.iris_segmentation.synthetic import conditions, look

from biocapture.iris.failure_reason import HIGH, REASONS, WIDE, reduced
from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.segment import segment
from biocapture.synthetic.eye.capture import EyeImage, capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye, eye
from biocapture.types import Failure

SURE = 0.8
"""Confidence of an outline into whose eye faults are planted."""

OBJECTS = ("brick", "grass", "gravel", "camera", "coins", "moon", "page", "text", "coffee", "rocket", "cat", "clock")
TIMES = 12
"""Pieces cut from each of them."""


@dataclass(frozen=True, slots=True)
class Planted:
    """One picture: what is wrong with it, a key of ``REASONS``; whether its person judges, and is not fitted on."""

    kind: str
    pixels: Grey
    camera: str
    name: str
    judged: bool


def of_cameras(images: Path, each: int, random: Random) -> Iterator[Planted]:
    """Every fault in eyes of every camera, as many of either half of the persons."""
    for camera in PERSON:
        files = sorted(path for path in (images / camera).iterdir() if not path.stem.endswith("m"))
        left = {False: each, True: each}
        for number in random.permutation(len(files)):
            path = files[number]
            judged = Drawn(camera, path.name, np.empty(0), np.empty(0)).judged
            if not left[judged]:
                continue
            pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
            outline = segment(pixels)
            if isinstance(outline, Failure) or outline.confidence < SURE:
                continue
            left[judged] -= 1
            for kind, plant in PLANTS.items():
                seen = plant(pixels, outline, random)
                if seen is not None:
                    yield Planted(kind, seen, camera, path.name, judged)
            yield Planted("none", skin(pixels, outline, random), camera, path.name, judged)


def skin(pixels: Grey, outline: Outline, random: Random) -> Grey:
    """A piece of the picture beside the eye, enlarged: brow, skin, lashes at most."""
    height, width = pixels.shape
    limbus = outline.limbus
    tall = int(
        random.uniform(0.6, 1.0)
        * max(limbus.row_px - 1.1 * limbus.radius_px, height - limbus.row_px - 1.1 * limbus.radius_px, 12)
    )
    above = limbus.row_px > height / 2
    piece = pixels[:tall] if above else pixels[height - tall :]
    wide = int(random.uniform(0.5, 1) * width)
    start = int(random.integers(0, width - wide + 1))
    return np.asarray(
        cv2.resize(piece[:, start : start + wide], (width, height), interpolation=cv2.INTER_CUBIC), np.uint8
    )


def outline_of(made: EyeImage) -> Outline:
    """The true one, as if it had been found."""
    truth, rows = made.truth, len(made.pixels)
    pupil, limbus = (
        Ellipse(e.row_px, e.column_px, e.major_px, e.minor_px, e.tilt_rad) for e in (truth.pupil, truth.limbus)
    )
    shut = np.isnan(truth.upper_lid_row_px)
    upper = np.where(shut, -0.5, np.nan_to_num(truth.upper_lid_row_px))
    lower = np.where(shut, rows - 0.5, np.nan_to_num(truth.lower_lid_row_px))
    return Outline(pupil, limbus, np.empty(0), np.empty(0), upper, lower, 1.0)


def synthetic(count: int, seed: int) -> Iterator[Planted]:
    """Every fault in synthetic eyes of any camera; every second one judges."""
    for number in range(count):
        random = np.random.default_rng([seed, number, 0x2EA5])
        grown = eye(20_000_000 + 100_000 * seed + number, bool(number % 2))
        drawn = look(random, grown) if number % 4 < 3 else grown
        usual = dataclasses.replace(
            conditions(random),
            lid_opening=float(random.uniform(0.55, 1)),
            roll_deg=float(random.normal(0, 9)),
            pupil_glare=0.0,
            dilation=float(random.uniform(0.22, 0.65)),
            exposure_ev=float(random.normal(0, 0.3)),
            contrast_loss=float(random.uniform(0, 0.2)),
        )
        seen = capture(drawn, usual, number)
        for kind, pixels in (*_planted(drawn, usual, number, random), *_faulty(drawn, usual, number, random)):
            yield Planted(kind, pixels, "synthetic", f"{seed}_{number}", bool(number % 2))
        yield Planted("none", skin(seen.pixels, outline_of(seen), random), "synthetic", f"{number}", bool(number % 2))


def _planted(drawn: Eye, usual: Conditions, number: int, random: Random) -> Iterator[tuple[str, Grey]]:
    made = capture(drawn, usual, number)
    outline = outline_of(made)
    for kind, plant in PLANTS.items():
        seen = plant(made.pixels, outline, random) if kind not in ("closed", "pupil") else None
        if seen is not None:
            yield kind, seen


def _faulty(drawn: Eye, usual: Conditions, number: int, random: Random) -> Iterator[tuple[str, Grey]]:
    """What the generator itself can do: lids and pupils; and visible light."""
    shut = dataclasses.replace(usual, lid_opening=float(random.uniform(0, 0.12)))
    yield "closed", capture(drawn, shut, number).pixels
    wide = random.random() < 0.6
    size = random.uniform(0.81, 0.9) if wide else random.uniform(0.08, 0.1)
    yield "pupil", capture(drawn, dataclasses.replace(usual, dilation=float(size)), number).pixels
    iris, skin_grey = random.uniform(0.08, 0.4), random.uniform(0.3, 0.9)
    tinted = dataclasses.replace(
        drawn,
        iris_grey=28 + iris * 162,
        sclera_grey=190.0,
        pupil_grey=28.0,
        skin_grey=28 + skin_grey * 162,
        iris_contrast=float(random.uniform(2, 8)),
    )
    lit = dataclasses.replace(usual, led_radius=float(random.uniform(0.06, 0.2)), exposure_ev=0.0)
    yield "visible", capture(tinted, lit, number).pixels
    for kind, fault in _conditions(usual, random):
        yield kind, capture(drawn, dataclasses.replace(usual, **fault), number).pixels


def _conditions(usual: Conditions, random: Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Faults as the generator's camera has them."""
    u, (height, width), radius = random.uniform, usual.shape, usual.iris_radius_px
    yield "bright", {"exposure_ev": float(u(2.2, 3.8))}
    yield "dark", {"exposure_ev": float(u(-6, -4)), "noise": float(u(3, 15))}
    yield "blurred", {"defocus_px": float(min(30, u(0.2, 0.6) * radius))}
    yield "glare", {"pupil_glare": 1.0}
    yield "small", {"iris_radius_px": 12.0, "shape": (int(u(400, 600)), int(u(500, 800)))}
    room, side = (width, height)[int(random.integers(2))], random.choice((-1, 1))
    way = "shift_column_px" if room == width else "shift_row_px"
    yield "cut", {way: float(side * (room / 2 - u(-0.6, 0.4) * radius))}


def without_eye(prints: Path | None, faces: Path | None, count: int, random: Random) -> Iterator[Planted]:
    """Prints, faces, pieces of photographs, noise, clouds, shapes, gradients, one tone."""
    fingers = sorted(prints.glob("fvc*/*.pgm")) if prints else []
    for path in fingers[:: max(1, len(fingers) // (2 * count))]:
        finger = int("".join(filter(str.isdigit, path.stem.split("_")[0])) or 0)
        yield Planted("none", cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), "prints", path.name, bool(finger % 2))
    pictures = sorted(faces.rglob("*.jpg")) if faces else []
    for number, path in enumerate(pictures[:: max(1, len(pictures) // count)]):
        grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if grey is not None:
            yield Planted("none", shrunk(grey), "faces", path.name, bool(number % 2))
            yield Planted("none", beside_the_face(grey, random), "beside faces", path.name, bool(number % 2))
    for name in OBJECTS:
        try:
            seen = getattr(skimage.data, name)()
        except (OSError, ModuleNotFoundError, ValueError):  # some are fetched on demand
            continue
        grey = cv2.cvtColor(seen[..., :3], cv2.COLOR_RGB2GRAY) if seen.ndim == 3 else seen
        for number in range(TIMES):
            side = [int(random.uniform(0.3, 1) * length) for length in grey.shape]
            top, left = (
                int(random.integers(0, length - cut + 1)) for length, cut in zip(grey.shape, side, strict=True)
            )
            piece = np.ascontiguousarray(grey[top : top + side[0], left : left + side[1]])
            yield Planted("none", piece, "photographs", f"{name} {number}", bool(OBJECTS.index(name) % 2))
    for number in range(4 * count):
        yield Planted("none", texture(random), "textures", str(number), bool(number % 2))
    for number in range(2 * count):
        yield Planted("none", made(number % 6, random), "made", str(number), bool(number // 6 % 2))


def shrunk(grey: Grey) -> Grey:
    factor = min(1.0, 640 / max(grey.shape))
    return np.asarray(cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def made(kind: int, random: Random) -> Grey:
    """Noise, clouds, discs, strokes, a gradient or one tone."""
    height, width = (int(side) for side in random.integers(80, 640, 2))
    if kind == 0:
        return _grain(random.normal(random.uniform(20, 220), random.uniform(5, 80), (height, width)))
    if kind == 1:
        cells = random.integers(0, 256, random.integers(2, 24, 2)).astype(np.uint8)
        return np.asarray(cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    tone = random.uniform(0, 255)
    slope = (
        random.normal(0, 60) * np.linspace(-1, 1, width)[None]
        + random.normal(0, 60) * np.linspace(-1, 1, height)[:, None]
    )
    if kind in (4, 5):
        noise = random.normal(0, random.uniform(0, 4), (height, width))
        return _grain(tone + noise + (slope if kind == 4 else np.zeros_like(slope)))
    drawn = np.full((height, width), int(tone), np.uint8)
    for _ in range(int(random.integers(1, 20))):
        at = tuple(int(v) for v in random.integers(0, 640, 2))
        grey, wide = int(random.integers(0, 256)), int(random.integers(-1, 6)) or 1
        if kind == 2:
            cv2.circle(drawn, at, int(random.integers(3, 150)), grey, wide)
        else:
            cv2.line(drawn, at, tuple(int(v) for v in random.integers(0, 640, 2)), grey, abs(wide))
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), float(random.uniform(0.3, 5))), np.uint8)


def _grain(values: np.ndarray) -> Grey:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def save(path: Path, planted: list[tuple[Planted, Grey, np.ndarray]]) -> None:
    """Write what the network needs of every picture."""
    grey = np.zeros((len(planted), HIGH, WIDE), np.uint8)
    detail = np.zeros((len(planted), HIGH, WIDE), np.float16)
    for into, fine, (_, small, sharp) in zip(grey, detail, planted, strict=True):
        into[: small.shape[0], : small.shape[1]] = small
        fine[: small.shape[0], : small.shape[1]] = sharp
    np.savez(
        path,
        grey=grey,
        detail=detail,
        size=np.array([small.shape for _, small, _ in planted], np.int32),
        kind=np.array([list(REASONS).index(one.kind) for one, _, _ in planted], np.int64),
        camera=np.array([one.camera for one, _, _ in planted]),
        name=np.array([one.name for one, _, _ in planted]),
        judged=np.array([one.judged for one, _, _ in planted]),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--images", "--prints", "--faces", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--each", type=int, default=120)
    parser.add_argument("--made", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    random = np.random.default_rng(given.seed)
    sources = (
        *((of_cameras(given.images, given.each, random),) if given.each else ()),
        without_eye(given.prints, given.faces, 300, random),
        synthetic(given.made, given.seed),
    )
    kept = []
    for source in sources:
        kept += [(dataclasses.replace(one, pixels=one.pixels[:1, :1]), *reduced(one.pixels)) for one in source]
        print(len(kept), flush=True)
    save(given.out, kept)


if __name__ == "__main__":
    main()
