"""The backend of OFIQ: faces, landmarks, pose and maps by the networks of the user's OFIQ package, with OFIQ's crops.

After a description in our own words of OFIQ 1.1 (BSI, MIT); ``biocapture models add ofiq FILE.zip`` provides the files.
"""

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.errors import ModelError
from biocapture.face.alignment import AlignedFace, Rgb, align
from biocapture.face.features.occlusion import OCCLUSION_SPAN
from biocapture.face.features.parsing import PARSING_WINDOW
from biocapture.face.inputs import OCCLUSION_PX, PARSING_PX, Inputs
from biocapture.face.landmarks import Points, round_half_away, to_pixels
from biocapture.face.networks.pose import HeadPose, pose_angles
from biocapture.face.ofiq.answers import IMAGENET_NORMALISATION, ofiq_outputs
from biocapture.models import checked_path, load

Boxes = NDArray[np.int64]
"""(n, 4) int64: left, top, width, height; largest area first."""

DETECTOR_PX, DETECTOR_MEAN = 300, (104.0, 117.0, 123.0)
MARGIN, MIN_CONFIDENCE, MIN_WIDTH = 0.2, 0.4, 0.05
POSE_PX, LANDMARK_PX = 120, 256

POSE_MEAN = np.array(
    (3.4926363e-04, 2.5279013e-07, -6.8751979e-07, 6.0167957e01, -6.2955132e-07, 5.7572004e-04, -5.0853912e-05)
)
POSE_DEVIATION = np.array(
    (1.76321526e-04, 6.73794348e-05, 4.47084894e-04, 2.65502319e01, 1.23137695e-04, 4.49302170e-05, 7.92367064e-05)
)
"""Of the first seven numbers of the pose network (3DDFA-V2): two rows of an affine camera, three and one shift each."""


def find_inputs(pixels: Rgb) -> Inputs:
    """Detect faces with OFIQ's detector and describe the largest.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    Inputs
        With empty ``areas_px2`` where no face is detected.

    Raises
    ------
    ModelError
        A model of the package is missing or damaged.
    """
    boxes = detect_boxes(pixels)
    if not len(boxes):
        return Inputs(areas_px2=np.zeros(0))
    points = predict_landmarks(pixels, boxes[0])
    head = predict_pose(pixels, boxes[0])
    aligned = align(pixels, points)
    return Inputs(
        points=points,
        areas_px2=(boxes[:, 2] * boxes[:, 3]).astype(np.float64),
        pitch_deg=head.pitch_deg,
        yaw_deg=head.yaw_deg,
        roll_deg=head.roll_deg,
        parsing=None if aligned is None else predict_parsing(aligned),
        visible=None if aligned is None else predict_visibility(aligned),
        outputs={} if aligned is None else ofiq_outputs(pixels, points, aligned),
    )


def detect_boxes(pixels: Rgb) -> Boxes:
    """Detect faces with the single-shot detector, in the picture with a black margin of a fifth on each side.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    (n, 4) int64
        Left, top, width, height; largest area first.
    """
    height, width = pixels.shape[:2]
    across, down = int(MARGIN * width), int(MARGIN * height)
    padded = cv2.copyMakeBorder(pixels, down, down, across, across, cv2.BORDER_CONSTANT)
    network = _detector()
    size = (DETECTOR_PX, DETECTOR_PX)
    network.setInput(cv2.dnn.blobFromImage(padded, 1.0, size, DETECTOR_MEAN, swapRB=True))
    detections = np.asarray(network.forward(), np.float32).reshape(-1, 7)
    left, top, right, bottom = detections[:, 3:].T
    inside = (left > 0) & (top > 0) & (right < 1) & (bottom < 1)
    sides = np.float32(padded.shape[1]), np.float32(padded.shape[0])
    boxes = np.stack(
        [
            round_half_away((left * sides[0]).astype(np.float64)) - across,
            round_half_away((top * sides[1]).astype(np.float64)) - down,
            round_half_away(((right - left) * sides[0]).astype(np.float64)),
            round_half_away(((bottom - top) * sides[1]).astype(np.float64)),
        ],
        axis=1,
    )[(detections[:, 2] >= MIN_CONFIDENCE) & inside & (right - left > MIN_WIDTH)].astype(np.int64)
    return boxes[np.argsort(-boxes[:, 2] * boxes[:, 3], kind="stable")]


@functools.cache
def _detector() -> Any:
    layout, weights = checked_path("ofiq_detector_layout"), checked_path("ofiq_detector")
    try:
        return cv2.dnn.readNetFromCaffe(str(layout), str(weights))
    except cv2.error as error:
        raise ModelError(f"OpenCV cannot load it: {error}", str(weights)) from error


