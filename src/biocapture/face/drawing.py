"""A face with its box, its landmarks and the distances that are measured, drawn onto the picture."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.describe import failure_of, run_backend
from biocapture.face.landmarks import CHIN, MOUTH_CORNERS, Points, eye_centres
from biocapture.types import Failure, Picture, Sample

BOX, POINT, LINE = (40, 170, 95), (250, 205, 50), (60, 150, 245)
"""Colours, RGB."""

DRAWN_PX = 960
"""Longest side of the drawing, so that lines and points have one size whatever the picture's."""


def draw(sample: Sample, backend: str = "default") -> tuple[Picture, Failure | None]:
    """Draw what was found: box green, landmarks yellow; eye distance, eyes to chin and width of the mouth blue.

    Parameters
    ----------
    sample : Sample
    backend : str
        One of :data:`biocapture.face.describe.BACKENDS`.

    Returns
    -------
    canvas : (H, W, 3) uint8
        RGB, longest side 960 pixels.
    failure : Failure or None
        Why nothing is drawn.
    """
    picture, inputs = run_backend(sample.image.pixels, backend)
    factor = DRAWN_PX / max(picture.shape[:2])
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    canvas = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=method).astype(np.uint8, copy=False)
    failure = failure_of(inputs)
    if failure is None and inputs.points is not None:
        _draw(canvas, inputs.points, factor)
    return canvas, failure


def _draw(canvas: Picture, points: Points, factor: float) -> None:
    def at(point: NDArray[np.floating | np.integer]) -> tuple[int, int]:
        return round(factor * float(point[0])), round(factor * float(point[1]))

    low, high = points.min(axis=0), points.max(axis=0)
    cv2.rectangle(canvas, at(low), at(high), BOX, 2, cv2.LINE_AA)
    left, right = eye_centres(points)
    middle = (left + right) / 2
    mouth = [points[i] for i in MOUTH_CORNERS]
    for start, stop in ((left, right), (middle, points[CHIN]), (mouth[0], mouth[1])):
        cv2.line(canvas, at(start), at(stop), LINE, 2, cv2.LINE_AA)
    for point in points:
        cv2.circle(canvas, at(point), 3, POINT, -1, cv2.LINE_AA)
