"""How the face sits in the picture, and what eyes and mouth do: distances of landmarks (ISO/IEC 29794-5, OFIQ)."""

from collections.abc import Iterable
from dataclasses import dataclass

from biocapture.face.landmarks import (
    CHIN,
    INNER_LIPS,
    LEFT_LIDS,
    MOUTH_CORNERS,
    RIGHT_LIDS,
    Points,
    distance,
    eye_centres,
    eye_chin_distance,
    frontal_length,
    ratio,
    round_half_away,
)


@dataclass(frozen=True, slots=True)
class GeometryStatistics:
    """Place and size of the face; ratios have no unit; NaN where not assessable.

    Attributes
    ----------
    inter_eye_px : float
        Distance of the eye centres as seen from the front.
    head_height : float
        Eyes to chin in picture heights.
    left_room, right_room : float
        From the picture's left border to the right eye, and from the left eye to the right border, in eye distances.
    room_above, room_below : float
        From the eyes to the borders, in distances from eyes to chin.
    """

    inter_eye_px: float
    head_height: float
    left_room: float
    right_room: float
    room_above: float
    room_below: float


def geometry_statistics(points: Points, shape: tuple[int, int], yaw_deg: float) -> GeometryStatistics:
    """Measure the landmarks of a picture of ``shape`` (rows, columns)."""
    height, width = shape
    left, right = eye_centres(points)
    apart = distance(left, right)
    between = round_half_away((left + right) / 2)
    down = distance(between, points[CHIN])
    return GeometryStatistics(
        inter_eye_px=frontal_length(apart, yaw_deg),
        head_height=eye_chin_distance(points) / height,
        left_room=ratio(float(right[0]), apart),
        right_room=ratio(width - float(left[0]), apart),
        room_above=ratio(float(between[1]), down),
        room_below=ratio(height - float(between[1]), down),
    )


def eye_opening(points: Points) -> float:
    """Largest distance of the lids of the eye that is less open, in distances from eyes to chin."""
    return ratio(min(_widest(points, LEFT_LIDS), _widest(points, RIGHT_LIDS)), eye_chin_distance(points))


def face_proportion(points: Points, yaw_deg: float, pitch_deg: float) -> float:
    """Eye distance over the distance from eyes to mouth, both as seen from the front; NaN in profile."""
    left, right = eye_centres(points)
    mouth = (points[MOUTH_CORNERS[0]] + points[MOUTH_CORNERS[1]]) / 2
    return ratio(
        frontal_length(distance(left, right), yaw_deg), frontal_length(distance((left + right) / 2, mouth), pitch_deg)
    )


def mouth_opening(points: Points) -> float:
    """Largest distance of the inner lips, in distances from eyes to chin."""
    return ratio(_widest(points, INNER_LIPS), eye_chin_distance(points))


def _widest(points: Points, pairs: Iterable[tuple[int, int]]) -> float:
    return max(distance(points[one], points[other]) for one, other in pairs)
