"""What is no portrait, or a bad one, gets its reason and never READY.

``python -m benchmarks.studies.not_faces --images DIR``

Every image below DIR (prints, irises, whatever) is scored as a face, and as many pictures made here: textures, noise,
text, drawings, gradients, extreme shapes; and one real portrait (scikit-image's astronaut, public domain) upside down,
twice, cut by the border, in 16 bits, enlarged to 30 megapixels, masked.
"""

import argparse
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from PIL import Image as Pillow

from biocapture.assessment.pipeline import assess
from biocapture.assessment.samples import Source
from biocapture.errors import BiocaptureError
from biocapture.images.walk import walk

Pixels = NDArray[np.generic]


class Bad(NamedTuple):
    """A kind of picture, the picture, and the reasons of which one must be among those given (empty: any)."""

    kind: str
    source: Source
    reasons: frozenset[str] = frozenset()


NO_FACE = frozenset({"face.no_face"})
OBJECTS = (
    "brick",
    "grass",
    "gravel",
    "coins",
    "clock",
    "moon",
    "page",
    "text",
    "cell",
    "coffee",
    "rocket",
    "horse",
    "cat",
)


def pictures(count: int) -> Iterator[Bad]:
    """Made here, the same in every run."""
    rng = np.random.default_rng(11)
    for _ in range(count):
        size = tuple(int(side) for side in rng.integers(40, 700, 2))
        yield Bad("noise", rng.integers(0, 256, (*size, 3)).astype(np.uint8), NO_FACE)
        cells = rng.integers(0, 256, (*rng.integers(2, 9, 2), 3)).astype(np.uint8)
        yield Bad("clouds", cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC), NO_FACE)
        yield Bad("shapes", shapes(rng, size), NO_FACE)
        yield Bad("text", text(rng, size), NO_FACE)
        yield Bad("drawing", drawing(rng, size))
        yield Bad("plain", np.full((*size, 3), rng.integers(0, 256, 3), np.uint8), NO_FACE)


