"""A second ridge system under a print: the latent print that the previous person left on the platen.

The ridges of the new print are dark and hide everything. Between them, a latent print modulates the brightness of
the valleys; where its ridges cross these at an angle, they show as a row of dots. A local straight line of the valley's
brightness over the ridge wave is subtracted, what is left is filtered for ridges of every direction, and cells count in
which one direction prevails that is not the new print's own.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.features.contact import CELL_MM
from biocapture.fingerprint.features.extent import print_window
from biocapture.fingerprint.features.platen import find_platen
from biocapture.fingerprint.features.ridge_field import RidgeField, cell_means, interpolate_cells, ridge_field
from biocapture.fingerprint.features.ridge_flow import RidgeFlow, follow_ridges
from biocapture.fingerprint.units import HALF_TURN_RAD, angle_size
from biocapture.types import Failure, Field, GreyPixels, Mask, Sample, Trace, Values, no_trace

VALLEY_WAVE = (0.2, 0.7)
"""Ridge wave at which a pixel begins to count as valley, and from which it counts in full."""

RIM_PX = 17
"""Side of the square by which the print is eroded: its rim is grey by itself."""

REGRESSION_PX = 7.0
"""Standard deviation of the Gaussian over which a valley's brightness is explained by the print's own wave, 500 ppi."""

DIRECTIONS, PERIOD_PX, ENVELOPE_PX = 12, 4.6, 4.0
"""Even and odd Gabor filters, in pixels at 250 ppi: a period of 9.2 px at 500 ppi, an octave wide."""

SMOOTHING_CELLS = 1.5
"""Standard deviation of the Gaussian over which the energies of neighbouring cells are averaged."""

MIN_VALLEY_SHARE = 0.12
"""Share of a cell that must be valley."""

MIN_COHERENCE, MIN_TURN_RAD = 0.4, 0.35
"""From which one direction prevails and is not the print's own. Of 472 prints of six sensors, one has 13.7 % of such
cells and no other more than 6.3 %; of 90 synthetic prints over a latent of 30 to 90 % strength, one has 12.7 % and no
other less than 14.9 %."""


@dataclass(frozen=True, slots=True)
class LatentResidue:
    """What a print shows of an earlier one under it.

    Attributes
    ----------
    share : float
        0..1, of the area whose valleys can be examined: how much shows a second ridge system; NaN where there is no
        such area.
    area_mm2 : float
        The same as an area.
    cells : (R, C) bool
        Where it shows, cells of 8 px from the upper left corner of the image without its frame.
    """

    share: float
    area_mm2: float
    cells: Mask


NOT_ASSESSABLE = LatentResidue(float("nan"), float("nan"), np.zeros((0, 0), bool))


def latent_residue(sample: Sample, trace: Trace = no_trace) -> LatentResidue:
    """Look for a second ridge system under a print.

    Parameters
    ----------
    sample : Sample
        At 500 ppi, ridges dark.
    trace : callable
        Receives ``residual``, the brightness that the print's own wave does not explain, and ``residue``, the cells.

    Returns
    -------
    LatentResidue
        NaN and no cells where there is no print, or none of its valleys can be examined.
    """
    pixels = sample.image.pixels
    window = print_window(pixels)
    if isinstance(window, Failure):
        return NOT_ASSESSABLE
    platen = find_platen(np.ascontiguousarray(pixels[window]))
    field = ridge_field(platen.pixels, padding=platen.padding)
    if not field.foreground.any():
        return NOT_ASSESSABLE
    residual, valley = _residual_in_valleys(platen.pixels, field, follow_ridges(field))
    trace("residual", residual)
    coherence, orientation = _prevailing(_directed_energy(residual))
    turn = angle_size(orientation - field.orientation, HALF_TURN_RAD)
    examined = cell_means(valley) > MIN_VALLEY_SHARE
    residue = examined & (coherence > MIN_COHERENCE) & (turn > MIN_TURN_RAD)
    trace("residue", residue)
    if not examined.any():
        return NOT_ASSESSABLE
    return LatentResidue(float(residue.sum() / examined.sum()), float(residue.sum()) * CELL_MM**2, residue)


def _residual_in_valleys(pixels: GreyPixels, field: RidgeField, flow: RidgeFlow) -> tuple[Field, Field]:
    """Brightness of valleys that the print's own wave does not explain, and their weight 0..1; both at 250 ppi.

    A weighted straight line, grey = level + slope · wave, is fitted around every pixel: all its sums are Gaussians.
    """
    rows, columns = (2 * side for side in field.wave.shape)
    grey = cv2.GaussianBlur(pixels[:rows, :columns].astype(np.float32), (0, 0), 0.8)
    wave = cv2.resize(flow.smooth, (columns, rows), interpolation=cv2.INTER_CUBIC)
    low, high = VALLEY_WAVE
    valley = np.clip((wave - low) / (high - low), 0, 1) * _inside(field, (rows, columns))
    # Small amounts are added to the sums that are divided by, which vanish away from valleys.
    weight, w_wave, w_square, w_grey, w_both = (
        cv2.GaussianBlur(valley * values, (0, 0), REGRESSION_PX) + np.float32(floor)
        for values, floor in ((1, 1e-4), (wave, 0), (wave * wave, 1e-4), (grey, 0), (wave * grey, 0))
    )
    slope = (weight * w_both - w_wave * w_grey) / (weight * w_square - w_wave * w_wave + np.float32(1e-4))
    level = (w_grey - slope * w_wave) / weight
    residual = valley * (grey - level - slope * wave)
    half = field.wave.shape[::-1]
    reduced, reduced_valley = (cv2.resize(each, half, interpolation=cv2.INTER_AREA) for each in (residual, valley))
    return reduced, reduced_valley


def _inside(field: RidgeField, shape: tuple[int, int]) -> Field:
    """1 inside the print, away from its rim, else 0."""
    solid = interpolate_cells(field.foreground.astype(np.float32), shape) > 0.5
    return cv2.erode(solid.astype(np.uint8), np.ones((RIM_PX, RIM_PX), np.uint8)).astype(np.float32)


def _directed_energy(residual: Field) -> Field:
    """(D, R, C) energy of ridges along each direction per cell.

    The even and the odd filter of a direction are sums of two separable ones: cos(a + b) = cos a cos b - sin a sin b,
    sin(a + b) = sin a cos b + cos a sin b.
    """
    reach = int(np.ceil(2.6 * ENVELOPE_PX))
    at = np.arange(-reach, reach + 1)
    envelope = np.exp(-0.5 * (at / ENVELOPE_PX) ** 2)
    energy = []
    for across in np.pi * (np.arange(DIRECTIONS) / DIRECTIONS + 0.5):
        right, down = 2 * np.pi / PERIOD_PX * np.cos(across), -2 * np.pi / PERIOD_PX * np.sin(across)
        waves = [envelope * function(rate * at) for rate in (right, down) for function in (np.cos, np.sin)]
        cosine_right, sine_right, cosine_down, sine_down = waves
        even = _filtered(residual, cosine_right, cosine_down) - _filtered(residual, sine_right, sine_down)
        odd = _filtered(residual, sine_right, cosine_down) + _filtered(residual, cosine_right, sine_down)
        energy.append(cv2.GaussianBlur(cell_means(even * even + odd * odd), (0, 0), SMOOTHING_CELLS))
    return np.stack(energy)


def _filtered(values: Field, right: Values, down: Values) -> Field:
    return cv2.sepFilter2D(values, cv2.CV_32F, right, down)


def _prevailing(energy: Field) -> tuple[Field, Field]:
    """How much one direction prevails, 0..1, and which, radians in [0, π); per cell."""
    doubled = np.exp(2j * np.pi * np.arange(DIRECTIONS) / DIRECTIONS).astype(np.complex64)
    mean = (energy * doubled[:, None, None]).mean(axis=0)
    return np.abs(mean) / (energy.mean(axis=0) + np.float32(1e-6)), np.mod(np.angle(mean) / 2, np.pi)