def square_crop(pixels: Rgb, left: int, top: int, side: int) -> Rgb:
    """A square of the picture, black beyond it.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    left, top, side : int
        In pixels; the square may lie outside the picture.

    Returns
    -------
    (side, side, 3) uint8
    """
    height, width = pixels.shape[:2]
    rows = slice(max(top, 0), max(min(top + side, height), 0))
    columns = slice(max(left, 0), max(min(left + side, width), 0))
    cut = np.zeros((side, side, 3), np.uint8)
    inside = pixels[rows, columns]
    cut[rows.start - top :, columns.start - left :][: inside.shape[0], : inside.shape[1]] = inside
    return cut


def predict_landmarks(pixels: Rgb, box: NDArray[np.int64]) -> Points:
    """Landmarks by ADNet, on the square around a box.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    box : (4,) int64
        Left, top, width, height.

    Returns
    -------
    (98, 2) int64
        WFLW order, column and row in the picture.
    """
    left, top, width, height = (int(value) for value in box)
    side = max(width, height)
    left, top = left - (side - width) // 2, top - (side - height) // 2
    crop = cv2.resize(square_crop(pixels, left, top, side), (LANDMARK_PX, LANDMARK_PX), interpolation=cv2.INTER_LINEAR)
    network = crop[..., ::-1].astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    answer = load("ofiq_landmarks", -1)(network.transpose(2, 0, 1)[None]).reshape(-1, 2).astype(np.float64)
    places = (answer + 1) / 2 * (LANDMARK_PX - 1) * (side / LANDMARK_PX) + (left, top)
    return to_pixels(places)


def predict_pose(pixels: Rgb, box: NDArray[np.int64]) -> HeadPose:
    """Pose by the affine camera that 3DDFA-V2 predicts.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    box : (4,) int64
        Left, top, width, height.

    Returns
    -------
    HeadPose
    """
    left, top, width, height = (int(value) for value in box)
    row, column = top + height / 2, left + width / 2
    # the crop of 3DDFA-V2 as OFIQ takes it: a square as high as 0.95 boxes, a little below the middle of the box
    first, last = int(row - 0.44 * height), int(row + 0.51 * height)
    side = max(1, last - first)
    cut = square_crop(pixels, int(column - side / 2), first, side)
    crop = cv2.resize(cut, (POSE_PX, POSE_PX), interpolation=cv2.INTER_LINEAR)[..., ::-1]
    network = (crop.astype(np.float32) - np.float32(127.5)) / np.float32(128)
    answer = load("ofiq_pose")(network.transpose(2, 0, 1)[None]).ravel()[:7].astype(np.float64)
    camera = answer * POSE_DEVIATION + POSE_MEAN
    across, down = (row / np.linalg.norm(row) for row in (camera[:3], camera[4:7]))
    return pose_angles(np.stack([across, down, np.cross(across, down)]))


def predict_parsing(aligned: AlignedFace) -> NDArray[np.uint8]:
    """Parsing map by BiSeNet.

    Parameters
    ----------
    aligned : AlignedFace

    Returns
    -------
    (400, 400) uint8
        Classes, see :class:`biocapture.face.features.parsing.FacePart`.
    """
    crop = cv2.resize(aligned.pixels[PARSING_WINDOW], (PARSING_PX, PARSING_PX), interpolation=cv2.INTER_LINEAR)
    mean, deviation = IMAGENET_NORMALISATION
    normal = (crop.astype(np.float32) / np.float32(255) - mean) / deviation
    answer: NDArray[np.uint8] = load("ofiq_parsing")(normal.transpose(2, 0, 1)[None])[0].argmax(axis=0).astype(np.uint8)
    return answer


def predict_visibility(aligned: AlignedFace) -> NDArray[np.uint8]:
    """Occlusion map by FaceExtraction.

    Parameters
    ----------
    aligned : AlignedFace

    Returns
    -------
    (224, 224) uint8
        1 = face that nothing hides.
    """
    size = (OCCLUSION_PX, OCCLUSION_PX)
    crop = cv2.resize(aligned.pixels[OCCLUSION_SPAN, OCCLUSION_SPAN], size, interpolation=cv2.INTER_LINEAR)
    scaled = crop.astype(np.float32) / np.float32(255)
    return (load("ofiq_occlusion", -1)(scaled.transpose(2, 0, 1)[None])[0, 0] >= 0).astype(np.uint8)
