"""Judge the parsing network on rendered heads, by group: who is the person, and what covers the face.

usage: python -m models.face_parsing.on_renders --renders FILE

--renders FILE  heads by models.face_data.render, of a seed that nothing is trained on; no render is trained on here

Heads to 45 degrees of yaw, composed onto drawn backgrounds, aligned by their exact landmarks; every second one with a
mask, a hand or another thing before the face. Intersection over union, of all pixels of a group together, inside the
picture; covers count within the outline of the face.
"""

import argparse
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
from models.face_data import covers
from models.face_data.groups import groups
from models.face_data.nonfaces import EVALUATION, Backgrounds, samples
from models.face_landmarks.crops import Face, load_renders
from models.face_landmarks.evaluate import compose
from numpy.typing import NDArray

from biocapture.face.alignment import similarity_transform
from biocapture.face.landmarks import to_pixels
from biocapture.face.networks.parts import SIDE_PX, network_logits, network_transform

MAX_YAW_DEG = 45.0

HELD = (covers.mask, covers.hand, covers.thing)

Mask = NDArray[np.bool_]


def align_mask(mask: NDArray[np.uint8], matrix: NDArray[np.float64]) -> Mask:
    """The mask as the network's answer lies."""
    return cv2.warpAffine(mask, network_transform(matrix), (SIDE_PX, SIDE_PX)) > 127


def judge(face: Face, held: bool, grounds: Backgrounds, rng: np.random.Generator) -> dict[str, tuple[int, int]]:
    """Pixels in both and in either, of person, background and cover."""
    picture, places = compose(face, grounds, rng), face.places
    before, full = picture.copy(), np.full(picture.shape[:2], 255, np.uint8)
    if held:
        HELD[rng.integers(len(HELD))](picture, places, rng)
    changed = np.where((picture != before).any(axis=2), np.uint8(255), np.uint8(0))
    outline = cv2.fillPoly(np.zeros_like(full), [cv2.convexHull(places.astype(np.int32))], 255)
    matrix = similarity_transform(to_pixels(places.astype(np.float64)))
    if matrix is None or face.mask is None:
        return {}
    said = network_logits(picture, matrix) > 0
    inside, on_face = align_mask(full, matrix), align_mask(outline, matrix)
    # what is held belongs to the person wherever it hides the background: it is left out
    person, cover = align_mask(face.mask, matrix), align_mask(changed, matrix)
    known = inside & (on_face | ~cover)
    pairs = {"person": (said[0], person, known), "background": (~said[0], ~person, known)}
    if held:
        pairs["cover"] = said[1], cover, inside & on_face
    return {
        name: (int((one & other & where).sum()), int(((one | other) & where).sum()))
        for name, (one, other, where) in pairs.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renders", type=Path, required=True)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    rng, both, either = np.random.default_rng(4), Counter[str](), Counter[str]()
    grounds = Backgrounds(samples(EVALUATION), [], 256)
    with np.load(arguments.renders) as table:
        yaw = abs(table["pose"][:, 0])
    heads = zip(load_renders(arguments.renders), groups(arguments.renders), strict=True)
    for number, (face, names) in enumerate(heads):
        if yaw[number] > MAX_YAW_DEG:
            continue
        for part, (one, other) in judge(face, number % 2 == 1, grounds, rng).items():
            for name in ("all", *names):
                both[f"{part}, {name}"] += one
                either[f"{part}, {name}"] += other
    for name in sorted(either):
        print(f"{name:45s} {both[name] / max(either[name], 1):.3f}")


if __name__ == "__main__":
    main()
