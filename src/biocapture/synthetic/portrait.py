"""A drawn face for the simulated camera: flat shapes that differ by distance, place, turn, light and open eyes."""

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import Picture

SKIN_COLOURS = ((224, 190, 165), (206, 158, 130), (170, 120, 92), (120, 82, 62), (92, 62, 48))
WALL_COLOUR = (205, 30, 35)
HAIR_COLOUR = (35, 27, 24)

SHADOWS = (
    (-0.62, 0.1, 0.14, 0.8, 0.3),
    (0.62, 0.1, 0.14, 0.8, 0.3),
    (-0.28, -0.14, 0.17, 0.09, 0.35),
    (0.28, -0.14, 0.17, 0.09, 0.35),
    (0.0, 0.23, 0.12, 0.04, 0.35),
    (-0.1, 0.05, 0.03, 0.16, 0.2),
    (0.0, 0.56, 0.16, 0.04, 0.25),
    (0.0, 1.02, 0.5, 0.14, 0.5),
)
"""Right and down of the middle of the face, half axes, depth; lengths in units of the head."""

Colour = tuple[int, int, int]
"""RGB."""

Place = tuple[float, float]
"""Column and row in px."""


@dataclass(frozen=True, slots=True)
class Sitter:
    """How the capture subject sits before the camera.

    Attributes
    ----------
    scale : float
        1 = the head takes half of the height.
    shift, yaw : float
        To the side, in widths of the frame; turn of the head, -1..1.
    eyes, light, blur_px : float
        0 closed … 1 open; share of the full light; deviation of a Gaussian.
    """

    scale: float = 1.0
    shift: float = 0.0
    yaw: float = 0.0
    eyes: float = 1.0
    light: float = 1.0
    blur_px: float = 0.8


def portrait(seed: int, shape: tuple[int, int], sitter: Mapping[str, float] | None = None) -> Picture:
    """Draw a face; the same arguments give the same pixels.

    Parameters
    ----------
    seed : int
        Of the colour of the skin.
    shape : (int, int)
        Rows and columns.
    sitter : mapping of str to float, optional
        Fields of :class:`Sitter` that differ from its defaults; None = an empty booth.

    Returns
    -------
    (H, W, 3) uint8
        RGB.
    """
    random = np.random.default_rng([seed, 0xFACE])
    frame = np.full((*shape, 3), WALL_COLOUR, np.uint8)
    if sitter is None:
        return frame
    posed = Sitter(**sitter)
    skin = SKIN_COLOURS[int(random.integers(len(SKIN_COLOURS)))]
    unit = 0.23 * shape[0] * posed.scale
    centre = (shape[1] * (0.5 + posed.shift), shape[0] * 0.48)
    _bust(frame, centre, unit, skin)
    _shade(frame, centre, unit, posed)
    _features(frame, centre, unit, posed)
    lit = cv2.convertScaleAbs(frame, alpha=posed.light)
    return cv2.GaussianBlur(lit, (0, 0), posed.blur_px).astype(np.uint8, copy=False)


def _disc(frame: Picture, at: Place, axes: Place, colour: Colour) -> None:
    centre, half = [round(place) for place in at], [max(1, round(length)) for length in axes]
    cv2.ellipse(frame, centre, half, 0, 0, 360, colour, -1, cv2.LINE_AA)


def _beside(at: Place, right: float, down: float, unit: float) -> Place:
    return at[0] + right * unit, at[1] + down * unit


def _bust(frame: Picture, at: Place, unit: float, skin: Colour) -> None:
    shaded = (int(0.9 * skin[0]), int(0.9 * skin[1]), int(0.9 * skin[2]))
    _disc(frame, _beside(at, 0, 2.1, unit), (1.5 * unit, 1.0 * unit), (60, 70, 90))
    _disc(frame, _beside(at, 0, 1.0, unit), (0.34 * unit, 0.6 * unit), shaded)
    _disc(frame, _beside(at, 0, -0.2, unit), (0.8 * unit, 0.95 * unit), HAIR_COLOUR)
    _disc(frame, at, (0.7 * unit, 0.95 * unit), skin)


def _shade(frame: Picture, at: Place, unit: float, sitter: Sitter) -> None:
    """Light from the front: dark towards the rim of the head, in the sockets of the eyes, below nose, lips and chin."""
    dark = np.zeros(frame.shape[:2], np.float32)
    turned = _beside(at, 0.35 * sitter.yaw, 0, unit)
    for right, down, wide, high, depth in SHADOWS:
        centre = [round(place) for place in _beside(turned if abs(right) < 0.5 else at, right, down, unit)]
        cv2.ellipse(dark, centre, [max(1, round(length * unit)) for length in (wide, high)], 0, 0, 360, depth, -1)
    shade = 1.0 - cv2.GaussianBlur(dark, (0, 0), 0.09 * unit)
    frame[:] = (frame * shade[:, :, None]).astype(np.uint8)


def _features(frame: Picture, at: Place, unit: float, sitter: Sitter) -> None:
    at = _beside(at, 0.35 * sitter.yaw, 0, unit)
    near = 1.0 - 0.35 * abs(sitter.yaw)
    for side in (-1, 1):
        place = _beside(at, side * 0.28 * near, -0.12, unit)
        _disc(frame, _beside(place, 0, -0.13, unit), (0.16 * unit * near, 0.025 * unit), (45, 32, 28))
        _disc(frame, place, (0.13 * unit * near, max(0.06 * sitter.eyes, 0.008) * unit), (236, 234, 230))
        if sitter.eyes:
            _disc(frame, place, (0.055 * unit * near, 0.055 * unit * sitter.eyes), (50, 34, 26))
    _disc(frame, _beside(at, 0, 0.2, unit), (0.07 * unit, 0.035 * unit), (130, 80, 66))
    _disc(frame, _beside(at, 0, 0.46, unit), (0.25 * unit * near, 0.065 * unit), (150, 72, 74))
    _disc(frame, _beside(at, 0, 0.455, unit), (0.22 * unit * near, 0.012 * unit), (70, 36, 36))