def shapes(rng: np.random.Generator, size: tuple[int, ...]) -> Pixels:
    canvas = np.full((*size, 3), rng.integers(0, 256, 3), np.uint8)
    for _ in range(int(rng.integers(2, 20))):
        centre = tuple(int(v) for v in rng.integers(0, max(size), 2))
        axes = tuple(int(v) for v in rng.integers(3, max(size) // 3, 2))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        cv2.ellipse(canvas, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return canvas


def text(rng: np.random.Generator, size: tuple[int, ...]) -> Pixels:
    canvas = np.full((*size, 3), 245, np.uint8)
    for row in range(20, size[0], 22):
        words = "".join(rng.choice(list("abcdefghij klmnop qrstuv"), 40))
        cv2.putText(canvas, words, (5, row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (20, 20, 20), 1, cv2.LINE_AA)
    return canvas


def drawing(rng: np.random.Generator, size: tuple[int, ...]) -> Pixels:
    """A child's face: a disc with eyes and a mouth."""
    canvas = np.full((*size, 3), rng.integers(120, 256, 3), np.uint8)
    column, row, radius = size[1] // 2, size[0] // 2, min(size) // 3
    skin = tuple(int(v) for v in rng.integers(90, 256, 3))
    cv2.circle(canvas, (column, row), radius, skin, -1, cv2.LINE_AA)
    for side in (-1, 1):
        cv2.circle(canvas, (column + side * radius // 3, row - radius // 4), max(1, radius // 9), (10, 10, 10), -1)
    cv2.ellipse(canvas, (column, row + radius // 4), (radius // 2, radius // 4), 0, 0, 180, (90, 20, 20), 2)
    return canvas


def objects() -> Iterator[Bad]:
    for name in OBJECTS:
        try:
            seen = getattr(skimage.data, name)()
        except (OSError, ModuleNotFoundError, ValueError):  # some are fetched on demand
            continue
        yield Bad(
            "objects",
            (seen * 255).astype(np.uint8) if seen.dtype == bool else seen[..., :3] if seen.ndim == 3 else seen,
        )


def faults() -> Iterator[Bad]:
    """One portrait, in every way that must not pass."""
    whole = skimage.data.astronaut()
    near = cv2.resize(whole[:360, 60:400], None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    head = frozenset({"face.head_upright", "face.no_face"})
    for turn in range(1, 4):
        yield Bad("turned", np.ascontiguousarray(np.rot90(near, turn)), head)
    yield Bad("two faces", np.concatenate([near, near[:, ::-1]], axis=1), frozenset({"face.one_person"}))
    cut = frozenset({"face.whole_head", "face.centre_face", "face.no_face"})
    for part in (near[250:], near[:480], near[:, 420:], near[:, :480]):
        yield Bad("at the border", np.ascontiguousarray(part), cut)
    grey = cv2.cvtColor(near, cv2.COLOR_RGB2GRAY)
    yield Bad("grey", grey, frozenset({"face.colour_picture"}))
    yield Bad("16 bit grey", grey.astype(np.uint16) * 257, frozenset({"face.colour_picture"}))
    yield Bad(
        "tiny",
        cv2.resize(near, (48, 48), interpolation=cv2.INTER_AREA),
        frozenset({"face.come_closer", "face.no_face"}),
    )
    yield Bad("blurred", cv2.GaussianBlur(near, (0, 0), 14), frozenset({"face.hold_still"}))
    yield Bad(
        "dark", (near * 0.04).astype(np.uint8), frozenset({"face.no_face", "face.even_light", "face.poor_quality"})
    )
    masked = near.copy()
    cv2.ellipse(masked, (490, 470), (140, 110), 0, 0, 360, (120, 170, 200), -1)
    yield Bad("masked", masked, frozenset({"face.free_mouth", "face.free_face", "face.no_face"}))
    beside = cv2.resize(whole, (5500, 5500), interpolation=cv2.INTER_LINEAR)[:, :1400]
    yield Bad("huge, at the border", np.ascontiguousarray(beside), cut)
    file = io.BytesIO()
    Pillow.fromarray(near).save(file, "JPEG", quality=4)
    yield Bad("compressed", file.getvalue(), frozenset({"face.less_compression", "face.hold_still"}))
    yield Bad("half a file", file.getvalue()[: len(file.getvalue()) // 2])
    for shape in ((1, 1), (1, 20000), (20000, 3), (7, 5)):
        yield Bad("extreme shape", np.full((*shape, 3), 90, np.uint8), NO_FACE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when a picture is READY, has the wrong reason, or breaks the code."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--images", type=Path, action="append", default=[], metavar="DIR")
    reading.add_argument("--each", type=int, default=30, metavar="N", help="pictures made of each kind")
    given = reading.parse_args(arguments)
    files = (Bad(path.parent.name, path) for path in map(Path, walk(given.images)))
    wrong, seen = [], defaultdict(Counter)
    for bad in (*files, *pictures(given.each), *objects(), *faults()):
        try:
            report = assess(bad.source, "face")
            reasons = [reason.key for reason in report.reasons]
            said = str(report.verdict)
            right = said != "READY" and (not bad.reasons or bool(bad.reasons & set(reasons)))
        except BiocaptureError:
            said, reasons, right = "refused", [], True
        seen[bad.kind][said] += 1
        seen[bad.kind][reasons[0] if reasons else ""] += 1
        if not right:
            wrong.append(
                f"{bad.kind}: {said}, {', '.join(reasons)} ({bad.source if isinstance(bad.source, Path) else ''})"
            )
    total = 0
    for kind, counts in seen.items():
        number = sum(counts[said] for said in ("READY", "RETAKE", "REVIEW", "refused"))
        total += number
        print(f"{kind:18} {number:4}  " + ", ".join(f"{name} {n}" for name, n in counts.most_common(6) if name))
    print(f"{total} pictures, {len(wrong)} wrong", *wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    raise SystemExit(main())
