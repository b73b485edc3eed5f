"""A glance at a frame of a portrait camera: somebody there, in the middle, near enough, lit, in focus.

Skin is told by its colour alone: enough to say *come closer*, not to find a face. The full assessment decides.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.capture.look import Look, nothing, rising, within
from biocapture.types import Image

Colour = NDArray[np.uint8]

GLANCE_ROWS = 180

SKIN_LOW, SKIN_HIGH = (20, 135, 85), (255, 172, 135)
"""Y, Cr, Cb of skin of every tone (cf. Chai & Ngan 1999, doi:10.1109/76.767122)."""

LEAST_SHARE = 0.01
"""Of the frame; less skin is nobody."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The largest patch of skin, in shares of the frame's sides; ``grey`` and ``sharpness`` of its pixels."""

    row: float
    column: float
    height: float
    grey: float
    sharpness: float


def face_look(image: Image) -> Look:
    """Glance at a frame.

    Parameters
    ----------
    image : Image
        (H, W, 3) RGB.
    """
    factor = min(1.0, GLANCE_ROWS / image.pixels.shape[0])
    size = [max(8, round(side * factor)) for side in image.pixels.shape[1::-1]]
    small = cv2.resize(image.pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    patch = _skin(small, image.pixels)
    if patch is None:
        return nothing("capture.place_face")
    return Look(
        {
            "capture.light_face": within(patch.grey, 60.0, 225.0),
            "capture.centre_face": rising(1.0 - 2 * abs(patch.column - 0.5), 0.3, 0.7),
            "capture.come_closer_face": rising(patch.height, 0.1, 0.35),
            "capture.move_back_face": rising(1.0 - patch.height, 0.02, 0.1),
            "capture.focus_face": rising(patch.sharpness, 1.0, 5.0),
        }
    )


def _skin(small: Colour, pixels: Colour) -> Patch | None:
    mask = cv2.inRange(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb), SKIN_LOW, SKIN_HIGH)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, _, boxes, centres = cv2.connectedComponentsWithStats(mask)
    if len(boxes) < 2:
        return None
    largest = 1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())
    height, area = int(boxes[largest, cv2.CC_STAT_HEIGHT]), int(boxes[largest, cv2.CC_STAT_AREA])
    if area < LEAST_SHARE * mask.size:
        return None
    rows, columns = mask.shape
    column, row = centres[largest]
    grey = _middle(pixels, row / rows, column / columns)
    return Patch(row / rows, column / columns, height / rows, float(grey.mean()), _sharpness(grey))


def _middle(pixels: Colour, row: float, column: float) -> Colour:
    """Greys of at most 320 × 320 pixels about a place given in shares of the sides."""
    top, left = (max(0, int(share * side) - 160) for share, side in zip((row, column), pixels.shape, strict=False))
    part = np.ascontiguousarray(pixels[top : top + 320, left : left + 320])
    return cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def _sharpness(grey: NDArray[np.generic]) -> float:
    """99.5th percentile of the second difference of a lightly calmed image, greys."""
    calm = cv2.GaussianBlur(grey, (0, 0), 1.0)
    return float(np.percentile(np.abs(cv2.Laplacian(calm, cv2.CV_32F)[::2, ::2]), 99.5))
