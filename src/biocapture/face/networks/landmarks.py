"""The 98 landmarks by our networks: two or three crops of the face (face_landmarks), one of each eye (face_eyes)."""

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
"""Change between two crops, over the detector's score, from which a third crop and its mirror image are used (test-time
augmentation): 1 % of portraits, half of the faces in the wild."""

EYE_WIDTH_SHARE = 0.5
"""Width of the eye in widths of its crop, as trained."""


@dataclass(frozen=True, slots=True)
class LocatedLandmarks:
    """Landmarks of one face.

    Attributes
    ----------
    places : (98, 2) float64
    instability : float
        Mean change of the landmarks between the last two crops, in their largest extent: large where there is no face.
    """

    places: Places
    instability: float


def locate_landmarks(pixels: Rgb, face: DetectedFace) -> LocatedLandmarks:
    """Locate the landmarks of a detected face.

    A first crop by the detector's box; a second, upright and centred by the first landmarks; where the two differ, a
    third and its mirror image, averaged (test-time augmentation). Then one crop of each eye.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    face : DetectedFace

    Returns
    -------
    LocatedLandmarks
    """
    centre = face.centre - CENTRE_LIFT * face.down
    first = landmarks_in_crop(pixels, centre, EXTENT_PER_HEIGHT * face.height_px, _angle_deg(face.down) - 90.0)[0]
    marks = _relocate(pixels, first)
    if marks.instability > MIN_INSTABILITY_FOR_MIRROR * face.score:
        marks = _relocate(pixels, marks.places, with_mirror=True)
    return replace(marks, places=refine_eyes(pixels, marks.places))


def _relocate(pixels: Rgb, earlier: Places, with_mirror: bool = False) -> LocatedLandmarks:
    """Landmarks on a crop in which earlier ones lie upright and centred, and by how much they differ from them."""
    angle = eye_line_deg(earlier)
    places = landmarks_in_crop(pixels, *_square_of(earlier, angle), angle, with_mirror)
    extent = float(np.ptp(places[0], axis=0).max())
    return LocatedLandmarks(places.mean(axis=0), float(np.hypot(*(places[0] - earlier).T).mean()) / max(extent, 1e-9))


def landmarks_in_crop(
    pixels: Rgb, centre: Places, extent_px: float, angle_deg: float, with_mirror: bool = False
) -> Places:
    """Run the landmark network on one crop of a picture.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    centre : (2,) float64
        Of the crop: column and row in the picture.
    extent_px : float
        Largest extent of the landmarks expected, in pixels of the picture.
    angle_deg : float
        By how much the face is turned in the picture, clockwise positive.
    with_mirror : bool
        Also on the mirrored crop.

    Returns
    -------
    (1, 98, 2) or (2, 98, 2) float64
        Column and row in the picture; the second by the mirror image, mirrored back.
    """
    scale = FACE_PX / (CROP_EXTENT * max(extent_px, 1.0))
    matrix = upright_transform(centre, scale, angle_deg, (FACE_PX / 2, FACE_PX / 2))
    crop = network_input(warp_crop(pixels, matrix, (FACE_PX, FACE_PX)))
    crops = np.concatenate((crop, crop[..., ::-1])) if with_mirror else crop
    places = load("face_landmarks")(crops).reshape(len(crops), COUNT, 2).astype(np.float64) * FACE_PX
    if with_mirror:
        places[1] = (places[1] * (-1, 1) + (FACE_PX - 1, 0))[MIRRORED]
    return _to_picture(places, matrix)


def refine_eyes(pixels: Rgb, places: Places) -> Places:
    """Replace the outlines and pupils of both eyes by those of the eye network.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    places : (98, 2) float64
        Landmarks in it; the corners of the eyes place the crops.

    Returns
    -------
    (98, 2) float64
    """
    refined = places.copy()
    refined[LEFT_EYE], refined[LEFT_PUPIL] = _locate_eye(pixels, places[list(LEFT_CORNERS)], mirrored=False)
    refined[MIRRORED[LEFT_EYE]], refined[RIGHT_PUPIL] = _locate_eye(pixels, places[list(RIGHT_CORNERS)], mirrored=True)
    return refined


def _locate_eye(pixels: Rgb, corners: Places, mirrored: bool) -> tuple[Places, Places]:
    """Outline and pupil of the eye between two corners, left one first; the network knows left eyes only."""
    along = corners[1] - corners[0]
    scale = EYE_WIDTH_SHARE * EYE_PX[0] / max(float(np.hypot(*along)), 1.0)
    matrix = upright_transform(corners.mean(axis=0), scale, _angle_deg(along), (EYE_PX[0] / 2, EYE_PX[1] / 2))
    if mirrored:
        matrix[0] = -matrix[0]
        matrix[0, 2] += EYE_PX[0] - 1
    crop = warp_crop(pixels, matrix, EYE_PX)
    answer = load("face_eyes")(network_input(crop)).reshape(-1, 2).astype(np.float64) * EYE_PX[0]
    eye = _to_picture(answer, matrix)
    return eye[:8], eye[8]


def upright_transform(centre: Places, scale: float, angle_deg: float, target: ArrayLike) -> Places:
    """Similarity that turns a picture upright, scales it and brings one point to a given place.

    Parameters
    ----------
    centre : (2,) float64
        The point in the picture, column and row; the picture is turned about it.
    scale : float
        Pixels of the frame per pixel of the picture.
    angle_deg : float
        Present turn of the picture, clockwise positive; it is turned back.
    target : (2,) numbers
        Where ``centre`` goes in the frame, column and row.

    Returns
    -------
    (2, 3) float64
        From the picture to the frame.
    """
    matrix = np.asarray(cv2.getRotationMatrix2D((float(centre[0]), float(centre[1])), angle_deg, scale), np.float64)
    matrix[:, 2] += np.asarray(target, np.float64) - centre
    return matrix


def eye_line_deg(places: Places) -> float:
    """Angle of the line from the left to the right eye in the picture.

    Parameters
    ----------
    places : (98, 2) float64

    Returns
    -------
    float
        Degrees, clockwise positive, -180..180.
    """
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
