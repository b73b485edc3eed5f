"""A station's fingerprint sensor over many captures, with or without something wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.studies.touches import Touches

Pixels = NDArray[np.uint8]
Field = NDArray[np.float32]

SHAPES = ((560, 416), (480, 400), (500, 500), (640, 480), (400, 352))
GLASS = 235
"""Of the touches' background."""

WHOLE = 80
"""Captures at the end of a run that are drawn in full; a record looks at the common pattern of the last 60 to 79."""

PER_PERSON = 10
CAPTURE_S, PERSON_S = 12.0, 90.0
"""Between captures, and between people besides."""


@dataclass(frozen=True, slots=True)
class Stain:
    """An ellipse, or an irregular blot, on the glass; ``darkness`` 0..1 mixes the greys with ``grey``."""

    mask: Field
    darkness: float
    grey: float
    centre: tuple[float, float]
    reach_px: float


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong from capture ``begins`` on.

    Attributes
    ----------
    dead : tuple of (bool, int, int)
        Whether a row, its number, the grey it always gives.
    fall : float
        Share by which scores fall.
    gain, offset : float
        Of the sensor once the drift is complete, over ``lasts`` captures.
    """

    kind: str = ""
    begins: int = 0
    lasts: int = 1
    stain: Stain | None = None
    dead: tuple[tuple[bool, int, int], ...] = ()
    fall: float = 0.0
    gain: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Taken:
    """One capture: its greys, the quality it was given, and when (seconds)."""

    pixels: Pixels
    quality: float
    time: float


@dataclass(slots=True)
class Sensor:
    """A healthy sensor: its own glass grey, shading, uneven lines and noise, and the operator who places fingers."""

    random: np.random.Generator
    shape: tuple[int, int] = field(init=False)
    shading: Field = field(init=False)
    noise: float = field(init=False)
    habit: NDArray[np.float64] = field(init=False)
    spread_px: float = field(init=False)

    def __post_init__(self) -> None:
        random = self.random
        self.shape = SHAPES[random.integers(len(SHAPES))]
        self.noise = float(random.uniform(1, 5))
        self.habit = random.normal(0, 12, 2)
        self.spread_px = float(random.uniform(8, 30))
        coarse = random.normal(0, 1, (4, 4)).astype(np.float32)
        smooth = cv2.resize(coarse, self.shape[::-1], interpolation=cv2.INTER_CUBIC)
        level = random.uniform(0.85, 1.06)
        uneven = random.normal(0, random.uniform(0, 0.004), self.shape[0])[:, None] + random.normal(
            0, random.uniform(0, 0.004), self.shape[1]
        )
        self.shading = (level * (1 + random.uniform(0, 0.06) * smooth) + uneven).astype(np.float32)

    def pressed(self, touch: Pixels, person: float, step: int) -> Field:
        """A touch as this sensor sees it, without noise; every ``step``-th pixel."""
        random = self.random
        down, right = self.habit + random.normal(0, self.spread_px, 2)
        height, width = touch.shape
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), float(random.normal(0, 8)), 1.0)
        matrix[:, 2] += (self.shape[1] - width) / 2 + right, (self.shape[0] - height) / 2 + down
        size = [-(-side // step) for side in self.shape[::-1]]
        turned = touch[:, :: random.choice((-1, 1))]
        placed = cv2.warpAffine(turned, matrix / step, size, borderValue=GLASS).astype(np.float32)
        ink = (GLASS - placed) * np.float32(np.clip(person + random.normal(0, 0.08), 0.4, 1.15))
        return (GLASS - ink) * self.shading[::step, ::step] * np.float32(1 + random.normal(0, 0.006))


def life(sensor: Sensor, people: Touches, fault: Fault, captures: int) -> Iterator[Taken]:
    """The captures of a sensor in order, ten of each person, forty people a day.

    All but the last are drawn with every third pixel: of those, a record uses brightness and contrast only.
    """
    random = sensor.random
    now = 1_767_600_000.0
    for number in range(captures):
        if number % PER_PERSON == 0:
            person, skill = float(random.normal(0.92, 0.1)), float(random.normal(0, 9))
            now += PERSON_S + (8 * 3600 if number % (40 * PER_PERSON) == 0 else 0)
        now += CAPTURE_S
        chosen = random.integers(len(people.pixels))
        worn = float(np.clip((number - fault.begins) / fault.lasts, 0, 1)) if number >= fault.begins else 0.0
        step = 1 if number >= captures - WHOLE else 3
        seen = sensor.pressed(people.pixels[chosen], person, step)
        quality = float(np.clip(people.quality[chosen] - 22 + skill + random.normal(0, 12), 0, 100))
        pixels = _sensed(sensor, seen, fault, worn, number >= fault.begins)
        yield Taken(pixels, quality * (1 - worn * fault.fall), now)


def _sensed(sensor: Sensor, seen: Field, fault: Fault, worn: float, begun: bool) -> Pixels:
    if fault.stain and begun:
        step = -(-sensor.shape[0] // seen.shape[0])
        mix = fault.stain.mask[::step, ::step] * np.float32(fault.stain.darkness)
        seen = seen * (1 - mix) + np.float32(fault.stain.grey) * mix
    grey = seen * np.float32(1 + worn * (fault.gain - 1)) + np.float32(worn * fault.offset)
    start = int(sensor.random.integers(_NOISE.size - seen.size))
    noise = _NOISE[start : start + seen.size].reshape(seen.shape) * np.float32(sensor.noise)
    pixels = np.clip(np.rint(grey + noise), 0, 255).astype(np.uint8)
    if begun and pixels.shape == sensor.shape:
        for is_row, number, value in fault.dead:
            pixels[(number, slice(None)) if is_row else (slice(None), number)] = value
    return pixels


_NOISE = np.random.default_rng(7).standard_normal(1 << 20).astype(np.float32)


def stained(random: np.random.Generator, shape: tuple[int, int], begins: int) -> Fault:
    """A spot of 1.2 to 5 mm anywhere, of a darkness that shows."""
    reach = float(random.uniform(12, 50))
    centre = [float(random.uniform(reach + 5, side - reach - 5)) for side in shape]
    coarse = random.standard_normal((8, 8)).astype(np.float32)
    row, column = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    turn, flat = random.uniform(0, np.pi), random.uniform(0.5, 1.0)
    down, right = row - centre[0], column - centre[1]
    along, across = right * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - right * np.sin(turn)
    rim = cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC) * random.uniform(0, 0.2)
    inside = (np.hypot(along, across / flat) / reach + rim < 1.0).astype(np.float32)
    mask = cv2.GaussianBlur(inside, (0, 0), float(random.uniform(0.7, 4)))
    stain = Stain(mask, float(random.uniform(0.15, 1.0)), float(random.uniform(20, 90)), tuple(centre), reach)
    return Fault("stain", begins, stain=stain)


def dead_line(random: np.random.Generator, shape: tuple[int, int], begins: int) -> Fault:
    """One row or column that always gives the same grey."""
    is_row = bool(random.integers(2))
    number = int(random.integers(shape[0 if is_row else 1]))
    return Fault(
        "dead_line", begins, dead=((is_row, number, int(random.choice((0, 0, 255, random.integers(0, 140))))),)
    )


def drifting(random: np.random.Generator, shape: tuple[int, int], begins: int) -> Fault:
    """The light fades, or the offset moves, by 10 to 40 % over up to 150 captures."""
    lasts = int(random.integers(1, 150))
    if random.random() < 0.6:
        return Fault("drift", begins, lasts, gain=float(random.uniform(0.6, 0.9)))
    return Fault("drift", begins, lasts, offset=float(-random.uniform(25, 80)))


def declining(random: np.random.Generator, shape: tuple[int, int], begins: int) -> Fault:
    """Scores fall by a quarter to a half, at once or over up to 100 captures."""
    return Fault("scores_fell", begins, int(random.integers(1, 100)), fall=float(random.uniform(0.25, 0.5)))


FAULTS = {"stain": stained, "dead_line": dead_line, "drift": drifting, "scores_fell": declining}
