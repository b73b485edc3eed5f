"""Train the network that says why an eye cannot be outlined, or that there is none.

usage: python -m models.iris_reasons.train FILE.npz ... --out FILE.onnx [--steps N] [--seed N] [--from FILE.pt]
       [--without CAMERA ...]

FILE.npz           written by models.iris_reasons.pictures
--without CAMERA   its eyes are left out, to judge by one that was never seen
--steps N          batches of 32 (default 4000)
--from FILE.pt     weights to begin with; they are written beside --out

One thread. Only the half of the persons that does not judge is used. Of a batch, 0.4 are eyes of cameras, each
camera as often as any other; a third shows no eye, the rest is synthetic.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from models.face_data.networks import Block, fit, write_onnx
from torch import Tensor, nn

from biocapture.iris.failure_reason import HIGH, REASONS, WIDE, canvas

BATCH, PEAK_RATE = 32, 2e-3
EMPTY, SYNTHETIC = 0.36, 0.24

Batch = tuple[Tensor, Tensor]
Table = dict[str, np.ndarray]


class Reasons(nn.Module):
    """(n, 3, HIGH, WIDE) to (n, kinds) logits."""

    def __init__(self, widths: tuple[int, ...] = (8, 16, 32, 48)) -> None:
        super().__init__()
        first, second, third, fourth = widths
        self.layers = nn.Sequential(
            Block(3, first, 2),
            Block(first, second, 2),
            Block(second, second),
            Block(second, third, 2),
            Block(third, third),
            Block(third, fourth, 2),
            Block(fourth, fourth),
            Block(fourth, fourth),
        )
        self.answer = nn.Linear(2 * fourth, len(REASONS))

    def forward(self, picture: Tensor) -> Tensor:
        seen = self.layers(picture)
        said: Tensor = self.answer(torch.cat([seen.mean((2, 3)), seen.amax((2, 3))], dim=1))
        return said


def read(paths: Sequence[Path], without: Sequence[str]) -> Table:
    """All pictures of the fitting half."""
    tables = [np.load(path) for path in paths]
    every = {name: np.concatenate([table[name] for table in tables]) for name in tables[0].files}
    chosen = ~every["judged"] & ~np.isin(every["camera"], without)
    return {name: column[chosen] for name, column in every.items()}


def shown(table: Table, number: int, random: np.random.Generator) -> np.ndarray:
    """One input of the network: perhaps mirrored, smaller, of another tone curve."""
    height, width = table["size"][number]
    grey, detail = table["grey"][number, :height, :width], table["detail"][number, :height, :width].astype(np.float32)
    if random.random() < 0.5:
        grey, detail = grey[:, ::-1], detail[:, ::-1]
    if random.random() < 0.5:
        size = max(8, int(width * random.uniform(0.8, 1))), max(8, int(height * random.uniform(0.8, 1)))
        grey, detail = (
            cv2.resize(np.ascontiguousarray(one), size, interpolation=cv2.INTER_AREA) for one in (grey, detail)
        )
    values = np.linspace(0, 1, 256) ** np.exp(random.normal(0, 0.2))
    tone = np.clip(255 * values * np.exp(random.normal(0, 0.12)) + random.normal(0, 3), 0, 255)
    seen = canvas(cv2.LUT(np.ascontiguousarray(grey), np.rint(tone).astype(np.uint8)), detail)
    seen[2, :height, :width] += random.normal(0, 0.12)
    if random.random() < 0.3:
        seen[:2] += random.normal(0, random.uniform(0, 0.1), seen[:2].shape)
    return seen


def batches(table: Table, seed: int) -> Iterator[Batch]:
    """Endless: a camera at random, then a kind, then a picture."""
    random = np.random.default_rng(seed)
    pools: defaultdict[str, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    sorts = sorted(set(table["camera"].tolist()))
    for number, (camera, kind) in enumerate(zip(table["camera"], table["kind"], strict=True)):
        empty = kind == 0
        pools["none" if empty else str(camera)][sorts.index(str(camera)) if empty else int(kind)].append(number)
    cameras = [name for name in pools if name not in ("none", "synthetic")]
    share = {name: (1 - EMPTY - SYNTHETIC) / len(cameras) for name in cameras} | {"none": EMPTY, "synthetic": SYNTHETIC}
    names, weights = list(share), list(share.values())
    while True:
        chosen = []
        for pick in random.choice(len(names), BATCH, p=weights):
            kinds = list(pools[names[pick]].values())
            pool = kinds[random.integers(len(kinds))]
            chosen.append(pool[random.integers(len(pool))])
        seen = np.stack([shown(table, number, random) for number in chosen])
        yield torch.from_numpy(seen), torch.from_numpy(table["kind"][chosen])


def judged(network: nn.Module, batch: Batch) -> tuple[Tensor, float]:
    """Loss, and the share of wrong answers."""
    pictures, kind = batch
    said = network(pictures.contiguous(memory_format=torch.channels_last))
    wrong = float((said.argmax(1) != kind).float().mean())
    return nn.functional.cross_entropy(said, kind, label_smoothing=0.03), 100 * wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tables", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="begin", type=Path)
    parser.add_argument("--without", nargs="*", default=[])
    given = parser.parse_args()
    cv2.setNumThreads(1)
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    network = Reasons().to(memory_format=torch.channels_last)
    if given.begin:
        network.load_state_dict(torch.load(given.begin))
    source = batches(read(given.tables, given.without), given.seed)
    fit(network, source, given.steps, PEAK_RATE, lambda batch: judged(network, batch), "wrong {:.1f} %")
    torch.save(network.state_dict(), given.out.with_suffix(".pt"))
    write_onnx(network, (HIGH, WIDE), "kinds", given.out)


if __name__ == "__main__":
    main()
