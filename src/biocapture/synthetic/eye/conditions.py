"""How a synthetic eye is captured: placement, occlusion, light and camera."""

import numbers
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from biocapture.errors import UsageError

LIMITS: dict[str, tuple[float, float]] = {
    "dilation": (0.08, 0.9),
    "gaze_deg": (-50.0, 50.0),
    "roll_deg": (-180.0, 180.0),
    "lid_opening": (0.0, 1.0),
    "lashes": (0.0, 1.0),
    "makeup": (0.0, 1.0),
    "defocus_px": (0.0, 30.0),
    "motion_px": (0.0, 80.0),
    "motion_deg": (-360.0, 360.0),
    "noise": (0.0, 80.0),
    "exposure_ev": (-6.0, 4.0),
    "contrast_loss": (0.0, 1.0),
    "jpeg_quality": (0, 100),
    "interlace_px": (-20.0, 20.0),
    "gamma": (0.3, 3.0),
    "black_clip": (0.0, 1.0),
    "dim_zone": (0.0, 1.0),
    "leds": (0, 16),
    "led_spread": (0.0, 0.8),
    "led_radius": (0.005, 0.2),
    "led_at": (-1.0, 1.0),
    "pupil_glare": (0.0, 1.0),
    "glasses_glare": (0.0, 1.0),
    "glasses_frame": (0.0, 1.0),
    "light_gradient": (0.0, 1.0),
    "light_deg": (-360.0, 360.0),
    "cosmetic_lens": (0.0, 1.0),
    "soft_lens": (0.0, 1.0),
    "iris_radius_px": (12.0, 500.0),
    "shift_row_px": (-2000.0, 2000.0),
    "shift_column_px": (-2000.0, 2000.0),
    "shape": (32, 2048),
}
"""Smallest and largest value of every field; of a pair, of each of its two numbers."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions of one capture. The defaults are ideal: no faults, lids wide open, a facing eye in the middle.

    Attributes
    ----------
    dilation : float
        Pupil radius over iris radius.
    gaze_deg : (float, float)
        Where the eye looks: towards rising columns, towards rising rows; (0, 0) = into the camera.
    roll_deg : float
        Of the head, turning the columns' direction towards the rows' (clockwise on the screen).
    lid_opening : float
        1 = wide, about 0.75 = relaxed, 0 = closed.
    lashes, makeup : float
        0..1: amount of lashes; mascara and eye liner.
    defocus_px, motion_px, motion_deg : float
        Radius of the blur disc; length and direction of a straight motion.
    noise : float
        Deviation of the sensor's noise in greys at mid grey.
    exposure_ev, contrast_loss : float
        Stops over or under; 0..1 share of the contrast that stray light takes away.
    jpeg_quality : int
        0 = not compressed.
    interlace_px : float
        Columns between the fields of odd and even rows.
    gamma : float
        Exponent of the sensor's curve; 1 = in proportion to the light, less = dark parts are lifted.
    black_clip : float
        0..1: how much of the dark end the camera cuts off; at 1 pupil and lashes are equally black.
    dim_zone : float
        0..1: how much darker the iris is between pupil and collarette than beyond it.
    leds : int
        Light sources mirrored in the cornea; 1 and 2 side by side, more on a ring.
    led_spread, led_radius : float
        Their distance from the common centre and their size, in iris radii.
    led_at : (float, float)
        Common centre in iris radii (columns, rows) from where a source in the lens would be mirrored.
    pupil_glare : float
        0..1: a bright window mirrored over the pupil.
    glasses_glare, glasses_frame : float
        0..1: reflections of the lights on spectacles; their frame.
    light_gradient, light_deg : float
        0..1: light from one side; the direction it comes from.
    cosmetic_lens, soft_lens : float
        0..1: opacity of a printed contact lens; visibility of the edge of a clear one.
    iris_radius_px, shift_row_px, shift_column_px : float
        Size and place of the iris if it looked into the camera; the shift is from the middle of the image.
    shape : (int, int)
        Rows and columns of the image.

    Raises
    ------
    UsageError
        A value is outside :data:`LIMITS` or not a number.
    """

    dilation: float = 0.4
    gaze_deg: tuple[float, float] = (0.0, 0.0)
    roll_deg: float = 0.0
    lid_opening: float = 1.0
    lashes: float = 0.0
    makeup: float = 0.0
    defocus_px: float = 0.0
    motion_px: float = 0.0
    motion_deg: float = 0.0
    noise: float = 0.0
    exposure_ev: float = 0.0
    contrast_loss: float = 0.0
    jpeg_quality: int = 0
    interlace_px: float = 0.0
    gamma: float = 1.0
    black_clip: float = 0.0
    dim_zone: float = 0.0
    leds: int = 2
    led_spread: float = 0.16
    led_radius: float = 0.045
    led_at: tuple[float, float] = (0.0, 0.0)
    pupil_glare: float = 0.0
    glasses_glare: float = 0.0
    glasses_frame: float = 0.0
    light_gradient: float = 0.0
    light_deg: float = 0.0
    cosmetic_lens: float = 0.0
    soft_lens: float = 0.0
    iris_radius_px: float = 115.0
    shift_row_px: float = 0.0
    shift_column_px: float = 0.0
    shape: tuple[int, int] = (480, 640)

    def __post_init__(self) -> None:
        for field in fields(self):
            _check(field.name, getattr(self, field.name), isinstance(field.default, tuple))


