"""A portrait cut upright to a programme's geometry, and what was done to the picture for it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb, outside_picture, similarity_transform
from biocapture.face.features.geometry import geometry_statistics
from biocapture.face.features.head import cut_at_top, hair_height
from biocapture.face.framing import (
    CROWN_HEIGHT,
    HAIR_ROOM,
    HEAD_HEIGHT,
    MAX_CUT_AT_TOP,
    MAX_EYES_APART,
    MIN_CHIN_ROOM,
    MIN_CROWN_ROOM,
    MIN_SIDE_ROOM,
)
from biocapture.face.inputs import Inputs
from biocapture.face.landmarks import CHIN, LEFT_CORNERS, RIGHT_CORNERS, Points
from biocapture.face.networks.landmarks import eye_line_deg, upright_transform
from biocapture.face.networks.reduction import reduce_by
from biocapture.types import Failure, Framing

MIN_REPORTED_TURN_DEG, MIN_REPORTED_FILL = 0.5, 0.001
"""Smaller turns, and smaller filled shares, are not reported."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """A portrait, and how it was cut from the picture.

    Attributes
    ----------
    pixels : (height, width, 3) uint8
    turned_deg : float
        By how much the picture was turned, degrees, clockwise positive.
    scale : float
        Portrait pixels per picture pixel; above 1 the portrait shows no more than the picture has.
    filled : float
        Share of the portrait beyond the picture, filled with its border, 0..1.
    """

    pixels: Rgb
    turned_deg: float
    scale: float
    filled: float

    @property
    def changes(self) -> tuple[str, ...]:
        """What was done to the picture, in words, for the operator's record."""
        changes = [f"cut to {self.pixels.shape[1]} × {self.pixels.shape[0]} px"]
        if abs(self.turned_deg) >= MIN_REPORTED_TURN_DEG:
            changes.append(f"turned by {self.turned_deg:+.1f}° (clockwise positive)")
        changes.append(f"{'enlarged' if self.scale > 1 else 'reduced'} to {100 * self.scale:.0f} %")
        if self.filled >= MIN_REPORTED_FILL:
            changes.append(f"{100 * self.filled:.1f} % lie beyond the picture and repeat its border")
        return tuple(changes)


def crop_portrait(pixels: Rgb, points: Points, framing: Framing, hair: float = CROWN_HEIGHT) -> Portrait:
    """Turn, scale and cut a face so that head and eyes lie where a programme requires them.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    points : (98, 2) int64
        Landmarks in it.
    framing : Framing
        Size of the portrait, of the head in it, and height of the eyes.
    hair : float
        How far hair reaches above the eyes, in distances from eyes to chin: the head becomes smaller where it would
        be cut.

    Returns
    -------
    Portrait
    """
    places = points.astype(np.float64)
    angle = eye_line_deg(places)
    left, right = (places[list(corners)].mean(axis=0) for corners in (LEFT_CORNERS, RIGHT_CORNERS))
    middle = (left + right) / 2
    down_px = max(float(np.hypot(*(places[CHIN] - middle))), 1.0)
    apart_px = max(float(np.hypot(*(right - left))), 1.0)
    scale = min(
        framing.head * framing.height_px / (HEAD_HEIGHT * down_px),
        framing.eyes_down * framing.height_px / ((max(hair, CROWN_HEIGHT) + HAIR_ROOM) * down_px),
        MAX_EYES_APART * framing.width_px / apart_px,
    )
    matrix = upright_transform(middle, scale, angle, (framing.width_px / 2, framing.eyes_down * framing.height_px))
    size = (framing.width_px, framing.height_px)
    beyond = outside_picture(matrix, pixels.shape[:2], size)
    return Portrait(_resample(pixels, matrix, size), -angle, scale, float(beyond.mean()))


def cut_portrait(pixels: Rgb, inputs: Inputs, framing: Framing) -> Portrait | Failure:
    """Cut a portrait of a face, unless the picture itself cuts the head off.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    inputs : Inputs
        What was found in it, with landmarks.
    framing : Framing

    Returns
    -------
    Portrait or Failure
        What is missing of the head in the picture: it cannot be in a portrait either.
    """
    points = inputs.points
    matrix = None if points is None else similarity_transform(points)
    if points is None or matrix is None:
        return Failure("face.no_face", "no landmarks")
    room = geometry_statistics(points, pixels.shape[:2], inputs.yaw_deg)
    beside = min(room.left_room, room.right_room) - 1
    if beside < MIN_SIDE_ROOM:
        return Failure("face.centre_face", f"{beside:.2f} eye distances at one side")
    if room.room_below - 1 < MIN_CHIN_ROOM or room.room_above - CROWN_HEIGHT < MIN_CROWN_ROOM:
        return Failure("face.whole_head", f"{room.room_above:.2f} above and {room.room_below:.2f} below the eyes")
    if inputs.parsing is None:
        return crop_portrait(pixels, points, framing)
    cut = cut_at_top(inputs.parsing, matrix, points)
    if cut > MAX_CUT_AT_TOP:
        return Failure("face.whole_head", f"cut off at the top over {cut:.2f} eye distances")
    return crop_portrait(pixels, points, framing, hair_height(inputs.parsing, matrix, points))


def _resample(pixels: Rgb, matrix: NDArray[np.float64], size: tuple[int, int]) -> Rgb:
    """Reduced over area where it is reduced by much, then once by cubic interpolation."""
    scale = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    steps = int(0.7 / scale)
    moved = matrix.copy()
    if steps > 1:
        pixels = reduce_by(pixels, steps)
        moved[:, 2] += matrix[:, :2] @ np.full(2, (steps - 1) / 2)
        moved[:, :2] *= steps
    return cv2.warpAffine(pixels, moved, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
