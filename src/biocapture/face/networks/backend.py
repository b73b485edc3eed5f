"""What the measures need, found by our own networks and estimates: the backend that needs no download."""

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb, similarity
from biocapture.face.inputs import Inputs
from biocapture.face.landmarks import whole
from biocapture.face.networks.detection import Found, faces
from biocapture.face.networks.landmarks import Seen, landmarks
from biocapture.face.networks.parts import TOLD_APART, parts
from biocapture.face.networks.pose import pose

NOSE_EYES_MOUTH = slice(51, 98)

MAX_DOUBT, OF_A_PART = 0.35, 0.09
"""Of :func:`doubt`, where the whole picture shows the face and where only a part of it does
(models/face_detector/limits.py)."""

MOST = 8
"""Faces that are looked at; more in a picture change nothing."""


def inputs_of(pixels: Rgb) -> Inputs:
    """Look for faces and describe the largest."""
    found = faces(pixels)[:MOST]
    return with_parts(pixels, with_landmarks(pixels, found)) if found else Inputs(areas_px2=np.zeros(0))


def with_landmarks(pixels: Rgb, found: Sequence[Found]) -> Inputs:
    """Landmarks and pose of the first of several faces: what the live loop needs of a frame.

    Where several were found, those whose landmarks do not stay are none; where all are none, the first is kept.
    """
    looks = [(face, landmarks(pixels, face)) for face in found]
    sure = [(face, seen) for face, seen in looks if not _doubtful(face, seen)] or looks[:1]
    face, seen = sure[0]
    head = pose(seen.places)
    return Inputs(
        points=whole(seen.places),
        areas_px2=np.array([other.area_px2 for other, _ in sure]),
        pitch_deg=head.pitch_deg,
        yaw_deg=head.yaw_deg,
        roll_deg=head.roll_deg,
        score=face.score,
        unrest=seen.unrest,
        doubtful=_doubtful(face, seen),
        cut_off=_cut_off(seen.places, pixels.shape),
    )


def doubt(face: Found, seen: Seen) -> float:
    """Whether it is a face at all: how far its landmarks move, over the square of the detector's score."""
    return seen.unrest / face.score**2


def _doubtful(face: Found, seen: Seen) -> bool:
    return doubt(face, seen) > (OF_A_PART if face.in_part else MAX_DOUBT)


def _cut_off(places: NDArray[np.float64], shape: tuple[int, ...]) -> bool:
    inner = places[NOSE_EYES_MOUTH]
    return bool((inner < 0).any() or (inner > np.array(shape[1::-1]) - 1).any())


def with_parts(pixels: Rgb, inputs: Inputs) -> Inputs:
    """The same inputs with parsing and occlusion, if the landmarks are those of a face."""
    matrix = None if inputs.points is None or inputs.doubtful else similarity(inputs.points)
    if matrix is None:
        return inputs
    found = parts(pixels, matrix)
    return dataclasses.replace(inputs, parsing=found.parsing, told_apart=TOLD_APART, visible=found.visible)
