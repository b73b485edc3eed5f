"""Place and size of the face in the picture, opening of eyes and mouth: distances of landmarks (ISO/IEC 29794-5)."""

from collections.abc import Iterable
from dataclasses import dataclass

from biocapture.face.landmarks import (
    CHIN,
    INNER_LIPS,
    LEFT_LIDS,
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
    """Measure the place and the size of a face in the picture.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the picture.
    shape : (int, int)
        Rows and columns of the picture.
    yaw_deg : float
        NaN = unknown.

    Returns
    -------
    GeometryStatistics
    """
    height, width = shape
    left, right = eye_centres(points)
    apart = distance(left, right)
    # this middle is rounded; that of eye_chin_distance is not (OFIQ has both)
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
    """Largest distance of the lids of the less open eye, in distances from eyes to chin (ISO/IEC 29794-5 eyes open).

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the aligned frame, as in OFIQ.

    Returns
    -------
    float
        0 = closed; NaN where eyes and chin coincide.
    """
    return ratio(min(_widest(points, LEFT_LIDS), _widest(points, RIGHT_LIDS)), eye_chin_distance(points))


def mouth_opening(points: Points) -> float:
    """Largest distance of the inner lips, in distances from eyes to chin (ISO/IEC 29794-5 mouth closed).

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the picture, as in OFIQ.

    Returns
    -------
    float
        0 = closed; NaN where eyes and chin coincide.
    """
    return ratio(_widest(points, INNER_LIPS), eye_chin_distance(points))


def _widest(points: Points, pairs: Iterable[tuple[int, int]]) -> float:
    return max(distance(points[upper], points[lower]) for upper, lower in pairs)
