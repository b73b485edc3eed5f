"""What hides the face: shares of eyes, mouth, face and head that are covered (ISO/IEC 29794-5, numbers of OFIQ)."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX, Aligned
from biocapture.face.landmarks import LEFT_EYE, OUTER_MOUTH, RIGHT_EYE, Points, eye_distance, frontal, ratio
from biocapture.face.region import Region

Mask = NDArray[np.uint8]
"""(616, 616) uint8, 1 inside, 0 outside."""

SEEN = slice(96, 520)
"""Rows and columns of the frame that the occlusion map covers; beyond it everything counts as covered."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Covered shares, 0..1; NaN where not assessable."""

    covered_eyes: float
    covered_mouth: float
    covered_face: float


def visible_mask(visible: NDArray[np.uint8]) -> Mask:
    """The occlusion map of 224 × 224 in the aligned frame."""
    mask = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    mask[SEEN, SEEN] = cv2.resize(visible, (SEEN.stop - SEEN.start,) * 2, interpolation=cv2.INTER_NEAREST)
    return mask


def cover(aligned: Aligned, region: Region, visible: Mask | None, yaw_deg: float) -> Cover:
    """Measure how much of the face is hidden; all NaN without an occlusion map."""
    if visible is None:
        return Cover(*(float("nan"),) * 3)
    eyes = eye_zones(aligned.points, yaw_deg)
    return Cover(
        float("nan") if eyes is None else covered_share(eyes, visible),
        covered_share(mouth_zone(aligned.points), visible),
        covered_share(region.mask, visible),
    )


def covered_share(zone: Mask, visible: Mask) -> float:
    """Share of a zone that is not visible, NaN for an empty zone."""
    return ratio(float(cv2.countNonZero(zone & (1 - visible))), cv2.countNonZero(zone))


def eye_zones(points: Points, yaw_deg: float) -> Mask | None:
    """Boxes of both eyes grown by a twentieth of the eye distance as seen from the front; None in profile."""
    apart = frontal(eye_distance(points), yaw_deg)
    if math.isnan(apart):
        return None
    margin = math.floor(apart / 20)
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    for eye in (points[LEFT_EYE], points[RIGHT_EYE]):
        first, last = np.sort([eye.min(axis=0) - margin, eye.max(axis=0) + 1 + margin], axis=0)
        left, top = np.clip(first, 0, SIDE_PX)
        right, bottom = np.clip(last + 1, 0, SIDE_PX)
        zone[top:bottom, left:right] = 1
    return zone


def mouth_zone(points: Points) -> Mask:
    """Polygon of the outer lips."""
    zone = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.fillConvexPoly(zone, points[OUTER_MOUTH].astype(np.int32), 1)
    return zone
