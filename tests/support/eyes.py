"""Synthetic eyes shared by the tests: captures with known truth, and the outline a perfect segmentation would find."""

import functools

import numpy as np
from numpy.typing import NDArray

from biocapture import iris
from biocapture.assessment.modalities import measures
from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.polar import angles
from biocapture.iris.statistics import IrisBatch
from biocapture.measure import Score, raw_columns
from biocapture.synthetic.eye import gaze
from biocapture.synthetic.eye.capture import EyeImage, EyeTruth, capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import Eye, eye
from biocapture.types import Image, Modality, Position, Sample

SEEDS = (1, 2, 3, 4)
"""People most tests look at."""

USUAL = {"lid_opening": 0.9, "lashes": 0.4, "noise": 1.5}
"""A good capture."""

EDGE_ANGLES = 128


@functools.cache
def cached_eye(seed: int, left: bool = False) -> Eye:
    """One eye; the same object each time."""
    return eye(seed, left)


@functools.cache
def eye_image(seed: int = 1, left: bool = False, capture_seed: int = 7, **conditions: object) -> EyeImage:
    """A capture of an eye under :data:`USUAL` conditions unless told otherwise."""
    return capture(cached_eye(seed, left), Conditions(**USUAL | conditions), capture_seed)


def outline_of(truth: EyeTruth) -> Outline:
    """What a perfect segmentation finds; the pupil's ripple is left out."""
    rows = len(truth.iris)
    closed = np.isnan(truth.upper_lid_row_px)
    return Outline(
        pupil=_ellipse(truth.pupil),
        limbus=_ellipse(truth.limbus),
        pupil_edge_px=edge_of(_ellipse(truth.pupil)),
        limbus_edge_px=edge_of(_ellipse(truth.limbus)),
        upper_lid=np.where(closed, rows - 0.5, np.nan_to_num(truth.upper_lid_row_px)),
        lower_lid=np.where(closed, rows - 0.5, np.nan_to_num(truth.lower_lid_row_px)),
        confidence=1.0,
    )


def edge_of(ellipse: Ellipse, count: int = EDGE_ANGLES) -> NDArray[np.float64]:
    """(count,) px distance of an ellipse from its centre at equal angles."""
    turn = angles(count) - ellipse.tilt_rad
    return 1 / np.hypot(np.cos(turn) / ellipse.major_px, np.sin(turn) / ellipse.minor_px)


def _ellipse(given: gaze.Ellipse) -> Ellipse:
    return Ellipse(given.row_px, given.column_px, given.major_px, given.minor_px, given.tilt_rad)


def sample(pixels: NDArray[np.uint8], position: Position = Position.UNKNOWN) -> Sample:
    """Pixels as an iris sample."""
    return Sample(Image(pixels), Modality.IRIS, position)


def describe_pixels(pixels: NDArray[np.uint8], position: Position = Position.UNKNOWN) -> IrisBatch:
    """A batch of one."""
    return iris.describe(sample(pixels, position))


def scores(batch: IrisBatch) -> dict[str, Score]:
    """Raw value and score of every measure of a batch of one, by the part of the id after the modality."""
    raw, problems = raw_columns(iris.MEASURES, batch, len(batch))
    assert not problems
    return {
        name.split(".")[1]: Score(float(column[0]), float(measures()[name].curve(column)[0]))
        for name, column in raw.items()
    }
