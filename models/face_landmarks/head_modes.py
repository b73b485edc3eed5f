"""Make the modes of shape that pose is read with: ``src/biocapture/face/networks/head_modes.csv``.

usage: python -m models.face_landmarks.head_modes --labels FILE --makehuman REPOSITORY [--write]

--labels FILE     written by models.face_data.label; people held out are left out
--makehuman DIR   git directory of github.com/makehumancommunity/makehuman: as many heads, mixed at random
--write           also write the table; without it, only the modes' sizes are printed

Principal components of heads in three dimensions, turned and scaled onto the mean face by their still landmarks, and of
their mirror images. Portraits give real shapes with the depth of MediaPipe, MakeHuman wider ones with exact depth.
"""

import argparse
from pathlib import Path

import numpy as np
from models.face_data.heads import anchors, assets, person
from models.face_data.points import of_mesh
from models.face_data.portraits import is_held_out
from models.face_landmarks.mean_face import turn_onto
from numpy.typing import NDArray

from biocapture.face.landmarks import MIRRORED
from biocapture.face.networks.pose import MODES_TABLE, RIGID_POINTS, mean_face

COUNT, SEED = 6, 777
UP_FRONT = (1, -1, -1)
Heads = NDArray[np.float64]


def portraits(labels: Path) -> Heads:
    """(n, 98, 3) right, up, towards the viewer; every second one."""
    table = np.load(labels)
    meshes = zip(map(str, table["names"]), table["places"], strict=True)
    return np.stack([of_mesh(mesh) * UP_FRONT for name, mesh in meshes if not is_held_out(name)])[::2]


def heads(repository: Path, count: int) -> Heads:
    """(count, 98, 3), pupils in the middle of the eyes."""
    source = assets(repository)
    marks = anchors(source.mesh)
    made = np.stack([marks.on(person(source, np.random.default_rng((SEED, n))).vertices) for n in range(count)])
    pupils = np.stack((made[:, 60:68].mean(axis=1), made[:, 68:76].mean(axis=1)), axis=1)
    return np.concatenate((made, pupils), axis=1).astype(np.float64)


def modes(shapes: Heads, model: Heads) -> Heads:
    """(n, 60, 3) principal components at the still landmarks, each one deviation long."""
    onto = model[RIGID_POINTS] - model[RIGID_POINTS].mean(axis=0)
    place = {int(point): n for n, point in enumerate(RIGID_POINTS)}
    mirror = [place[int(MIRRORED[point])] for point in RIGID_POINTS]
    turned = np.stack([turn_onto(shape[RIGID_POINTS], onto) for shape in shapes])
    every = np.concatenate((turned, turned[:, mirror] * (-1, 1, 1))).reshape(2 * len(turned), -1)
    _, size, components = np.linalg.svd(every - every.mean(axis=0), full_matrices=False)
    return (components * size[:, None] / np.sqrt(len(every))).reshape(-1, len(RIGID_POINTS), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--makehuman", type=Path, required=True)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    real = portraits(arguments.labels)
    found = modes(np.concatenate((real, heads(arguments.makehuman, len(real)))), mean_face() * UP_FRONT)
    print("deviation in eye distances:", np.linalg.norm(found[:COUNT], axis=2).mean(axis=1).round(4))
    if arguments.write:
        table = found[:COUNT].swapaxes(0, 1).reshape(len(RIGID_POINTS), -1)
        header = ",".join(f"{axis}{n}" for n in range(COUNT) for axis in "xyz")
        np.savetxt(MODES_TABLE, table, fmt="%.5f", delimiter=",", header=header, comments="")


if __name__ == "__main__":
    main()
