"""Where faces are: our detector (models/face_detector) on the picture reduced to 128 pixels, and on parts of it."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.networks.reduction import letterboxed
from biocapture.models import load

MODEL = "face_detector"
SIDE_PX, STEP_PX, REACH_PX = 128, 8, 32.0
"""Of the network's input, of its map, and the unit of the places it answers."""

MIN_SCORE = 0.36

FARTHER = 0.8
"""Scale of the second look, at the picture with a margin around it: what is a face in both is one."""

MARGIN_PX = (1 - FARTHER) / 2 * SIDE_PX
TO_FARTHER = np.array(((FARTHER, 0, MARGIN_PX), (0, FARTHER, MARGIN_PX)))
_AT = (((np.arange(SIDE_PX // STEP_PX) + 0.5) * STEP_PX * FARTHER + MARGIN_PX) / STEP_PX - 0.5).astype(np.float32)
NEAR_CELLS = np.meshgrid(_AT, _AT)
"""Columns and rows of the far look's map at which the cells of the near one lie."""

APART = 0.9
"""Two answers nearer than this, in distances from eyes to chin of the larger one, are the same face."""

PART = 0.55
"""Side of the parts looked at when the whole picture shows no face, in sides of the picture."""

BOX = (1.5, 1.9)
"""Width and height of a face's box in distances from eyes to chin."""

Vector = NDArray[np.float64]
"""(2,) float64, column and row."""


@dataclass(frozen=True, slots=True)
class Found:
    """One face found.

    Attributes
    ----------
    score : float
        0..1.
    centre : (2,) float64
        Half-way from the point between the eyes to the chin, in pixels of the picture.
    down : (2,) float64
        From the point between the eyes to the chin.
    in_part : bool
        Only a part of the picture showed it, not the whole.
    """

    score: float
    centre: Vector
    down: Vector
    in_part: bool = False

    @property
    def height_px(self) -> float:
        """Distance from eyes to chin."""
        return float(np.hypot(*self.down))

    @property
    def area_px2(self) -> float:
        """Of the box around the face."""
        return BOX[0] * BOX[1] * self.height_px**2


def faces(pixels: Rgb) -> tuple[Found, ...]:
    """Faces of a picture, largest first; small ones are looked for only where the whole picture shows none."""
    found = _in_window(pixels, (0, 0), pixels.shape[:2]) or faces_in_parts(pixels)
    return tuple(sorted(found, key=lambda face: -face.height_px))


def faces_at_a_glance(pixels: Rgb) -> tuple[Found, ...]:
    """Faces that one look at the whole picture shows, largest first: a fifth of the time, small ones are missed."""
    return tuple(sorted(_in_window(pixels, (0, 0), pixels.shape[:2]), key=lambda face: -face.height_px))


def faces_in_parts(pixels: Rgb) -> list[Found]:
    """Faces that looks at five overlapping parts of the picture show."""
    found = [face for corner, shape in _parts(pixels.shape[:2]) for face in _in_window(pixels, corner, shape)]
    return [dataclasses.replace(face, in_part=True) for face in _distinct(found)]


def _parts(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], tuple[int, ...]]]:
    """Row, column and shape of five overlapping parts: the corners and the middle."""
    part = tuple(max(1, round(PART * side)) for side in shape)
    rest = tuple(side - piece for side, piece in zip(shape, part, strict=True))
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1), (0.5, 0.5)):
        yield (int(down * rest[0]), int(across * rest[1])), part


def _in_window(pixels: Rgb, corner: tuple[int, int], shape: tuple[int, ...]) -> list[Found]:
    top, left = corner
    canvas, scale, shift = letterboxed(pixels[top : top + shape[0], left : left + shape[1]], SIDE_PX)
    farther = cv2.warpAffine(canvas, TO_FARTHER, (SIDE_PX, SIDE_PX))
    network = np.stack((canvas, farther)).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    answer, far = load(MODEL)(network)
    # a place is believed as both looks do in the mean
    answer[0] = (answer[0] + cv2.remap(far[0], *NEAR_CELLS, cv2.INTER_LINEAR)) / 2
    return _read(answer.astype(np.float64), scale, shift - scale * np.array((left, top)))


def _read(answer: NDArray[np.float64], scale: float, shift: Vector) -> list[Found]:
    """Peaks of the map, from network to picture pixels."""
    chance = (1.0 / (1.0 + np.exp(-answer[0]))).astype(np.float32)
    peaks = np.argwhere((chance >= MIN_SCORE) & (chance >= cv2.dilate(chance, np.ones((3, 3), np.uint8))))
    found = []
    for row, column in peaks:
        cell = answer[1:, row, column] * REACH_PX
        centre = (np.array((column, row)) + 0.5) * STEP_PX + cell[:2]
        found.append(Found(float(chance[row, column]), (centre - shift) / scale, cell[2:] / scale))
    return _distinct(found)


def _distinct(found: list[Found]) -> list[Found]:
    """The surest of those that lie on each other."""
    kept: list[Found] = []
    for face in sorted(found, key=lambda face: -face.score):
        near = (
            np.hypot(*(face.centre - other.centre)) <= APART * max(face.height_px, other.height_px) for other in kept
        )
        if not any(near):
            kept.append(face)
    return kept
