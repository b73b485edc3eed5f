"""What the measures need, found by our own networks and estimates: the supplier that needs no download."""

from collections.abc import Sequence

import numpy as np

from biocapture.face.alignment import Rgb
from biocapture.face.detection import Found, faces
from biocapture.face.inputs import Inputs
from biocapture.face.landmark_network import landmarks
from biocapture.face.landmarks import whole
from biocapture.face.pose import pose


def inputs_of(pixels: Rgb) -> Inputs:
    """Look for faces and describe the largest."""
    found = faces(pixels)
    return with_landmarks(pixels, found) if found else Inputs(areas_px2=np.zeros(0))


def with_landmarks(pixels: Rgb, found: Sequence[Found]) -> Inputs:
    """Landmarks and pose of the first of several faces: what the live loop needs of a frame."""
    seen = landmarks(pixels, found[0])
    head = pose(seen.places)
    return Inputs(
        points=whole(seen.places),
        areas_px2=np.array([face.area_px2 for face in found]),
        pitch_deg=head.pitch_deg,
        yaw_deg=head.yaw_deg,
        roll_deg=head.roll_deg,
        score=found[0].score,
        unrest=seen.unrest,
    )
