"""Head pose from landmarks: a mean face in three dimensions that may deviate in shape is fitted to them.

The tables are made by models/face_landmarks: mean_face.csv by mean_face.py, head_modes.csv by head_modes.py.
"""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from biocapture.types import Values

MEAN_FACE_TABLE = Path(__file__).with_name("mean_face.csv")
MODES_TABLE = Path(__file__).with_name("head_modes.csv")

RIGID_POINTS = np.r_[2:31, 33:60, [60, 64, 68, 72]]
"""Landmarks that expressions move little: outline, brows, nose, eye corners."""

MAX_YAW_SINE = 0.9975
"""Sine of the yaw from which pitch and roll cannot be separated (gimbal lock; OFIQ's limit)."""

LANDMARK_NOISE = 0.05
"""Standard deviation of a landmark from the head's shape, in distances of the eye centres."""

MEAN_NEARNESS, NEARNESS_DEVIATION, MAX_NEARNESS = 0.05, 0.04, 0.15
"""Nearness of the camera is one over its distance, in distances of the eye centres: mean (0.05: 1.3 m), standard
deviation, maximum."""

ITERATIONS = 4
MAX_MODE_WEIGHT = 3.0
"""In standard deviations of a mode of shape."""


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


def estimate_pose(places: Values) -> HeadPose:
    """Estimate the pose of a head from its landmarks.

    The most probable rotation, place, size, distance and shape of a head (Gauss-Newton from a weak-perspective fit):
    landmarks deviate by ``LANDMARK_NOISE``, shapes are as frequent as among the heads that the modes were made of.

    Parameters
    ----------
    places : (98, 2) float64
        Landmarks in the picture, column and row.

    Returns
    -------
    HeadPose
    """
    # y up and z towards the viewer, as in OFIQ's formulas
    image, model = places[RIGID_POINTS] * (1, -1), mean_face()[RIGID_POINTS] * (1, -1, -1)
    model = model - model.mean(axis=0)
    rotation, scale = weak_perspective(image, model)
    return pose_angles(_fit_rotation(image, model, head_modes(), rotation, max(scale, 1e-9)))


@functools.cache
def mean_face() -> Values:
    """(98, 3) float64: right, down, away from the viewer; in distances of the eye centres."""
    return np.loadtxt(MEAN_FACE_TABLE, delimiter=",", skiprows=1)


@functools.cache
def head_modes() -> Values:
    """(K, 60, 3) float64: one deviation of each mode of shape at ``RIGID_POINTS``; right, up, towards the viewer."""
    table = np.loadtxt(MODES_TABLE, delimiter=",", skiprows=1)
    return np.ascontiguousarray(table.reshape(len(RIGID_POINTS), -1, 3).swapaxes(0, 1))


def weak_perspective(image: Values, model: Values) -> tuple[Values, float]:
    """Fit a model to its image as a distant camera sees it (scaled orthography), by least squares.

    Parameters
    ----------
    image : (n, 2) float64
        Points in the image, y up.
    model : (n, 3) float64
        The same points of the model, centred.

    Returns
    -------
    rotation : (3, 3) float64
        Rows = axes of the camera.
    scale : float
        Image units per model unit.
    """
    camera = np.linalg.lstsq(model, image - image.mean(axis=0), rcond=None)[0].T
    left, size, right = np.linalg.svd(camera, full_matrices=False)
    across, up = left @ right
    return np.stack([across, up, np.cross(across, up)]), float(size.mean())


def _fit_rotation(image: Values, model: Values, modes: Values, rotation: Values, scale: float) -> Values:
    """Most probable rotation, by Gauss-Newton steps on rotation, scale, place, nearness of the camera and shape.

    Unknowns in this order: rotation vector (3), logarithm of the scale, place (2), nearness, weights of the modes. The
    priors hold nearness and shape, which landmarks alone determine poorly.
    """
    centre, nearness, weights = image.mean(axis=0), MEAN_NEARNESS, np.zeros(len(modes))
    prior = np.r_[np.zeros(6), (LANDMARK_NOISE / NEARNESS_DEVIATION) ** 2, np.full(len(modes), LANDMARK_NOISE**2)]
    for _ in range(ITERATIONS):
        head = (model + np.tensordot(weights, modes, 1)) @ rotation.T
        magnification = 1 / (1 - nearness * head[:, 2:])  # perspective: what is nearer to the camera is larger
        projected = head[:, :2] * magnification
        # derivatives of the projection: by rotation and by the modes, in three dimensions first
        moved = np.concatenate((np.cross(np.eye(3)[:, None], head), modes @ rotation.T))
        moved = moved[..., :2] * magnification + projected * (nearness * magnification * moved[..., 2:])
        shifts = np.broadcast_to(np.eye(2)[:, None], (2, *projected.shape))
        by_nearness = (projected * magnification * head[:, 2:])[None]
        slopes = np.concatenate((moved[:3], projected[None], shifts, by_nearness, moved[3:]))
        slopes = slopes.reshape(len(prior), -1)
        to_prior = np.r_[np.zeros(6), MEAN_NEARNESS - nearness, -weights]
        residual = ((image - centre) / scale - projected).ravel()
        step = np.linalg.solve(slopes @ slopes.T + np.diag(prior), slopes @ residual + prior * to_prior)
        rotation = _rotation(step[:3]) @ rotation
        centre, scale = centre + step[4:6] * scale, scale * float(np.exp(np.clip(step[3], -1, 1)))
        nearness = float(np.clip(nearness + step[6], 0, MAX_NEARNESS))
        weights = np.clip(weights + step[7:], -MAX_MODE_WEIGHT, MAX_MODE_WEIGHT)
    return rotation


def _rotation(vector: Values) -> Values:
    """Matrix of a rotation vector (Rodrigues)."""
    angle = float(np.linalg.norm(vector))
    x, y, z = vector / max(angle, 1e-12)
    cross = np.array([(0, -z, y), (z, 0, -x), (-y, x, 0)])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def pose_angles(rotation: Values) -> HeadPose:
    """Angles of a rotation as OFIQ defines them.

    Parameters
    ----------
    rotation : (3, 3) float64
        From the model to the camera, rows = axes of the camera.

    Returns
    -------
    HeadPose
        In profile (gimbal lock) roll is 0 and all turn about the camera's axis counts as pitch.
    """
    sine = rotation[0, 2]
    if abs(sine) > MAX_YAW_SINE:
        side = np.sign(sine)
        pitch = side * np.arctan2(rotation[1, 0], rotation[2, 0])
        return HeadPose(float(np.degrees(pitch)), float(90.0 * side), 0.0)
    pitch, roll = -np.arctan2(rotation[1, 2], rotation[2, 2]), -np.arctan2(rotation[0, 1], rotation[0, 0])
    return HeadPose(*(float(np.degrees(angle)) for angle in (pitch, np.arcsin(sine), roll)))
