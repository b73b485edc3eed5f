"""Train the network that finds pupil and limbus.

usage: python -m models.iris_segmentation.train --real FILE.npz --synthetic FILE.npz ... --out FILE.onnx
       [--steps N] [--rate R] [--seed N] [--without CAMERA ...] [--from FILE.pt]

--real FILE        written by models.iris_segmentation.pictures
--synthetic FILE   written by models.iris_segmentation.synthetic
--without CAMERA   eyes of this camera are left out, to judge by one that was never seen
--steps N          batches of 16 (default 5000); 0.06 s a step
--rate R           learning rate at its peak (default 0.0015)
--from FILE        weights to begin with; every 500 steps they are written beside --out

One thread. Only the half of the persons that does not judge is used.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from models.face_data.networks import fit, write_onnx
from models.iris_segmentation.canvas import HIGH, KEPT, WIDE, Grey, Kept, Values, load
from models.iris_segmentation.network import CELL, UNIT, Outlines
from torch import Tensor, nn

from biocapture.iris.segmentation.proposals import network_input

BATCH, PEAK_RATE = 16, 1.5e-3
REAL, EMPTY = 0.5, 0.12
"""Shares of a batch: eyes of cameras, each as often as any other; pictures without an eye. The rest is synthetic."""

Batch = tuple[Tensor, Tensor, Tensor]


def tone(grey: Grey, random: np.random.Generator) -> Grey:
    """Another exposure, tone curve and noise."""
    u = random.uniform
    values = np.linspace(0, 1, 256)
    if random.random() < 0.7:
        values = values ** np.exp(random.normal(0, 0.4))
    if random.random() < 0.3:
        knots = np.sort(u(0, 1, 3))
        values = 0.5 * values + 0.5 * np.interp(values, (0, 0.25, 0.5, 0.75, 1), (0, *knots, 1))
    low, high = u(0, 60), u(110, 330)
    seen = cv2.LUT(grey, (low + values * (high - low)).astype(np.float32))
    if random.random() < 0.4:
        cells = np.exp(random.normal(0, 0.3, (2, 3))).astype(np.float32)
        seen *= cv2.resize(cells, grey.shape[::-1], interpolation=cv2.INTER_LINEAR)
    if random.random() < 0.4:
        seen = cv2.GaussianBlur(seen, (0, 0), u(0.3, 1.6))
    if random.random() < 0.5:
        seen += random.normal(0, u(0.5, 9), seen.shape).astype(np.float32)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def clutter(grey: Grey, random: np.random.Generator) -> None:
    """Lamps mirrored in glasses, frames and hairs, in place."""

    def place() -> tuple[int, int]:
        return int(random.integers(0, WIDE)), int(random.integers(0, HIGH))

    if random.random() < 0.15:
        size, corner, step = int(random.integers(2, 9)), place(), int(random.integers(3, 11))
        for k in range(int(random.integers(1, 9))):
            at = corner[0] + step * (k % 3), corner[1] + step * (k // 3)
            if random.random() < 0.5:
                cv2.rectangle(grey, at, (at[0] + size, at[1] + size), 255, -1)
            else:
                cv2.circle(grey, at, size // 2 + 1, 255, -1)
    if random.random() < 0.1:
        cv2.circle(grey, place(), int(random.integers(1, 12)), int(random.integers(200, 256)), -1)
    if random.random() < 0.1:
        axes = int(random.integers(40, 110)), int(random.integers(25, 90))
        tint, wide = int(random.integers(0, 90)), int(random.integers(1, 6))
        cv2.ellipse(grey, place(), axes, random.normal(0, 10), 0, 360, tint, wide)
    if random.random() < 0.2:
        start, tint = place(), int(random.integers(0, 60))
        for _ in range(int(random.integers(3, 25))):
            root = np.array(start) + random.normal(0, (18, 2))
            line = root + np.outer(np.linspace(0, 1, 4), random.normal(0, 9, 2)) + random.normal(0, 0.7, (4, 2))
            cv2.polylines(grey, [np.rint(line * 16).astype(np.int32)], False, tint, 1, cv2.LINE_AA, 4)


def shown(kept: Kept, random: np.random.Generator) -> tuple[np.ndarray, Values, Values]:
    """One input of the network, and pupil and limbus in it."""
    height, width = kept.pixels.shape
    size = np.exp(random.normal(0, 0.22)) / KEPT
    stretch = np.exp(random.normal(0, 0.03))
    turn = cv2.getRotationMatrix2D((0, 0), random.normal(0, 7), 1.0)[:, :2]
    linear = turn @ np.diag((size * stretch, size / stretch))
    if random.random() < 0.5:
        linear = linear @ np.diag((-1.0, 1.0))
    seen_size = np.minimum((WIDE, HIGH), np.rint(np.array((width, height)) / KEPT)).astype(int)
    middle = np.array((width - 1, height - 1)) / 2
    target = (seen_size - 1) / 2 + random.normal(0, 0.09, 2) * seen_size
    if np.isfinite(kept.pupil).all() and kept.pupil.any():
        # The pupil stays in the picture.
        at = linear @ (kept.pupil[:, 2] - middle) + target
        target = target + np.clip(at, 3, seen_size - 4) - at
    matrix = np.c_[linear, target - linear @ middle]
    seen = tuple(map(int, seen_size))
    grey = cv2.warpAffine(kept.pixels, matrix, seen)
    inside = cv2.warpAffine(np.full_like(kept.pixels, 255), matrix, seen)
    clutter(grey, random)
    grey = tone(grey, random)
    moved = []
    for place in (kept.pupil, kept.limbus):
        there = linear @ place
        there[:, 2] += matrix[:, 2]
        moved.append(there if place.any() else place)
    return network_input(grey, (inside > 250).astype(np.uint8)), moved[0], moved[1]


def batches(real: Sequence[Kept], made: Sequence[Kept], seed: int) -> Iterator[Batch]:
    """Pictures, pupils and limbi, the fitting half."""
    random = np.random.default_rng(seed)
    pools: dict[str, list[Kept]] = {}
    for one in (*real, *made):
        if not one.judged:
            pools.setdefault(one.camera, []).append(one)
    cameras = [camera for camera in pools if camera not in ("none", "synthetic")]
    share = {camera: REAL / len(cameras) for camera in cameras} | {"none": EMPTY}
    share["synthetic"] = 1 - sum(share.values())
    names = list(share)
    while True:
        drawn = random.choice(len(names), BATCH, p=list(share.values()))
        chosen = (pools[names[k]][random.integers(len(pools[names[k]]))] for k in drawn)
        pictures, pupils, limbi = zip(*(shown(one, random) for one in chosen), strict=True)
        yield (
            torch.from_numpy(np.stack(pictures)),
            torch.from_numpy(np.stack(pupils).astype(np.float32)),
            torch.from_numpy(np.stack(limbi).astype(np.float32)),
        )


def inside_share(place: Tensor, points: Tensor) -> Tensor:
    """(n, h, w) share of each cell inside an ellipse; ``place`` (n, 2, 3), ``points`` (2, h, w)."""
    axes, at = place[:, :, :2], place[:, :, 2]
    radius = torch.linalg.det(axes).abs().sqrt().clamp(min=1e-3)
    axes = torch.where(radius[:, None, None] > 0.01, axes, torch.eye(2))
    off = points[None].flatten(2) - at[:, :, None]
    away = torch.linalg.solve(axes, off).norm(dim=1).reshape(-1, *points.shape[1:])
    return (0.5 + (1 - away) * radius[:, None, None] / CELL).clamp(0, 1) * (radius[:, None, None] > 0.01)


def judged(network: nn.Module, batch: Batch) -> tuple[Tensor, float]:
    """Loss, and the mean error of both circles in hundredths of the iris radius."""
    pictures, pupil, limbus = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        said = network(pictures.contiguous(memory_format=torch.channels_last))
    said = said.float()
    rows, columns = torch.meshgrid(*(torch.arange(n) for n in said.shape[2:]), indexing="ij")
    points = (torch.stack([columns, rows]) + 0.5) * CELL - 0.5
    known, around = pupil.isfinite().all((1, 2)), limbus.isfinite().all((1, 2))
    pupil, limbus = pupil.nan_to_num(), limbus.nan_to_num()
    eye = known & (pupil[:, 0, 0].abs() + pupil[:, 0, 1].abs() > 0)
    radius = [torch.linalg.det(place[:, :, :2]).abs().sqrt().clamp(min=0.5) for place in (pupil, limbus)]
    iris_px = torch.where(around & eye, radius[1], 2.5 * radius[0])
    away = (points[None] - pupil[:, :, 2, None, None]).norm(dim=1)
    spread = (0.22 * iris_px).clamp(min=0.9 * CELL)[:, None, None]
    near = torch.exp(-0.5 * (away / spread) ** 2) * eye[:, None, None]
    cross = nn.functional.binary_cross_entropy_with_logits
    seen = cross(said[:, 0], near, reduction="none") * known[:, None, None]
    # What is taken for an eye by few cells must cost as much as an eye that is missed.
    seen = seen * (1 + 10 * near + 10 * said[:, 0].detach().sigmoid())
    loss = 2 * seen.mean()
    for channel, place, asked in ((1, pupil, known), (2, limbus, known & around)):
        share = inside_share(place, points)
        loss = loss + 0.5 * (cross(said[:, channel], share, reduction="none") * asked[:, None, None]).mean()
    votes = near / near.sum((1, 2), keepdim=True).clamp(min=1e-3)
    errors = []
    for first, place, size, asked in ((3, pupil, radius[0], eye), (6, limbus, radius[1], eye & around)):
        off = (said[:, first : first + 2] * UNIT + points - place[:, :, 2, None, None]) / iris_px[:, None, None, None]
        larger = (said[:, first + 2] - torch.log(size / UNIT)[:, None, None]) * (size / iris_px)[:, None, None]
        every = torch.cat([off, larger[:, None]], dim=1)
        weight = (votes * asked[:, None, None])[:, None]
        charge = nn.functional.smooth_l1_loss(every, torch.zeros_like(every), reduction="none", beta=0.02)
        loss = loss + 3 * (charge * weight).sum() / max(int(asked.sum()), 1)
        errors.append((every.detach().abs() * weight).sum() / max(3 * int(asked.sum()), 1))
    return loss, 100 * float(sum(errors)) / 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", required=True)
    parser.add_argument("--synthetic", nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--without", nargs="*", default=[])
    parser.add_argument("--rate", type=float, default=PEAK_RATE)
    parser.add_argument("--from", dest="begin", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    network = Outlines().to(memory_format=torch.channels_last)
    nn.init.constant_(network.votes.bias, 0.0)
    network.votes.bias.data[0] = -3.0
    if arguments.begin:
        network.load_state_dict(torch.load(arguments.begin))
    real = [one for one in load(arguments.real) if one.camera not in arguments.without]
    made = [one for path in arguments.synthetic for one in load(path)]
    seen = 0

    def loss(batch: Batch) -> tuple[Tensor, float]:
        nonlocal seen
        seen += 1
        if seen % 500 == 0:
            torch.save(network.state_dict(), arguments.out.with_suffix(".pt"))
        return judged(network, batch)

    source = batches(real, made, arguments.seed)
    fit(network, source, arguments.steps, arguments.rate, loss, "error {:.2f} % of the iris radius")
    torch.save(network.state_dict(), arguments.out.with_suffix(".pt"))
    write_onnx(network, (HIGH, WIDE), "votes", arguments.out)


if __name__ == "__main__":
    main()
