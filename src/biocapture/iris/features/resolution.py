"""How much detail an image holds, whatever its pixels count: where its spectrum ends, and whether it is made of blocks.

An enlarged image has no power beyond the frequencies of the small one it was made of; one enlarged by repeating pixels,
and one compressed too far, changes its greys on a grid of lines. Both are seen in all of the picture around the iris,
however plain the iris is.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.types import Field, GreyPixels, Values

REACH = 1.1
"""Half the side of the square that is looked at, in iris radii."""

MIN_SIDE_PX = 32
"""Side of the square below which nothing is measured."""

LINES = 64
"""Rows, and columns, whose spectra are averaged, about."""

FIRST_WAVES, BANDS, BANDS_PER_OCTAVE = 4.0, 10, 3
"""Lower end of the lowest band in waves per iris radius, number of bands, and of bands in an octave."""

USUAL_FALL_DB = 8.0 / BANDS_PER_OCTAVE
"""Fall of an eye's spectrum from band to band: the same on four cameras to within 2 dB an octave."""

REFERENCE_BANDS = slice(1, 5)
"""Bands with which the others are compared: 5 to 12.7 waves per radius."""

MAX_DROP_DB = 6.0
"""Further than this below what is usual, a band is empty."""

WAVES_PER_PX = 1.8
"""Radius in pixels of a small image over the frequency, in waves per radius, at which its enlargements end: less than
the 2 of the sampling theorem, because interpolation lets something pass beyond."""

MAX_STEP_GREYS = 4.0
"""Larger steps between neighbouring pixels are edges, and count as this much."""

FREE_RANGE = 1.12, 0.92
"""The part of the iris whose steps count: pupil radii from the pupil's centre, iris radii from that of the limbus."""

GRID_CYCLES = np.linspace(1 / 12, 0.49, 200)
"""Frequencies of grids that are looked for, in lines per pixel."""

SPECTRUM_PX = 1024
"""Pixels to which a profile is filled up, so that its spectrum is read closely."""

SMOOTH_PX, FULL_LINE_PX, MIN_FREE_PX = 17, 8.0, 200
"""Width of the mean that is taken off a profile; free pixels from which a line counts fully; fewest free pixels of an
iris that is measured."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Detail of one image; NaN where the iris is too small.

    Attributes
    ----------
    effective_px : float
        Iris radius of the smallest image that could hold the same detail; at most the iris radius.
    block_grid : float
        Share of the steps between neighbouring pixels of the iris that lie on a grid of lines, 0..1.
    """

    effective_px: float
    block_grid: float


def resolution(pixels: GreyPixels, outline: Outline) -> Resolution:
    """Measure one image.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    Resolution
    """
    top, left, bottom, right = outline.limbus.window(REACH * outline.limbus.radius_px)
    window = pixels[top:bottom, left:right]
    if min(window.shape) < MIN_SIDE_PX:
        return Resolution(float("nan"), float("nan"))
    return Resolution(_effective_px(window, outline.limbus.radius_px), _block_grid(window, _free(window, outline)))


def _effective_px(window: GreyPixels, radius_px: float) -> float:
    """Where the spectrum falls below what is usual, between two bands by interpolation."""
    excess = _band_powers_db(window, radius_px) + USUAL_FALL_DB * np.arange(BANDS)
    floor = float(np.median(excess[REFERENCE_BANDS])) - MAX_DROP_DB
    ends = FIRST_WAVES * 2 ** ((np.arange(BANDS) + 1) / BANDS_PER_OCTAVE)
    resolved = ends <= radius_px / 2
    empty = np.flatnonzero(resolved & (excess < floor))
    empty = empty[empty >= REFERENCE_BANDS.start + 1]
    if not empty.size:
        return radius_px
    first = int(empty[0])
    above, below = float(excess[first - 1]) - floor, floor - float(excess[first])
    place = first - 0.5 + above / max(above + below, 1e-6)
    return min(radius_px, WAVES_PER_PX * FIRST_WAVES * 2 ** (place / BANDS_PER_OCTAVE))


