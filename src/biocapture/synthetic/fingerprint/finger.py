"""A synthetic finger: orientation field, ridges grown along it, and its minutiae."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import Field, Mask

HEIGHT_PX, WIDTH_PX = 640, 496
"""Size of the master pattern at 500 ppi; impressions show a part of it."""

FILTER_DIRECTIONS = 32
"""Directions of the filters that grow the ridges."""


class Pattern(StrEnum):
    """Henry classes."""

    ARCH = "arch"
    TENTED_ARCH = "tented_arch"
    LEFT_LOOP = "left_loop"
    RIGHT_LOOP = "right_loop"
    WHORL = "whorl"
    DOUBLE_LOOP = "double_loop"


@dataclass(frozen=True, slots=True)
class Minutiae:
    """True minutiae of a finger or an impression.

    Attributes
    ----------
    row, column : (M,) float32
        Pixels at 500 ppi.
    angle : (M,) float32
        Radians in [0, 2π), counter-clockwise from the direction of rising columns (rows point down), along the ridge
        that ends, or along the valley that a bifurcation encloses (ISO/IEC 19794-2 clause 6.4).
    ending : (M,) bool
        True for a ridge ending, False for a bifurcation.
    """

    row: Field
    column: Field
    angle: Field
    ending: Mask


@dataclass(frozen=True, slots=True)
class Finger:
    """A synthetic finger: the pattern of which impressions show a part.

    Attributes
    ----------
    pattern : Pattern
    ridges : (H, W) float32
        -1 on ridges … +1 in valleys, smooth.
    orientation : (H, W) float32
        Radians in [0, π), along the ridges, counter-clockwise with rows pointing down.
    period_px : float
        Ridge period at 500 ppi.
    minutiae : Minutiae
    """

    pattern: Pattern
    ridges: Field
    orientation: Field
    period_px: float
    minutiae: Minutiae


BEND_SCALE_PX = 130.0
"""Distance over which the bends of an individual ridge flow change."""


def finger(seed: int, pattern: Pattern | None = None, period_px: float | None = None, bend_deg: float = 0.0) -> Finger:
    """Grow a finger; the same seed gives the same finger.

    Orientation by the zero-pole model (Sherlock & Monro 1993); ridges by repeated filtering of noise with oriented
    band-pass filters (after Cappelli, Maio & Maltoni 2000), which makes minutiae where the field cannot be combed
    smoothly; truth from the skeleton of the noise-free pattern.

    Parameters
    ----------
    seed : int
        Which synthetic finger.
    pattern : Pattern, optional
        Default: drawn with the frequencies of a population.
    period_px : float, optional
        Ridge period in pixels at 500 ppi; default: drawn from 8.2 to 10.2.
    bend_deg : float
        Deviation by which the flow bends off its class's; 15 makes different fingers as different as real ones.

    Returns
    -------
    Finger
    """
    random = np.random.default_rng([seed, 0xF1])
    drawn = pattern or list(Pattern)[random.choice(6, p=(0.06, 0.06, 0.29, 0.29, 0.22, 0.08))]
    period = period_px or float(random.uniform(8.2, 10.2))
    orientation = _bend(_orientation(drawn, random), bend_deg, seed)
    ridges = _grow_ridges(orientation, period, random)
    return Finger(drawn, ridges, orientation, period, _true_minutiae(ridges, orientation, period))


def _orientation(pattern: Pattern, random: np.random.Generator) -> Field:
    """Zero-pole field: half the angle to each core minus half the angle to each delta."""
    row, column = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float64)
    x, y = (column - WIDTH_PX / 2) / 100, (HEIGHT_PX * 0.46 - row) / 100
    if pattern is Pattern.ARCH:
        rise, width = random.uniform(0.9, 1.5), random.uniform(0.9, 1.3)
        slope = -rise * x / width**2 * np.exp(-((x / width) ** 2) / 2 - ((y + 0.6) / 1.6) ** 2)
        return np.mod(np.arctan(slope), np.pi).astype(np.float32)
    cores, deltas = _singularities(pattern, random)
    angle = np.zeros_like(x)
    for core_x, core_y in cores:
        angle += 0.5 * np.arctan2(y - core_y, x - core_x)
    for delta_x, delta_y in deltas:
        angle -= 0.5 * np.arctan2(y - delta_y, x - delta_x)
    return np.mod(angle, np.pi).astype(np.float32)


def _bend(orientation: Field, bend_deg: float, seed: int) -> Field:
    """Bend the flow at random; without it, fingers of a class share their flow more than real ones do."""
    if not bend_deg:
        return orientation
    random = np.random.default_rng([seed, 0xBE])
    coarse = random.standard_normal([round(side / BEND_SCALE_PX) + 3 for side in orientation.shape]).astype(np.float32)
    bend = cv2.resize(coarse, orientation.shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.mod(orientation + np.float32(np.deg2rad(bend_deg)) * bend, np.float32(np.pi))


def _singularities(
    pattern: Pattern, random: np.random.Generator
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Cores and deltas in hundreds of pixels from the centre, x right, y up."""
    jitter = random.normal(0.0, 0.08, 8)
    if pattern is Pattern.TENTED_ARCH:
        return [(jitter[0], 0.1 + jitter[1])], [(jitter[0] + 0.05, -1.0 + jitter[2])]
    if pattern in (Pattern.LEFT_LOOP, Pattern.RIGHT_LOOP):
        side = 1.0 if pattern is Pattern.LEFT_LOOP else -1.0
        return [(jitter[0], 0.2 + jitter[1])], [(side * (1.25 + jitter[2]), -1.15 + jitter[3])]
    gap = 0.18 if pattern is Pattern.WHORL else 0.42
    lean = 0.0 if pattern is Pattern.WHORL else 0.28
    cores = [(lean + jitter[0], gap + jitter[1]), (-lean + jitter[2], -gap + jitter[3])]
    return cores, [(-1.55 + jitter[4], -1.35 + jitter[5]), (1.55 + jitter[6], -1.35 + jitter[7])]


