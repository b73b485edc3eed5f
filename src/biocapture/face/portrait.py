"""A portrait cut upright to a programme's geometry, and what was done to the picture for it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb, outside_picture
from biocapture.face.landmarks import LEFT_CORNERS, RIGHT_CORNERS, Points
from biocapture.face.networks.landmarks import eye_line_deg, upright_transform
from biocapture.face.networks.reduction import reduce_by
from biocapture.types import Framing

MIN_REPORTED_TURN_DEG, MIN_REPORTED_FILL = 0.5, 0.001
"""Smaller turns, and smaller filled shares, are not reported."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait, and how it was cut from the picture.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    turned_deg : float
        By how much the picture was turned, degrees, clockwise positive.
    scale : float
        Portrait pixels per picture pixel; above 1 the portrait shows no more than the picture has.
    filled : float
        Share of the portrait beyond the picture, filled with its border, 0..1.
    """

    pixels: Rgb
    turned_deg: float
    scale: float
    filled: float

    @property
    def changes(self) -> tuple[str, ...]:
        """What was done to the picture, in words, for the operator's record."""
        changes = [f"cut to {self.pixels.shape[1]} × {self.pixels.shape[0]} px"]
        if abs(self.turned_deg) >= MIN_REPORTED_TURN_DEG:
            changes.append(f"turned by {self.turned_deg:+.1f}° (clockwise positive)")
        changes.append(f"{'enlarged' if self.scale > 1 else 'reduced'} to {100 * self.scale:.0f} %")
        if self.filled >= MIN_REPORTED_FILL:
            changes.append(f"{100 * self.filled:.1f} % lie beyond the picture and repeat its border")
        return tuple(changes)


def crop_portrait(pixels: Rgb, points: Points, framing: Framing) -> Portrait:
    """Turn, scale and cut a face so that its eyes lie where a programme requires them.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    points : (98, 2) int64
        Landmarks in it.
    framing : Framing
        Size of the portrait and places of the eyes in it.

    Returns
    -------
    Portrait
    """
    places = points.astype(np.float64)
    angle = eye_line_deg(places)
    left, right = (places[list(corners)].mean(axis=0) for corners in (LEFT_CORNERS, RIGHT_CORNERS))
    scale = framing.eyes_apart * framing.width_px / max(float(np.hypot(*(right - left))), 1.0)
    middle = (left + right) / 2
    matrix = upright_transform(middle, scale, angle, (framing.width_px / 2, framing.eyes_down * framing.height_px))
    size = (framing.width_px, framing.height_px)
    beyond = outside_picture(matrix, pixels.shape[:2], size)
    return Portrait(_resample(pixels, matrix, size), -angle, scale, float(beyond.mean()))


def _resample(pixels: Rgb, matrix: NDArray[np.float64], size: tuple[int, int]) -> Rgb:
    """Reduced over area where it is reduced by much, then once by cubic interpolation."""
    scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    steps = int(0.7 / scale)
    moved = matrix.copy()
    if steps > 1:
        pixels = reduce_by(pixels, steps)
        moved[:, 2] += matrix[:, :2] @ np.full(2, (steps - 1) / 2)
        moved[:, :2] *= steps
    return cv2.warpAffine(pixels, moved, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
