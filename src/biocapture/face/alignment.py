"""The face turned upright and scaled to a frame in which eyes, nose and mouth have fixed places."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import MOUTH_CORNERS, NOSE_TIP, Points, eye_centres, round_half_away

Rgb = NDArray[np.uint8]
"""(H, W, 3) uint8, red first."""

SIDE_PX = 616
TARGET_POINTS = np.array([(251, 272), (364, 272), (308, 336), (262, 402), (355, 402)], np.float32)
"""Where eyes, nose tip and mouth corners go (OFIQ); column and row."""


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
    matrix: NDArray[np.float64]


def align(pixels: Rgb, points: Points) -> AlignedFace | None:
    """Fit the similarity by least median of squares and resample; None when the points fix no similarity."""
    matrix = similarity_transform(points)
    if matrix is None:
        return None
    # single precision as in OFIQ: it decides where a coordinate falls on a half
    moved = round_half_away(cv2.transform(points.astype(np.float32)[None], matrix)[0].astype(np.float64))
    size = (SIDE_PX, SIDE_PX)
    kept = np.clip(moved, -(2**31), 2**31).astype(np.int64).astype(np.int16)  # 16 bits wrap in OFIQ too
    return AlignedFace(cv2.warpAffine(pixels, matrix, size), kept.astype(np.int64), matrix)


def similarity_transform(points: Points) -> NDArray[np.float64] | None:
    """(2, 3) matrix that brings the landmarks of a picture to the frame; None when there is none."""
    corners = [points[i] for i in MOUTH_CORNERS]
    source = np.array([*eye_centres(points), points[NOSE_TIP], *corners], np.float32)
    matrix, _ = cv2.estimateAffinePartial2D(source, TARGET_POINTS, method=cv2.LMEDS)
    usable = matrix is not None and np.isfinite(matrix).all() and abs(np.linalg.det(matrix[:, :2])) > 1e-12
    return matrix if usable else None


def outside_picture(matrix: NDArray[np.float64], shape: tuple[int, int], rows: int) -> NDArray[np.bool_]:
    """(rows, 616) bool, the upper part of the frame: what the picture of ``shape`` does not cover."""
    empty = np.zeros(shape, np.uint8)
    size, nearest = (SIDE_PX, rows), cv2.INTER_NEAREST
    return cv2.warpAffine(empty, matrix, size, flags=nearest, borderMode=cv2.BORDER_CONSTANT, borderValue=255) > 0
