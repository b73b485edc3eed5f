"""One slap of a synthetic hand: pixels, and the truth of every finger in them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from biocapture.synthetic.fingerprint.finger import Pattern, finger
from biocapture.synthetic.hand.anatomy import Digit, Posture, four_fingers, two_thumbs
from biocapture.synthetic.hand.box import visible_share
from biocapture.synthetic.hand.contact import Pad, Platen
from biocapture.synthetic.hand.scene import CLEAN, Scene, picture_of
from biocapture.types import Field, FingerGroup, GreyPixels, Position, RotatedBox

PX_PER_MM = 500 / 25.4

SHAPE = (1500, 1600)
"""Rows and columns of a slap scanner's picture at 500 ppi (81 × 76 mm)."""

POOL = 12
"""Different synthetic fingers that slaps are composed of; growing one takes a second."""

MIN_VISIBLE = 0.98
"""Share of a fingertip inside the picture from which it is not cut."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """How a slap is captured. The defaults are a clean one.

    Attributes
    ----------
    group : FingerGroup
    missing : tuple of Position
        Fingers that are not on the platen.
    tilt_deg : float
        Turn of the whole hand, counter-clockwise.
    spread, seconds : float
        As :class:`Posture` has them.
    cut_mm : float
        By which the hand is moved out of the picture, upwards.
    pressure : (float, float)
        Range over the fingers, -1 dry … 1 wet.
    palm : bool
        The pads below the fingers touch, too.
    scene : Scene
        What else is in the picture.
    ppi : int
        500 or 1000.
    """

    group: FingerGroup = FingerGroup.RIGHT_SLAP
    missing: tuple[Position, ...] = ()
    tilt_deg: float = 0.0
    spread: float = 0.2
    seconds: float = 0.0
    cut_mm: float = 0.0
    pressure: tuple[float, float] = (-0.2, 0.2)
    palm: bool = False
    scene: Scene = CLEAN
    ppi: int = 500


@dataclass(frozen=True, slots=True)
class TrueFinger:
    """One finger in the picture: which, where, and the share of it inside the picture, 0..1."""

    position: Position
    box: RotatedBox
    visible: float


@dataclass(frozen=True, slots=True)
class Slap:
    """A synthetic slap: pixels, resolution, fingers from left to right."""

    pixels: GreyPixels
    ppi: int
    fingers: tuple[TrueFinger, ...]


@functools.cache
def ridge_pool(first_seed: int, size: int = POOL) -> tuple[Field, ...]:
    """Ridge patterns to press; grown once per process.

    Parameters
    ----------
    first_seed : int
        The fingers have this seed and the following ones.
    size : int

    Returns
    -------
    tuple of (640, 496) float32
    """
    return tuple(finger(first_seed + k, bend_deg=15.0).ridges for k in range(size))


@functools.cache
def _plain_ridges(seed: int) -> Field:
    """Ridges across, as on second phalanges and palms."""
    return finger(seed, Pattern.ARCH).ridges[400:]


def slap(seed: int, conditions: Conditions | None = None, pool: Sequence[Field] | None = None) -> Slap:
    """Lay a hand down; the same arguments give the same pixels.

    Parameters
    ----------
    seed : int
        Of the hand and how it lies.
    conditions : Conditions, optional
        Default: a clean right slap.
    pool : sequence of (h, w) float32, optional
        Ridges of fingers, -1 … 1, upright; default: synthetic ones.

    Returns
    -------
    Slap
    """
    wanted = conditions or Conditions()
    random = np.random.default_rng([seed, 0x5A])
    posture = Posture(wanted.spread, wanted.seconds)
    side = wanted.group.removesuffix("_slap")
    thumbs = wanted.group is FingerGroup.THUMBS
    hand = two_thumbs(posture, random) if thumbs else four_fingers(side, posture, random)
    digits = [digit for digit in hand if digit.position not in wanted.missing]
    shape, origin = _layout(digits, wanted, random)
    platen = Platen(shape)
    fingers = [_press(platen, digit, wanted, origin, pool or ridge_pool(900), random) for digit in digits]
    if wanted.palm:
        _press_palm(platen, hand, wanted, origin, random)
    pixels = picture_of(platen.ink, wanted.scene, random)
    if wanted.ppi == 1000:
        pixels = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        fingers = [replace(each, box=_doubled(each.box)) for each in fingers]
    return Slap(pixels, wanted.ppi, tuple(sorted(fingers, key=lambda each: _across(each.box, wanted.tilt_deg))))


def _across(box: RotatedBox, tilt_deg: float) -> float:
    """Place from left to right in the frame of the hand."""
    turn = np.deg2rad(tilt_deg)
    return float(box.column * np.cos(turn) - box.row * np.sin(turn))


def _doubled(box: RotatedBox) -> RotatedBox:
    return RotatedBox(2 * box.row + 0.5, 2 * box.column + 0.5, 2 * box.height, 2 * box.width, box.angle_deg)


def _layout(
    digits: Sequence[Digit], wanted: Conditions, random: np.random.Generator
) -> tuple[tuple[int, int], tuple[float, float]]:
    """Shape of the picture, and where in it the origin of the hand lies, so that no tip is cut unless wanted."""
    corners = np.concatenate([_box(digit, wanted.tilt_deg, (0.0, 0.0)).corners for digit in digits])
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = 30.0
    shape = tuple(int(max(side, extent + 2 * room)) for side, extent in zip(SHAPE, high - low, strict=True))
    free = np.array(shape) - (high - low) - 2 * room
    place = room + free * random.uniform(0.0, 0.6, 2) - low
    if wanted.cut_mm:
        place[0] = -low[0] - wanted.cut_mm * PX_PER_MM
    return (shape[0], shape[1]), (float(place[0]), float(place[1]))


def _box(digit: Digit, tilt_deg: float, origin: tuple[float, float]) -> RotatedBox:
    """Distal phalanx in pixels at 500 ppi."""
    row, column = _turned(digit.down, digit.across, tilt_deg)
    length, breadth = digit.length * PX_PER_MM, digit.breadth * PX_PER_MM
    return RotatedBox(row + origin[0], column + origin[1], length, breadth, digit.angle_deg + tilt_deg)


def _turned(down_mm: float, across_mm: float, tilt_deg: float) -> tuple[float, float]:
    """Row and column in pixels of a place in the frame of the hand."""
    turn = np.deg2rad(tilt_deg)
    row = down_mm * np.cos(turn) - across_mm * np.sin(turn)
    return float(row * PX_PER_MM), float((across_mm * np.cos(turn) + down_mm * np.sin(turn)) * PX_PER_MM)


def _press(
    platen: Platen,
    digit: Digit,
    wanted: Conditions,
    origin: tuple[float, float],
    pool: Sequence[Field],
    random: np.random.Generator,
) -> TrueFinger:
    """Press one finger and, where it touches, its second phalanx."""
    box = _box(digit, wanted.tilt_deg, origin)
    pressure = float(random.uniform(*wanted.pressure))
    platen.press(Pad(box, pool[int(random.integers(len(pool)))], pressure), random)
    if digit.second:
        crease = random.uniform(-0.2, 2.5)
        down = (digit.length / 2 + crease + digit.second / 2) * PX_PER_MM
        turn = np.deg2rad(box.angle_deg)
        row, column = box.row + down * np.cos(turn), box.column + down * np.sin(turn)
        breadth = box.width * random.uniform(0.85, 1.05)
        lower = RotatedBox(row, column, digit.second * PX_PER_MM, breadth, box.angle_deg + random.normal(0, 2))
        platen.press(Pad(lower, _plain_ridges(880), pressure - 0.1, (3.5, 3.0), random.uniform(0.6, 1.0)), random)
    return TrueFinger(digit.position, box, visible_share(box, platen.ink.shape))


def _press_palm(
    platen: Platen, hand: Sequence[Digit], wanted: Conditions, origin: tuple[float, float], random: np.random.Generator
) -> None:
    """A broad pad at the roots of the fingers."""
    across = float(np.mean([digit.across for digit in hand]))
    down = max(digit.down for digit in hand) + 52.0 + random.uniform(0, 6)
    row, column = _turned(down, across, wanted.tilt_deg)
    box = RotatedBox(row + origin[0], column + origin[1], 35 * PX_PER_MM, 75 * PX_PER_MM, wanted.tilt_deg)
    platen.press(Pad(box, _plain_ridges(881), 0.0, (3.0, 3.0)), random)
