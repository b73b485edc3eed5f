"""How well fingers of slaps are found: synthetic slaps of many conditions, and slaps composed of real prints.

``python -m benchmarks.studies.slaps [--count N] [--first SEED] [--prints FOLDER]``
"""

import argparse
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from biocapture.fingerprint.features.ridge_field import ridge_field
from biocapture.fingerprint.slap.hand import GROUPS
from biocapture.fingerprint.slap.segment import Fingertip, Slap, segment
from biocapture.images.decode import decode
from biocapture.synthetic.hand.box import overlap
from biocapture.synthetic.hand.scene import Scene
from biocapture.synthetic.hand.slap import Conditions, TrueFinger, ridge_pool, slap
from biocapture.types import Field, FingerGroup, Image, Modality, Position

UNKNOWN = Position.UNKNOWN

BOX_FAULTS = {"finger missed", "overlap below 0.7", "angle off by more than 10°", "false finger"}

MIN_OVERLAP, MAX_TURN_DEG = 0.7, 10.0
MIN_PRINT_SIDE_PX, MIN_PRINT_CELLS, PRINTS = 240, 500, 80
"""Side of its picture and cells of 8 × 8 px with ridges that a print must have, and how many prints are used."""

MIN_COVER = 0.97
"""Share of the part of a print that is used which must show ridges."""

MIN_VISIBLE = 0.6
"""Share of a fingertip inside the picture from which it is to be found."""


def conditions(seed: int) -> Conditions:
    """What one slap of the study is like: every condition by chance."""
    random = np.random.default_rng([seed, 0x57])
    group = tuple(FingerGroup)[random.choice(3, p=(0.42, 0.42, 0.16))]
    fingers = list(GROUPS[group])
    absent = (
        int(random.choice(4, p=(0.6, 0.2, 0.12, 0.08)))
        if group is not FingerGroup.THUMBS
        else int(random.random() < 0.15)
    )
    missing = tuple(random.choice(np.array(fingers), absent, replace=False))
    card = random.random() < 0.2
    scene = Scene(
        card=card,
        lines=int(random.integers(0, 6)) if card else 0,
        text=int(random.integers(0, 4)) if card else 0,
        halo=float(random.random() < 0.15) * random.uniform(0.3, 1.0),
        latent=float(random.random() < 0.15) * random.uniform(0.3, 1.0),
        inverted=random.random() < 0.08,
    )
    return Conditions(
        group,
        tuple(Position(each) for each in missing),
        tilt_deg=random.uniform(-45, 45),
        spread=random.uniform(-1.6, 1.0),
        seconds=float(random.choice((0.0, 0.5, 1.0))),
        cut_mm=random.uniform(2, 9) if random.random() < 0.12 else 0.0,
        pressure=(-0.7, 0.7) if random.random() < 0.5 else (-0.2, 0.2),
        palm=random.random() < 0.1,
        scene=scene,
        ppi=1000 if random.random() < 0.05 else 500,
    )


def matches(truth: Sequence[TrueFinger], found: Sequence[Fingertip], shape: tuple[int, ...]) -> dict[int, int]:
    """Index of a true finger → index of the found one that overlaps it most."""
    pairs = sorted(
        ((overlap(t.box, f.box, shape), i, j) for i, t in enumerate(truth) for j, f in enumerate(found)), reverse=True
    )
    taken: dict[int, int] = {}
    for share, i, j in pairs:
        if share >= 0.3 and i not in taken and j not in taken.values():
            taken[i] = j
    return taken


def faults(
    truth: Sequence[TrueFinger], blind: Slap, told: Slap, group: FingerGroup, shape: tuple[int, ...]
) -> set[str]:
    """What is wrong with one slap; empty where all is right."""
    wrong = _box_faults(truth, told.fingers, shape)
    named = _names(truth, told.fingers, shape)
    wrong |= {"position wrong (group told)"} if any(given not in (true, UNKNOWN) for true, given in named) else set()
    wrong |= {"position not told (group told)"} if any(given is UNKNOWN for _, given in named) else set()
    own = _names(truth, blind.fingers, shape)
    wrong |= {"position wrong (nothing told)"} if any(given not in (true, UNKNOWN) for true, given in own) else set()
    if blind.hand.group and blind.hand.group != group:
        wrong.add("hand wrong (nothing told)")
    if not blind.hand.group and len(truth) > 1:
        wrong.add(f"hand not told, {len(truth)} fingers")
    return wrong


def _names(
    truth: Sequence[TrueFinger], found: Sequence[Fingertip], shape: tuple[int, ...]
) -> list[tuple[Position, Position]]:
    """True and found position of each finger that was found."""
    return [(truth[i].position, found[j].position) for i, j in matches(truth, found, shape).items()]


