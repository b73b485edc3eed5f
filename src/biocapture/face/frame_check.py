"""Quick check of a frame of a portrait camera: a face in the middle, near enough, lit, in focus.

Faces are found by the detector of the face package, which does not depend on colour: grey frames will do.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.framing import HEAD_HEIGHT
from biocapture.images.frame_check import FrameCheck, Prompts, nothing_presented, range_score, rising_score
from biocapture.types import Image

PROMPTS = Prompts(place="capture.place_face", another="capture.another_time")

Colour = NDArray[np.uint8]

MAX_CROP_PX = 320
"""Longest side of the middle of a face on which light and focus are measured."""


@dataclass(frozen=True, slots=True)
class FaceInFrame:
    """The largest face, in shares of the frame's sides; ``grey`` and ``sharpness`` of its pixels."""

    column: float
    height: float
    grey: float
    sharpness: float


def check_frame(image: Image) -> FrameCheck:
    """Check one frame of the live preview.

    Parameters
    ----------
    image : Image
        (H, W, 3) RGB.

    Returns
    -------
    FrameCheck
        Scores by guidance key; only "place your face" where none is detected.
    """
    face = _largest(image.pixels)
    if face is None:
        return nothing_presented("capture.place_face")
    return FrameCheck(
        {
            "capture.light_face": range_score(face.grey, 40.0, 225.0),
            "capture.centre_face": rising_score(1.0 - 2 * abs(face.column - 0.5), 0.3, 0.7),
            "capture.come_closer_face": rising_score(face.height, 0.1, 0.33),
            "capture.move_back_face": rising_score(1.0 - face.height, 0.02, 0.1),
            "capture.focus_face": rising_score(face.sharpness, 1.0, 6.0),
        }
    )


def _largest(pixels: Colour) -> FaceInFrame | None:
    from biocapture.face.networks.detection import (
        detect_faces_in_whole,  # the package takes a tenth of a second to import
    )

    faces = detect_faces_in_whole(pixels)
    if not faces:
        return None
    face, (rows, columns) = faces[0], pixels.shape[:2]
    grey = _middle(pixels, face.centre, face.height_px)
    height = HEAD_HEIGHT * face.height_px / rows
    return FaceInFrame(float(face.centre[0]) / columns, height, float(grey.mean()), _sharpness(grey))


def _middle(pixels: Colour, centre: NDArray[np.float64], height_px: float) -> Colour:
    """Greys of the middle of a face."""
    half = max(8, min(MAX_CROP_PX, round(height_px)) // 2)
    column, row = (int(np.clip(place, 0, side)) for place, side in zip(centre, pixels.shape[1::-1], strict=True))
    crop = np.ascontiguousarray(pixels[max(0, row - half) : row + half, max(0, column - half) : column + half])
    return cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY).astype(np.uint8, copy=False)


def _sharpness(grey: NDArray[np.generic]) -> float:
    """99.5th percentile of the second difference of a lightly smoothed image, in codes."""
    smooth = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 1.0)
    return float(np.percentile(np.abs(cv2.Laplacian(smooth, cv2.CV_32F)[::2, ::2]), 99.5))
