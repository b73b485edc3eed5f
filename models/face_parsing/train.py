"""Train the network that tells person from background, and finds what covers the face.

usage: python -m models.face_parsing.train --portraits FILE.npz [--minutes 12] [--write]

--portraits FILE.npz   made by portraits.py: aligned portraits, who is in them, where the picture ends
--minutes N            of training; the rate falls to nothing towards the end
--write                also write the .onnx and its card; without it, only the figures of the people held out

Backgrounds are exchanged; scarves, hats, masks, hands, hair, glasses and other things are drawn onto the faces
(models/face_data/covers.py), which gives their exact place. What real people of the portraits wear is not
labelled: the portraits of Congress say nothing where no glasses were drawn.
"""

import argparse
import itertools
import json
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from models.cards import PORTRAITS, write_model
from models.face_data import conditions, covers
from models.face_data.networks import Block
from models.face_data.portraits import is_held_out
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from biocapture.face.features.parsing import PARSING_WINDOW, PARSING_WINDOW_PX

FOLDER = Path(__file__).parent
SIDE_PX, KEPT_PX = 100, 200
BATCH = 24
OCCLUDERS: tuple[tuple[float, covers.Cover], ...] = (
    (0.12, covers.hair),
    (0.16, covers.mask),
    (0.12, covers.scarf),
    (0.12, covers.hat),
    (0.16, covers.hand),
    (0.2, covers.thing),
)
CHANNELS = ("person", "cover", "glasses")

Bytes = NDArray[np.uint8]


class Portraits(NamedTuple):
    """Aligned portraits of one split."""

    pixels: Bytes
    person: Bytes
    beyond: Bytes
    places: NDArray[np.float32]
    names: NDArray[np.str_]

    def split(self, held_out: bool) -> "Portraits":
        chosen = np.array([is_held_out(str(name)) == held_out for name in self.names])
        return Portraits(*(part[chosen] for part in self))


class Example(NamedTuple):
    """Picture, (3, side, side) truth of each channel and how much it counts."""

    pixels: Bytes
    truth: NDArray[np.float32]
    weight: NDArray[np.float32]


def read(path: Path) -> Portraits:
    table = np.load(path)
    corner = PARSING_WINDOW[1].start, PARSING_WINDOW[0].start
    places = (table["places"] - np.array(corner)) * (KEPT_PX / PARSING_WINDOW_PX)
    return Portraits(table["pixels"], table["person"], table["beyond"], places.astype(np.float32), table["names"])


def backdrop(rng: np.random.Generator, pool: Portraits) -> Bytes:
    """Plain, shaded, patterned, or what another portrait shows, blurred or not."""
    kind = rng.random()
    if kind < 0.35:
        return np.full((KEPT_PX, KEPT_PX, 3), covers.colour(rng), np.uint8)
    if kind < 0.6:
        cells = tuple(int(side) for side in rng.integers(2, 12, 2))
        coarse = rng.integers(0, 256, (*cells, 3)).astype(np.uint8)
        method = int(rng.choice([cv2.INTER_CUBIC, cv2.INTER_NEAREST]))
        smooth = cv2.resize(coarse, (KEPT_PX, KEPT_PX), interpolation=method)
        return cv2.addWeighted(smooth, 0.5, np.full_like(smooth, covers.colour(rng)), 0.5, 0)
    if kind < 0.75:
        return covers.cloth((KEPT_PX, KEPT_PX), rng)
    other = pool.pixels[rng.integers(len(pool.pixels))]
    turned = np.rot90(other, int(rng.integers(1, 4)))
    size = int(rng.integers(40, KEPT_PX))
    top, left = rng.integers(0, KEPT_PX - size + 1, 2)
    part = cv2.resize(np.ascontiguousarray(turned[top : top + size, left : left + size]), (KEPT_PX, KEPT_PX))
    return cv2.GaussianBlur(part, (0, 0), float(rng.uniform(0.5, 9.0)))


def difference(before: Bytes, after: Bytes, least: int) -> NDArray[np.bool_]:
    red, green, blue = cv2.split(cv2.absdiff(before, after))
    return cv2.max(cv2.max(red, green), blue) > least


