"""What the measures need, found by our own networks and estimates: the backend that needs no download."""

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

MAX_IMPLAUSIBILITY, MAX_IMPLAUSIBILITY_IN_TILE = 0.35, 0.09
"""Of :func:`implausibility`, where the whole picture shows the face and where only a part of it does
(models/face_detector/limits.py)."""

MAX_FACES = 8
"""Faces that are looked at; more in a picture change nothing."""


def inputs_of(pixels: Rgb) -> Inputs:
    """Look for faces and describe the largest."""
    found = detect_faces(pixels)[:MAX_FACES]
    return add_parsing(pixels, inputs_from_faces(pixels, found)) if found else Inputs(areas_px2=np.zeros(0))


def inputs_from_faces(pixels: Rgb, found: Sequence[DetectedFace]) -> Inputs:
    """Landmarks and pose of the first of several faces: what the live loop needs of a frame.

    Where several were found, those whose landmarks do not stay are none; where all are none, the first is kept.
    """
    looks = [(face, locate_landmarks(pixels, face)) for face in found]
    sure = [(face, seen) for face, seen in looks if not _is_implausible(face, seen)] or looks[:1]
    face, seen = sure[0]
    head = estimate_pose(seen.places)
    return Inputs(
        points=to_pixels(seen.places),
        areas_px2=np.array([other.area_px2 for other, _ in sure]),
        pitch_deg=head.pitch_deg,
        yaw_deg=head.yaw_deg,
        roll_deg=head.roll_deg,
        score=face.score,
        instability=seen.instability,
        implausible=_is_implausible(face, seen),
        cut_off=_is_cut_off(seen.places, pixels.shape),
    )


def implausibility(face: DetectedFace, seen: LocatedLandmarks) -> float:
    """Whether it is a face at all: how far its landmarks move, over the square of the detector's score."""
    return seen.instability / face.score**2


def _is_implausible(face: DetectedFace, seen: LocatedLandmarks) -> bool:
    return implausibility(face, seen) > (MAX_IMPLAUSIBILITY_IN_TILE if face.in_tile else MAX_IMPLAUSIBILITY)


def _is_cut_off(places: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    inner = places[NOSE_EYES_MOUTH]
    return bool((inner < 0).any() or (inner > np.array(shape[1::-1]) - 1).any())


def add_parsing(pixels: Rgb, inputs: Inputs) -> Inputs:
    """The same inputs with parsing and occlusion, if the landmarks are those of a face."""
    matrix = None if inputs.points is None or inputs.implausible else similarity_transform(inputs.points)
    if matrix is None:
        return inputs
    found = parse_face(pixels, matrix)
    return dataclasses.replace(inputs, parsing=found.parsing, distinguished=DISTINGUISHED, visible=found.visible)
