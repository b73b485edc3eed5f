"""One touch of a synthetic finger on a platen, with every fault on demand and known truth."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.fingerprint.finger import Finger, Minutiae
from biocapture.types import Field, Mask

RIM_PX = 4.0
"""Deviation of the Gaussian with which pressure falls off at the rim of the contact."""

MIN_TRUTH_PRESSURE = 0.95
"""Pressure, 0..1, from which a minutia belongs to the truth."""


@dataclass(frozen=True, slots=True)
class Effects:
    """How the finger touches and what the sensor does. The defaults are a clean touch.

    Attributes
    ----------
    rotation_deg, shift_row_px, shift_column_px : float
        Placement; counter-clockwise, down, right.
    distortion_px : float
        Largest displacement by skin elasticity.
    wet, dry : float
        0..1: ridges thicken and merge; ridges thin and break.
    partial : float
        0..1: share of the contact area that is lost.
    ghost : float
        0..1: strength of the latent residue of a previous print.
    noise, blur_px, low_contrast, shading : float
        Deviation of the sensor noise in greys, Gaussian blur, 0..1 loss of contrast, 0..1 uneven background.
    creases : int
        White lines across.
    """

    rotation_deg: float = 0.0
    shift_row_px: float = 0.0
    shift_column_px: float = 0.0
    distortion_px: float = 0.0
    wet: float = 0.0
    dry: float = 0.0
    partial: float = 0.0
    ghost: float = 0.0
    noise: float = 3.0
    blur_px: float = 0.6
    low_contrast: float = 0.0
    shading: float = 0.0
    creases: int = 0


@dataclass(frozen=True, slots=True)
class Impression:
    """A synthetic capture and its truth.

    Attributes
    ----------
    pixels : (H, W) uint8
        500 ppi, dark ridges on a bright background.
    contact : (H, W) bool
        Where the finger touched.
    minutiae : Minutiae
        Those inside the contact area, clear of its fading rim, in image coordinates.
    """

    pixels: NDArray[np.uint8]
    contact: Mask
    minutiae: Minutiae


def impression(
    finger: Finger,
    seed: int = 0,
    effects: Effects | None = None,
    shape: tuple[int, int] = (560, 416),
    ghost_of: Finger | None = None,
) -> Impression:
    """Press a finger on a platen; the same arguments give the same pixels.

    Parameters
    ----------
    finger : Finger
    seed : int
        Of noise, distortion and outline.
    effects : Effects, optional
        Default: a clean touch.
    shape : (int, int)
        Rows and columns of the image.
    ghost_of : Finger, optional
        Whose latent residue lies on the platen when ``effects.ghost`` > 0.

    Returns
    -------
    Impression
    """
    effects = effects or Effects()
    random = np.random.default_rng([seed, 0x1F])
    source_row, source_column = _placement(effects, random, shape, finger.ridges.shape)
    ridges = cv2.remap(finger.ridges, source_column, source_row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    contact = _contact(random, shape, effects)
    ink = _ink(ridges, effects, random)
    for _ in range(effects.creases):
        ink *= _crease(random, shape)
    touch = cv2.GaussianBlur(contact.astype(np.float32), (0, 0), RIM_PX)
    ink *= touch
    if effects.ghost and ghost_of is not None:
        ink = np.maximum(ink, 0.65 * np.float32(effects.ghost) * _latent(ghost_of, random, shape))
    pixels = _sensor_image(ink, effects, random)
    return Impression(
        pixels, contact, _in_image(finger.minutiae, source_row, source_column, touch > MIN_TRUTH_PRESSURE)
    )


def _placement(
    effects: Effects, random: np.random.Generator, shape: tuple[int, int], master: tuple[int, ...]
) -> tuple[Field, Field]:
    """Row and column in the master of every pixel of the image."""
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    down = row - np.float32(shape[0] / 2 + effects.shift_row_px)
    right = column - np.float32(shape[1] / 2 + effects.shift_column_px)
    turn = np.deg2rad(effects.rotation_deg)
    cosine, sine = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    source_column = right * cosine - down * sine + np.float32(master[1] / 2)
    source_row = right * sine + down * cosine + np.float32(master[0] / 2)
    if effects.distortion_px:
        source_row += _smooth(random, shape, 90.0) * np.float32(effects.distortion_px)
        source_column += _smooth(random, shape, 90.0) * np.float32(effects.distortion_px)
    return source_row, source_column


def _smooth(random: np.random.Generator, shape: tuple[int, int], scale_px: float) -> Field:
    """Smooth noise of the given scale, largest magnitude 1."""
    coarse = random.standard_normal((max(4, round(shape[0] / scale_px) + 3), max(4, round(shape[1] / scale_px) + 3)))
    field = cv2.resize(coarse.astype(np.float32), shape[::-1], interpolation=cv2.INTER_CUBIC)
    return field / np.float32(np.abs(field).max() + 1e-9)


def _contact(random: np.random.Generator, shape: tuple[int, int], effects: Effects) -> Mask:
    """An oval with an uneven rim; ``partial`` cuts a side off."""
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    down = (row - shape[0] / 2 - effects.shift_row_px) / (0.46 * shape[0])
    right = (column - shape[1] / 2 - effects.shift_column_px) / (0.45 * shape[1])
    radius = (np.abs(down) ** 2.4 + np.abs(right) ** 2.4) ** (1 / 2.4)
    inside = radius + 0.06 * _smooth(random, shape, 30.0) < 1.0
    if effects.partial:
        angle = random.uniform(0, 2 * np.pi)
        cut = np.cos(angle) * right + np.sin(angle) * down
        inside &= cut < np.quantile(cut[inside], 1.0 - effects.partial)
    return inside


def _ink(ridges: Field, effects: Effects, random: np.random.Generator) -> Field:
    """Darkness 0..1 from the ridge pattern, skin moisture and pressure."""
    uneven = 0.12 * _smooth(random, ridges.shape, 60.0)
    level = np.float32(0.75 * effects.wet - 0.55 * effects.dry) + uneven
    if effects.dry:
        grain = cv2.GaussianBlur(random.standard_normal(ridges.shape).astype(np.float32), (0, 0), 1.6)
        level = level - np.float32(1.3 * effects.dry) * np.abs(grain / grain.std())
    if effects.wet:
        pools = np.maximum(_smooth(random, ridges.shape, 40.0), 0)
        level = level + np.float32(1.2 * effects.wet) * pools
    return 1 / (1 + np.exp(np.clip(-5.0 * (level - ridges), -30, 30)))


def _crease(random: np.random.Generator, shape: tuple[int, int]) -> Field:
    """1, and 0 along a line across the finger."""
    start, stop = random.uniform(0, 1, 2) * shape[0]
    line = np.ones(shape, np.float32)
    cv2.line(line, (0, int(start)), (shape[1], int(stop)), 0.0, int(random.integers(2, 5)))
    return cv2.GaussianBlur(line, (0, 0), 1.0)


def _latent(ghost_of: Finger, random: np.random.Generator, shape: tuple[int, int]) -> Field:
    """Residue of a previous print: fainter, displaced, patchy."""
    offset = Effects(
        rotation_deg=float(random.uniform(-25, 25)),
        shift_row_px=float(random.uniform(-40, 40)),
        shift_column_px=float(random.uniform(-40, 40)),
    )
    source_row, source_column = _placement(offset, random, shape, ghost_of.ridges.shape)
    ridges = cv2.remap(ghost_of.ridges, source_column, source_row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    uneven = 0.75 + 0.25 * _smooth(random, shape, 60.0)
    rim = cv2.GaussianBlur(_contact(random, shape, offset).astype(np.float32), (0, 0), 6.0)
    return rim * uneven / (1 + np.exp(5.0 * (ridges + 0.15)))


def _sensor_image(ink: Field, effects: Effects, random: np.random.Generator) -> NDArray[np.uint8]:
    """Greys the sensor gives for darkness 0..1."""
    bright, dark = 235.0, 45.0 + 25.0 * (1 - effects.wet)
    contrast = 1.0 - 0.9 * effects.low_contrast
    grey = bright - (bright - dark) * contrast * ink
    if effects.shading:
        grey -= 60.0 * effects.shading * (0.5 + 0.5 * _smooth(random, ink.shape, 200.0))
    if effects.blur_px:
        grey = cv2.GaussianBlur(grey, (0, 0), effects.blur_px)
    grey = grey + effects.noise * random.standard_normal(ink.shape)
    return np.clip(np.rint(grey), 0, 255).astype(np.uint8)


def _in_image(minutiae: Minutiae, source_row: Field, source_column: Field, shown: Mask) -> Minutiae:
    """Minutiae in image coordinates: the pixel whose source is nearest, with the local turn of the placement."""
    distance = np.hypot(
        source_row[None, ::4, ::4] - minutiae.row[:, None, None],
        source_column[None, ::4, ::4] - minutiae.column[:, None, None],
    )
    nearest = distance.reshape(len(minutiae.row), -1).argmin(axis=1)
    row, column = (4 * place for place in np.unravel_index(nearest, distance.shape[1:]))
    row, column = row.astype(np.float64), column.astype(np.float64)
    for _ in range(3):  # Newton steps on the placement, whose derivative is close to a rotation
        r, c = (
            np.clip(np.rint(row), 1, shown.shape[0] - 2).astype(int),
            np.clip(np.rint(column), 1, shown.shape[1] - 2).astype(int),
        )
        step = np.linalg.solve(
            _jacobian(source_row, source_column, r, c), _miss(minutiae, source_row, source_column, r, c)
        )
        row, column = r + step[:, 0, 0], c + step[:, 1, 0]
    r, c = np.rint(row).astype(int), np.rint(column).astype(int)
    inside = (r >= 1) & (c >= 1) & (r < shown.shape[0] - 1) & (c < shown.shape[1] - 1)
    inside[inside] = shown[r[inside], c[inside]]
    r, c = r[inside], c[inside]
    direction = np.stack([-np.sin(minutiae.angle[inside]), np.cos(minutiae.angle[inside])], axis=1)[:, :, None]
    turned = np.linalg.solve(_jacobian(source_row, source_column, r, c), direction)[:, :, 0]
    angle = np.mod(np.arctan2(-turned[:, 0], turned[:, 1]), 2 * np.pi).astype(np.float32)
    return Minutiae(row[inside].astype(np.float32), column[inside].astype(np.float32), angle, minutiae.ending[inside])


def _jacobian(
    source_row: Field, source_column: Field, row: NDArray[np.int_], column: NDArray[np.int_]
) -> NDArray[np.float64]:
    """(M, 2, 2) change of source (row, column) per image row and column."""
    differences = [
        (source[row + 1, column] - source[row - 1, column], source[row, column + 1] - source[row, column - 1])
        for source in (source_row, source_column)
    ]
    return np.array(differences, np.float64).transpose(2, 0, 1) / 2


def _miss(
    minutiae: Minutiae, source_row: Field, source_column: Field, row: NDArray[np.int_], column: NDArray[np.int_]
) -> NDArray[np.float64]:
    """(M, 2, 1) by how much (row, column) of the source misses each minutia."""
    return np.stack([minutiae.row - source_row[row, column], minutiae.column - source_column[row, column]], axis=1)[
        :, :, None
    ].astype(np.float64)
