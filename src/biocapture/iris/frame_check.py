"""A glance at a frame of a near-infrared eye camera: an eye, open, in place, near enough, looking here, in focus."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.images.frame_check import FrameCheck, Prompts, nothing_presented, range_score, rising_score
from biocapture.types import GreyPixels, Image

PROMPTS = Prompts(place="capture.place_eye", another="capture.another_time")

GLANCE_ROWS = 120
"""Rows of the reduced frame in which the pupil is looked for."""

THRESHOLDS = (0.15, 0.3, 0.45)
"""Between the darkest grey and the median: pupils are darker than irises by very different amounts."""

MIN_ROUND = 0.6
"""Share of the circle around it that a pupil fills."""

PUPIL_ROWS = (2.5, 26.0)
"""Smallest and largest radius in the reduced frame."""

AROUND = 2.6
"""Pupil radii around its centre that are looked at for light and focus."""


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
    """Glance at a frame; shares are set on synthetic eyes.

    Parameters
    ----------
    image : Image
        (H, W) grey.
    """
    small = _reduced(image.pixels)
    disc = _pupil(small)
    if disc is None:
        return nothing_presented("capture.open_eye" if float(np.median(small)) > 100 else "capture.place_eye")
    scale = image.pixels.shape[0] / small.shape[0]
    iris = _around(image.pixels, disc, scale)
    off = 2 * max(abs(disc.row / small.shape[0] - 0.5), abs(disc.column / small.shape[1] - 0.5))
    return FrameCheck(
        {
            "capture.centre_eye": rising_score(1.0 - off, 0.2, 0.5),
            "capture.come_closer_eye": rising_score(_iris_radius(small, disc) * scale, 30.0, 70.0),
            "capture.look_here": rising_score(disc.oval, 0.6, 0.82),
            "capture.light_eye": range_score(float(iris.mean()), 60.0, 215.0),
            "capture.focus_eye": rising_score(_sharpness(iris), 0.12, 0.285),
        }
    )


def _reduced(pixels: GreyPixels) -> GreyPixels:
    factor = min(1.0, GLANCE_ROWS / pixels.shape[0])
    size = [max(8, round(side * factor)) for side in pixels.shape[1::-1]]
    return cv2.medianBlur(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), 5).astype(np.uint8, copy=False)


def _pupil(small: GreyPixels) -> Disc | None:
    """The likeliest round dark spot."""
    darkest, middle = np.percentile(small, (0.2, 50.0))
    if middle - darkest < 8:
        return None
    found = [disc for share in THRESHOLDS for disc in _discs(small <= darkest + share * (middle - darkest))]
    return max(found, key=lambda disc: disc.likelihood, default=None)


def _discs(dark: NDArray[np.bool_]) -> list[Disc]:
    calm = cv2.morphologyEx(dark.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    filled = cv2.morphologyEx(calm, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    _, _, boxes, centres = cv2.connectedComponentsWithStats(filled)
    left, top, width, height, area = boxes[1:].T
    radius = np.maximum(width, height) / 2
    fill = area / (np.pi * radius * radius)
    inside = (left > 0) & (top > 0) & (left + width < dark.shape[1]) & (top + height < dark.shape[0])
    kept = inside & (fill > MIN_ROUND) & (radius > PUPIL_ROWS[0]) & (radius < PUPIL_ROWS[1])
    oval = np.minimum(width, height) / (2 * radius)
    return [
        Disc(float(centres[1 + i][1]), float(centres[1 + i][0]), float(radius[i]), float(oval[i]), float(fill[i]))
        for i in np.flatnonzero(kept)
    ]


def _iris_radius(small: GreyPixels, disc: Disc) -> float:
    """Where it brightens most to the left and right of the pupil, on average."""
    rows = small[max(0, int(disc.row) - 2) : int(disc.row) + 3].mean(axis=0)
    sides = rows[int(disc.column) :], rows[int(disc.column) :: -1]
    first, last = int(1.4 * disc.radius) + 1, int(6.0 * disc.radius) + 3
    rises = [side[first + 2 : last] - side[first : last - 2][: side[first + 2 : last].size] for side in sides]
    found = [first + 1 + int(rise.argmax()) for rise in rises if rise.size]
    return float(np.mean(found)) if found else disc.radius


def _around(pixels: GreyPixels, disc: Disc, scale: float) -> NDArray[np.float32]:
    row, column, reach = int(disc.row * scale), int(disc.column * scale), int(AROUND * disc.radius * scale) + 1
    return pixels[max(0, row - reach) : row + reach, max(0, column - reach) : column + reach].astype(np.float32)


def _sharpness(iris: NDArray[np.float32]) -> float:
    """Steepest edges over the spread of greys, per pixel."""
    steep = np.hypot(cv2.Sobel(iris, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(iris, cv2.CV_32F, 0, 1, scale=0.125))
    return float(np.percentile(steep, 97) / (iris.std() + 1.0))