def _band_powers_db(window: GreyPixels, radius_px: float) -> Values:
    """(BANDS,) mean power of rows and columns in each band."""
    total, count = np.zeros(BANDS), np.zeros(BANDS)
    for lines in (window, window.T):
        step = max(1, len(lines) // LINES)
        power, frequency = _power(np.ascontiguousarray(lines[step // 2 :: step]))
        waves = np.maximum(frequency * radius_px, 1e-6)
        band = np.floor(BANDS_PER_OCTAVE * np.log2(waves / FIRST_WAVES)).astype(np.intp)
        inside = (band >= 0) & (band < BANDS)
        total += np.bincount(band[inside], power[inside], BANDS)
        count += np.bincount(band[inside], minlength=BANDS)
    return np.asarray(10 * np.log10(np.maximum(total / np.maximum(count, 1), 1e-3)))


def _power(lines: GreyPixels) -> tuple[Values, Values]:
    """(F,) mean power spectrum of lines, greys² per cycle and pixel, and its frequencies in cycles per pixel."""
    count, width = lines.shape
    filled = np.zeros((count, cv2.getOptimalDFTSize(width)), np.float32)
    bell = _bell(width)
    np.subtract(lines, cv2.reduce(lines, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F), out=filled[:, :width])
    filled[:, :width] *= bell
    spectrum = cv2.dft(filled, flags=cv2.DFT_ROWS | cv2.DFT_COMPLEX_OUTPUT)[:, : filled.shape[1] // 2 + 1]
    power = np.einsum("lfc,lfc->f", spectrum, spectrum) / (count * float(bell @ bell))
    return power.astype(np.float64), np.asarray(np.fft.rfftfreq(filled.shape[1]), np.float64)


@functools.lru_cache(maxsize=64)
def _bell(count: int) -> Field:
    return np.hanning(count).astype(np.float32)


def _free(window: GreyPixels, outline: Outline) -> GreyPixels:
    """1 where a pixel of the window is iris, away from its boundaries and from the lids; 0 elsewhere."""
    top, left, _, _ = outline.limbus.window(REACH * outline.limbus.radius_px)
    inner, outer = FREE_RANGE
    free = np.zeros(window.shape, np.uint8)
    for ellipse, share, value in ((outline.limbus, outer, 1), (outline.pupil, inner, 0)):
        centre = round(ellipse.column_px) - left, round(ellipse.row_px) - top
        cv2.circle(free, centre, round(share * ellipse.radius_px), value, -1)
    row, column = np.arange(top, top + window.shape[0]), np.arange(left, left + window.shape[1])
    free &= outline.between_lids(row[:, None], column[None]).view(np.uint8)
    return free


def _block_grid(window: GreyPixels, free: GreyPixels) -> float:
    """Height of the highest peak that the spectra of steps along rows and along columns have in common."""
    if cv2.countNonZero(free) < MIN_FREE_PX:
        return float("nan")
    shares = [_grid_shares(*views) for views in ((window, free), (window.T, free.T))]
    return float(min(1.0, np.minimum(*shares).max()))


def _grid_shares(window: GreyPixels, free: GreyPixels) -> Values:
    """(G,) share of the steps between columns that repeats with each of :data:`GRID_CYCLES`."""
    step = max(1, len(window) // LINES)
    greys, weights = (np.ascontiguousarray(part[step // 2 :: step]) for part in (window, free))
    steps = cv2.min(cv2.absdiff(greys[:, 1:], greys[:, :-1]), MAX_STEP_GREYS)
    total, count = (
        cv2.reduce(part, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)[0] for part in (steps * weights[:, 1:], weights[:, 1:])
    )
    weight = np.minimum(count / FULL_LINE_PX, 1)
    mean = weight * total / np.maximum(count, 1)
    around = cv2.blur(np.stack([mean, weight]), (SMOOTH_PX, 1), borderType=cv2.BORDER_CONSTANT)
    comb = mean - weight * around[0] / np.maximum(around[1], 0.05)
    spectrum = np.abs(np.fft.rfft(comb, max(SPECTRUM_PX, mean.size)))
    shares = np.interp(GRID_CYCLES, np.linspace(0, 0.5, spectrum.size), spectrum)
    return np.asarray(shares / (float(mean.sum()) + 1e-6))
