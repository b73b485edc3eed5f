"""Training pictures of the landmark network: portraits and rendered heads, turned, covered, reshaped, cropped."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from models.face_data.covers import cover_randomly
from models.face_data.expressions import LEFT_EYE, RIGHT_EYE, close_eye, open_mouth
from models.face_data.nonfaces import Backgrounds
from models.face_data.points import Places
from models.face_data.portraits import Portrait, turn
from numpy.typing import NDArray

from biocapture.face.landmarks import MIRRORED

Rgb = NDArray[np.uint8]
Floats = NDArray[np.float64]

SIDE_PX = 112

EXTENT = 1.35
"""Side of the crop in largest extents of the landmarks."""

GROUNDS = 1200
"""Backgrounds that are drawn once."""


@dataclass(frozen=True)
class Shares:
    """How often something happens to a training picture.

    Attributes
    ----------
    rendered : float
        It shows a rendered head.
    turned : float
        A portrait is turned in depth.
    loose : float
        It is cropped as by the detector's box, not as after a first look.
    photographed : float
        Light, lens, sensor and file change it.
    """

    rendered: float
    turned: float
    loose: float
    photographed: float


HARD, MILD = Shares(0.5, 0.65, 0.55, 0.8), Shares(0.35, 0.5, 0.35, 0.5)
"""To see faces anywhere, and then to place the points exactly."""


@dataclass(frozen=True)
class Face:
    """A picture, (98, 2) landmarks in it and, of a rendered head, which pixels are the person's."""

    pixels: Rgb
    places: Places
    mask: NDArray[np.uint8] | None = None


class People:
    """Portraits and rendered heads to draw faces from, and backgrounds."""

    def __init__(
        self,
        portraits: list[Portrait],
        renders: list[Face],
        grounds: Backgrounds,
        shares: Shares,
        rng: np.random.Generator,
    ) -> None:
        self.portraits, self.renders, self.shares = portraits, renders, shares
        self.grounds = [grounds(rng) for _ in range(GROUNDS)]

    def face(self, rng: np.random.Generator) -> Face:
        """One of them; a portrait turned by up to 40 degrees of yaw and 20 of pitch now and then."""
        if self.renders and rng.random() < self.shares.rendered:
            return self.renders[rng.integers(len(self.renders))]
        portrait = self.portraits[rng.integers(len(self.portraits))]
        if rng.random() < self.shares.turned:
            return Face(*turn(portrait, rng.uniform(-40, 40), rng.uniform(-20, 20)))
        return Face(portrait.pixels, portrait.places[:, :2])

    def ground(self, rng: np.random.Generator) -> Rgb:
        return self.grounds[rng.integers(len(self.grounds))]


def load_renders(path: Path | None) -> list[Face]:
    """Heads written by models.face_data.render."""
    if path is None:
        return []
    with np.load(path) as table:
        return [Face(*one) for one in zip(table["pixels"], table["places"], table["mask"], strict=True)]


def crop(people: People, rng: np.random.Generator) -> tuple[Rgb, Places]:
    """One training picture, not yet photographed, and its landmarks in shares of its side.

    Returns
    -------
    picture : (112, 112, 3) uint8
    places : (98, 2) float32
        0 at the middle of the first pixel, as OpenCV counts, 1 at 112.
    """
    face = dress(expressive(people.face(rng), rng), rng)
    picture, places = cut(face, window(face.places, rng.random() < people.shares.loose, rng), people.ground(rng), rng)
    if rng.random() < 0.5:
        picture = np.ascontiguousarray(picture[:, ::-1])
        places = np.stack((SIDE_PX - 1 - places[:, 0], places[:, 1]), axis=1)[MIRRORED]
    return picture, places.astype(np.float32) / SIDE_PX


def expressive(face: Face, rng: np.random.Generator) -> Face:
    """Now and then one eye or both closed, or the mouth open; renders have expressions of their own."""
    if face.mask is not None:
        return face
    face = Face(np.ascontiguousarray(face.pixels).copy(), face.places.copy())
    if rng.random() < 0.25:
        share, which = rng.uniform(0.15, 1), rng.random()
        if which < 0.85:
            close_eye(face.pixels, face.places, LEFT_EYE, share)
        if which > 0.15:
            close_eye(face.pixels, face.places, RIGHT_EYE, share)
    if rng.random() < 0.3:
        height = np.hypot(*(face.places[16] - face.places[[96, 97]].mean(axis=0)))
        open_mouth(face.pixels, face.places, float(rng.uniform(0.03, 0.28) * height), rng)
    return face


