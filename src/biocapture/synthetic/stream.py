"""Frames of a simulated sensor: a scene per act, drawn once, and what changes from frame to frame."""

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.synthetic.eye.capture import capture
from biocapture.synthetic.eye.conditions import Conditions
from biocapture.synthetic.eye.eye import eye
from biocapture.synthetic.fingerprint.finger import Finger, finger
from biocapture.synthetic.fingerprint.impression import Effects, impression
from biocapture.synthetic.portrait import portrait
from biocapture.synthetic.script import Act
from biocapture.types import Modality, Picture, Position

PLATEN_GREY = 235
"""Grey of a clean platen without a finger."""

TOUCH_SHAPE = (560, 416)
"""Rows and columns that a finger takes at 500 ppi."""

FINGER_ACTS = {
    Act.ABSENT: None,
    Act.GOOD: Effects(),
    Act.APPROACH: Effects(),
    Act.MOVING: Effects(),
    Act.BLUR: Effects(blur_px=4.0),
    Act.PARTIAL: Effects(partial=0.8),
    Act.OFF_CENTRE: Effects(shift_row_px=190, shift_column_px=150),
    Act.FAINT: Effects(low_contrast=0.9),
    Act.DRY: Effects(dry=0.9),
    Act.WET: Effects(wet=1.0),
    Act.DIRTY: None,
    Act.WRONG: Effects(),
}
EYE_ACTS = {
    Act.ABSENT: None,
    Act.GOOD: Conditions(lashes=0.3, lid_opening=0.95, noise=1.0),
    Act.APPROACH: Conditions(lashes=0.3, lid_opening=0.95, defocus_px=5.0),
    Act.MOVING: Conditions(motion_px=14.0, lid_opening=0.9),
    Act.BLUR: Conditions(defocus_px=8.0, lid_opening=0.9),
    Act.OFF_CENTRE: Conditions(shift_column_px=215.0, shift_row_px=60.0, lid_opening=0.9),
    Act.FAINT: Conditions(exposure_ev=-2.5, lid_opening=0.9),
    Act.CLOSED: Conditions(lid_opening=0.0),
    Act.TURNED: Conditions(gaze_deg=(35.0, 0.0), lid_opening=0.9),
    Act.FAR: Conditions(iris_radius_px=45.0, lid_opening=0.9),
    Act.WRONG: Conditions(lashes=0.3, lid_opening=0.95),
}
FACE_ACTS = {
    Act.ABSENT: None,
    Act.GOOD: {},
    Act.APPROACH: {"scale": 0.8},
    Act.MOVING: {"blur_px": 6.0},
    Act.BLUR: {"blur_px": 5.0},
    Act.OFF_CENTRE: {"shift": 0.3},
    Act.FAINT: {"light": 0.3},
    Act.CLOSED: {"eyes": 0.0},
    Act.TURNED: {"yaw": 0.6},
    Act.FAR: {"scale": 0.35},
    Act.WRONG: {},
}
ACTS: dict[Modality, Mapping[Act, object]] = {
    Modality.FINGERPRINT: FINGER_ACTS,
    Modality.IRIS: EYE_ACTS,
    Modality.FACE: FACE_ACTS,
}


@dataclass(frozen=True, slots=True)
class Fixture:
    """Faults of the sensor itself, the same in every frame.

    Attributes
    ----------
    stain : float
        0..1: darkness of a spot on the platen.
    dead_row : int
        A row that gives no signal; -1 = none.
    gain : float
        Contrast of the sensor, 1 = as new.
    offset : float
        Greys added.
    """

    stain: float = 0.0
    dead_row: int = -1
    gain: float = 1.0
    offset: float = 0.0


@functools.lru_cache(maxsize=16)
def cached_finger(seed: int) -> Finger:
    """A finger, cached: growing one takes half a second.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Finger
    """
    return finger(seed)


@functools.lru_cache(maxsize=64)
def scene(modality: Modality, position: Position, act: Act, seed: int, shape: tuple[int, int]) -> Picture:
    """Image of an act before noise and faults of the sensor; remembered.

    Parameters
    ----------
    modality : Modality
    position : Position
        Which finger or eye.
    act : Act
        One that the modality has; see :data:`ACTS`.
    seed : int
        Which synthetic subject.
    shape : (int, int)
        Rows and columns.

    Returns
    -------
    (H, W) or (H, W, 3) uint8
        Read-only.
    """
    draw: Callable[[Position, Act, int, tuple[int, int]], Picture]
    draw = {Modality.FINGERPRINT: _finger_scene, Modality.IRIS: _eye_scene, Modality.FACE: _face_scene}[modality]
    pixels = draw(position, act, seed + 7919 * (act is Act.WRONG), shape)
    pixels.setflags(write=False)
    return pixels


def _finger_scene(position: Position, act: Act, seed: int, shape: tuple[int, int]) -> Picture:
    effects = FINGER_ACTS[act]
    if effects is None and act is Act.ABSENT:
        return np.full(shape, PLATEN_GREY, np.uint8)
    if effects is None:  # dirty: the residue of a previous print, and no finger
        residue = impression(cached_finger(16 * seed), seed, Effects(low_contrast=1.0), shape=TOUCH_SHAPE).pixels
        return _centre(residue, shape, PLATEN_GREY)
    return _centre(
        impression(cached_finger(16 * seed + position.finger_code), seed, effects).pixels, shape, PLATEN_GREY
    )


