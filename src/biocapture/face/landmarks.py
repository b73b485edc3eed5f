"""The 98 points of a face in WFLW order, and the distances that ISO/IEC 29794-5 measures are made of.

Points are (98, 2) int64 pixels, column first as OpenCV has them. Sides are those of the picture: the left eye is the
left one in the image. Roundings, and which midpoint is rounded, follow OFIQ 1.1 (BSI, MIT): they decide equality.
"""

import math

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.int64]
"""(n, 2) int64, column and row."""

Point = NDArray[np.float64]
"""(2,) float64, column and row."""

COUNT = 98
CHIN, NOSE_TIP = 16, 54
LEFT_EYE, RIGHT_EYE = slice(60, 68), slice(68, 76)
LEFT_CORNERS, RIGHT_CORNERS = (60, 64), (68, 72)
LEFT_LIDS = ((61, 67), (62, 66), (63, 65))
RIGHT_LIDS = ((69, 75), (70, 74), (71, 73))
MOUTH_CORNERS = (76, 82)
OUTER_MOUTH, INNER_MOUTH = slice(76, 88), slice(88, 96)
INNER_LIPS = ((89, 95), (90, 94), (91, 93))
MOUTH_CENTRE = (90, 94)
LEFT_PUPIL, RIGHT_PUPIL = 96, 97

_OUTLINE, _BROWS = np.r_[32:-1:-1], np.r_[46:41:-1, 50:46:-1, 37:32:-1, 41:37:-1]
_NOSE, _EYES = np.r_[51:55, 59:54:-1], np.r_[72:67:-1, 75:72:-1, 64:59:-1, 67:64:-1]
_MOUTH = np.r_[82:75:-1, 87:82:-1, 92:87:-1, 95:92:-1]
MIRRORED = np.r_[_OUTLINE, _BROWS, _NOSE, _EYES, _MOUTH, RIGHT_PUPIL, LEFT_PUPIL]
"""(98,): which landmark each becomes in the mirrored picture."""

MAX_COORDINATE_PX = 32767
"""Coordinates are kept in 16 bits."""

ALIGNED_EYE_DISTANCE_PX = 113.0
"""Distance of the eye centres in the aligned frame (OFIQ)."""

MIN_COSINE = 1e-6
"""Below, the face is in profile and its widths cannot be measured."""


def round_half_away(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round halves away from zero, as C++ does; NumPy rounds them to even.

    Parameters
    ----------
    value : float64 of any shape

    Returns
    -------
    float64 of the same shape
        Whole numbers.
    """
    return np.trunc(value + np.copysign(0.5, value))


def to_pixels(points: NDArray[np.float64]) -> Points:
    """Round points to whole pixels, within the 16 bits in which OFIQ keeps coordinates.

    Parameters
    ----------
    points : (n, 2) float64
        Column and row in pixels.

    Returns
    -------
    (n, 2) int64
        From -32767 to 32767.
    """
    return round_half_away(np.clip(points, -MAX_COORDINATE_PX, MAX_COORDINATE_PX)).astype(np.int64)


def midpoint(points: Points, pair: tuple[int, int]) -> Point:
    """Middle between two landmarks, rounded to whole pixels.

    Parameters
    ----------
    points : (98, 2) int64
    pair : (int, int)
        Numbers of the landmarks.

    Returns
    -------
    (2,) float64
        Column and row.
    """
    return round_half_away((points[pair[0]] + points[pair[1]]) / 2)


def eye_centres(points: Points) -> tuple[Point, Point]:
    """Middle between the corners of the left and of the right eye, rounded to whole pixels (OFIQ).

    Parameters
    ----------
    points : (98, 2) int64

    Returns
    -------
    left, right : (2,) float64
        Column and row; left and right in the picture.
    """
    return midpoint(points, LEFT_CORNERS), midpoint(points, RIGHT_CORNERS)


def distance(first: Points | Point, second: Points | Point) -> float:
    """Euclidean distance between two points, in pixels.

    Parameters
    ----------
    first, second : (2,) int64 or float64
        Column and row.

    Returns
    -------
    float
    """
    return math.dist(first, second)


def eye_distance(points: Points) -> float:
    """Distance between the eye centres, in pixels.

    Parameters
    ----------
    points : (98, 2) int64

    Returns
    -------
    float
        At least 0.
    """
    return distance(*eye_centres(points))


def eye_chin_distance(points: Points) -> float:
    """Distance from the middle between the eyes to the chin, in pixels: the unit that heights of a face are given in.

    The middle is not rounded, unlike elsewhere, and the result is in single precision: both as in OFIQ.

    Parameters
    ----------
    points : (98, 2) int64

    Returns
    -------
    float
        At least 0.
    """
    left, right = eye_centres(points)
    return float(np.float32(distance(points[CHIN], (left + right) / 2)))


def frontal_length(length: float, angle_deg: float) -> float:
    """A length across the face, corrected for the turn of the head that shortens it.

    Parameters
    ----------
    length : float
        As it appears in the picture.
    angle_deg : float
        Turn of the head about the axis at a right angle to the length: yaw for widths, pitch for heights.

    Returns
    -------
    float
        NaN in profile, where the cosine of the angle is 0.
    """
    cosine = math.cos(math.radians(angle_deg))
    return length / cosine if abs(cosine) > MIN_COSINE else float("nan")


def ratio(numerator: float, denominator: float) -> float:
    """Quotient of two numbers.

    Parameters
    ----------
    numerator, denominator : float

    Returns
    -------
    float
        NaN where the denominator is 0 or NaN.
    """
    return numerator / denominator if denominator else float("nan")
