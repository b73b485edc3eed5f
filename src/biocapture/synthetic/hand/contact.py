"""The ink that one phalanx leaves on a platen."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import Field, RotatedBox

RIM_PX = 7.0
"""Distance over which pressure falls off at the rim."""

BETWEEN_PX = 5.0
"""Width of the strip between two touching fingers where neither presses."""


@dataclass(frozen=True, slots=True)
class Pad:
    """One phalanx to be pressed: its outline, the ridges on it, and how.

    Attributes
    ----------
    box : RotatedBox
        At 500 ppi.
    ridges : (h, w) float32
        -1 on ridges … 1 in valleys; repeated where the pad is larger.
    pressure : float
        -1 = hardly touching, ridges thin … 1 = ridges merge.
    roundness : (float, float)
        Exponents of the outline at the upper and the lower end: 2 = oval, larger = angular.
    darkness : float
        0..1.
    """

    box: RotatedBox
    ridges: Field
    pressure: float
    roundness: tuple[float, float] = (2.1, 2.8)
    darkness: float = 1.0


class Platen:
    """Ink of several pads; where two meet, each pixel belongs to the one whose rim is farther."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.ink = np.zeros(shape, np.float32)
        self._depth = np.full(shape, -1e3, np.float32)

    def press(self, pad: Pad, random: np.random.Generator) -> None:
        """Add one pad.

        Parameters
        ----------
        pad : Pad
        random : numpy Generator
            Of outline and unevenness.
        """
        corners = pad.box.corners
        low = np.maximum(np.floor(corners.min(axis=0)).astype(int) - 8, 0)
        high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 8, self.ink.shape)
        if (high - low < 4).any():
            return
        window = slice(low[0], high[0]), slice(low[1], high[1])
        down, right = _own_coordinates(pad.box, low, high)
        depth = _depth_px(pad, down, right, random)
        ink = _ink(pad, down, right, random) * np.clip(depth / RIM_PX, 0, 1)
        gap = np.clip((np.abs(depth - self._depth[window]) - 1) / BETWEEN_PX, 0.15, 1)
        both = (depth > 0) & (self._depth[window] > 0)
        joined = np.where(depth > self._depth[window], ink, self.ink[window])
        self.ink[window] = np.where(both, joined * gap, np.maximum(ink, self.ink[window]))
        np.maximum(self._depth[window], depth, out=self._depth[window])


def _own_coordinates(box: RotatedBox, low: np.ndarray, high: np.ndarray) -> tuple[Field, Field]:
    """Down and right of the pad's centre, px, for each pixel of a window."""
    row = np.arange(low[0], high[0], dtype=np.float32)[:, None] - np.float32(box.row)
    column = np.arange(low[1], high[1], dtype=np.float32)[None] - np.float32(box.column)
    turn = np.deg2rad(box.angle_deg)
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return row * cosine + column * sine, column * cosine - row * sine


def _depth_px(pad: Pad, down: Field, right: Field, random: np.random.Generator) -> Field:
    """About how far inside the outline each pixel is; negative outside."""
    half_height, half_width = pad.box.height / 2, pad.box.width / 2
    upper, lower = pad.roundness
    y, x = np.abs(down) / np.float32(half_height), np.abs(right) / np.float32(half_width)
    power = np.where(down < 0, np.float32(upper), np.float32(lower))
    radius = (y**power + x**power) ** (1 / power)
    wobble = 0.03 * smooth_noise(random, down.shape, 60.0)
    return (1 - radius + np.float32(0.5) * (wobble - np.abs(wobble))) * np.float32(half_width)


def _ink(pad: Pad, down: Field, right: Field, random: np.random.Generator) -> Field:
    """Darkness 0..1 from ridges and pressure."""
    height, width = pad.ridges.shape
    row, column = down + np.float32(height / 2), right + np.float32(width / 2)
    ridges = cv2.remap(pad.ridges, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    level = np.float32(0.55 * pad.pressure) + 0.15 * smooth_noise(random, down.shape, 60.0)
    if pad.pressure < 0:
        grain = cv2.resize(
            random.standard_normal((down.shape[0] // 3 + 1, down.shape[1] // 3 + 1), np.float32), None, fx=3, fy=3
        )[: down.shape[0], : down.shape[1]]
        level = level + np.float32(0.8 * pad.pressure) * np.abs(grain)
    return np.float32(pad.darkness) / (1 + np.exp(np.clip(5.0 * (ridges - level), -30, 30)))


def smooth_noise(random: np.random.Generator, shape: tuple[int, ...], scale_px: float) -> Field:
    """Smooth noise, largest magnitude about 1.

    Parameters
    ----------
    random : numpy Generator
    shape : (int, int)
        Rows and columns.
    scale_px : float
        Over which it changes.

    Returns
    -------
    array of ``shape``, float32
    """
    coarse = random.standard_normal([round(side / scale_px) + 3 for side in shape]).astype(np.float32)
    field = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return field / np.float32(np.abs(coarse).max() + 1e-9)