def _box_faults(truth: Sequence[TrueFinger], found: Sequence[Fingertip], shape: tuple[int, ...]) -> set[str]:
    """Faults of the boxes and of their number."""
    pairs = matches(truth, found, shape)
    due = [i for i, each in enumerate(truth) if each.visible >= MIN_VISIBLE]
    boxes = [(truth[i].box, found[pairs[i]].box) for i in due if i in pairs]
    is_so = {
        "finger missed": len(boxes) < len(due),
        "overlap below 0.7": any(overlap(true, own, shape) < MIN_OVERLAP for true, own in boxes),
        "angle off by more than 10°": any(abs(true.angle_deg - own.angle_deg) > MAX_TURN_DEG for true, own in boxes),
        "false finger": len(found) > len(pairs),
        "count wrong": len(found) != len(truth) and len(due) == len(truth),
    }
    return {fault for fault, here in is_so.items() if here}


def print_pool(folder: Path, size: int) -> tuple[Field, ...]:
    """Ridges of real prints to press instead of synthetic ones: one of each finger, cut to where its ridges are."""
    random = np.random.default_rng(0)
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".pgm", ".tif", ".png", ".bmp")]
    pool: list[Field] = []
    for index in random.permutation(len(files)):
        pixels = decode(files[index], modality=Modality.FINGERPRINT, ppi=500).pixels
        if min(pixels.shape) < MIN_PRINT_SIDE_PX:
            continue
        ridges = ridge_field(pixels).foreground
        rows, columns = np.nonzero(ridges)
        if len(rows) < MIN_PRINT_CELLS:
            continue
        (top, low), (left, right) = (np.quantile(side, (0.08, 0.92)) * 8 for side in (rows, columns))
        if ridges[int(top) // 8 : int(low) // 8, int(left) // 8 : int(right) // 8].mean() < MIN_COVER:
            continue
        grey = pixels[int(top) : int(low), int(left) : int(right)].astype(np.float32)
        local = grey - cv2.GaussianBlur(grey, (0, 0), 12)
        deviation = np.sqrt(cv2.GaussianBlur(local * local, (0, 0), 20)) + 8
        pool.append(np.clip(local / (1.3 * deviation), -1, 1).astype(np.float32))
        if len(pool) == size:
            break
    return tuple(pool)


def study(first: int, count: int, pool: Sequence[Field] | None, save: Path | None) -> Counter[str]:
    """Faults over ``count`` slaps, each counted once per slap."""
    tally: Counter[str] = Counter()
    times = []
    for seed in range(first, first + count):
        wanted = conditions(seed)
        made = slap(seed, wanted, pool)
        image = Image(made.pixels, float(made.ppi))
        start = time.perf_counter()
        blind = segment(image)
        times.append(1000 * (time.perf_counter() - start))
        told = segment(image, GROUPS[wanted.group])
        wrong = faults(made.fingers, blind, told, wanted.group, made.pixels.shape)
        tally.update(wrong)
        tally["any fault of a box"] += bool(wrong & BOX_FAULTS)
        if save and wrong & BOX_FAULTS:
            _draw(made.pixels, made.fingers, told, save / f"{seed}.jpg")
            print(seed, sorted(wrong), wanted)
    print(f"median time {np.median(times):.1f} ms")
    return tally


def _draw(pixels: np.ndarray, truth: Sequence[TrueFinger], found: Slap, path: Path) -> None:
    picture = cv2.cvtColor(pixels, cv2.COLOR_GRAY2BGR)
    for box, colour in [(t.box, (0, 160, 0)) for t in truth] + [(f.box, (0, 0, 255)) for f in found.fingers]:
        cv2.polylines(picture, [np.rint(box.corners[:, ::-1]).astype(np.int32)], True, colour, 6)
    cv2.imwrite(str(path), cv2.resize(picture, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA))


def main() -> None:
    """Run the study and print how many slaps have each fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=500_000, help="seed of the first slap")
    parser.add_argument("--prints", type=Path, help="folder of real prints at 500 ppi to compose slaps of")
    parser.add_argument("--save", type=Path, help="folder for pictures of faults")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    pool = print_pool(options.prints, PRINTS) if options.prints else ridge_pool(options.first)
    tally = study(options.first, options.count, pool, options.save)
    for fault, number in sorted(tally.items()):
        print(f"{fault:40s} {number:5d} of {options.count} slaps, {100 * number / options.count:.2f} %")


if __name__ == "__main__":
    main()
