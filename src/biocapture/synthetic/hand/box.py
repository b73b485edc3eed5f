"""How far two turned rectangles agree within an image."""

import cv2
import numpy as np

from biocapture.types import Field, RotatedBox


def overlap(one: RotatedBox, other: RotatedBox, shape: tuple[int, ...]) -> float:
    """Intersection over union of two boxes, each cut at the border of the image.

    Parameters
    ----------
    one, other : RotatedBox
    shape : (int, int)
        Rows and columns of the image.

    Returns
    -------
    float
        0..1.
    """
    first, second = _within(one, shape), _within(other, shape)
    if len(first) < 3 or len(second) < 3:
        return 0.0
    common = float(cv2.intersectConvexConvex(first, second)[0])
    return common / max(_area(first) + _area(second) - common, 1e-9)


def visible_share(box: RotatedBox, shape: tuple[int, ...]) -> float:
    """Share of a box that lies in an image.

    Parameters
    ----------
    box : RotatedBox
    shape : (int, int)
        Rows and columns of the image.

    Returns
    -------
    float
        0..1.
    """
    return _area(_within(box, shape)) / (box.height * box.width)


def _within(box: RotatedBox, shape: tuple[int, ...]) -> Field:
    """Corners of the part of a box that lies in the image."""
    rows, columns = shape[:2]
    image = np.array([[0, 0], [0, columns], [rows, columns], [rows, 0]], np.float32)
    _, outline = cv2.intersectConvexConvex(box.corners.astype(np.float32), image)
    return np.zeros((0, 2), np.float32) if outline is None else outline.reshape(-1, 2).astype(np.float32)


def _area(outline: Field) -> float:
    return float(cv2.contourArea(outline)) if len(outline) > 2 else 0.0
