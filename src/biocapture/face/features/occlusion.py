"""What hides the face: shares of eyes, mouth, face and head that are covered (ISO/IEC 29794-5, numbers of OFIQ)."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX, AlignedFace, Rgb
from biocapture.face.features.cheeks import Window
from biocapture.face.features.region import Region
from biocapture.face.landmarks import LEFT_EYE, OUTER_MOUTH, RIGHT_EYE, Points, eye_distance, frontal_length, ratio

Mask = NDArray[np.uint8]
"""(616, 616) uint8, 1 inside, 0 outside."""

Boxes = NDArray[np.int64]
"""(2, 2, 2) int64: left and right eye, first and last corner (both inside), column and row."""

OCCLUSION_SPAN = slice(96, 520)
"""Rows and columns of the frame that the occlusion map covers; beyond it everything counts as covered."""


@dataclass(frozen=True, slots=True)
class OcclusionStatistics:
    """Covered shares, 0..1; NaN where not assessable."""

    occluded_eyes: float
    occluded_mouth: float
    occluded_face: float


def visible_mask(visible: NDArray[np.uint8]) -> Mask:
    """The occlusion map of 224 × 224 in the aligned frame."""
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    mask[OCCLUSION_SPAN, OCCLUSION_SPAN] = cv2.resize(
        visible, (OCCLUSION_SPAN.stop - OCCLUSION_SPAN.start,) * 2, interpolation=cv2.INTER_NEAREST
    )
    return mask


def occlusion_statistics(
    aligned: AlignedFace, region: Region, visible: Mask | None, boxes: Boxes | None
) -> OcclusionStatistics:
    """Measure how much of the face is hidden; all NaN without an occlusion map, of the eyes without their boxes."""
    if visible is None:
        return OcclusionStatistics(*(float("nan"),) * 3)
    return OcclusionStatistics(
        float("nan") if boxes is None else occluded_share(_zone(boxes), visible),
        occluded_share(outline_mask(aligned.points[OUTER_MOUTH]), visible),
        occluded_share(region.mask, visible),
    )


def occluded_share(zone: Mask, visible: Mask) -> float:
    """Share of a zone that is not visible, NaN for an empty zone."""
    return ratio(float(cv2.countNonZero(zone & (1 - visible))), cv2.countNonZero(zone))


def eye_boxes(points: Points, yaw_deg: float) -> Boxes | None:
    """Boxes of both eyes grown by a twentieth of the eye distance as seen from the front; None in profile."""
    apart = frontal_length(eye_distance(points), yaw_deg)
    if math.isnan(apart):
        return None
    margin = math.floor(apart / 20)
    eyes = np.stack([points[LEFT_EYE], points[RIGHT_EYE]])
    return np.sort(np.stack([eyes.min(axis=1) - margin, eyes.max(axis=1) + 1 + margin], axis=1), axis=1)


def box_windows(boxes: Boxes) -> list[Window]:
    """Rows and columns of the boxes within the frame."""
    ends = np.clip(boxes + np.array([[0], [1]]), 0, SIDE_PX).tolist()
    return [(slice(top, bottom), slice(left, right)) for (left, top), (right, bottom) in ends]


def _zone(boxes: Boxes) -> Mask:
    """Filled in one go as in OFIQ: where the boxes of a turned head overlap, all but their edges is outside."""
    corners = [np.stack([box[[0, 1, 1, 0], 0], box[[0, 0, 1, 1], 1]], axis=1).astype(np.int32) for box in boxes]
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.drawContours(zone, corners, -1, 1, cv2.FILLED)
    return zone


def pixels_inside(pixels: Rgb, zone: Mask) -> Rgb:
    """(n, 3) the pixels of a zone, row by row."""
    left, top, width, height = cv2.boundingRect(zone)
    window = slice(top, top + height), slice(left, left + width)
    return pixels[window][zone[window] > 0]


def outline_mask(outline: Points) -> Mask:
    """Inside of the outline of an eye or of the mouth."""
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.fillConvexPoly(zone, outline.astype(np.int32), 1)
    return zone
