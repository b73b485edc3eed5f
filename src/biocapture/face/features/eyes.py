"""What a capture station asks of eyes beyond ISO/IEC 29794-5: red pupils, glare, glasses, hair, gaze."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import FRAME, AlignedFace, Rgb
from biocapture.face.features.cheeks import Window
from biocapture.face.features.luminance import luminance
from biocapture.face.features.occlusion import Boxes, box_windows, outline_mask, pixels_inside
from biocapture.face.features.parsing import FacePart
from biocapture.face.landmarks import (
    LEFT_CORNERS,
    LEFT_EYE,
    LEFT_PUPIL,
    RIGHT_CORNERS,
    RIGHT_EYE,
    RIGHT_PUPIL,
    Points,
    distance,
    ratio,
)
from biocapture.types import Mask

MIN_GLARE, MIN_GLARE_IN_CHEEKS = 170, 1.5
"""Luminance from which light hides what is behind, in codes and in medians of the cheeks; the white of an eye stays
below one or the other."""

OUTLINE_PX = 5
"""Width of the rim of an eye that is taken for the eye: landmarks err."""

MIN_RED_RATIO, MIN_RED = 2, 110
"""A red pupil's red is at least twice green and blue, and bright: brown irises in warm light stay below."""


@dataclass(frozen=True, slots=True)
class EyeStatistics:
    """Statistics of both eyes; NaN where not assessable.

    Attributes
    ----------
    red_pupils : float
        Share of the open eye with the red of a flash-lit pupil, 0..1, of the worse eye.
    eye_glare : float
        Share of the boxes around the eyes, less the eyes, that is bright and much brighter than the cheeks, 0..1.
    eye_brightness : float
        Upper quartile of the luminance in those boxes, in medians of the cheeks.
    glasses_share, hair_share : float
        Shares of the boxes, 0..1.
    gaze_offset : float
        From the middle of the eyes to their pupils, along the eyes, in half eye widths.
    """

    red_pupils: float
    eye_glare: float
    eye_brightness: float
    glasses_share: float
    hair_share: float
    gaze_offset: float


def eye_statistics(
    aligned: AlignedFace, boxes: Boxes | None, parts: NDArray[np.uint8] | None, cheek_grey: float
) -> EyeStatistics:
    """Measure both eyes and what is around them.

    Parameters
    ----------
    aligned : AlignedFace
    boxes : (2, 2, 2) int64 or None
        Around the eyes; None in profile.
    parts : (616, 616) uint8 or None
        Parsing classes of the frame.
    cheek_grey : float
        Median luminance of the cheeks, 0..255; NaN = unknown.

    Returns
    -------
    EyeStatistics
    """
    around = [] if boxes is None else box_windows(boxes)
    colours = [aligned.pixels[window].reshape(-1, 3) for window in around]
    grey = luminance(np.concatenate(colours)[None]) if sum(map(len, colours)) else np.zeros(0, np.uint8)
    labels = [] if parts is None else [parts[window].ravel() for window in around]
    classes = np.concatenate(labels) if labels else np.zeros(0, np.uint8)
    return EyeStatistics(
        red_pupils=max(_red(aligned.pixels, aligned.points[eye]) for eye in (LEFT_EYE, RIGHT_EYE)),
        eye_glare=_share(grey.ravel()[_beside_eyes(aligned, around)] >= _min_glare(cheek_grey)),
        eye_brightness=ratio(float(np.percentile(grey, 75)), cheek_grey) if grey.size else float("nan"),
        glasses_share=_share(classes == FacePart.EYEGLASSES),
        hair_share=_share(classes == FacePart.HAIR),
        gaze_offset=gaze_offset(aligned.points),
    )


def _min_glare(cheek_grey: float) -> float:
    return max(MIN_GLARE, MIN_GLARE_IN_CHEEKS * cheek_grey)


def _beside_eyes(aligned: AlignedFace, around: Sequence[Window]) -> Mask:
    """Which pixels of the windows, in turn, are outside the eyes: the white of an eye is no glare."""
    eyes = np.zeros(FRAME, np.uint8)
    for eye in (LEFT_EYE, RIGHT_EYE):
        outline = aligned.points[eye].astype(np.int32)
        cv2.fillConvexPoly(eyes, outline, 1)
        cv2.polylines(eyes, [outline], True, 1, OUTLINE_PX)
    outside = [eyes[window].ravel() == 0 for window in around]
    return np.concatenate(outside) if outside else np.zeros(0, np.bool_)


def gaze_offset(points: Points) -> float:
    """How far both pupils lie from the middle of the eyes, along the line between the corners.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks with pupils.

    Returns
    -------
    float
        Mean of both eyes in half eye widths: 0 straight ahead, 1 at a corner; NaN where the corners of an eye coincide.
    """
    pairs = ((LEFT_CORNERS, LEFT_PUPIL), (RIGHT_CORNERS, RIGHT_PUPIL))
    return abs(sum(_offset(points[list(corners)], points[pupil]) for corners, pupil in pairs) / 2)


def _offset(corners: Points, pupil: Points) -> float:
    axis = (corners[1] - corners[0]) / 2
    along = float(((pupil - corners.mean(axis=0)) * axis).sum())
    return ratio(along, distance(corners[0], corners[1]) ** 2 / 4)


def _red(pixels: Rgb, outline: Points) -> float:
    eye = pixels_inside(pixels, outline_mask(outline)).astype(np.int16)
    return _share((eye[:, 0] >= MIN_RED) & (eye[:, 0] >= MIN_RED_RATIO * eye[:, 1:].max(axis=1)))


def _share(mask: NDArray[np.bool_]) -> float:
    return float(mask.mean()) if mask.size else float("nan")
