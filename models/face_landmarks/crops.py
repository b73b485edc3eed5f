"""Training pictures of the landmark network: portraits turned, covered, with other expressions, cropped loosely."""

from dataclasses import dataclass

import cv2
import numpy as np
from models.face_training.covers import covered
from models.face_training.expressions import LEFT_EYE, RIGHT_EYE, close_eye, open_mouth
from models.face_training.points import MIRRORED, Places
from models.face_training.portraits import Portrait, turned
from numpy.typing import NDArray

Rgb = NDArray[np.uint8]

SIDE_PX = 112

EXTENT = 1.35
"""Side of the crop in largest extents of the landmarks."""


@dataclass(frozen=True)
class Face:
    """A picture and (98, 2) landmarks in it."""

    pixels: Rgb
    places: Places


def faces(portraits: list[Portrait], rng: np.random.Generator, turns: int) -> list[Face]:
    """Every portrait as it is and turned ``turns`` times, by up to 35 degrees."""
    found = [Face(portrait.pixels, portrait.places[:, :2]) for portrait in portraits]
    for portrait in portraits:
        found += [Face(*turned(portrait, rng.uniform(-35, 35), rng.uniform(-18, 18))) for _ in range(turns)]
    return found


def crop(face: Face, rng: np.random.Generator) -> tuple[Rgb, Places]:
    """One training picture, not yet photographed, and its landmarks in shares of its side.

    Returns
    -------
    picture : (112, 112, 3) uint8
    places : (98, 2) float32
        0 at the middle of the first pixel, as OpenCV counts, 1 at 112.
    """
    face = Face(np.ascontiguousarray(face.pixels).copy(), face.places.copy())
    express(face, rng)
    if rng.random() < 0.5:
        face = Face(covered(face.pixels, face.places, rng), face.places)
    matrix = window(face.places, rng)
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_CONSTANT
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    pixels, moved = face.pixels, matrix
    if scale < 0.7:
        pixels, moved = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), matrix * (2, 2, 1)
    picture = cv2.warpAffine(pixels, moved, (SIDE_PX,) * 2, flags=cv2.INTER_LINEAR, borderMode=border)
    places = (face.places @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    if rng.random() < 0.5:
        picture = np.ascontiguousarray(picture[:, ::-1])
        places = np.stack((SIDE_PX - 1 - places[:, 0], places[:, 1]), axis=1)[MIRRORED]
    return picture, places / SIDE_PX


def express(face: Face, rng: np.random.Generator) -> None:
    """Now and then close one eye or both, or open the mouth."""
    if rng.random() < 0.25:
        share, which = rng.uniform(0.15, 1), rng.random()
        if which < 0.85:
            close_eye(face.pixels, face.places, LEFT_EYE, share)
        if which > 0.15:
            close_eye(face.pixels, face.places, RIGHT_EYE, share)
    if rng.random() < 0.3:
        height = np.hypot(*(face.places[16] - face.places[[96, 97]].mean(axis=0)))
        open_mouth(face.pixels, face.places, float(rng.uniform(0.03, 0.28) * height), rng)


def window(places: Places, rng: np.random.Generator) -> NDArray[np.float64]:
    """(2, 3) from portrait to crop: as after a first look that was somewhat wrong, stretched and sheared a little."""
    low, high = places.min(axis=0), places.max(axis=0)
    angle = rng.normal(0, 10) if rng.random() < 0.8 else rng.uniform(-40, 40)
    side = EXTENT * float((high - low).max()) * np.exp(rng.normal(0, 0.14))
    centre = (low + high) / 2
    turn = cv2.getRotationMatrix2D(tuple(map(float, centre)), angle, SIDE_PX / side)
    shape = np.array(((np.exp(rng.normal(0, 0.07)), rng.normal(0, 0.05)), (rng.normal(0, 0.04), 1.0)))
    linear = shape @ turn[:, :2]
    shift = SIDE_PX / 2 + rng.normal(0, 0.07, 2) * SIDE_PX - linear @ centre
    return np.concatenate((linear, shift[:, None]), axis=1)
