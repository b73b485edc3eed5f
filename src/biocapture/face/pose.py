"""Head pose from landmarks and a mean face in three dimensions (mean_face.csv, made by models/face_landmarks)."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

TABLE = Path(__file__).with_name("mean_face.csv")

STILL = np.r_[2:31, 33:60, [60, 64, 68, 72]]
"""Landmarks that faces do not move much: outline, brows, nose, eye corners."""

GIMBAL = 0.9975
"""Sine of the yaw from which pitch and roll cannot be told apart (OFIQ)."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles of the head in degrees, in OFIQ's signs.

    Attributes
    ----------
    pitch_deg : float
        Positive = chin down.
    yaw_deg : float
        Positive = nose to the right of the picture.
    roll_deg : float
        Positive = turned against the clock in the picture.
    """

    pitch_deg: float
    yaw_deg: float
    roll_deg: float


def pose(places: NDArray[np.float64]) -> Pose:
    """Pose of a head from (98, 2) landmarks, column and row."""
    return fitted(places, mean_face())


@functools.cache
def mean_face() -> NDArray[np.float64]:
    """(98, 3) float64: right, down, away from the viewer; in distances of the eye centres."""
    return np.loadtxt(TABLE, delimiter=",", skiprows=1)


def fitted(places: NDArray[np.float64], model: NDArray[np.float64]) -> Pose:
    """Weak-perspective fit by least squares: the camera is far compared with the depth of a head."""
    seen = places[STILL] - places[STILL].mean(axis=0)
    still = model[STILL] - model[STILL].mean(axis=0)
    # y up and z towards the viewer, as in OFIQ's formulas
    camera = np.linalg.lstsq(still * (1, -1, -1), seen * (1, -1), rcond=None)[0].T
    left, _, right = np.linalg.svd(camera, full_matrices=False)
    across, up = left @ right
    return angles(np.stack([across, up, np.cross(across, up)]))


def angles(turn: NDArray[np.float64]) -> Pose:
    """Angles of a rotation from the model to the camera, rows = camera axes, as OFIQ defines them."""
    sine = turn[0, 2]
    if abs(sine) > GIMBAL:
        side = np.sign(sine)
        pitch = side * np.arctan2(turn[1, 0], turn[2, 0])
        return Pose(float(np.degrees(pitch)), float(90.0 * side), 0.0)
    pitch, roll = -np.arctan2(turn[1, 2], turn[2, 2]), -np.arctan2(turn[0, 1], turn[0, 0])
    return Pose(*(float(np.degrees(angle)) for angle in (pitch, np.arcsin(sine), roll)))
