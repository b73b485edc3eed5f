"""The outline of head and hair above the eyes, read from the parsing map."""

import numpy as np
from numpy.typing import NDArray

from biocapture.face.features.parsing import PARSING_WINDOW, PARSING_WINDOW_PX, FacePart
from biocapture.face.inputs import PARSING_PX
from biocapture.face.landmarks import ALIGNED_EYE_DISTANCE_PX, Points, eye_centres, eye_chin_distance, ratio
from biocapture.types import Values

SAMPLES, HALF_WIDTH = 121, 1.5
"""Points along the upper border that are looked at, and how far to both sides of the eyes, in eye distances."""

BORDER_DEPTH = 0.04
"""How far below the upper border they lie, in eye distances: at the border itself the map is uncertain."""

MIN_HAIR_WIDTH = 0.35
"""Width from which a row counts as hair, in eye distances: single locks do not."""


def cut_at_top(parsing: NDArray[np.uint8], matrix: Values, points: Points) -> float:
    """Width of the head where the picture's upper border cuts it.

    Parameters
    ----------
    parsing : (400, 400) uint8
        Classes; 0 = background.
    matrix : (2, 3) float64
        Similarity from the picture to the aligned frame.
    points : (98, 2) int64
        Landmarks in the picture.

    Returns
    -------
    float
        In eye distances, 0..3; 0 where the border lies above what is parsed.
    """
    left, right = eye_centres(points)
    apart = float(np.hypot(*(right - left)))
    across = (left + right)[0] / 2 + np.linspace(-HALF_WIDTH, HALF_WIDTH, SAMPLES) * apart
    border = np.stack([across, np.full(SAMPLES, BORDER_DEPTH * apart)], axis=1)
    places = np.rint((border @ matrix[:, :2].T + matrix[:, 2] - _CORNER) * (PARSING_PX / PARSING_WINDOW_PX)).astype(int)
    inside = ((places >= 0) & (places < PARSING_PX)).all(axis=1)
    column, row = np.clip(places, 0, PARSING_PX - 1).T
    return float(((parsing[row, column] != FacePart.BACKGROUND) & inside).mean()) * 2 * HALF_WIDTH


def hair_height(parsing: NDArray[np.uint8], matrix: Values, points: Points) -> float:
    """How far hair, or what covers the head, reaches above the eyes.

    Parameters
    ----------
    parsing : (400, 400) uint8
        Classes; 0 = background.
    matrix : (2, 3) float64
        Similarity from the picture to the aligned frame.
    points : (98, 2) int64
        Landmarks in the picture.

    Returns
    -------
    float
        In distances from eyes to chin; to the upper end of the map where it reaches beyond; NaN where eyes and chin
        coincide.
    """
    scale = PARSING_PX / PARSING_WINDOW_PX
    left, right = eye_centres(points)
    column, row = ((matrix[:, :2] @ (left + right) / 2 + matrix[:, 2] - _CORNER) * scale).astype(int)
    reach = round(1.2 * ALIGNED_EYE_DISTANCE_PX * scale)
    above = parsing[: max(row, 1), max(0, column - reach) : column + reach] != FacePart.BACKGROUND
    wide = above.sum(axis=1) >= MIN_HAIR_WIDTH * ALIGNED_EYE_DISTANCE_PX * scale
    top = int(np.argmax(wide)) if wide.any() else row
    down = eye_chin_distance(points) * float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    return ratio((row - top) / scale, down)


_CORNER = np.array([PARSING_WINDOW[1].start, PARSING_WINDOW[0].start], np.float64)
