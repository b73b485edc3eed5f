"""Train the network of the 98 landmarks.

usage: python -m models.face_landmarks.train --prepared FILE --out FILE.onnx [--renders FILE] [--steps N] [--seed N]
       [--from FILE.onnx] [--settle] [--processes N]

--prepared FILE  written by models.face_data.prepare
--renders FILE   written by models.face_data.render: synthetic heads in any pose, half of each batch
--steps N        batches of 64 (default 9900); 0.12 s a step on one core
--processes N    that make the pictures (default 1), 0.13 s of each a step; many keep a GPU busy
--from FILE      a network trained before: go on with it
--settle         milder pictures and small steps, to end a training that --from names

One thread each, and a GPU where there is one. Without, the same data, steps, seed and processes give the same network
on the same machine and versions.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from models.face_data.conditions import photograph
from models.face_data.networks import (
    DEVICE,
    Block,
    Exact,
    answer,
    batches,
    continue_from,
    fit,
    wing,
    worker_number,
    write_onnx,
)
from models.face_data.nonfaces import Backgrounds
from models.face_data.prepare import TrainingData, load_training_data
from models.face_landmarks.crops import EXTENT, HARD, MILD, SIDE_PX, Face, People, Shares, crop, load_renders
from torch import Tensor, nn
from torch.utils.data import IterableDataset

BATCH, NEW, PEAK_RATE, SETTLING_RATE, REMEMBERED = 64, 16, 2e-3, 5e-4, 12000

UPPER_LIP, LOWER_LIP = [89, 90, 91], [95, 94, 93]
"""Inner rims, point by point."""


class Landmarks(nn.Module):
    """(n, 3, 112, 112) RGB of -1..1 to (n, 196): column and row of 98 points in shares of the side."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(
            Block(3, 24, 2),
            Block(24, 32, 2),
            *(Block(32, 32) for _ in range(2)),
            Block(32, 64, 2),
            *(Block(64, 64) for _ in range(4)),
        )
        self.coarse = nn.Sequential(Block(64, 128, 2), *(Block(128, 128) for _ in range(3)))
        self.from_fine, self.from_coarse = nn.Conv2d(64, 16, 1), nn.Conv2d(128, 48, 1)
        self.answer = Exact((48 + 16) * 49, 196)

    def forward(self, picture: Tensor) -> Tensor:
        fine = self.fine(picture)
        coarse = nn.functional.relu(self.from_coarse(self.coarse(fine)))
        detail = nn.functional.relu(self.from_fine(nn.functional.avg_pool2d(fine, 2)))
        return self.answer(torch.cat((coarse.flatten(1), detail.flatten(1)), dim=1))


class Crops(IterableDataset[tuple[Tensor, Tensor]]):
    """Endless batches of pictures and landmarks, most of each seen before under other conditions."""

    def __init__(self, known: TrainingData, renders: list[Face], shares: Shares, seed: int) -> None:
        self.known, self.renders, self.shares, self.seed = known, renders, shares, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        rng = np.random.default_rng((self.seed, worker_number()))
        cv2.setNumThreads(1)
        grounds = Backgrounds(self.known.nonfaces, self.known.training, SIDE_PX)
        people = People(self.known.training, self.renders, grounds, self.shares, rng)
        kept = [crop(people, rng) for _ in range(BATCH)]
        while True:
            news = [crop(people, rng) for _ in range(NEW)]
            olds = [kept[n] for n in rng.choice(len(kept), BATCH - NEW, replace=False)]
            kept = kept[-REMEMBERED:] + news
            pictures, places = zip(*(news + olds), strict=True)
            shown = np.stack([photograph(p, rng) if rng.random() < self.shares.photographed else p for p in pictures])
            yield torch.from_numpy(shown), torch.from_numpy(np.stack(places).reshape(BATCH, -1))


def weights() -> Tensor:
    """Eyes and mouth count most, the jaw's points slide along the jaw and count least."""
    weight = torch.ones(98)
    weight[:33], weight[33:51], weight[60:98], weight[16] = 0.7, 0.8, 1.5, 1.2
    return weight.repeat_interleave(2)


def loss(off: Tensor, weight: Tensor) -> Tensor:
    """Of how far (n, 196) landmarks are off; the mouth's opening, which is a measure of its own, counts once more."""
    points = off.view(-1, 98, 2)
    return (wing(off) * weight).mean() + (points[:, LOWER_LIP] - points[:, UPPER_LIP]).abs().mean()


def train(network: Landmarks, source: Iterator[tuple[Tensor, Tensor]], steps: int, peak: float) -> None:
    weight = weights().to(DEVICE)

    def judged(batch: tuple[Tensor, Tensor]) -> tuple[Tensor, float]:
        pictures, places = batch
        off = answer(network, pictures, 127.5, 1) - places.to(DEVICE)
        error = off.detach().view(BATCH, 98, 2).norm(dim=2).mean().item()
        return loss(off, weight), 100 * error

    fit(network, source, steps, peak, judged, "error {:.2f} %")


def start(network: Landmarks, known: TrainingData) -> None:
    """Begin at the mean face."""
    shapes = [portrait.places[:, :2] for portrait in known.training]
    mean = np.mean([(s - (s.min(0) + s.max(0)) / 2) / (EXTENT * np.ptp(s, axis=0).max()) + 0.5 for s in shapes], axis=0)
    network.answer.bias.data[:] = torch.from_numpy(mean.reshape(-1).astype(np.float32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prepared", "--out"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--renders", "--from"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--settle", action="store_true")
    parser.add_argument("--steps", type=int, default=9900)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    network = Landmarks().to(DEVICE, memory_format=torch.channels_last)
    shares, peak = (MILD, SETTLING_RATE) if arguments.settle else (HARD, PEAK_RATE)
    known = load_training_data(arguments.prepared)
    source = batches(Crops(known, load_renders(arguments.renders), shares, arguments.seed), arguments.processes)
    earlier = vars(arguments)["from"]
    if earlier:
        shown = torch.cat([next(source)[0] for _ in range(8)])
        continue_from(network, earlier, shown.permute(0, 3, 1, 2).float() / 127.5 - 1)
    else:
        start(network, known)
    train(network, source, arguments.steps, peak)
    write_onnx(network, (SIDE_PX, SIDE_PX), "points", arguments.out)


if __name__ == "__main__":
    main()
