"""Quality of fingers found in a slap against the same fingers captured alone.

``python -m benchmarks.studies.slap_quality [--prints FOLDER] [--slaps N]``

Slaps are composed of whole captures whose quality alone is known. As a control, each capture is assessed again with a
few rows and columns of its background repeated at the upper left: how far quality depends on where the grid of blocks
begins.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from biocapture.assessment.options import options_of
from biocapture.assessment.pipeline import NamedSource, assess_chunk
from biocapture.images.decode import decode
from biocapture.synthetic.fingerprint.finger import finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.types import FingerGroup, GreyPixels, Image, Modality, PpiSource, Sample

RIGHT = FingerGroup.RIGHT_SLAP.fingers
GAP_PX, MAX_SIDE_PX = 24, 600
DROPS_PX = (160, 0, 110, 420)
"""Of index to little finger below the highest."""

MIN_SIDE_PX, MIN_BACKGROUND, MAX_TRIED = 240, 200, 80
SHIFT_PX = 13
PATTERNS = 12


def synthetic_captures(count: int) -> Iterator[GreyPixels]:
    """Touches of synthetic fingers, wet and dry."""
    grown = [finger(610_000 + k, bend_deg=15.0) for k in range(PATTERNS)]
    random = np.random.default_rng(0)
    for k in range(count):
        effects = Effects(dry=max(0.0, random.normal(0, 0.3)), wet=max(0.0, random.normal(0, 0.2)))
        yield impression(grown[k % PATTERNS], k, effects).pixels


def real_captures(folder: Path) -> Iterator[GreyPixels]:
    """Captures of a bright even background, by chance; each four in a row from one sensor."""
    random = np.random.default_rng(0)
    of_sensor: dict[Path, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".pgm", ".tif", ".png", ".bmp"):
            of_sensor.setdefault(path.parent, []).append(path)
    fours = []
    for files in of_sensor.values():
        usable = (
            pixels for index in random.permutation(len(files))[:MAX_TRIED] if _is_bright(pixels := _read(files[index]))
        )
        fours += list(batched(usable, 4))
    for index in random.permutation(len(fours)):
        if len(fours[index]) == 4:
            yield from fours[index]


def _read(path: Path) -> GreyPixels:
    return decode(path, modality=Modality.FINGERPRINT, ppi=500).pixels


def _is_bright(pixels: GreyPixels) -> bool:
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    fits = min(pixels.shape) >= MIN_SIDE_PX and max(pixels.shape) <= MAX_SIDE_PX
    return bool(fits and np.quantile(rim, 0.02) > MIN_BACKGROUND)


def batched(captures: Iterator[GreyPixels], size: int) -> Iterator[tuple[GreyPixels, ...]]:
    """Captures by ``size``; the last ones may be fewer."""
    while own := tuple(islice(captures, size)):
        yield own


def composed(captures: Sequence[GreyPixels]) -> GreyPixels:
    """Captures side by side on their common background, as fingers of a right hand lie."""
    ground = int(np.median([np.median(pixels[:4]) for pixels in captures]))
    width = sum(pixels.shape[1] + GAP_PX for pixels in captures)
    canvas = np.full((max(DROPS_PX) + MAX_SIDE_PX + 2 * GAP_PX, width), ground, np.uint8)
    left = GAP_PX // 2
    for pixels, drop in zip(captures, DROPS_PX, strict=True):
        canvas[GAP_PX + drop : GAP_PX + drop + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        left += pixels.shape[1] + GAP_PX
    return canvas


def qualities(sample: Sample) -> list[float]:
    """Of the fingers of a slap, or of a capture."""
    reports = assess_chunk([NamedSource(sample, options_of("fingerprint"))])[0]
    return [report.quality for report in reports if report.slap is None]


def sample_of(pixels: GreyPixels, several: bool) -> Sample:
    """A capture at 500 ppi."""
    image = Image(pixels, 500.0, PpiSource.GIVEN)
    return Sample(image, Modality.FINGERPRINT, fingers=RIGHT if several else ())


def main() -> None:
    """Run the study and print shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--slaps", type=int, default=40)
    parser.add_argument("--prints", type=Path, help="folder of real captures at 500 ppi; default: synthetic ones")
    options = parser.parse_args()
    source = real_captures(options.prints) if options.prints else synthetic_captures(4 * options.slaps)
    differences, control, lost = [], [], 0
    for _ in range(options.slaps):
        captures = [each for _, each in zip(range(4), source, strict=False)]
        if len(captures) < 4:
            break
        alone = [qualities(sample_of(each, False))[0] for each in captures]
        together = qualities(sample_of(composed(captures), True))
        if len(together) != 4:
            lost += 1
            continue
        differences += list(np.subtract(together, alone))
        shifted = [np.pad(each, ((SHIFT_PX, 0), (SHIFT_PX, 0)), mode="edge") for each in captures]
        control += [qualities(sample_of(each, False))[0] - own for each, own in zip(shifted, alone, strict=True)]
    for name, values in (("in the slap", differences), ("grid shifted", control)):
        away = np.abs(np.array(values)[np.isfinite(values)])
        within = [f"{100 * (away <= limit).mean():.1f} % within {limit}" for limit in (1, 3, 5, 10)]
        print(f"{name}: {len(away)} fingers, {', '.join(within)}; median of signed {np.nanmedian(values):.2f}")
    print(f"slaps without four fingers: {lost}")


if __name__ == "__main__":
    main()
