"""Make the mean face that pose is read from: ``src/biocapture/face/networks/mean_face.csv``.

usage: python -m models.face_landmarks.mean_face --labels FILE [--write]

--labels FILE   written by models.face_data.label
--write         also write the table; without it, only the figures are printed

Of every second portrait of Congress and all of the London set, neutral and smiling, with the depth of MediaPipe.
Generalised Procrustes analysis of faces in three dimensions: every face is turned and scaled onto the mean, the mean is
the average of the results and of their mirror images. Its axes: x along the eyes, y down, z away from the viewer; it is
turned about x until the neutral faces have a mean pitch of 0 in ``pitch_deg`` below. Lengths are in distances of the
eye centres.
"""

import argparse
from pathlib import Path

import numpy as np
from models.face_data.points import of_mesh
from numpy.typing import NDArray

from biocapture.face.landmarks import MIRRORED
from biocapture.face.networks import pose

TABLE = Path(__file__).parents[2] / "src" / "biocapture" / "face" / "networks" / "mean_face.csv"
ROUNDS = 4
EYES = [60, 64], [68, 72]
Face = NDArray[np.float64]


def portraits(labels: Path) -> tuple[Face, NDArray[np.bool_]]:
    """(n, 98, 3) column, row and depth of the portraits, and which of them are neutral."""
    table = np.load(labels)
    points = {str(name): of_mesh(mesh) for name, mesh in zip(table["names"], table["places"], strict=True)}
    chosen = sorted(name for name in points if name.startswith("congress"))[::2]
    chosen += [name for name in points if name.startswith(("neutral_front", "smiling_front"))]
    neutral = np.array([name.startswith("neutral_front") for name in chosen])
    return np.stack([points[name] for name in chosen]).astype(np.float64), neutral


def turn_onto(face: Face, model: Face) -> Face:
    """The face rotated and scaled onto the model (Kabsch)."""
    centred, wanted = face - face.mean(axis=0), model - model.mean(axis=0)
    left, spread, right = np.linalg.svd(centred.T @ wanted)
    sign = np.diag([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    turn = left @ sign @ right
    return centred @ turn * (spread * np.diag(sign)).sum() / (centred**2).sum()


def pitch_deg(places: Face, model: Face) -> float:
    """Of (98, 2) landmarks by a weak-perspective fit of one shape: the camera is far compared with the head's depth."""
    still = model[pose.RIGID_POINTS] * (1, -1, -1)
    turn, _ = pose.weak_perspective(places[pose.RIGID_POINTS] * (1, -1), still - still.mean(axis=0))
    return pose.pose_angles(turn).pitch_deg


def mean_of(faces: Face) -> Face:
    """Symmetric mean, eyes along x, brow to mouth along y."""
    model = faces[0] - faces[0].mean(axis=0)
    for _ in range(ROUNDS):
        model = np.mean([turn_onto(face, model) for face in faces], axis=0)
        model = (model + turn_onto(model[MIRRORED] * (-1, 1, 1), model)) / 2
    across = model[EYES[1]].mean(axis=0) - model[EYES[0]].mean(axis=0)
    down = model[[76, 82]].mean(axis=0) - model[[*EYES[0], *EYES[1]]].mean(axis=0)
    x = across / np.linalg.norm(across)
    y = down - x * (down @ x)
    y /= np.linalg.norm(y)
    return model @ np.stack([x, y, np.cross(x, y)]).T / np.linalg.norm(across)


def about_x(model: Face, angle_deg: float) -> Face:
    """Turned about the line of the eyes."""
    cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    return model @ np.array([(1, 0, 0), (0, cosine, sine), (0, -sine, cosine)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    points, neutral = portraits(arguments.labels)
    model = mean_of(points)
    for _ in range(3):
        pitch = np.mean([pitch_deg(face[:, :2], model) for face in points[neutral]])
        model = about_x(model, float(pitch))
        print(f"mean pitch of {int(neutral.sum())} neutral faces {pitch:+.2f}°")
    spread = np.std([turn_onto(face, model) - (model - model.mean(axis=0)) for face in points], axis=0)
    print(f"{len(points)} faces; deviation of a point {spread.mean():.3f} eye distances")
    if arguments.write:
        np.savetxt(TABLE, model - model.mean(axis=0), fmt="%.4f", delimiter=",", header="x,y,z", comments="")


if __name__ == "__main__":
    main()
