"""Drawn faces shared by the tests: shapes in plain colours, with the landmarks, parsing and occlusion they have."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX, similarity_transform
from biocapture.face.features.parsing import FacePart
from biocapture.face.landmarks import to_pixels

SKIN, DARK_SKIN, HAIR, IRIS = (206, 158, 130), (98, 66, 50), (40, 30, 25), (60, 45, 35)
WHITE, RED, BLUE, LIPS = (232, 232, 230), (205, 30, 35), (20, 120, 225), (170, 90, 90)


def _arc(column: float, row: float, wide: float, high: float, turns: NDArray[np.float64]) -> NDArray[np.float64]:
    angle = 2 * np.pi * turns
    return np.stack([column - wide * np.cos(angle), row - high * np.sin(angle)], axis=-1)


def frame_landmarks(opening: float = 11.0, mouth: float = 2.0, gaze: float = 0.0) -> NDArray[np.float64]:
    """(98, 2) landmarks in the aligned frame of a face that looks straight."""
    loop8, loop12 = np.arange(8) / 8, np.arange(12) / 12
    jaw = _arc(308, 270, 122, 212, -np.linspace(0, 0.5, 33))
    brow = np.array([(-34, 0), (-18, -9), (0, -11), (17, -8), (32, 0), (30, 6), (16, 0), (0, -3), (-17, 1)])
    return np.concatenate(
        [
            jaw,
            brow + np.array((251, 238)),
            (brow * (-1, 1) + np.array((364, 238)))[[4, 3, 2, 1, 0, 8, 7, 6, 5]],
            np.stack([np.full(4, 308), np.linspace(280, 336, 4)], axis=-1),
            np.array([(286, 350), (297, 355), (308, 358), (319, 355), (330, 350)]),
            _arc(251, 272, 26, opening, loop8),
            _arc(364, 272, 26, opening, loop8),
            _arc(308.5, 402, 46.5, 16 + mouth, loop12),
            _arc(308.5, 402, 36, mouth, loop8),
            np.array([(251 + gaze, 272), (364 + gaze, 272)]),
        ]
    )


@dataclass(slots=True)
class Drawn:
    """A picture under construction, in frame coordinates; parts are drawn with their parsing class."""

    pixels: NDArray[np.uint8]
    parts: NDArray[np.uint8]
    visible: NDArray[np.uint8]
    place: NDArray[np.float64]
    landmarks: NDArray[np.float64]
    boxes: list[tuple[float, float]] = field(default_factory=list)

    def at(self, points: NDArray[Any]) -> NDArray[np.int32]:
        """Picture pixels of frame points."""
        return np.rint(np.asarray(points) @ self.place[:, :2].T + self.place[:, 2]).astype(np.int32)

    def fill(self, points: NDArray[Any], colour: tuple[int, int, int], part: int, seen: int = 1) -> None:
        """Draw a polygon."""
        for image, value in ((self.pixels, colour), (self.parts, part), (self.visible, seen)):
            cv2.fillPoly(image, [self.at(points)], value)

    def disc(self, centre: NDArray[Any], radius: float, colour: tuple[int, int, int], part: int, seen: int = 1) -> None:
        """Draw a disc."""
        self.fill(_arc(*centre, radius, radius, np.arange(48) / 48), colour, part, seen)

    def inputs(self) -> dict[str, Any]:
        """Keyword arguments of ``measures_from``."""
        matrix = similarity_transform(to_pixels(self.landmarks))
        assert matrix is not None
        nearest = {"flags": cv2.INTER_NEAREST}
        parts = cv2.warpAffine(self.parts, matrix, (SIDE_PX, SIDE_PX), **nearest)
        seen = cv2.warpAffine(self.visible, matrix, (SIDE_PX, SIDE_PX), **nearest)
        return {
            "landmarks": self.landmarks,
            "boxes": self.boxes,
            "pose": (0.0, 0.0, 0.0),
            "parsing": cv2.resize(parts[:556, 30:586], (400, 400), interpolation=cv2.INTER_NEAREST),
            "occlusion": cv2.resize(seen[96:520, 96:520], (224, 224), interpolation=cv2.INTER_NEAREST) > 0,
        }


def face(
    shape: tuple[int, int] = (640, 480),
    eye_px: float = 100.0,
    *,
    turn_deg: float = 0.0,
    skin: tuple[int, int, int] = SKIN,
    behind: tuple[int, int, int] = WHITE,
    **landmarks: float,
) -> Drawn:
    """A face in the middle of a picture of ``shape`` with ``eye_px`` between the eyes."""
    scale, angle = eye_px / 113, np.radians(turn_deg)
    linear = scale * np.array([(np.cos(angle), np.sin(angle)), (-np.sin(angle), np.cos(angle))])
    centre = np.array([shape[1] / 2, shape[0] / 2])
    place = np.column_stack([linear, centre - linear @ (308, 320)])
    points = frame_landmarks(**landmarks)
    pixels = np.full((*shape, 3), behind, np.uint8)
    drawn = Drawn(pixels, np.zeros(shape, np.uint8), np.zeros(shape, np.uint8), place, points @ linear.T + place[:, 2])
    drawn.boxes.append((2.4 * eye_px, 3.2 * eye_px))
    drawn.fill(_arc(308, 640, 330, 190, np.arange(64) / 64), (70, 80, 100), FacePart.CLOTH, 0)
    drawn.fill(np.array([(250, 430), (366, 430), (370, 520), (246, 520)]), skin, FacePart.NECK, 0)
    drawn.fill(_arc(308, 250, 150, 190, np.arange(64) / 64), HAIR, FacePart.HAIR, 0)
    drawn.fill(np.concatenate([points[:33], _arc(308, 270, 122, 150, np.linspace(0.5, 0, 33))]), skin, FacePart.SKIN)
    for start, eye, part in ((33, 60, FacePart.LEFT_BROW), (42, 68, FacePart.RIGHT_BROW)):
        drawn.fill(points[start : start + 9], HAIR, part)
        drawn.fill(points[eye : eye + 8], (235, 232, 228), part + 2)
        if landmarks.get("opening", 11.0) > 6:
            drawn.disc(points[96 + (eye > 60)], 10, IRIS, part + 2)
    drawn.fill(points[76:88], LIPS, FacePart.UPPER_LIP)
    drawn.fill(points[88:96], (60, 20, 20), FacePart.MOUTH)
    return drawn