def _grow_ridges(orientation: Field, period: float, random: np.random.Generator) -> Field:
    """Noise filtered again and again along each pixel's own direction, until only ridges are left."""
    pattern = random.standard_normal(orientation.shape).astype(np.float32)
    index = np.rint(orientation / np.pi * FILTER_DIRECTIONS).astype(np.intp) % FILTER_DIRECTIONS
    sigmas = (0.45, 0.5, 0.55, *[0.62] * 9)
    for sigma in sigmas:
        pattern = np.tanh(2.5 * _filter(pattern, index, period, sigma * period))
    return pattern


def _filter(pattern: Field, index: NDArray[np.intp], period: float, sigma: float) -> Field:
    """Even Gabor filter of each pixel's own direction; isotropic envelope, hence separable.

    Directions that mirror each other share both separable parts: one is their difference, the other their sum. Only
    the rows that have such pixels are filtered.
    """
    half = int(np.ceil(2.6 * sigma))
    at = np.arange(-half, half + 1)
    envelope = np.exp(-0.5 * (at / sigma) ** 2)
    filtered = np.zeros_like(pattern)
    for direction in range(FILTER_DIRECTIONS // 2 + 1):
        chosen, mirrored = index == direction, index == FILTER_DIRECTIONS - direction
        rows = np.flatnonzero((chosen | mirrored).any(axis=1))
        if not len(rows):
            continue
        first, end = rows[0], rows[-1] + 1
        band = pattern[max(first - half, 0) : end + half]
        inner = slice(min(first, half), min(first, half) + end - first)
        across = np.pi * direction / FILTER_DIRECTIONS + np.pi / 2
        u, v = 2 * np.pi / period * np.cos(across), -2 * np.pi / period * np.sin(across)
        even = cv2.sepFilter2D(band, cv2.CV_32F, envelope * np.cos(u * at), envelope * np.cos(v * at))[inner]
        odd = cv2.sepFilter2D(band, cv2.CV_32F, envelope * np.sin(u * at), envelope * np.sin(v * at))[inner]
        np.subtract(even, odd, out=filtered[first:end], where=chosen[first:end])
        np.add(even, odd, out=filtered[first:end], where=mirrored[first:end])
    return filtered / np.float32(np.sqrt((filtered**2).mean()) + 1e-9)


def _true_minutiae(ridges: Field, orientation: Field, period: float) -> Minutiae:
    """Ends and forks of the skeleton of the noise-free pattern, without spurs and breaks below half a period."""
    from skimage.morphology import remove_small_holes, remove_small_objects, skeletonize

    solid = remove_small_holes(remove_small_objects(ridges < 0, max_size=60), max_size=60)
    skeleton = np.pad(skeletonize(solid), 1)[1:-1, 1:-1].astype(np.uint8)
    neighbours = cv2.filter2D(skeleton, cv2.CV_8U, np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8))
    crossings = _crossing_number(skeleton)
    end = (skeleton == 1) & (neighbours == 1)
    fork = (skeleton == 1) & (crossings >= 3)
    places = np.argwhere(end | fork)
    margin = 12
    inner = np.all((places >= margin) & (places < np.array(ridges.shape) - margin), axis=1)
    places = _without_close_pairs(places[inner], 0.55 * period)
    angle = np.array([_direction(skeleton, orientation, row, column) for row, column in places], np.float32)
    row, column = places.T
    return Minutiae(row.astype(np.float32), column.astype(np.float32), angle.reshape(-1), end[row, column])


def _crossing_number(skeleton: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rutovitz crossing number of every pixel: 1 = end, 3 = fork."""
    ring = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
    padded = np.pad(skeleton, 1).astype(np.int8)
    height, width = skeleton.shape
    around = [padded[1 + r : 1 + r + height, 1 + c : 1 + c + width] for r, c in ring]
    changes = sum(np.abs(here - after) for here, after in zip(around, around[1:] + around[:1], strict=True))
    return (changes // 2).astype(np.uint8)


def _without_close_pairs(places: NDArray[np.intp], distance: float) -> NDArray[np.intp]:
    """Keep one of the pixels that draw a fork; drop both ends of spurs, bridges and breaks below ``distance``."""
    if len(places) < 2:
        return places
    gap = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1).astype(np.float64))
    np.fill_diagonal(gap, np.inf)
    drawn_twice = (np.tril(gap < 2.5, -1)).any(axis=1)
    apart = ((gap > distance) | (gap < 2.5)).all(axis=1)
    return places[apart & ~drawn_twice]


def _direction(skeleton: NDArray[np.uint8], orientation: Field, row: int, column: int) -> float:
    """Of the two directions along the ridge, the one with more of the skeleton around: towards the ridge that ends, or
    between the two branches of a fork.
    """
    radius = 7
    window = skeleton[row - radius : row + radius + 1, column - radius : column + radius + 1]
    _, ridge = cv2.connectedComponents(window, connectivity=8)
    rows, columns = np.nonzero(ridge == ridge[radius, radius])  # its own ridge, not the neighbours
    up, right = radius - rows, columns - radius
    far = np.hypot(up, right) > 2.5
    along = float(orientation[row, column])
    lean = (right[far] * np.cos(along) + up[far] * np.sin(along)).sum()
    return along if lean >= 0 else along + np.pi