def example(pool: Portraits, rng: np.random.Generator) -> Example:
    """One portrait with other surroundings, things before the face, and other conditions."""
    i = int(rng.integers(len(pool.pixels)))
    pixels, places = pool.pixels[i].copy(), pool.places[i]
    person = pool.person[i].astype(np.float32) / 255
    known = pool.beyond[i] == 0
    if rng.random() < 0.75:
        mixed = backdrop(rng, pool) * (1 - person[..., None]) + pixels * person[..., None]
        pixels = mixed.astype(np.uint8)
        known[:] = True
    cover, spectacles = np.zeros((2, KEPT_PX, KEPT_PX), bool)
    if rng.random() < 0.3:
        covers.beard(pixels, places, rng)
    if rng.random() < 0.3:
        before = pixels.copy()
        covers.glasses(pixels, places, rng)
        spectacles |= difference(before, pixels, 10)
        cover |= difference(before, pixels, 70)
    for probability, draw in OCCLUDERS:
        if rng.random() < probability:
            before = pixels.copy()
            draw(pixels, places, rng)
            cover |= difference(before, pixels, 14)
            spectacles &= ~cover
    truth = np.stack([np.maximum(person, cover), cover, spectacles]).astype(np.float32)
    truth[1] = cv2.morphologyEx(truth[1], cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    weight = np.stack([known, face_of(places), spectacles_known(pool.names[i], bool(spectacles.any()))])
    return _place(pixels, truth, weight.astype(np.float32), rng)


def face_of(places: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Inside of the landmarks, a little widened."""
    mask = np.zeros((KEPT_PX, KEPT_PX), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(places.astype(np.int32)), 1)
    return cv2.dilate(mask, np.ones((9, 9), np.uint8)) > 0


def spectacles_known(name: str, drawn: bool) -> NDArray[np.bool_]:
    """Nobody of the London set wears glasses; of Congress it is not known."""
    return np.full((KEPT_PX, KEPT_PX), drawn or "front" in str(name))


def _place(pixels: Bytes, truth: NDArray[np.float32], weight: NDArray[np.float32], rng: np.random.Generator) -> Example:
    """Moved a little, mirrored or not, as landmarks err, and cut where the picture ends."""
    middle = KEPT_PX / 2
    matrix = cv2.getRotationMatrix2D((middle, middle), rng.normal(0, 3), 0.5 * np.exp(rng.normal(0, 0.06)))
    matrix[:, 2] += rng.normal(0, 2.5, 2) - KEPT_PX / 4
    if rng.random() < 0.5:
        matrix[0] = -matrix[0]
        matrix[0, 2] += SIDE_PX - 1
    size = (SIDE_PX, SIDE_PX)
    small = cv2.warpAffine(cv2.blur(pixels, (2, 2)), matrix, size)
    truth, weight = (np.stack([cv2.warpAffine(layer, matrix, size) for layer in stack]) for stack in (truth, weight))
    small = conditions.photograph(small, rng)
    if rng.random() < 0.3:
        edge = int(rng.integers(3, 30))
        cut = [np.s_[:edge], np.s_[:, :edge], np.s_[:, -edge:]][int(rng.integers(3))]
        small[cut] = 0
        weight[(slice(None), *(cut if isinstance(cut, tuple) else (cut,)))] = 0
    return Example(small, truth, weight)


class Parser(nn.Module):
    """A small U: halves the picture four times and comes back to half its size; the last step is by pixel shuffle."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Block(3, 16, 2)
        widths = (16, 24, 40, 56)
        self.down = nn.ModuleList(
            nn.Sequential(Block(one, two, 2), Block(two, two)) for one, two in itertools.pairwise(widths)
        )
        self.deep = nn.Sequential(Block(56, 56), Block(56, 56))
        self.side = nn.ModuleList(nn.Conv2d(two, one, 1) for one, two in itertools.pairwise(widths))
        self.up = nn.ModuleList(Block(one, one) for one in widths[:-1])
        self.head = nn.Sequential(nn.Conv2d(16, 4 * len(CHANNELS), 1), nn.PixelShuffle(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        levels = [self.stem(x)]
        for down in self.down:
            levels.append(down(levels[-1]))
        y = self.deep(levels.pop())
        for level, side, up in zip(levels[::-1], list(self.side)[::-1], list(self.up)[::-1], strict=True):
            y = up(level + functional.interpolate(side(y), size=level.shape[2:], mode="nearest"))
        return self.head(y)


def tensors(examples: list[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    pixels = np.stack([one.pixels for one in examples]).transpose(0, 3, 1, 2).astype(np.float32) / 255
    truth, weight = (np.stack([getattr(one, name) for one in examples]) for name in ("truth", "weight"))
    return torch.from_numpy(pixels), torch.from_numpy(truth), torch.from_numpy(weight)


def train(pool: Portraits, minutes: float) -> Parser:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rng = np.random.default_rng(1)
    network = Parser().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3, weight_decay=1e-4)
    start, step, shares = time.time(), 0, torch.tensor((1.0, 1.0, 0.7))[:, None, None]
    while (done := (time.time() - start) / (60 * minutes)) < 1:
        optimiser.param_groups[0]["lr"] = 3e-3 * min(1, (step + 1) / 100) * (0.5 * (1 + np.cos(np.pi * done)) + 0.003)
        pixels, truth, weight = tensors([example(pool, rng) for _ in range(BATCH)])
        answer = network(pixels.contiguous(memory_format=torch.channels_last))
        losses = functional.binary_cross_entropy_with_logits(answer, truth, reduction="none") * weight * shares
        loss = losses.sum() / weight.sum()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step % 100 == 0:
            print(f"{step} {time.time() - start:.0f} s loss {loss.item():.4f}", flush=True)
    return network.to(memory_format=torch.contiguous_format).eval()


def judge(network: Parser, pool: Portraits, count: int = 600) -> dict[str, float]:
    """Intersection over union of each channel on examples of people held out, and on their untouched portraits."""
    rng = np.random.default_rng(2)
    pixels, truth, weight = tensors([example(pool, rng) for _ in range(count)])
    with torch.no_grad():
        answer = network(pixels) > 0
    found, wanted, known = answer.numpy(), truth.numpy() > 0.5, weight.numpy() > 0.5
    figures = {name: _iou(found[:, i], wanted[:, i], known[:, i]) for i, name in enumerate(CHANNELS)}
    shape = (SIDE_PX, SIDE_PX)
    plain = np.stack([cv2.resize(x, shape, interpolation=cv2.INTER_AREA) for x in pool.pixels])
    with torch.no_grad():
        answer = network(torch.from_numpy(plain.transpose(0, 3, 1, 2).astype(np.float32) / 255)) > 0
    person = np.stack([cv2.resize(x, shape, interpolation=cv2.INTER_AREA) for x in pool.person]) > 127
    known = np.stack([cv2.resize(x, shape, interpolation=cv2.INTER_NEAREST) for x in pool.beyond]) == 0
    figures["person_untouched"] = _iou(answer.numpy()[:, 0], person, known)
    figures["background_untouched"] = _iou(~answer.numpy()[:, 0], ~person, known)
    return {f"held_out_iou_{name}": round(value, 4) for name, value in figures.items()}


def _iou(found: NDArray[np.bool_], wanted: NDArray[np.bool_], known: NDArray[np.bool_]) -> float:
    return float((found & wanted & known).sum() / max(((found | wanted) & known).sum(), 1))


def write_network(network: Parser, metrics: dict[str, float]) -> None:
    path, given = FOLDER / "face_parsing.onnx", torch.zeros(1, 3, SIDE_PX, SIDE_PX)
    torch.onnx.export(
        network, given, path, input_names=["pixels"], output_names=["logits"], opset_version=17, dynamo=False
    )
    data = f"{PORTRAITS}; person labelled by it, too; covers, glasses and backgrounds drawn"
    write_model(path.read_bytes(), FOLDER, "person, cover of the face and glasses in the aligned frame", data, metrics)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portraits", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=12.0)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    everyone = read(arguments.portraits)
    network = train(everyone.split(held_out=False), arguments.minutes)
    metrics = judge(network, everyone.split(held_out=True))
    print(json.dumps(metrics, indent=2))
    if arguments.write:
        write_network(network, metrics)


if __name__ == "__main__":
    main()
