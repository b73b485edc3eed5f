"""The face brought upright to a frame in which eyes, nose and mouth have fixed places (the canonical view of OFIQ)."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import MOUTH_CORNERS, NOSE_TIP, Points, eye_centres, round_half_away
from biocapture.types import Mask, Values

Rgb = NDArray[np.uint8]
"""(H, W, 3) uint8, red first."""

SIDE_PX = 616
FRAME = (SIDE_PX, SIDE_PX)
"""Rows and columns of the aligned frame."""

TARGET_POINTS = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)], np.float32)
"""Where eye centres, nose tip and mouth corners go (OFIQ); column and row."""


@dataclass(frozen=True, slots=True)
class AlignedFace:
    """One face in the frame of 616 × 616 pixels.

    Attributes
    ----------
    pixels : (616, 616, 3) uint8
        Black where the picture ends.
    points : (98, 2) int64
        Landmarks in the frame.
    matrix : (2, 3) float64
        Similarity from the picture to the frame.
    """

    pixels: Rgb
    points: Points
    matrix: Values


def align(pixels: Rgb, points: Points) -> AlignedFace | None:
    """Bring a face to the aligned frame by the similarity of :func:`similarity_transform`.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    points : (98, 2) int64
        Landmarks in the picture; they may lie outside it.

    Returns
    -------
    AlignedFace or None
        None where the landmarks define no similarity.
    """
    matrix = similarity_transform(points)
    if matrix is None:
        return None
    # single precision as in OFIQ: it decides where a coordinate falls on a half
    places = round_half_away(cv2.transform(points.astype(np.float32)[None], matrix)[0].astype(np.float64))
    wrapped = np.clip(places, -(2**31), 2**31).astype(np.int64).astype(np.int16)  # 16 bits wrap in OFIQ too
    return AlignedFace(cv2.warpAffine(pixels, matrix, FRAME), wrapped.astype(np.int64), matrix)


def similarity_transform(points: Points) -> Values | None:
    """Similarity that brings the landmarks of a picture to :data:`TARGET_POINTS`, by least median of squares.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the picture.

    Returns
    -------
    (2, 3) float64 or None
        Picture to frame; None where eyes, nose and mouth coincide so that there is none.
    """
    corners = [points[i] for i in MOUTH_CORNERS]
    source = np.array([*eye_centres(points), points[NOSE_TIP], *corners], np.float32)
    matrix, _ = cv2.estimateAffinePartial2D(source, TARGET_POINTS, method=cv2.LMEDS)
    usable = matrix is not None and np.isfinite(matrix).all() and abs(np.linalg.det(matrix[:, :2])) > 1e-12
    return matrix if usable else None


def outside_picture(matrix: Values, shape: tuple[int, int], size: tuple[int, int]) -> Mask:
    """Which pixels of a frame no pixel of the picture reaches.

    Parameters
    ----------
    matrix : (2, 3) float64
        From the picture to the frame.
    shape : (int, int)
        Rows and columns of the picture.
    size : (int, int)
        Columns and rows of the frame, from its upper left corner.

    Returns
    -------
    (rows, columns) bool
    """
    return cv2.warpAffine(np.zeros(shape, np.uint8), matrix, size, flags=cv2.INTER_NEAREST, borderValue=255) > 0
