"""What hides the face: occluded shares of eyes, mouth and face (ISO/IEC 29794-5, numbers of OFIQ)."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX, AlignedFace, Rgb
from biocapture.face.features.cheeks import Window
from biocapture.face.features.region import Region
from biocapture.face.landmarks import LEFT_EYE, OUTER_MOUTH, RIGHT_EYE, Points, eye_distance, frontal_length, ratio

ByteMask = NDArray[np.uint8]
"""(616, 616) uint8, 1 inside, 0 outside."""

Boxes = NDArray[np.int64]
"""(2, 2, 2) int64: left and right eye, first and last corner (both inside), column and row."""

OCCLUSION_SPAN = slice(96, 520)
"""Rows, and columns, of the aligned frame that the occlusion map shows (OFIQ); beyond it all counts as occluded."""


@dataclass(frozen=True, slots=True)
class OcclusionStatistics:
    """Covered shares, 0..1; NaN where not assessable."""

    occluded_eyes: float
    occluded_mouth: float
    occluded_face: float


def visible_mask(visible: NDArray[np.uint8]) -> ByteMask:
    """Enlarge an occlusion map to the aligned frame.

    Parameters
    ----------
    visible : (224, 224) uint8
        1 = face that nothing hides.

    Returns
    -------
    (616, 616) uint8
        0 outside :data:`OCCLUSION_SPAN`.
    """
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    mask[OCCLUSION_SPAN, OCCLUSION_SPAN] = cv2.resize(
        visible, (OCCLUSION_SPAN.stop - OCCLUSION_SPAN.start,) * 2, interpolation=cv2.INTER_NEAREST
    )
    return mask


def occlusion_statistics(
    aligned: AlignedFace, region: Region, visible: ByteMask | None, boxes: Boxes | None
) -> OcclusionStatistics:
    """Measure how much of eyes, mouth and face is hidden.

    Parameters
    ----------
    aligned : AlignedFace
    region : Region
        The face in the frame.
    visible : (616, 616) uint8 or None
        1 = face that nothing hides; None = unknown.
    boxes : (2, 2, 2) int64 or None
        Around the eyes; None in profile.

    Returns
    -------
    OcclusionStatistics
        All NaN without an occlusion map, the eyes' share also without boxes.
    """
    if visible is None:
        return OcclusionStatistics(*(float("nan"),) * 3)
    return OcclusionStatistics(
        float("nan") if boxes is None else occluded_share(_zone(boxes), visible),
        occluded_share(outline_mask(aligned.points[OUTER_MOUTH]), visible),
        occluded_share(region.mask, visible),
    )


def occluded_share(zone: ByteMask, visible: ByteMask) -> float:
    """Share of a zone that is not visible.

    Parameters
    ----------
    zone, visible : (616, 616) uint8
        1 inside, and 1 visible.

    Returns
    -------
    float
        0..1; NaN for an empty zone.
    """
    return ratio(float(cv2.countNonZero(zone & (1 - visible))), cv2.countNonZero(zone))


def eye_boxes(points: Points, yaw_deg: float) -> Boxes | None:
    """Boxes around both eyes, grown by a twentieth of the eye distance as it would be from the front (OFIQ).

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the aligned frame.
    yaw_deg : float

    Returns
    -------
    (2, 2, 2) int64 or None
        Left and right eye, first and last corner (both inside), column and row; None in profile.
    """
    apart = frontal_length(eye_distance(points), yaw_deg)
    if math.isnan(apart):
        return None
    margin = math.floor(apart / 20)
    eyes = np.stack([points[LEFT_EYE], points[RIGHT_EYE]])
    return np.sort(np.stack([eyes.min(axis=1) - margin, eyes.max(axis=1) + 1 + margin], axis=1), axis=1)


def box_windows(boxes: Boxes) -> list[Window]:
    """Rows and columns of boxes, cut to the aligned frame.

    Parameters
    ----------
    boxes : (n, 2, 2) int64
        First and last corner (both inside), column and row.

    Returns
    -------
    list of (slice, slice)
        Rows and columns; empty slices for boxes outside.
    """
    ends = np.clip(boxes + np.array([[0], [1]]), 0, SIDE_PX).tolist()
    return [(slice(top, bottom), slice(left, right)) for (left, top), (right, bottom) in ends]


def _zone(boxes: Boxes) -> ByteMask:
    """Filled in one go as in OFIQ: where the boxes of a turned head overlap, all but their edges is outside."""
    corners = [np.stack([box[[0, 1, 1, 0], 0], box[[0, 0, 1, 1], 1]], axis=1).astype(np.int32) for box in boxes]
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.drawContours(zone, corners, -1, 1, cv2.FILLED)
    return zone


def pixels_inside(pixels: Rgb, zone: ByteMask) -> Rgb:
    """Pixels of a zone, row by row.

    Parameters
    ----------
    pixels : (616, 616, 3) uint8
    zone : (616, 616) uint8
        1 inside.

    Returns
    -------
    (n, 3) uint8
    """
    left, top, width, height = cv2.boundingRect(zone)
    window = slice(top, top + height), slice(left, left + width)
    return pixels[window][zone[window] > 0]


def outline_mask(outline: Points) -> ByteMask:
    """Inside of the outline of an eye or of the mouth.

    Parameters
    ----------
    outline : (n, 2) int64
        Corners of a convex polygon, column and row in the aligned frame.

    Returns
    -------
    (616, 616) uint8
        1 inside and on the outline.
    """
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.fillConvexPoly(zone, outline.astype(np.int32), 1)
    return zone
