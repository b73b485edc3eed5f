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

MIN_COSINE = 1e-6
"""Below, the face is in profile and its widths are not seen."""


def round_half_away(value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round halves away from zero as C++ does, not to even as NumPy does."""
    return np.trunc(value + np.copysign(0.5, value))


def to_pixels(points: NDArray[np.float64]) -> Points:
    """Points at whole pixels within 16 bits."""
    return round_half_away(np.clip(points, -MAX_COORDINATE_PX, MAX_COORDINATE_PX)).astype(np.int64)


def midpoint(points: Points, pair: tuple[int, int]) -> Point:
    """Middle of two landmarks at whole pixels."""
    return round_half_away((points[pair[0]] + points[pair[1]]) / 2)


def eye_centres(points: Points) -> tuple[Point, Point]:
    """Middle of the corners of the left and of the right eye, at whole pixels."""
    return midpoint(points, LEFT_CORNERS), midpoint(points, RIGHT_CORNERS)


def distance(one: Points | Point, other: Points | Point) -> float:
    """Euclidean distance of two points."""
    return math.dist(one, other)


def eye_distance(points: Points) -> float:
    """Distance of the eye centres."""
    return distance(*eye_centres(points))


def eye_chin_distance(points: Points) -> float:
    """From the chin to the middle between the eyes (not rounded): the height that faces are measured by.

    In single precision, as OFIQ has it.
    """
    left, right = eye_centres(points)
    return float(np.float32(distance(points[CHIN], (left + right) / 2)))


def frontal_length(width: float, yaw_deg: float) -> float:
    """A horizontal distance on a head turned by ``yaw_deg`` as seen from the front; NaN in profile."""
    cosine = math.cos(math.radians(yaw_deg))
    return width / cosine if abs(cosine) > MIN_COSINE else float("nan")


def ratio(part: float, whole: float) -> float:
    """``part / whole``, NaN where there is no whole."""
    return part / whole if whole else float("nan")