def _eye_scene(position: Position, act: Act, seed: int, shape: tuple[int, int]) -> Picture:
    conditions = EYE_ACTS[act]
    if conditions is None:
        return np.full(shape, 60, np.uint8)
    left = position is Position.LEFT_EYE
    return _centre(capture(eye(seed, left), conditions, seed).pixels, shape, 120)


def _face_scene(position: Position, act: Act, seed: int, shape: tuple[int, int]) -> Picture:
    return portrait(seed, shape, FACE_ACTS[act])


def _centre(pixels: Picture, shape: tuple[int, int], grey: int) -> Picture:
    """In the middle of a frame, cut where it is larger."""
    frame = np.full(shape, grey, np.uint8)
    rows, columns = (min(own, side) for own, side in zip(pixels.shape, shape, strict=True))
    top, left = (shape[0] - rows) // 2, (shape[1] - columns) // 2
    from_row, from_column = (pixels.shape[0] - rows) // 2, (pixels.shape[1] - columns) // 2
    frame[top : top + rows, left : left + columns] = pixels[
        from_row : from_row + rows, from_column : from_column + columns
    ]
    return frame


@dataclass(frozen=True, slots=True)
class Stream:
    """Frames of a simulated sensor. The same frame number gives the same pixels.

    Attributes
    ----------
    modality : Modality
    position : Position
    seed : int
        Which synthetic subject.
    shape : (int, int)
        Rows and columns of its frames.
    noise : float
        Deviation of the noise in greys.
    fixture : Fixture
    """

    modality: Modality
    position: Position
    seed: int
    shape: tuple[int, int]
    noise: float = 2.0
    fixture: Fixture = Fixture()

    def prepare(self, acts: Iterable[Act]) -> None:
        """Draw the scenes of some acts now: the first frame of each would take half a second otherwise.

        Parameters
        ----------
        acts : iterable of Act
            Those that the modality does not have are passed over.
        """
        for act in acts:
            if act in ACTS[self.modality]:
                scene(self.modality, self.position, act, self.seed, self.shape)

    def frame(self, act: Act, passed: float, number: int) -> Picture:
        """One frame.

        Parameters
        ----------
        act : Act
            One that the modality has.
        passed : float
            0..1, how much of the act has passed.
        number : int
            Of the frame since the device was opened.

        Returns
        -------
        (H, W) or (H, W, 3) uint8
            Grey or RGB.
        """
        random = np.random.default_rng([self.seed, number])
        pixels = scene(self.modality, self.position, act, self.seed, self.shape)
        if act is Act.APPROACH:
            pixels = self._approaching(pixels, passed)
        pixels = _shift_pixels(pixels, _shift(act, number, random))
        return self._sensed(pixels, random)

    def _approaching(self, pixels: Picture, passed: float) -> Picture:
        empty = scene(self.modality, self.position, Act.ABSENT, self.seed, self.shape)
        return cv2.addWeighted(pixels, passed, empty, 1.0 - passed, 0.0).astype(np.uint8, copy=False)

    def _sensed(self, pixels: Picture, random: np.random.Generator) -> Picture:
        fixture = self.fixture
        if fixture.gain != 1.0 or fixture.offset:
            pixels = cv2.convertScaleAbs(pixels, alpha=fixture.gain, beta=fixture.offset)
        if self.noise:
            pixels = cv2.add(pixels, _noise(self.noise, pixels.shape, random), dtype=cv2.CV_8U)
        if fixture.stain:
            pixels = _stain(pixels, fixture.stain, self.seed)
        if 0 <= fixture.dead_row < pixels.shape[0]:
            pixels = pixels.copy()
            pixels[fixture.dead_row] = 0
        return pixels


def _shift(act: Act, number: int, random: np.random.Generator) -> tuple[float, float]:
    """Columns and rows by which a frame is displaced: a hand is never quite still."""
    across, down = random.normal(0.0, 0.15, 2)
    if act in (Act.MOVING, Act.APPROACH):
        across, down = across + 14.0 * np.sin(1.3 * number), down + 9.0 * np.cos(0.9 * number)
    return float(across), float(down)


def _shift_pixels(pixels: Picture, shift: tuple[float, float]) -> Picture:
    matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    return cv2.warpAffine(pixels, matrix, pixels.shape[1::-1], borderMode=cv2.BORDER_REPLICATE).astype(
        np.uint8, copy=False
    )


@functools.lru_cache(maxsize=4)
def _noise_tile(deviation: float) -> NDArray[np.int8]:
    return np.rint(np.random.default_rng(0x5E).normal(0, deviation, 1 << 23)).clip(-127, 127).astype(np.int8)


def _noise(deviation: float, shape: tuple[int, ...], random: np.random.Generator) -> NDArray[np.int8]:
    """Noise of a frame: a part of one long strip, begun anywhere."""
    strip, size = _noise_tile(deviation), int(np.prod(shape))
    if size > strip.size:
        return np.resize(strip, shape)
    start = int(random.integers(strip.size - size + 1))
    return strip[start : start + size].reshape(shape)


def _stain(pixels: Picture, darkness: float, seed: int) -> Picture:
    """A spot on the platen, at the same place in every frame."""
    random = np.random.default_rng([seed, 0x57A])
    height, width = pixels.shape[:2]
    centre = (int(width * random.uniform(0.3, 0.7)), int(height * random.uniform(0.3, 0.7)))
    axes = (int(random.integers(9, 22)), int(random.integers(9, 22)))
    stained = pixels.copy()
    cv2.ellipse(stained, centre, axes, float(random.uniform(0, 180)), 0, 360, (30, 30, 30), -1)
    return cv2.addWeighted(stained, darkness, pixels, 1.0 - darkness, 0.0).astype(np.uint8, copy=False)
