"""Picture of one face with what was seen in it: box, landmarks, and the lines that geometry is measured by."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.describe import failure_of, found_in
from biocapture.face.landmarks import CHIN, MOUTH_CORNERS, Points, eye_centres
from biocapture.types import Failure, Picture, Sample

BOX, POINT, LINE = (40, 170, 95), (250, 205, 50), (60, 150, 245)
"""Colours, RGB."""

SHOWN_PX = 960
"""Longest side of the picture: landmarks are drawn as large as they are seen."""


def draw(sample: Sample, backend: str = "default") -> tuple[Picture, Failure | None]:
    """(H, W, 3) uint8 RGB: box green, landmarks yellow; eye distance, eyes to chin and the mouth's width blue."""
    picture, inputs = found_in(sample.image.pixels, backend)
    factor = SHOWN_PX / max(picture.shape[:2])
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    drawn = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how).astype(np.uint8, copy=False)
    failure = failure_of(inputs)
    if failure is None and inputs.points is not None:
        _draw(drawn, inputs.points, factor)
    return drawn, failure


def _draw(drawn: Picture, points: Points, factor: float) -> None:
    def at(point: NDArray[np.floating | np.integer]) -> tuple[int, int]:
        return round(factor * float(point[0])), round(factor * float(point[1]))

    low, high = points.min(axis=0), points.max(axis=0)
    cv2.rectangle(drawn, at(low), at(high), BOX, 2, cv2.LINE_AA)
    left, right = eye_centres(points)
    middle = (left + right) / 2
    mouth = [points[i] for i in MOUTH_CORNERS]
    for start, stop in ((left, right), (middle, points[CHIN]), (mouth[0], mouth[1])):
        cv2.line(drawn, at(start), at(stop), LINE, 2, cv2.LINE_AA)
    for point in points:
        cv2.circle(drawn, at(point), 3, POINT, -1, cv2.LINE_AA)
