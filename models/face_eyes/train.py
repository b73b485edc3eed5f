"""Train the network of one eye's outline and pupil.

usage: python -m models.face_eyes.train --data DIR --labels FILE --renders FILE --out FILE.onnx [--steps N] [--seed N]

--data DIR       congress/*.jpg, neutral_front/*.jpg, smiling_front/*.jpg (see models/face_data/README.md)
--labels FILE    written by models.face_data.label
--renders FILE   written by models.face_data.render; a quarter of each batch
--steps N        batches of 128 (default 3800); 0.1 s a step

One thread. The same data, steps and seed give the same network on the same machine and versions.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from models.face_data.conditions import coarsen, photograph
from models.face_data.expressions import close_eye, look_aside
from models.face_data.files import read
from models.face_data.networks import DEVICE, Block, Exact, answer, fit, wing, write_onnx
from models.face_data.points import Places, of_mesh
from models.face_data.portraits import is_held_out
from numpy.typing import NDArray
from torch import Tensor, nn

Rgb = NDArray[np.uint8]

WIDE, HIGH, PATCH = 64, 48, 128
"""Pixels of the network's input, and of the square that is kept of each eye."""

LEFT, RIGHT = [*range(60, 68), 96], [72, 71, 70, 69, 68, 75, 74, 73, 97]
"""Outline and pupil, those of the right eye as they lie in the mirror."""

BATCH, PEAK_RATE, RENDERED, PHOTOGRAPHED = 128, 2e-3, 0.25, 0.85
MAX_RENDERS, MAX_YAW_DEG = 2400, 40.0
PUPIL = [16, 17]
"""Column and row of the pupil among the answers."""

ASIDE, NEAREST = 0.6, 0.15
"""How often a portrait's eye looks aside, and how near to a corner the pupil may come, in widths of the eye."""

CLOSED = 0.12
"""Opening in eye widths below which the pupil is not seen and stands for the middle of the lids."""