def dress(face: Face, rng: np.random.Generator) -> Face:
    """Half of the time with something before or on it."""
    if rng.random() < 0.5:
        return face
    pixels = cover_randomly(face.pixels, face.places, rng)
    if face.mask is None:
        return Face(pixels, face.places)
    return Face(pixels, face.places, np.where((pixels != face.pixels).any(axis=2), np.uint8(255), face.mask))


def window(places: Places, loose: bool, rng: np.random.Generator) -> Floats:
    """(2, 3) from picture to crop, stretched and sheared a little.

    Loose crops are off as those from the detector's boxes, measured on rendered heads: by 0.05 to 0.17 of the
    extent, 10 to 25 % in size, 3 to 18 degrees.
    """
    across = places[[68, 72]].mean(axis=0) - places[[60, 64]].mean(axis=0)
    upright = float(np.degrees(np.arctan2(across[1], across[0])))
    wide = rng.normal(0, 12) if rng.random() < 0.85 else rng.uniform(-40, 40)
    level = cv2.getRotationMatrix2D((0, 0), upright, 1)[:, :2]
    straight = places @ level.T
    low, high = straight.min(axis=0), straight.max(axis=0)
    extent = float((high - low).max())
    side = EXTENT * extent * np.exp(rng.normal(0, 0.17 if loose else 0.05))
    centre = (low + high) / 2 @ level
    angle = upright + (wide if loose else rng.normal(0, 3))
    turn = cv2.getRotationMatrix2D((0, 0), angle, SIDE_PX / side)[:, :2]
    shape = np.array(((np.exp(rng.normal(0, 0.08)), rng.normal(0, 0.05)), (rng.normal(0, 0.04), 1.0)))
    linear = shape @ turn
    shift = SIDE_PX / 2 + rng.normal(0, 0.08 if loose else 0.02, 2) * SIDE_PX - linear @ centre
    return np.concatenate((linear, shift[:, None]), axis=1)


def cut(face: Face, matrix: Floats, ground: Rgb, rng: np.random.Generator) -> tuple[Rgb, Places]:
    """The crop, its shape bent a little, on a background where nothing is known."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    layers, moved = face.pixels, matrix.copy()
    if face.mask is not None:
        layers = np.dstack((face.pixels, face.mask))
    if scale < 0.7:
        layers = cv2.resize(layers, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        moved[:, 2] += matrix[:, :2] @ (0.5, 0.5)
        moved[:, :2] *= 2
    shifts = bend(rng) if rng.random() < 0.5 else np.zeros((SIDE_PX, SIDE_PX, 2), np.float32)
    back = cv2.invertAffineTransform(moved).astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(SIDE_PX), np.arange(SIDE_PX)), axis=-1).astype(np.float32)
    source = (grid - shifts) @ back[:, :2].T + back[:, 2]
    edge = cv2.BORDER_REPLICATE if face.mask is not None or rng.random() < 0.7 else cv2.BORDER_CONSTANT
    picture = cv2.remap(layers, source, None, cv2.INTER_LINEAR, borderMode=edge)
    places = (face.places @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    # the field is smooth: where it moves a place to, it is about the same as at the place
    at = places + cv2.remap(shifts, places[:, None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
    places = places + cv2.remap(shifts, at[:, None], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[:, 0]
    if face.mask is None:
        return picture, places
    cover = picture[..., 3:].astype(np.float32) / 255
    return (picture[..., :3] * cover + ground * (1 - cover)).astype(np.uint8), places


def bend(rng: np.random.Generator) -> NDArray[np.float32]:
    """(112, 112, 2) pixels by which the content of the crop is moved: another face of the same person's colours."""
    coarse = rng.normal(0, rng.uniform(0, 2.5), (4, 4, 2)).astype(np.float32)
    return cv2.resize(coarse, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
