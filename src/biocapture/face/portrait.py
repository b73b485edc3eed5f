"""A portrait cut upright to a programme's geometry, and what was done to the picture for it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.landmarks import LEFT_CORNERS, RIGHT_CORNERS, Points
from biocapture.face.networks.landmarks import eye_line_deg
from biocapture.types import Framing

MIN_REPORTED_TURN_DEG, MIN_REPORTED_FILL = 0.5, 0.001
"""Smaller turns and filled shares are not worth saying."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait and how it was made.

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
        """In words, for the operator's record."""
        said = [f"cut to {self.pixels.shape[1]} × {self.pixels.shape[0]} px"]
        if abs(self.turned_deg) >= MIN_REPORTED_TURN_DEG:
            said.append(f"turned by {self.turned_deg:+.1f}° (clockwise positive)")
        said.append(f"{'enlarged' if self.scale > 1 else 'reduced'} to {100 * self.scale:.0f} %")
        if self.filled >= MIN_REPORTED_FILL:
            said.append(f"{100 * self.filled:.1f} % lie beyond the picture and repeat its border")
        return tuple(said)


def cut_portrait(pixels: Rgb, points: Points, framing: Framing) -> Portrait:
    """Turn, scale and cut a face so that its eyes are where ``framing`` wants them."""
    places = points.astype(np.float64)
    angle = eye_line_deg(places)
    left, right = (places[list(corners)].mean(axis=0) for corners in (LEFT_CORNERS, RIGHT_CORNERS))
    scale = framing.eyes_apart * framing.width_px / max(float(np.hypot(*(right - left))), 1.0)
    middle = (left + right) / 2
    matrix = np.asarray(cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), angle, scale), np.float64)
    matrix[:, 2] += np.array((framing.width_px / 2, framing.eyes_down * framing.height_px)) - middle
    size = (framing.width_px, framing.height_px)
    beyond = cv2.warpAffine(
        np.zeros(pixels.shape[:2], np.uint8), matrix, size, flags=cv2.INTER_NEAREST, borderValue=255
    )
    return Portrait(_resampled(pixels, matrix, size), -angle, scale, float((beyond > 0).mean()))


def _resampled(pixels: Rgb, matrix: NDArray[np.float64], size: tuple[int, int]) -> Rgb:
    """Reduced over area where it is reduced by much, then once by cubic interpolation."""
    scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    steps = int(0.7 / scale)
    moved = matrix.copy()
    if steps > 1:
        height, width = (side // steps for side in pixels.shape[:2])
        pixels = cv2.resize(pixels[: height * steps, : width * steps], (width, height), interpolation=cv2.INTER_AREA)
        moved[:, 2] += matrix[:, :2] @ np.full(2, (steps - 1) / 2)
        moved[:, :2] *= steps
    return cv2.warpAffine(pixels, moved, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
