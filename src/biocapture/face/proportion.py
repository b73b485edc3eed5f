"""By how much a picture of a face was stretched along one side: widths and heights of the face against each other."""

import math

import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import Points, eye_centres

ACROSS = ((60, 72), (64, 68), (60, 64), (68, 72), (55, 59), (76, 82), (0, 32), (4, 28), (8, 24), (12, 20), (33, 46))
DOWN = (
    (60, 76),
    (72, 82),
    (64, 54),
    (68, 54),
    (51, 57),
    (57, 16),
    (76, 16),
    (82, 16),
    (35, 60),
    (44, 72),
    (62, 66),
    (70, 74),
)
"""Pairs of landmarks whose distance along the eyes, and at a right angle to them, is measured."""

WEIGHTS = np.array(
    [
        *(0.098, 0.093, 0.068, 0.127, 0.085, 0.103, 0.096, 0.096, 0.097, 0.078, 0.089),
        *(-0.114, -0.138, -0.045, -0.043, -0.087, -0.171, -0.156, -0.135, -0.096, -0.049, 0.018, -0.015),
    ]
)
"""Of the logarithms of these lengths, in their order; fitted by models/face_proportion."""

OFFSET = -0.273

MIN_LENGTH_PX = 1.0


def stretch(points: Points) -> float:
    """Width over height of the picture, as it is over as it should be, estimated from the shape of the face.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the picture.

    Returns
    -------
    float
        1 = not stretched, 1.33 = too wide by a third; of unstretched people 0.88 to 1.13; NaN where both eyes coincide.
    """
    lengths = logarithms_of_lengths(points)
    return float("nan") if lengths is None else math.exp(float(((lengths - lengths.mean()) * WEIGHTS).sum()) + OFFSET)


def logarithms_of_lengths(points: Points) -> NDArray[np.float64] | None:
    """Natural logarithms of the lengths :data:`ACROSS` and :data:`DOWN`, with the eyes brought level.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the picture.

    Returns
    -------
    (23,) float64 or None
        None where both eyes coincide.
    """
    left, right = eye_centres(points)
    axis = right - left
    apart = math.hypot(*axis)
    if not apart:
        return None
    level = points @ (np.array([(axis[0], -axis[1]), (axis[1], axis[0])]) / apart)
    spans = [np.ptp(level[np.array(pairs), side], axis=1) for side, pairs in enumerate((ACROSS, DOWN))]
    return np.log(np.maximum(np.concatenate(spans), MIN_LENGTH_PX))
