"""The captures that are timed: samples of every modality, and what the user gives."""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from biocapture.images.decode import decode
from biocapture.images.walk import walk
from biocapture.types import Image, Modality, Sample

SAMPLE_DATA = Path(__file__).parents[2] / "sample_data"
ONE_FINGER = "fingerprint/person01/right_index_*.png"
"""Four touches: pristine, everyday, one mild fault, the same fault severe."""

EYES = "iris/person0[1-8]/right_eye_2.jpg"
"""Eight people."""


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
    each : int
        Captures that a case goes over.
    """

    folder: Path
    given: Path | None = None
    files: int = 200
    gallery: int = 1000
    each: int = 4

    def sets(self) -> tuple[str, ...]:
        """Names of the sets of prints."""
        return ("sample", "given") if self.given else ("sample",)

    def prints(self, name: str = "sample") -> tuple[Sample, ...]:
        """The prints of a set."""
        return given_prints(self.given) if name == "given" and self.given else sample_prints()[: self.each]

    def eyes(self) -> tuple[Sample, ...]:
        """Everyday captures of as many people."""
        return sample_eyes()[: self.each]

    def samples(self, modality: Modality) -> tuple[Sample, ...]:
        """Captures of a modality."""
        ways = {Modality.FINGERPRINT: self.prints, Modality.IRIS: self.eyes, Modality.FACE: lambda: (sample_face(),)}
        return ways[modality]()


def short(folder: Path) -> Setting:
    """Setting of the short form: the cases are the same and go over one capture each."""
    return Setting(folder, files=16, gallery=20, each=1)


LOSSY: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "JPEG2000": {"irreversible": True, "quality_mode": "rates", "quality_layers": [10]},
}
"""As prints are kept where they are kept so: JPEG 2000 at 10:1."""


def read(path: Path, modality: Modality = Modality.FINGERPRINT) -> Sample:
    """Decode one file."""
    return Sample(decode(path, modality=modality), modality, id=path.name)


SUFFIXES = {"pgm": "PPM", "ppm": "PPM", "png": "PNG", "jpg": "JPEG"}


@functools.cache
def sample_prints() -> tuple[Sample, ...]:
    """The touches of one finger of the sample data."""
    return tuple(map(read, sorted(SAMPLE_DATA.glob(ONE_FINGER))))


@functools.cache
def sample_eyes() -> tuple[Sample, ...]:
    """Everyday captures of eight people, 640 × 480."""
    return tuple(read(path, Modality.IRIS) for path in sorted(SAMPLE_DATA.glob(EYES)))


@functools.cache
def sample_face(shape: tuple[int, int] = (1200, 1200)) -> Sample:
    """A drawn portrait in which a face is found; may have any size."""
    from biocapture.synthetic.portrait import portrait

    return Sample(Image(portrait(0, shape, {})), Modality.FACE, id="drawn")


@functools.cache
def given_prints(folder: Path) -> tuple[Sample, ...]:
    """Every image in the user's folder."""
    return tuple(read(path) for path in walk([folder]))


def captures(modality: Modality, count: int) -> tuple[Sample, ...]:
    """The first ``count`` sample captures of a modality, any subject."""
    if modality is Modality.FACE:
        return (sample_face(),) * count
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
        path.write_bytes(encoded(sample.image.pixels, SUFFIXES[suffix]))
        paths.append(path)
    return paths
