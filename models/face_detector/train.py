"""Train the face detector.

usage: python -m models.face_detector.train --prepared FILE --out FILE.onnx [--renders FILE] [--steps N] [--seed N]
       [--from FILE.onnx] [--processes N]

--prepared FILE  written by models.face_data.prepare
--renders FILE   written by models.face_data.render: synthetic heads, half of those shown
--from FILE      go on with a network trained before, at half the learning rate
--steps N        batches of 64 (default 4000; 1500 give a usable detector); 0.16 s a step on one core
--processes N    that make the pictures (default 1), 0.16 s of each a step; many keep a GPU busy

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
from models.face_data.networks import DEVICE, Block, answer, batches, continue_from, fit, worker_number, write_onnx
from models.face_data.nonfaces import Backgrounds
from models.face_data.prepare import TrainingData, load_training_data
from models.face_detector.scenes import SIDE_PX, Crowd, Head, heads, load_renders, scene
from torch import Tensor, nn
from torch.utils.data import IterableDataset

BATCH, NEW, PEAK_RATE, REMEMBERED = 64, 16, 2e-3, 8000


class Detector(nn.Module):
    """(n, 3, 128, 128) RGB of 0..1 to (n, 5, 16, 16): logit of a face's centre, offset to it, vector eyes to chin."""

    def __init__(self) -> None:
        super().__init__()
        self.fine = nn.Sequential(Block(3, 16, 2), Block(16, 32, 2), Block(32, 32), Block(32, 56, 2), Block(56, 56))
        self.middle = nn.Sequential(Block(56, 72, 2), Block(72, 72))
        self.coarse = nn.Sequential(Block(72, 88, 2), Block(88, 88))
        self.up_coarse, self.join_middle = nn.Conv2d(88, 72, 1), Block(72, 72)
        self.up_middle, self.join_fine = nn.Conv2d(72, 56, 1), Block(56, 56)
        self.head = nn.Conv2d(56, 5, 1)
        nn.init.zeros_(self.head.bias)
        self.head.bias.data[0] = -3

    def forward(self, picture: Tensor) -> Tensor:
        fine = self.fine(picture * 2 - 1)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        middle = self.join_middle(middle + nn.functional.interpolate(self.up_coarse(coarse), scale_factor=2.0))
        fine = self.join_fine(fine + nn.functional.interpolate(self.up_middle(middle), scale_factor=2.0))
        return self.head(fine)


class Scenes(IterableDataset[tuple[Tensor, Tensor, Tensor]]):
    """Endless batches of pictures, targets and weights.

    Most of each batch was seen before, under other conditions: scenes cost more than light.
    """

    def __init__(self, known: TrainingData, renders: list[Head], seed: int) -> None:
        self.known, self.renders, self.seed = known, renders, seed

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        rng = np.random.default_rng((self.seed, worker_number()))
        cv2.setNumThreads(1)
        backgrounds = Backgrounds(self.known.nonfaces, self.known.training, SIDE_PX)
        crowd = Crowd(heads(self.known.training, rng), self.renders)
        kept = [scene(crowd, backgrounds, rng) for _ in range(BATCH)]
        while True:
            fresh = [scene(crowd, backgrounds, rng) for _ in range(NEW)]
            seen = [kept[n] for n in rng.choice(len(kept), BATCH - NEW, replace=False)]
            kept = kept[-REMEMBERED:] + fresh
            pictures, targets, weights = zip(*(fresh + seen), strict=True)
            shown = np.stack([photograph(picture, rng) for picture in pictures])
            yield tuple(torch.from_numpy(array) for array in (shown, np.stack(targets), np.stack(weights)))


def loss(said: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Focal loss of the centres (Zhou et al. 2019, Objects as points), distance of offsets and vectors."""
    logit, near = said[:, 0], target[:, 0]
    chance, centre = torch.sigmoid(logit), (near == 1).float()
    hit = centre * (1 - chance).pow(2) * nn.functional.softplus(-logit)
    alarm = (1 - centre) * (1 - near).pow(4) * chance.pow(2) * nn.functional.softplus(logit)
    centres = (hit + alarm).sum((1, 2)).mean()
    places = ((said[:, 1:] - target[:, 1:]).abs() * weight[:, None]).sum((1, 2, 3)).mean()
    return centres + places


def train(network: Detector, source: Iterator[tuple[Tensor, Tensor, Tensor]], steps: int, peak: float) -> None:
    def judged(batch: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, float]:
        pictures, targets, weights = batch
        value = loss(answer(network, pictures, 255, 0), targets.to(DEVICE), weights.to(DEVICE))
        return value, value.item()

    fit(network, source, steps, peak, judged, "loss {:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--prepared", "--out"):
        parser.add_argument(name, type=Path, required=True)
    for name in ("--renders", "--from"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    network = Detector().to(DEVICE, memory_format=torch.channels_last)
    scenes = Scenes(load_training_data(arguments.prepared), load_renders(arguments.renders), arguments.seed)
    source, earlier = batches(scenes, arguments.processes), vars(arguments)["from"]
    if earlier:
        shown = torch.cat([next(source)[0] for _ in range(8)])
        continue_from(network, earlier, shown.permute(0, 3, 1, 2).float() / 255)
    train(network, source, arguments.steps, PEAK_RATE / 2 if earlier else PEAK_RATE)
    write_onnx(network, (SIDE_PX, SIDE_PX), "map", arguments.out)


if __name__ == "__main__":
    main()