class EyeOutline(nn.Module):
    """(n, 3, 48, 64) RGB of -1..1 to (n, 18): column and row of 9 points in widths of the crop."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Sequential(
            Block(3, 16, 2), Block(16, 24), Block(24, 32, 2), Block(32, 32), Block(32, 48, 2), Block(48, 48)
        )
        self.narrow, self.answer = nn.Conv2d(48, 16, 1), Exact(16 * 8 * 6, 18)

    def forward(self, picture: Tensor) -> Tensor:
        return self.answer(nn.functional.relu(self.narrow(self.features(picture))).flatten(1))


@dataclass(frozen=True)
class Eye:
    """(128, 128, 3) RGB around one eye, level, and (9, 2) outline and pupil in it."""

    pixels: Rgb
    places: Places


def eyes_of(pixels: Rgb, places: Places) -> list[Eye]:
    """Both eyes, the right one mirrored, a third as wide as their square."""
    found = []
    for points, mirrored in ((LEFT, False), (RIGHT, True)):
        shown, at = pixels, places[points, :2].astype(np.float64)
        if mirrored:
            shown = np.ascontiguousarray(pixels[:, ::-1])
            at[:, 0] = pixels.shape[1] - 1 - at[:, 0]
        along, centre = at[4] - at[0], (at[0] + at[4]) / 2
        width = float(np.hypot(*along))
        if width < 6:
            continue
        scale = PATCH / (3.2 * width)
        matrix = cv2.getRotationMatrix2D(
            tuple(map(float, centre)), float(np.degrees(np.arctan2(along[1], along[0]))), scale
        )
        matrix[:, 2] += PATCH / 2 - centre
        share, moved = min(1.0, 1.4 * scale), matrix.copy()
        small = cv2.resize(shown, None, fx=share, fy=share, interpolation=cv2.INTER_AREA) if share < 1 else shown
        moved[:, 2] += matrix[:, :2] @ np.full(2, 0.5 / share - 0.5)
        moved[:, :2] /= share
        patch = cv2.warpAffine(small, moved, (PATCH, PATCH), borderMode=cv2.BORDER_REPLICATE)
        found.append(Eye(patch, (at @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)))
    return found


def of_portraits(data: Path, labels: Path) -> list[Eye]:
    """Eyes of the people to train on, from the pictures at their own size."""
    table, found = np.load(labels), []
    for name, mesh in zip(map(str, table["names"]), table["places"], strict=True):
        if not is_held_out(name):
            picture = read(data / name)
            found += eyes_of(picture, of_mesh(mesh))
    return found


def of_renders(path: Path) -> list[Eye]:
    found = []
    with np.load(path) as table:
        chosen = np.flatnonzero(abs(table["pose"][:, 0]) < MAX_YAW_DEG)[:MAX_RENDERS]
        pixels, places = table["pixels"][chosen], table["places"][chosen]
    for picture, points in zip(pixels, places, strict=True):
        found += eyes_of(picture, points)
    return [Eye(eye.pixels, hide(eye.places)) for eye in found]


def hide(places: Places) -> Places:
    """With the pupil in the middle of the lids where they are closed."""
    gap = np.hypot(*(places[2] - places[6])) / np.hypot(*(places[4] - places[0]))
    return np.concatenate((places[:8], places[:8].mean(axis=0)[None])) if gap < CLOSED else places


def aside(places: Places) -> tuple[float, float]:
    """How far the pupil may move to either side, in widths of the eye."""
    at = (places[8, 0] - places[0, 0]) / (places[4, 0] - places[0, 0])
    return min(NEAREST - at, 0.0), max(1 - NEAREST - at, 0.0)


def crop(eye: Eye, made: bool, rng: np.random.Generator) -> tuple[Rgb, Places]:
    """One training picture and its nine points in widths of it; portraits look aside and close their lids half
    of the time."""
    picture, places = eye.pixels.copy(), eye.places.copy()
    if not made and rng.random() < ASIDE:
        look_aside(picture, places, slice(0, 8), 8, rng.uniform(*aside(places)))
    if not made and rng.random() < 0.55:
        close_eye(picture, places, slice(0, 8), rng.uniform(0, 1) if rng.random() < 0.5 else rng.uniform(0.85, 1))
        places = hide(places)
    middle, wide = places[:8].mean(axis=0), places[4, 0] - places[0, 0]
    if rng.random() < 0.15:
        size = tuple(int(v) for v in wide * rng.uniform((0.7, 0.45), (0.95, 0.7)))
        tone = tuple(int(v) for v in rng.integers(0, 130, 3))
        at = int(middle[0]), int(middle[1] + 0.1 * wide)
        cv2.ellipse(picture, at, size, rng.normal(0, 4), 0, 360, tone, int(rng.integers(1, 6)), cv2.LINE_AA)
    if rng.random() < 0.1:
        at = tuple(map(int, middle + rng.normal(0, 14, 2)))
        size = (int(rng.integers(3, 16)), int(rng.integers(2, 10)))
        cv2.ellipse(picture, at, size, rng.uniform(0, 180), 0, 360, (255,) * 3, -1)
    centre = (places[0] + places[4]) / 2
    scale = 0.5 * WIDE / np.hypot(*(places[4] - places[0])) * np.exp(rng.normal(0, 0.12))
    turn = cv2.getRotationMatrix2D((0, 0), rng.normal(0, 6), scale)[:, :2]
    linear = np.array(((1, rng.normal(0, 0.05)), (rng.normal(0, 0.04), np.exp(rng.normal(0, 0.06))))) @ turn
    shift = np.array((WIDE, HIGH)) / 2 + rng.normal(0, 0.06, 2) * WIDE - linear @ centre
    seen = cv2.warpAffine(picture, np.c_[linear, shift], (WIDE, HIGH), borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.25:
        seen = np.clip(coarsen(seen.astype(np.float32), rng), 0, 255).astype(np.uint8)
    if rng.random() < PHOTOGRAPHED:
        seen = photograph(seen, rng)
    return seen, ((places @ linear.T + shift) / WIDE).astype(np.float32)


def batches(data: Path, labels: Path, renders: Path, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    rng, real, made = np.random.default_rng(seed), of_portraits(data, labels), of_renders(renders)
    while True:
        drawn = rng.random(BATCH) < RENDERED
        pools = [made if one else real for one in drawn]
        both = [crop(pool[rng.integers(len(pool))], bool(one), rng) for pool, one in zip(pools, drawn, strict=True)]
        pictures, places = zip(*both, strict=True)
        yield torch.from_numpy(np.stack(pictures)), torch.from_numpy(np.stack(places).reshape(BATCH, -1))


def openings(places: Tensor) -> Tensor:
    """(n, 3) heights of the three pairs of lids."""
    return places[:, [15, 13, 11]] - places[:, [3, 5, 7]]


def train(network: EyeOutline, source: Iterator[tuple[Tensor, Tensor]], steps: int) -> None:
    network.answer.bias.data[:] = next(source)[1].mean(dim=0)

    def judged(batch: tuple[Tensor, Tensor]) -> tuple[Tensor, float]:
        pictures, places = batch[0], batch[1].to(DEVICE)
        said = answer(network, pictures, 127.5, 1)
        gap = (openings(said) - openings(places)).abs().mean()
        pupil = (said - places)[:, PUPIL].abs().mean()
        return wing(said - places).mean() + 2 * gap + 2 * pupil, 100 * pupil.item()

    fit(network, source, steps, PEAK_RATE, judged, "pupil {:.2f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--data", "--labels", "--renders", "--out"):
        parser.add_argument(name, type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3800)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    network = EyeOutline().to(DEVICE, memory_format=torch.channels_last)
    train(network, batches(arguments.data, arguments.labels, arguments.renders, arguments.seed), arguments.steps)
    write_onnx(network, (HIGH, WIDE), "points", arguments.out)


if __name__ == "__main__":
    main()
