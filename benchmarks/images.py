"""The images that are timed: sample prints, a print that fills its frame, and what the user gives."""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from biocapture.decode import decode
from biocapture.folder import walk
from biocapture.types import Image, Modality, Sample

SAMPLE_DATA = Path(__file__).parents[1] / "sample_data"
ONE_FINGER = "fingerprint/person01/right_index_*.png"
"""Four touches: pristine, everyday, one mild fault, the same fault severe."""

FULL_FRAME = (560, 416)
MARGIN_PX = 220, 192
"""Cut off all around a touch of 1000 × 800, so that ridges fill the frame: the most work an image of its size gives."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the cases of one run share.

    Attributes
    ----------
    folder : Path
        An empty folder to work in.
    given : Path or None
        Folder of the user's own prints.
    files : int
        Files of the folder run.
    gallery : int
        Templates of the gallery that is searched.
    """

    folder: Path
    given: Path | None = None
    files: int = 200
    gallery: int = 1000

    def sets(self) -> tuple[str, ...]:
        """Names of the sets of prints."""
        return ("sample", "full", "given") if self.given else ("sample", "full")

    def prints(self, name: str) -> tuple[Sample, ...]:
        """The prints of a set."""
        if name == "given":
            assert self.given is not None
            return given_prints(self.given)
        return {"sample": sample_prints, "full": full_prints}[name]()


LOSSY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "JPEG2000": {"irreversible": True, "quality_mode": "rates", "quality_layers": [10]},
}
"""As prints are kept where they are kept so: JPEG 2000 at 10:1."""


def read(path: Path, modality: Modality = Modality.FINGERPRINT) -> Sample:
    """Decode one file."""
    return Sample(decode(path, modality=modality), modality, id=path.name)


@functools.cache
def sample_prints() -> tuple[Sample, ...]:
    """The touches of one finger of the sample data."""
    return tuple(map(read, sorted(SAMPLE_DATA.glob(ONE_FINGER))))


@functools.cache
def full_prints() -> tuple[Sample, ...]:
    """One print without background."""
    from biocapture.synthetic.finger import Pattern, finger
    from biocapture.synthetic.impression import impression

    height, width = (side + 2 * margin for side, margin in zip(FULL_FRAME, MARGIN_PX, strict=True))
    wide = impression(finger(7, Pattern.LEFT_LOOP), shape=(height, width)).pixels
    pixels = np.ascontiguousarray(wide[MARGIN_PX[0] : -MARGIN_PX[0], MARGIN_PX[1] : -MARGIN_PX[1]])
    return (Sample(Image(pixels, 500.0), Modality.FINGERPRINT, id="full"),)


@functools.cache
def given_prints(folder: Path) -> tuple[Sample, ...]:
    """Every image in the user's folder."""
    return tuple(read(path) for path in walk([folder]))


def captures(modality: Modality, count: int) -> tuple[Sample, ...]:
    """The first ``count`` sample captures of a modality, any subject."""
    paths = sorted(walk([SAMPLE_DATA / modality]))
    return tuple(read(path, modality) for path in paths[:count])


def encoded(pixels: NDArray[np.uint8], format: str) -> bytes:
    """An image file in memory; ``format`` as Pillow spells it."""
    import wsq  # noqa: F401  registers the format with Pillow

    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format, **LOSSY.get(format, {}))
    return buffer.getvalue()


def written(folder: Path, samples: Iterator[Sample] | tuple[Sample, ...], suffix: str = "pgm") -> list[Path]:
    """Write samples as files of a new folder."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for i, sample in enumerate(samples):
        path = folder / f"{i:05d}.{suffix}"
        path.write_bytes(encoded(sample.image.pixels, {"pgm": "PPM", "png": "PNG"}[suffix]))
        paths.append(path)
    return paths
