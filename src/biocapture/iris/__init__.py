"""Irises: describe one eye lit by near infrared, join eyes to a batch, measure the batch."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from biocapture.iris.describe import describe
from biocapture.iris.frame_check import PROMPTS, check_frame
from biocapture.iris.measures import integrity, iso, operational, quality
from biocapture.iris.recognition import resembles
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Column, measures_in
from biocapture.types import Failure, Picture, Sample

EXAMPLE_SEED = 70_000
"""First synthetic subject of :func:`examples`."""

MEASURES = measures_in(quality, iso, operational, integrity)

NATIVE: Mapping[str, str] = {
    "right_eye": "Probability that an iris image shows the right eye, from the place of the pupil; empty where unknown"
}
"""Every native column → what it is."""


def native(batch: IrisBatch) -> dict[str, Column]:
    """Columns that are no measures: which eye it is.

    Parameters
    ----------
    batch : IrisBatch
        Of N eyes.

    Returns
    -------
    dict of str to (N,) float64
        By the names of :data:`NATIVE`.
    """
    return {"right_eye": integrity.right_eye(batch)}


def load_matcher() -> ModuleType:
    """What irises offer for comparison, imported when first needed."""
    from biocapture.iris import matcher

    return matcher


def draw(sample: Sample) -> tuple[Picture, Failure | None]:
    """Draw one eye with its outline; see :func:`biocapture.iris.drawing.draw`.

    Parameters
    ----------
    sample : Sample

    Returns
    -------
    drawn : (H, W, 3) uint8
        RGB.
    failure : Failure or None
        Why nothing is drawn.
    """
    from biocapture.iris import drawing

    return drawing.draw(sample)


def examples(count: int) -> Iterator[Picture]:
    """Everyday captures of several synthetic subjects.

    Parameters
    ----------
    count : int

    Yields
    ------
    (480, 640) uint8
    """
    from biocapture.synthetic.eye.capture import capture
    from biocapture.synthetic.eye.conditions import everyday_conditions
    from biocapture.synthetic.eye.eye import eye

    return (capture(eye(EXAMPLE_SEED + seed), everyday_conditions(seed), seed).pixels for seed in range(count))


__all__ = [
    "MEASURES",
    "NATIVE",
    "PROMPTS",
    "check_frame",
    "describe",
    "draw",
    "examples",
    "load_matcher",
    "native",
    "resembles",
]
