"""The default backend: faces, landmarks, pose and maps by our own networks and estimates; it needs no download."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb, similarity_transform
from biocapture.face.inputs import Inputs
from biocapture.face.landmarks import to_pixels
from biocapture.face.networks.detection import DetectedFace, detect_faces
from biocapture.face.networks.landmarks import LocatedLandmarks, locate_landmarks
from biocapture.face.networks.parts import DISTINGUISHED, parse_face
from biocapture.face.networks.pose import estimate_pose

NOSE_EYES_MOUTH = slice(51, 98)
"""Landmarks that must lie in the picture; jaw and brows may be cut off."""

MAX_IMPLAUSIBILITY, MAX_IMPLAUSIBILITY_IN_TILE = 0.35, 0.09
"""Of :func:`implausibility`, where the whole picture shows the face and where only a part of it does
(models/face_detector/limits.py)."""

MOUTH_IN_MAP, EYES_IN_MAP = np.s_[152:172, 90:134], np.s_[85:101, 64:160]
"""Where mouth and eyes of an aligned face lie in the occlusion map."""

MAX_MASKED_MOUTH, MIN_MASKED_EYES = 0.05, 0.75
"""Shares that are seen of the mouth and of the eyes of a masked face."""

MAX_FACES = 8
"""Largest faces whose landmarks are located: further ones change no measure."""


def find_inputs(pixels: Rgb) -> Inputs:
    """Detect faces in a picture and describe the largest.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    Inputs
        With empty ``areas_px2`` where no face is detected.
    """
    faces = detect_faces(pixels)[:MAX_FACES]
    return add_parsing(pixels, inputs_from_faces(pixels, faces)) if faces else Inputs(areas_px2=np.zeros(0))


def inputs_from_faces(pixels: Rgb, faces: Sequence[DetectedFace]) -> Inputs:
    """Landmarks and pose of the first plausible face, without the maps: what the live loop needs of a frame.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    faces : sequence of DetectedFace
        At least one, largest first. Implausible ones are dropped; where all are implausible, the first is described.

    Returns
    -------
    Inputs
        Without parsing and occlusion.
    """
    located = [(face, locate_landmarks(pixels, face)) for face in faces]
    plausible = [(face, marks) for face, marks in located if not _is_implausible(face, marks)] or located[:1]
    face, marks = plausible[0]
    head = estimate_pose(marks.places)
    return Inputs(
        points=to_pixels(marks.places),
        areas_px2=np.array([other.area_px2 for other, _ in plausible]),
        pitch_deg=head.pitch_deg,
        yaw_deg=head.yaw_deg,
        roll_deg=head.roll_deg,
        score=face.score,
        instability=marks.instability,
        implausible=_is_implausible(face, marks),
        cut_off=_is_cut_off(marks.places, pixels.shape),
    )


def implausibility(face: DetectedFace, marks: LocatedLandmarks) -> float:
    """How doubtful it is that a detection is a face: movement of its landmarks over the square of the detector's score.

    Parameters
    ----------
    face : DetectedFace
    marks : LocatedLandmarks
        Of this face.

    Returns
    -------
    float
        0 = certainly a face; compared with :data:`MAX_IMPLAUSIBILITY`.
    """
    return marks.instability / face.score**2


def _is_implausible(face: DetectedFace, marks: LocatedLandmarks) -> bool:
    return implausibility(face, marks) > (MAX_IMPLAUSIBILITY_IN_TILE if face.in_tile else MAX_IMPLAUSIBILITY)


def _is_cut_off(places: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    inner = places[NOSE_EYES_MOUTH]
    return bool((inner < 0).any() or (inner > np.array(shape[1::-1]) - 1).any())


def _is_masked(visible: NDArray[np.uint8]) -> bool:
    """Whether nearly nothing is seen where a mouth must be, and nearly everything where eyes must be."""
    return bool(visible[MOUTH_IN_MAP].mean() <= MAX_MASKED_MOUTH and visible[EYES_IN_MAP].mean() >= MIN_MASKED_EYES)


def add_parsing(pixels: Rgb, inputs: Inputs) -> Inputs:
    """The same inputs with parsing and occlusion maps, where the landmarks are those of a face.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.
    inputs : Inputs
        Of this picture.

    Returns
    -------
    Inputs
        Unchanged without landmarks; of an implausible face only whether it is masked.
    """
    matrix = None if inputs.points is None else similarity_transform(inputs.points)
    if matrix is None:
        return inputs
    maps = parse_face(pixels, matrix)
    if inputs.implausible:
        return dataclasses.replace(inputs, masked=_is_masked(maps.visible))
    return dataclasses.replace(inputs, parsing=maps.parsing, distinguished=DISTINGUISHED, visible=maps.visible)
