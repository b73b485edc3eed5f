"""A second ridge system under a print: the previous person's latent, seen in the valleys of the new print.

The ridges of the print itself are dark and hide everything. Between them, a latent print modulates the brightness of
the valleys; what its ridges cross at an angle stands out as a row of dots. What is left of each valley after a local
straight line of its brightness over the ridge wave is taken off is filtered for ridges of every direction, and cells
count in which one direction prevails that is not the print's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.contact import CELL_MM
from biocapture.fingerprint.features.ridge_field import RidgeField, over_pixels, per_cell, ridge_field
from biocapture.fingerprint.features.ridge_flow import RidgeFlow, follow
from biocapture.fingerprint.nfiq2.region import MIN_PRINT_PX, within_frame
from biocapture.fingerprint.units import HALF_TURN_RAD, angle_size
from biocapture.types import Field, GreyPixels, Sample, Trace, no_trace

VALLEY = (0.2, 0.7)
"""Ridge wave at which a pixel begins to count as valley, and from which it does in full."""

RIM_PX = 17
"""Side of the square by which the print is eroded: its rim is grey by itself."""

LOCAL_PX = 7.0
"""Gaussian over which a valley's brightness is explained by the print's own wave, 500 ppi."""

DIRECTIONS, PERIOD_PX, ENVELOPE_PX = 12, 4.6, 4.0
"""Even and odd Gabor filters, in pixels at 250 ppi: a period of 9.2 px at 500 ppi, an octave wide."""

SMOOTH_CELLS = 1.5
MIN_VALLEY = 0.12
"""Share of a cell that must be valley."""

MIN_COHERENCE, MIN_TURN_RAD = 0.4, 0.35
"""From which one direction prevails and is not the print's own. Of 472 prints of six sensors, one has 13.7 % of such
cells and no other more than 6.3 %; of 90 synthetic prints over a latent of 30 to 90 % strength, one has 12.7 % and no
other less than 14.9 %."""


@dataclass(frozen=True, slots=True)
class Underlying:
    """What lies under a print.

    Attributes
    ----------
    share : float
        Of the area whose valleys can be looked at, 0..1: how much shows a second ridge system; NaN where there is none.
    area_mm2 : float
        The same as an area.
    cells : (R, C) bool
        Where it shows, cells of 8 px from the upper left corner of the image without its frame.
    """

    share: float
    area_mm2: float
    cells: NDArray[np.bool_]


NOTHING = Underlying(float("nan"), float("nan"), np.zeros((0, 0), bool))


def underlying(sample: Sample, trace: Trace = no_trace) -> Underlying:
    """Look for a second ridge system under a print at 500 ppi."""
    pixels = sample.image.pixels
    window = within_frame(pixels, MIN_PRINT_PX)
    if window is None:
        return NOTHING
    crop: GreyPixels = np.ascontiguousarray(pixels[window])
    field = ridge_field(crop)
    if not field.foreground.any():
        return NOTHING
    left, valley = _left_in_valleys(crop, field, follow(field))
    trace("left", left)
    energy = _directed_energy(left)
    coherence, orientation = _prevailing(energy)
    turn = angle_size(orientation - field.orientation, HALF_TURN_RAD)
    seen = per_cell(valley) > MIN_VALLEY
    found = seen & (coherence > MIN_COHERENCE) & (turn > MIN_TURN_RAD)
    trace("found", found)
    if not seen.any():
        return NOTHING
    return Underlying(float(found.sum() / seen.sum()), float(found.sum()) * CELL_MM**2, found)


def _left_in_valleys(pixels: GreyPixels, field: RidgeField, flow: RidgeFlow) -> tuple[Field, Field]:
    """Brightness of valleys that the print's own wave does not explain, and their weight 0..1; both at 250 ppi."""
    rows, columns = (2 * side for side in field.wave.shape)
    grey = cv2.GaussianBlur(pixels[:rows, :columns].astype(np.float32), (0, 0), 0.8)
    wave = cv2.resize(flow.smooth, (columns, rows), interpolation=cv2.INTER_CUBIC)
    valley = np.clip((wave - VALLEY[0]) / (VALLEY[1] - VALLEY[0]), 0, 1) * _inside(field, (rows, columns))
    weight, w_wave, w_square, w_grey, w_both = (
        cv2.GaussianBlur(valley * part, (0, 0), LOCAL_PX) + np.float32(floor)
        for part, floor in ((1, 1e-4), (wave, 0), (wave * wave, 1e-4), (grey, 0), (wave * grey, 0))
    )
    slope = (weight * w_both - w_wave * w_grey) / (weight * w_square - w_wave * w_wave + np.float32(1e-4))
    level = (w_grey - slope * w_wave) / weight
    left = valley * (grey - level - slope * wave)
    half = field.wave.shape[::-1]
    return cv2.resize(left, half, interpolation=cv2.INTER_AREA), cv2.resize(valley, half, interpolation=cv2.INTER_AREA)


def _inside(field: RidgeField, shape: tuple[int, int]) -> Field:
    """1 inside the print, away from its rim, else 0."""
    solid = over_pixels(field.foreground.astype(np.float32), shape) > 0.5
    return cv2.erode(solid.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)).astype(np.float32)


def _directed_energy(left: Field) -> Field:
    """(D, R, C) energy of ridges along each direction per cell; the filters are separable."""
    reach = int(np.ceil(2.6 * ENVELOPE_PX))
    at = np.arange(-reach, reach + 1)
    envelope = np.exp(-0.5 * (at / ENVELOPE_PX) ** 2)
    energy = []
    for across in np.pi * (np.arange(DIRECTIONS) / DIRECTIONS + 0.5):
        right, down = 2 * np.pi / PERIOD_PX * np.cos(across), -2 * np.pi / PERIOD_PX * np.sin(across)
        waves = [envelope * part(rate * at) for rate in (right, down) for part in (np.cos, np.sin)]
        cosine_right, sine_right, cosine_down, sine_down = waves
        even = _filtered(left, cosine_right, cosine_down) - _filtered(left, sine_right, sine_down)
        odd = _filtered(left, sine_right, cosine_down) + _filtered(left, cosine_right, sine_down)
        energy.append(cv2.GaussianBlur(per_cell(even * even + odd * odd), (0, 0), SMOOTH_CELLS))
    return np.stack(energy)


def _filtered(values: Field, right: NDArray[np.float64], down: NDArray[np.float64]) -> Field:
    return cv2.sepFilter2D(values, cv2.CV_32F, right, down)


def _prevailing(energy: Field) -> tuple[Field, Field]:
    """How much one direction prevails, 0..1, and which, radians in [0, π); per cell."""
    doubled = np.exp(2j * np.pi * np.arange(DIRECTIONS) / DIRECTIONS).astype(np.complex64)
    mean = (energy * doubled[:, None, None]).mean(axis=0)
    return np.abs(mean) / (energy.mean(axis=0) + np.float32(1e-6)), np.mod(np.angle(mean) / 2, np.pi)
