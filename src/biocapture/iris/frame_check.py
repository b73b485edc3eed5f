"""Check of a frame of a near-infrared eye camera: an eye, open, in place, near enough, upright, facing, in focus."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.images.frame_check import (
    MIN_PASSING_SCORE,
    FrameCheck,
    Prompts,
    nothing_presented,
    range_score,
    rising_score,
)
from biocapture.iris.describe import MIN_CONFIDENCE
from biocapture.iris.features.half_turn import half_turn
from biocapture.iris.segmentation.segment import segment
from biocapture.types import Failure, Field, GreyPixels, Image, Mask

PROMPTS = Prompts(place="capture.place_eye", another="capture.another_time")

MAX_ROWS = 120
"""Rows of the reduced frame in which the pupil is looked for."""

THRESHOLDS = (0.15, 0.3, 0.45)
"""Ways from the darkest grey to the median at which a pupil may end: it is darker than irises by very different
amounts."""

MIN_SPAN_GREYS = 8
"""Greys from the darkest to the median below which there is no pupil."""

MIN_ROUNDNESS = 0.6
"""Share of the circle around it that a pupil fills at least."""

RADIUS_RANGE_PX = (2.5, 26.0)
"""Smallest and largest radius of a pupil in the reduced frame."""

TURNED_RANGE = (-3.5, -1.5)
"""Logarithms of the odds that the eye is upright at which it surely stands on its head, and at which it is said to."""

SUSPECTED = -1.0
"""Logarithm of the odds below which a rough look suspects an eye on its head, and the eye is outlined."""

USUAL_RATIO = 2.4
"""Radius of an iris over that of its pupil, where the limbus is not found."""

REACH = 2.6
"""Pupil radii around its centre that are measured for light and focus."""


@dataclass(frozen=True, slots=True)
class Disc:
    """The pupil, in pixels of the reduced frame.

    Attributes
    ----------
    row, column, radius : float
    oval : float
        Shorter over longer side of the box around it.
    round : float
        Area over that of the circle around it.
    """

    row: float
    column: float
    radius: float
    oval: float
    round: float

    @property
    def likelihood(self) -> float:
        """Larger and rounder is likelier."""
        return self.round * self.radius**0.5


def check_frame(image: Image) -> FrameCheck:
    """Check a frame in a few milliseconds; limits are set on synthetic eyes.

    Parameters
    ----------
    image : Image
        (H, W) grey.

    Returns
    -------
    FrameCheck
        A score for every prompt; none but that to present an eye where no pupil is found.
    """
    small = _reduce(image.pixels)
    disc = _pupil(small)
    if disc is None:
        return nothing_presented("capture.open_eye" if float(np.median(small)) > 100 else "capture.place_eye")
    scale = image.pixels.shape[0] / small.shape[0]
    iris = _around(image.pixels, disc, scale)
    radius_px = _iris_radius(small, disc) * scale
    focus = rising_score(_sharpness(iris), 0.12, 0.285)
    upright = _upright(image.pixels, disc, scale, radius_px) if focus >= MIN_PASSING_SCORE else 0.0
    off = 2 * max(abs(disc.row / small.shape[0] - 0.5), abs(disc.column / small.shape[1] - 0.5))
    return FrameCheck(
        {
            "capture.centre_eye": rising_score(1.0 - off, 0.2, 0.5),
            "capture.come_closer_eye": rising_score(radius_px, 30.0, 70.0),
            "capture.turn_camera": rising_score(upright, *TURNED_RANGE),
            "capture.look_here": rising_score(disc.oval, 0.6, 0.82),
            "capture.light_eye": range_score(float(iris.mean()), 60.0, 215.0),
            "capture.focus_eye": focus,
        }
    )


def _reduce(pixels: GreyPixels) -> GreyPixels:
    factor = min(1.0, MAX_ROWS / pixels.shape[0])
    size = [max(8, round(side * factor)) for side in pixels.shape[1::-1]]
    return cv2.medianBlur(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), 5).astype(np.uint8, copy=False)


def _pupil(small: GreyPixels) -> Disc | None:
    """The likeliest round dark spot, or None."""
    darkest, middle = np.percentile(small, (0.2, 50.0))
    if middle - darkest < MIN_SPAN_GREYS:
        return None
    discs = [disc for share in THRESHOLDS for disc in _discs(small <= darkest + share * (middle - darkest))]
    return max(discs, key=lambda disc: disc.likelihood, default=None)


def _discs(dark: Mask) -> list[Disc]:
    """Round spots of pupil size that do not touch the border."""
    calm = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    filled = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, boxes, centres = cv2.connectedComponentsWithStats(filled)
    left, top, width, height, area = boxes[1:].T
    radius = np.maximum(width, height) / 2
    fill = area / (np.pi * radius * radius)
    inside = (left > 0) & (top > 0) & (left + width < dark.shape[1]) & (top + height < dark.shape[0])
    kept = inside & (fill > MIN_ROUNDNESS) & (radius > RADIUS_RANGE_PX[0]) & (radius < RADIUS_RANGE_PX[1])
    oval = np.minimum(width, height) / (2 * radius)
    return [
        Disc(float(centres[1 + i][1]), float(centres[1 + i][0]), float(radius[i]), float(oval[i]), float(fill[i]))
        for i in np.flatnonzero(kept)
    ]


def _iris_radius(small: GreyPixels, disc: Disc) -> float:
    """Mean distance, in pixels of the reduced frame, at which it brightens most left and right of the pupil."""
    rows = small[max(0, int(disc.row) - 2) : int(disc.row) + 3].mean(axis=0)
    sides = rows[int(disc.column) :], rows[int(disc.column) :: -1]
    first, last = int(1.4 * disc.radius) + 1, int(6.0 * disc.radius) + 3
    rises = [side[first + 2 : last] - side[first : last - 2][: side[first + 2 : last].size] for side in sides]
    steepest = [first + 1 + int(rise.argmax()) for rise in rises if rise.size]
    return float(np.mean(steepest)) if steepest else disc.radius


def _upright(pixels: GreyPixels, disc: Disc, scale: float, radius_px: float) -> float:
    """Logarithm of the odds that the eye does not stand on its head.

    Where a rough look says that it might, the eye is outlined, which takes several times as long as all else: a false
    call to turn the camera would stop the capture.
    """
    row, column = ((at + 0.5) * scale - 0.5 for at in (disc.row, disc.column))
    rough = min(half_turn(pixels, row, column, radius) for radius in (radius_px, USUAL_RATIO * disc.radius * scale))
    if rough > SUSPECTED:
        return max(rough, 0.0)
    outline = segment(pixels)
    if isinstance(outline, Failure) or outline.confidence < MIN_CONFIDENCE:
        return 0.0
    limbus = outline.limbus
    return half_turn(pixels, limbus.row_px, limbus.column_px, limbus.radius_px)


def _around(pixels: GreyPixels, disc: Disc, scale: float) -> Field:
    """Greys of the square around the pupil in the frame as given."""
    row, column, reach = int(disc.row * scale), int(disc.column * scale), int(REACH * disc.radius * scale) + 1
    return pixels[max(0, row - reach) : row + reach, max(0, column - reach) : column + reach].astype(np.float32)


def _sharpness(iris: Field) -> float:
    """Steepest edges over the spread of greys, per pixel."""
    steep = np.hypot(cv2.Sobel(iris, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(iris, cv2.CV_32F, 0, 1, scale=0.125))
    return float(np.percentile(steep, 97) / (iris.std() + 1.0))
