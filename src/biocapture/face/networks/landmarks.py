"""The 98 points by our networks: two or three looks at the face (face_landmarks), one at each eye (face_eyes)."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.landmarks import (
    COUNT,
    LEFT_CORNERS,
    LEFT_EYE,
    LEFT_PUPIL,
    MIRRORED,
    RIGHT_CORNERS,
    RIGHT_PUPIL,
)
from biocapture.face.networks.detection import DetectedFace
from biocapture.face.networks.reduction import network_input, warp_crop
from biocapture.models import load

Places = NDArray[np.float64]
"""(n, 2) float64, column and row in the picture."""

FACE_PX = 112
EYE_PX = (64, 48)
"""Columns and rows of the networks' inputs."""

CROP_EXTENT = 1.35
"""Side of the crop in largest extents of the landmarks, as trained."""

EXTENT_PER_HEIGHT = 1.32
"""Largest extent of the landmarks in distances from eyes to chin."""

CENTRE_LIFT = 0.12
"""How far above the detector's centre the middle of the landmarks lies, in distances from eyes to chin: 0.11 to 0.13 on
portraits and on rendered heads, turned or not."""

MIN_INSTABILITY_FOR_MIRROR = 0.02
"""Change between two looks, over the detector's certainty, from which a third is taken: 1 % of portraits, half of the
faces in the wild."""

EYE_WIDTH_SHARE = 0.5
"""Width of the eye in widths of its crop, as trained."""


@dataclass(frozen=True, slots=True)
class LocatedLandmarks:
    """Landmarks of one face.

    Attributes
    ----------
    places : (98, 2) float64
    instability : float
        Mean change of the landmarks between the last two looks, in their largest extent: large where there is no face.
    """

    places: Places
    instability: float


def locate_landmarks(pixels: Rgb, face: DetectedFace) -> LocatedLandmarks:
    """Look twice at the face, upright and centred the second time, and once at each eye.

    If in doubt a third time, then at the mirrored crop, too.
    """
    middle = face.centre - CENTRE_LIFT * face.down
    first = landmarks_in_crop(pixels, middle, EXTENT_PER_HEIGHT * face.height_px, _angle_deg(face.down) - 90.0)[0]
    seen = _relocate(pixels, first)
    if seen.instability > MIN_INSTABILITY_FOR_MIRROR * face.score:
        seen = _relocate(pixels, seen.places, mirrored_too=True)
    return replace(seen, places=refine_eyes(pixels, seen.places))


def _relocate(pixels: Rgb, first: Places, mirrored_too: bool = False) -> LocatedLandmarks:
    """What is seen on a crop that other landmarks lie upright in, and by how much they differ."""
    angle = eye_line_deg(first)
    shown = landmarks_in_crop(pixels, *_square_of(first, angle), angle, mirrored_too)
    extent = float(np.ptp(shown[0], axis=0).max())
    return LocatedLandmarks(shown.mean(axis=0), float(np.hypot(*(shown[0] - first).T).mean()) / max(extent, 1e-9))


def landmarks_in_crop(
    pixels: Rgb, centre: Places, extent_px: float, angle_deg: float, mirrored_too: bool = False
) -> Places:
    """(1, 98, 2) landmarks of the network on one crop, or (2, 98, 2) with those that its mirror image shows."""
    scale = FACE_PX / (CROP_EXTENT * max(extent_px, 1.0))
    matrix = upright_transform(centre, scale, angle_deg, (FACE_PX / 2, FACE_PX / 2))
    crop = network_input(warp_crop(pixels, matrix, (FACE_PX, FACE_PX)))
    shown = np.concatenate((crop, crop[..., ::-1])) if mirrored_too else crop
    places = load("face_landmarks")(shown).reshape(len(shown), COUNT, 2).astype(np.float64) * FACE_PX
    if mirrored_too:
        places[1] = (places[1] * (-1, 1) + (FACE_PX - 1, 0))[MIRRORED]
    return _to_picture(places, matrix)


def refine_eyes(pixels: Rgb, places: Places) -> Places:
    """The same landmarks with the eyes' outlines and pupils from the eye network."""
    sharp = places.copy()
    sharp[LEFT_EYE], sharp[LEFT_PUPIL] = _locate_eye(pixels, places[list(LEFT_CORNERS)], mirrored=False)
    sharp[MIRRORED[LEFT_EYE]], sharp[RIGHT_PUPIL] = _locate_eye(pixels, places[list(RIGHT_CORNERS)], mirrored=True)
    return sharp


def _locate_eye(pixels: Rgb, corners: Places, mirrored: bool) -> tuple[Places, Places]:
    """Outline and pupil of the eye between two corners, left one first; a right eye is shown mirrored."""
    along = corners[1] - corners[0]
    scale = EYE_WIDTH_SHARE * EYE_PX[0] / max(float(np.hypot(*along)), 1.0)
    matrix = upright_transform(corners.mean(axis=0), scale, _angle_deg(along), (EYE_PX[0] / 2, EYE_PX[1] / 2))
    if mirrored:
        matrix[0] = -matrix[0]
        matrix[0, 2] += EYE_PX[0] - 1
    crop = warp_crop(pixels, matrix, EYE_PX)
    answer = load("face_eyes")(network_input(crop)).reshape(-1, 2).astype(np.float64) * EYE_PX[0]
    found = _to_picture(answer, matrix)
    return found[:8], found[8]


def upright_transform(centre: Places, scale: float, angle_deg: float, target: ArrayLike) -> Places:
    """(2, 3) similarity that turns back by ``angle_deg`` and puts ``centre`` in the middle of a frame."""
    matrix = np.asarray(cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle_deg, scale), np.float64)
    matrix[:, 2] += np.asarray(target, np.float64) - centre
    return matrix


def eye_line_deg(places: Places) -> float:
    """Angle of the line from the left to the right eye in the picture, degrees, clockwise positive."""
    return _angle_deg(places[list(RIGHT_CORNERS)].mean(axis=0) - places[list(LEFT_CORNERS)].mean(axis=0))


def _square_of(places: Places, angle_deg: float) -> tuple[Places, float]:
    """Middle and largest extent of the landmarks when turned upright."""
    matrix = upright_transform(np.zeros(2), 1.0, angle_deg, (0, 0))
    turned = places @ matrix[:, :2].T
    low, high = turned.min(axis=0), turned.max(axis=0)
    return ((low + high) / 2) @ matrix[:, :2], float((high - low).max())


def _to_picture(points: Places, matrix: Places) -> Places:
    inverse = cv2.invertAffineTransform(matrix)
    return points @ inverse[:, :2].T + inverse[:, 2]


def _angle_deg(vector: Places) -> float:
    return float(np.degrees(np.arctan2(vector[1], vector[0])))
