"""Face detection by our network (models/face_detector) on the picture reduced to 128 pixels, or on tiles of it."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.networks.reduction import letterbox
from biocapture.models import load

MODEL = "face_detector"
SIDE_PX, STEP_PX, OFFSET_UNIT_PX = 128, 8, 32.0
"""Side of the network's input, step of its map, and the unit of the offsets it returns."""

MIN_SCORE = 0.36
"""Chosen by models/face_detector/limits.py, together with the limits of implausibility."""

SECOND_SCALE = 0.8
"""The network also runs on the picture reduced to this, with a margin around it; both answers are averaged."""

MARGIN_PX = (1 - SECOND_SCALE) / 2 * SIDE_PX
TO_SECOND_SCALE = np.array(((SECOND_SCALE, 0, MARGIN_PX), (0, SECOND_SCALE, MARGIN_PX)))
_AT = (((np.arange(SIDE_PX // STEP_PX) + 0.5) * STEP_PX * SECOND_SCALE + MARGIN_PX) / STEP_PX - 0.5).astype(np.float32)
CELLS_AT_SECOND_SCALE = np.meshgrid(_AT, _AT)
"""Columns and rows of the reduced picture's map at which the cells of the whole one lie."""

MIN_SEPARATION = 0.9
"""Two detections nearer than this, in distances from eyes to chin of the larger one, are the same face."""

TILE_SHARE = 0.55
"""Sides of the tiles that are searched when the whole picture shows no face, in sides of the picture."""

BOX_SIZE = (1.5, 1.9)
"""Width and height of a face's box in distances from eyes to chin."""

Vector = NDArray[np.float64]
"""(2,) float64, column and row."""


@dataclass(frozen=True, slots=True)
class DetectedFace:
    """One detected face.

    Attributes
    ----------
    score : float
        0..1.
    centre : (2,) float64
        Half-way from the point between the eyes to the chin, in pixels of the picture.
    down : (2,) float64
        From the point between the eyes to the chin.
    in_tile : bool
        Detected in a tile of the picture, not in the whole.
    """

    score: float
    centre: Vector
    down: Vector
    in_tile: bool = False

    @property
    def height_px(self) -> float:
        """Distance from eyes to chin."""
        return float(np.hypot(*self.down))

    @property
    def area_px2(self) -> float:
        """Of the box around the face."""
        return BOX_SIZE[0] * BOX_SIZE[1] * self.height_px**2


def detect_faces(pixels: Rgb) -> tuple[DetectedFace, ...]:
    """Detect faces, small ones only where the whole picture shows none.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    tuple of DetectedFace
        Largest first; empty where none is found.
    """
    return detect_faces_in_whole(pixels) or tuple(_by_size(detect_faces_in_tiles(pixels)))


def detect_faces_in_whole(pixels: Rgb) -> tuple[DetectedFace, ...]:
    """Detect faces in the whole picture only.

    Small ones are missed; where there is none it takes a fifth of the time of :func:`detect_faces`.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    tuple of DetectedFace
        Largest first.
    """
    return tuple(_by_size(_detect_in_window(pixels, (0, 0), pixels.shape[:2])))


def detect_faces_in_tiles(pixels: Rgb) -> list[DetectedFace]:
    """Detect faces in five overlapping tiles of the picture: smaller ones are found.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        RGB.

    Returns
    -------
    list of DetectedFace
        Highest score first, each ``in_tile``.
    """
    faces = [face for corner, shape in _tiles(pixels.shape[:2]) for face in _detect_in_window(pixels, corner, shape)]
    return [dataclasses.replace(face, in_tile=True) for face in _suppress_duplicates(faces)]


def _by_size(faces: list[DetectedFace]) -> list[DetectedFace]:
    return sorted(faces, key=lambda face: -face.height_px)


def _tiles(shape: tuple[int, ...]) -> Iterator[tuple[tuple[int, int], tuple[int, ...]]]:
    """Row, column and shape of five overlapping tiles: the corners and the middle."""
    tile = tuple(max(1, round(TILE_SHARE * side)) for side in shape)
    rest = tuple(side - length for side, length in zip(shape, tile, strict=True))
    for down, across in ((0, 0), (0, 1), (1, 0), (1, 1), (0.5, 0.5)):
        yield (int(down * rest[0]), int(across * rest[1])), tile


def _detect_in_window(pixels: Rgb, corner: tuple[int, int], shape: tuple[int, ...]) -> list[DetectedFace]:
    top, left = corner
    canvas, scale, shift = letterbox(pixels[top : top + shape[0], left : left + shape[1]], SIDE_PX)
    reduced = cv2.warpAffine(canvas, TO_SECOND_SCALE, (SIDE_PX, SIDE_PX))
    batch = np.stack((canvas, reduced)).transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    answer, second = load(MODEL)(batch)
    # mean of both logits: finds more faces at the same false detections than one scale (models/face_detector)
    answer[0] = (answer[0] + cv2.remap(second[0], *CELLS_AT_SECOND_SCALE, cv2.INTER_LINEAR)) / 2
    return _decode_map(answer.astype(np.float64), scale, shift - scale * np.array((left, top)))


def _decode_map(answer: NDArray[np.float64], scale: float, shift: Vector) -> list[DetectedFace]:
    """Peaks of the map, from network to picture pixels."""
    scores = (1.0 / (1.0 + np.exp(-answer[0]))).astype(np.float32)
    peaks = np.argwhere((scores >= MIN_SCORE) & (scores >= cv2.dilate(scores, np.ones((3, 3), np.uint8))))
    faces = []
    for row, column in peaks:
        cell = answer[1:, row, column] * OFFSET_UNIT_PX
        centre = (np.array((column, row)) + 0.5) * STEP_PX + cell[:2]
        faces.append(DetectedFace(float(scores[row, column]), (centre - shift) / scale, cell[2:] / scale))
    return _suppress_duplicates(faces)


def _suppress_duplicates(faces: list[DetectedFace]) -> list[DetectedFace]:
    """Of detections that overlap, the one with the highest score (non-maximum suppression)."""
    kept: list[DetectedFace] = []
    for face in sorted(faces, key=lambda face: -face.score):
        near = (
            np.hypot(*(face.centre - other.centre)) <= MIN_SEPARATION * max(face.height_px, other.height_px)
            for other in kept
        )
        if not any(near):
            kept.append(face)
    return kept
