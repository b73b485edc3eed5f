"""Head pose from landmarks and a mean face in three dimensions that may change its shape a little.

The tables are made by models/face_landmarks: mean_face.csv by mean_face.py, head_modes.csv by head_modes.py.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

MEAN_FACE_TABLE = Path(__file__).with_name("mean_face.csv")
MODES_TABLE = Path(__file__).with_name("head_modes.csv")

RIGID_POINTS = np.r_[2:31, 33:60, [60, 64, 68, 72]]
"""Landmarks that faces do not move much: outline, brows, nose, eye corners."""

MAX_YAW_SINE = 0.9975
"""Sine of the yaw from which pitch and roll cannot be told apart (OFIQ)."""

LANDMARK_NOISE = 0.05
"""Deviation of a landmark from the head's shape, in distances of the eye centres."""

MEAN_NEARNESS, NEARNESS_DEVIATION, MAX_NEARNESS = 0.05, 0.04, 0.15
"""Of the camera: one over its distance in distances of the eye centres (0.05: 1.3 m), deviation, largest."""

ITERATIONS, MAX_MODE_WEIGHT = 4, 3.0

Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HeadPose:
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


def estimate_pose(places: Places) -> HeadPose:
    """Pose of a head from (98, 2) landmarks, column and row.

    Most probable rotation, place, size, distance and shape of a head (Gauss-Newton from a weak-perspective fit): the
    landmarks deviate by ``LANDMARK_NOISE``, shapes are as common as among the heads that the modes were made of.
    """
    # y up and z towards the viewer, as in OFIQ's formulas
    seen, model = places[RIGID_POINTS] * (1, -1), mean_face()[RIGID_POINTS] * (1, -1, -1)
    model = model - model.mean(axis=0)
    turn, scale = weak_perspective(seen, model)
    return pose_angles(_fit_rotation(seen, model, head_modes(), turn, max(scale, 1e-9)))


@functools.cache
def mean_face() -> Places:
    """(98, 3) float64: right, down, away from the viewer; in distances of the eye centres."""
    return np.loadtxt(MEAN_FACE_TABLE, delimiter=",", skiprows=1)


@functools.cache
def head_modes() -> Places:
    """(K, 60, 3) float64: one deviation of each mode of shape at ``RIGID_POINTS``; right, up, towards the viewer."""
    table = np.loadtxt(MODES_TABLE, delimiter=",", skiprows=1)
    return np.ascontiguousarray(table.reshape(len(RIGID_POINTS), -1, 3).swapaxes(0, 1))


def weak_perspective(seen: Places, model: Places) -> tuple[Places, float]:
    """Rotation, rows = camera axes, and scale of a centred (n, 3) model seen at (n, 2)."""
    camera = np.linalg.lstsq(model, seen - seen.mean(axis=0), rcond=None)[0].T
    left, size, right = np.linalg.svd(camera, full_matrices=False)
    across, up = left @ right
    return np.stack([across, up, np.cross(across, up)]), float(size.mean())


def _fit_rotation(seen: Places, model: Places, modes: Places, turn: Places, scale: float) -> Places:
    middle, near, shares = seen.mean(axis=0), MEAN_NEARNESS, np.zeros(len(modes))
    # rotation, size, place and distance, shape: how sure each is beforehand
    prior = np.r_[np.zeros(6), (LANDMARK_NOISE / NEARNESS_DEVIATION) ** 2, np.full(len(modes), LANDMARK_NOISE**2)]
    for _ in range(ITERATIONS):
        head = (model + np.tensordot(shares, modes, 1)) @ turn.T
        closer = 1 / (1 - near * head[:, 2:])
        flat = head[:, :2] * closer
        moved = np.concatenate((np.cross(np.eye(3)[:, None], head), modes @ turn.T))
        moved = moved[..., :2] * closer + flat * (near * closer * moved[..., 2:])
        still = np.broadcast_to(np.eye(2)[:, None], (2, *flat.shape))
        slopes = np.concatenate((moved[:3], flat[None], still, (flat * closer * head[:, 2:])[None], moved[3:]))
        slopes = slopes.reshape(len(prior), -1)
        usual = np.r_[np.zeros(6), MEAN_NEARNESS - near, -shares]
        off = ((seen - middle) / scale - flat).ravel()
        step = np.linalg.solve(slopes @ slopes.T + np.diag(prior), slopes @ off + prior * usual)
        turn = _rotation(step[:3]) @ turn
        middle, scale = middle + step[4:6] * scale, scale * float(np.exp(np.clip(step[3], -1, 1)))
        near = float(np.clip(near + step[6], 0, MAX_NEARNESS))
        shares = np.clip(shares + step[7:], -MAX_MODE_WEIGHT, MAX_MODE_WEIGHT)
    return turn


def _rotation(vector: Places) -> Places:
    """Matrix of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / max(angle, 1e-12)
    cross = np.array([(0, -z, y), (z, 0, -x), (-y, x, 0)])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def pose_angles(turn: NDArray[np.float64]) -> HeadPose:
    """Angles of a rotation from the model to the camera, rows = camera axes, as OFIQ defines them."""
    sine = turn[0, 2]
    if abs(sine) > MAX_YAW_SINE:
        side = np.sign(sine)
        pitch = side * np.arctan2(turn[1, 0], turn[2, 0])
        return HeadPose(float(np.degrees(pitch)), float(90.0 * side), 0.0)
    pitch, roll = -np.arctan2(turn[1, 2], turn[2, 2]), -np.arctan2(turn[0, 1], turn[0, 0])
    return HeadPose(*(float(np.degrees(angle)) for angle in (pitch, np.arcsin(sine), roll)))
