"""The flow of a finger's ridges: what its class prescribes, and what is its own."""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import Field


class Pattern(StrEnum):
    """Henry classes."""

    ARCH = "arch"
    TENTED_ARCH = "tented_arch"
    LEFT_LOOP = "left_loop"
    RIGHT_LOOP = "right_loop"
    WHORL = "whorl"
    DOUBLE_LOOP = "double_loop"


FREQUENCIES = {
    Pattern.ARCH: 0.037,
    Pattern.TENTED_ARCH: 0.029,
    Pattern.LEFT_LOOP: 0.338,
    Pattern.RIGHT_LOOP: 0.317,
    Pattern.WHORL: 0.209,
    Pattern.DOUBLE_LOOP: 0.070,
}
"""Shares of the classes among fingers (Wilson, Candela & Watson 1994); a quarter of the whorls are double loops."""

BEND_SCALE_PX = 130.0
"""Distance over which the bends of an individual ridge flow change."""

HARMONICS = 0.3, 0.15
"""Deviations, radians, by which the flow around a core or a delta leaves the circle, once and twice around."""

UNIT_PX = 100.0
"""Places of cores and deltas are in this unit."""

Places = list[tuple[float, float]]


def smooth(random: np.random.Generator, shape: tuple[int, ...], scale_px: float) -> Field:
    """Smooth noise without a lattice that all share.

    Parameters
    ----------
    random : numpy.random.Generator
    shape : (int, int)
        Rows and columns.
    scale_px : float
        Distance of its independent values, pixels of ``shape``.

    Returns
    -------
    (H, W) float32
        Of deviation near 0.7.
    """
    coarse = random.standard_normal([round(side / scale_px) + 4 for side in shape]).astype(np.float32)
    places = [
        (np.arange(side) / scale_px + 1 + start).astype(np.float32)
        for side, start in zip(shape, random.random(2), strict=True)
    ]
    column, row = np.meshgrid(places[1], places[0])
    return cv2.remap(coarse, column, row, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)


def class_flow(pattern: Pattern, right_px: Field, up_px: Field, random: np.random.Generator) -> Field:
    """Ridge direction of one finger of a class: zero-pole model with angles that leave the circle.

    Half the angle to each core minus half the angle to each delta (Sherlock & Monro 1993); the angles are corrected as
    by Vizcaya & Gerhardt (1996), here by two harmonics. Arches have neither core nor delta: their flow is a slope.

    Parameters
    ----------
    pattern : Pattern
    right_px, up_px : (H, W) float32
        Of each place, from the middle of the fingertip.
    random : numpy.random.Generator

    Returns
    -------
    (H, W) float32
        Radians, not reduced to [0, π).
    """
    x, y = right_px / np.float32(UNIT_PX), up_px / np.float32(UNIT_PX)
    if pattern is Pattern.ARCH:
        return _arch(x, y, random)
    cores, deltas = _singularities(pattern, random)
    return sum(
        (0.5 * _around(x - place[0], y - place[1], random) for place in cores),
        start=-sum((0.5 * _around(x - place[0], y - place[1], random) for place in deltas), start=np.zeros_like(x)),
    )


def _arch(x: Field, y: Field, random: np.random.Generator) -> Field:
    rise, width, depth = random.uniform(0.6, 1.6), random.uniform(0.8, 1.5), random.uniform(1.2, 2.0)
    centre, height = random.normal(0.0, 0.25), random.normal(-0.6, 0.3)
    across = (x - np.float32(centre)) / np.float32(width)
    along = (y - np.float32(height)) / np.float32(depth)
    return np.arctan(np.float32(-rise / width) * across * np.exp(-(across**2) / 2 - along**2))


def _around(x: Field, y: Field, random: np.random.Generator) -> Field:
    """Angle to one core or delta, which turns once around it but not evenly."""
    angle = np.arctan2(y, x)
    (once, twice), phase = random.normal(0.0, HARMONICS), random.uniform(0.0, 2 * np.pi, 2).astype(np.float32)
    return angle + np.float32(once) * np.sin(angle + phase[0]) + np.float32(twice) * np.sin(2 * angle + phase[1])


def _singularities(pattern: Pattern, random: np.random.Generator) -> tuple[Places, Places]:
    """Cores and deltas in hundreds of pixels from the middle, x right, y up."""
    x, y = random.normal(0.0, 0.25), random.normal(0.1, 0.25)
    if pattern is Pattern.TENTED_ARCH:
        return [(x, y)], [(x + random.normal(0.0, 0.08), y - random.uniform(0.6, 1.3))]
    if pattern in (Pattern.LEFT_LOOP, Pattern.RIGHT_LOOP):
        side = 1.0 if pattern is Pattern.LEFT_LOOP else -1.0
        return [(x, y)], [(x + side * random.uniform(0.65, 1.6), y - random.uniform(0.7, 1.7))]
    whorl = pattern is Pattern.WHORL
    gap = random.uniform(0.1, 0.35) if whorl else random.uniform(0.3, 0.55)
    lean = random.normal(0.0, 0.08) if whorl else random.choice((-1, 1)) * random.uniform(0.18, 0.4)
    deltas = [(x + side * random.uniform(0.9, 1.7), y - random.uniform(0.8, 1.7)) for side in (-1, 1)]
    return [(x + lean, y + gap), (x - lean, y - gap)], deltas


def bend(orientation: Field, bend_deg: float, scale_px: float, random: np.random.Generator) -> Field:
    """Bend a flow at random; without it, fingers of a class share their flow more than real ones do.

    Parameters
    ----------
    orientation : (H, W) float32
        Radians.
    bend_deg : float
        Deviation of the bends.
    scale_px : float
        Distance over which they change.
    random : numpy.random.Generator

    Returns
    -------
    (H, W) float32
        Radians in [0, π).
    """
    bent = orientation + np.float32(np.deg2rad(bend_deg)) * smooth(random, orientation.shape, scale_px)
    return np.mod(bent, np.float32(np.pi))


def index_of(orientation: Field, directions: int) -> NDArray[np.intp]:
    """Nearest of evenly spaced directions.

    Parameters
    ----------
    orientation : (H, W) float32
        Radians in [0, π].
    directions : int
        Over half a turn.

    Returns
    -------
    (H, W) int
        From 0 to ``directions`` - 1.
    """
    return np.rint(orientation * np.float32(directions / np.pi)).astype(np.intp) % directions
