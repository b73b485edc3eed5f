"""What is no eye, or a bad one, has its reason and is never READY.

``python -m benchmarks.studies.not_eyes --images DIR``

Every picture below DIR (prints, objects, whatever) is scored as an iris, and pictures made here: synthetic prints,
noise, clouds, shapes, gradients, one tone, text, colour photographs and a portrait of scikit-image, tiny and huge ones;
and synthetic eyes turned by 90°, closed, absent, cut by half, two in one picture, in colour.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

from benchmarks.studies.not_faces import shapes, text
from biocapture.assessment.pipeline import assess
from biocapture.assessment.samples import Source
from biocapture.errors import BiocaptureError
from biocapture.images.walk import walk
from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import everyday_conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import impression

Pixels = NDArray[np.generic]


class Bad(NamedTuple):
    """A kind of picture, and the picture."""

    kind: str
    source: Source


def made(count: int) -> Iterator[Bad]:
    """Without an eye, the same in every run."""
    rng = np.random.default_rng(13)
    for number in range(count):
        size = tuple(int(side) for side in rng.integers(80, 640, 2))
        yield Bad("noise", rng.integers(0, 256, size).astype(np.uint8))
        cells = rng.integers(0, 256, rng.integers(2, 9, 2)).astype(np.uint8)
        yield Bad("clouds", cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC))
        yield Bad("shapes", cv2.cvtColor(shapes(rng, size), cv2.COLOR_RGB2GRAY))
        yield Bad("text", cv2.cvtColor(text(rng, size), cv2.COLOR_RGB2GRAY))
        yield Bad("one tone", np.full(size, rng.integers(0, 256), np.uint8))
        yield Bad("gradient", np.linspace(0, 255, size[1], dtype=np.uint8)[None].repeat(size[0], axis=0))
        if number % 5 == 0:
            yield Bad("synthetic print", impression(finger(number)).pixels)


def objects() -> Iterator[Bad]:
    """Photographs of scikit-image: grey, and colour as it is."""
    for name in ("astronaut", "coffee", "rocket", "cat", "camera", "coins", "moon", "page", "brick", "grass", "gravel"):
        try:
            seen: Any = getattr(skimage.data, name)()
        except (OSError, ModuleNotFoundError, ValueError):  # some are fetched on demand
            continue
        yield Bad("photograph", seen)
        if seen.ndim == 3:
            yield Bad("grey photograph", cv2.cvtColor(seen[..., :3], cv2.COLOR_RGB2GRAY))


def faults(count: int) -> Iterator[Bad]:
    """Synthetic eyes as they must not pass."""
    for number in range(count):
        usual = everyday_conditions(900 + number)
        pixels = capture(eye(900 + number), usual, number).pixels
        yield Bad("turned by 90°", np.ascontiguousarray(np.rot90(pixels)))
        yield Bad("two eyes", np.concatenate([pixels, pixels[:, ::-1]], axis=1))
        yield Bad("half an eye", np.ascontiguousarray(pixels[:, 320:]))
        tinted = cv2.applyColorMap(pixels, cv2.COLORMAP_JET)
        yield Bad("in colours", tinted)
        yield Bad("tiny", cv2.resize(pixels, (60, 45), interpolation=cv2.INTER_AREA))
        skin = cv2.GaussianBlur(pixels[:120], (0, 0), 3)
        yield Bad("brow and skin", cv2.resize(skin, (640, 480), interpolation=cv2.INTER_CUBIC))
    yield Bad("huge", cv2.resize(pixels, (6400, 4800), interpolation=cv2.INTER_CUBIC))
    for shape in ((1, 1), (1, 5000), (5000, 3)):
        yield Bad("extreme shape", np.full(shape, 90, np.uint8))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 when a picture is READY or breaks the code."""
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--images", type=Path, action="append", default=[], metavar="DIR")
    reading.add_argument("--each", type=int, default=30, metavar="N", help="pictures made of each kind")
    given = reading.parse_args(arguments)
    files = (Bad(path.parent.name, path) for path in map(Path, walk(given.images)))
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    highest: defaultdict[str, float] = defaultdict(float)
    for bad in (*files, *made(given.each), *objects(), *faults(given.each)):
        try:
            report = assess(bad.source, "iris")
            said, reasons = str(report.verdict), [reason.key for reason in report.reasons]
            highest[bad.kind] = max(highest[bad.kind], float(np.nan_to_num(report.quality or 0.0)))
        except BiocaptureError:
            said, reasons = "refused", []
        seen[bad.kind][said] += 1
        seen[bad.kind][reasons[0] if reasons else ""] += 1
    verdicts = ("READY", "RETAKE", "REVIEW", "refused")
    for kind, counts in seen.items():
        number = sum(counts[said] for said in verdicts)
        named = ", ".join(f"{name} {n}" for name, n in counts.most_common(6) if name)
        print(f"{kind:18} {number:4}  highest {highest[kind]:3.0f}  {named}")
    ready = sum(counts["READY"] for counts in seen.values())
    print(f"{sum(counts[said] for counts in seen.values() for said in verdicts)} pictures, {ready} READY")
    return int(ready > 0)


if __name__ == "__main__":
    raise SystemExit(main())