def _check(name: str, value: Any, paired: bool) -> None:
    low, high = LIMITS[name]
    numbers_given = value if paired and isinstance(value, tuple) else (value,)
    whole = isinstance(low, int)
    right = all(isinstance(number, numbers.Integral if whole else numbers.Real) for number in numbers_given)
    if not right or len(numbers_given) != 1 + paired or not all(low <= number <= high for number in numbers_given):
        words = ("two " if paired else "") + ("whole numbers" if whole else "numbers")
        raise UsageError(f"{value!r}, allowed: {words} {low} … {high}", name)


def check_seed(seed: int) -> None:
    """Refuse what cannot seed a random generator.

    Parameters
    ----------
    seed : int

    Raises
    ------
    UsageError
        The seed is negative or not a whole number.
    """
    if not isinstance(seed, numbers.Integral) or seed < 0:
        raise UsageError(f"{seed!r}, allowed: whole numbers from 0", "seed")


def everyday_conditions(seed: int) -> Conditions:
    """Conditions of a usual capture at an enrolment station: everything a little off, nothing wrong.

    Parameters
    ----------
    seed : int
        The same seed gives the same conditions.

    Returns
    -------
    Conditions

    Raises
    ------
    UsageError
        The seed is negative or not a whole number.
    """
    check_seed(seed)
    random = np.random.default_rng([seed, 0xDA1])

    def about(centre: float, deviation: float, low: float, high: float) -> float:
        return float(np.clip(random.normal(centre, deviation), low, high))

    return Conditions(
        dilation=about(0.4, 0.06, 0.22, 0.62),
        gaze_deg=(about(0, 3, -9, 9), about(0, 3, -9, 9)),
        roll_deg=about(0, 3, -10, 10),
        lid_opening=about(0.8, 0.1, 0.55, 1.0),
        lashes=about(0.65, 0.2, 0.1, 1.0),
        defocus_px=about(0.6, 0.5, 0.0, 2.0),
        noise=about(2.0, 0.7, 0.7, 4.5),
        exposure_ev=about(0, 0.12, -0.4, 0.3),
        contrast_loss=about(0.03, 0.03, 0.0, 0.12),
        leds=int(random.choice((1, 2, 2, 3, 4, 8))),
        led_spread=about(0.17, 0.04, 0.08, 0.3),
        led_radius=about(0.04, 0.01, 0.02, 0.07),
        led_at=(about(0, 0.06, -0.2, 0.2), about(-0.05, 0.08, -0.25, 0.2)),
        light_gradient=about(0.15, 0.1, 0.0, 0.4),
        light_deg=float(random.uniform(0, 360)),
        iris_radius_px=about(115, 8, 90, 140),
        shift_row_px=about(0, 12, -40, 40),
        shift_column_px=about(0, 18, -60, 60),
        jpeg_quality=int(random.choice((0, 0, 95, 90, 80))),
        makeup=float(random.choice((0.0, 0.0, 0.0, 0.4, 0.8))),
        soft_lens=float(random.choice((0.0, 0.0, 0.0, 0.3))),
    )
