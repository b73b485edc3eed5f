"""Spectra of a print: ridge period, likeness to a print, and how much of each window is ridges."""

from typing import NamedTuple

import cv2
import numpy as np

from biocapture.fingerprint.features.ridge_field import CELL_PX, RidgeField
from biocapture.types import Field, GreyPixels, Indices, Values

SIDE_PX = 256
"""Side of the window of :func:`radial_spectrum`."""

MIN_PERIOD_PX, MAX_PERIOD_PX = 3.0, 64.0
"""Shortest and longest period of the radial spectrum."""

BANDS = 70
"""Logarithmic bands between these periods, 4.5 % apart."""

LOCAL_PX, STEP_PX = 64, 64
"""Side and distance of the windows of :func:`ridge_signal`: six to eight ridges."""

MAX_LOCAL_PERIOD_PX = 45.0
"""Longest period counted in these windows: beyond it, the mean grey leaks in."""

MAX_WINDOWS_TOGETHER = 24
"""Windows transformed together: more would not stay in the cache, nor in memory that is kept from image to image."""

MIN_RIDGE_SHARE = 0.5
"""Share of a window that must show ridges."""

PEAK_RATIO = 1.35
"""Factor within which a period counts as the peak's own."""

RIDGE_PERIODS_PX = (5.5, 15.5)
"""Ridge periods of prints at 500 ppi: 280 to 790 µm."""


class RadialSpectrum(NamedTuple):
    """Summary of the radial spectrum.

    Attributes
    ----------
    period_px : float
        Period with the most energy per octave; NaN for a flat image.
    ridge_share : float
        Share of the energy at ridge periods, 0..1; NaN for a flat image.
    peak_share : float
        Share of the energy within a factor of :data:`PEAK_RATIO` of the period, 0..1.
    """

    period_px: float
    ridge_share: float
    peak_share: float


def radial_spectrum(pixels: GreyPixels, field: RidgeField) -> RadialSpectrum:
    """Energy per octave in a 256 × 256 window about the middle of the ridges.

    After the ring energies of ISO/IEC 29794-4 "power spectrum" and Chen, Dass & Jain (2005), with periods
    up to 64 px as the rest of the picture.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi.
    field : RidgeField
        Of these pixels; where the ridges are.

    Returns
    -------
    RadialSpectrum
    """
    window = _window(pixels, field).astype(np.float32)
    window = (window - window.mean()) * _HANN[: window.shape[0], : window.shape[1]]
    filled = cv2.copyMakeBorder(
        window, 0, SIDE_PX - window.shape[0], 0, SIDE_PX - window.shape[1], cv2.BORDER_CONSTANT, value=0.0
    )
    # The spectrum of real values is symmetric: half of it is enough.
    half = cv2.dft(filled, flags=cv2.DFT_COMPLEX_OUTPUT)[:, : SIDE_PX // 2]
    power = half[..., 0] ** 2 + half[..., 1] ** 2
    energy = np.bincount(_BAND.ravel(), weights=power.ravel(), minlength=BANDS + 1)[:BANDS] * _PER_OCTAVE
    total = energy.sum()
    if total <= 0:
        return RadialSpectrum(float("nan"), float("nan"), 0.0)
    period = _peak_period(energy)
    near = np.abs(np.log(_PERIODS / period)) < np.log(PEAK_RATIO)
    return RadialSpectrum(period, float(energy[_RIDGES].sum() / total), float(energy[near].sum() / total))


def ridge_signal(pixels: GreyPixels, field: RidgeField) -> Values:
    """Share of ridge periods in the power spectrum of every 64 × 64 window on the print, side by side.

    Noise, grain, smudges and merged ridges have their energy elsewhere. After the "power spectrum" measure of
    ISO/IEC 29794-4, window by window.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi.
    field : RidgeField
        Of these pixels; which windows show ridges.

    Returns
    -------
    (K,) float64
        0..1, higher is better; K = 0 without ridges.
    """
    if min(pixels.shape) < LOCAL_PX:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (LOCAL_PX, LOCAL_PX))[::STEP_PX, ::STEP_PX]
    cells = np.lib.stride_tricks.sliding_window_view(field.foreground, (LOCAL_PX // CELL_PX,) * 2)
    inside = cells[:: STEP_PX // CELL_PX, :: STEP_PX // CELL_PX].mean(axis=(2, 3)) > MIN_RIDGE_SHARE
    greys = windows[: inside.shape[0], : inside.shape[1]][inside]
    firsts = range(0, len(greys), MAX_WINDOWS_TOGETHER)
    return np.concatenate([np.zeros(0), *(_shares(greys[at : at + MAX_WINDOWS_TOGETHER]) for at in firsts)])


def _shares(greys: GreyPixels) -> Values:
    """(K,) shares of ridge periods, of (K, 64, 64) windows."""
    spectrum = np.fft.rfft2(greys * _LOCAL_HANN)
    power = (spectrum.real**2 + spectrum.imag**2).reshape(len(greys), _LOCAL_MASKS.shape[0])
    ridges, total = (power @ _LOCAL_MASKS).T.astype(np.float64)
    return ridges / np.maximum(total, 1e-9)


def _window(pixels: GreyPixels, field: RidgeField) -> GreyPixels:
    """Up to 256 × 256 pixels about the centre of mass of the ridges, or of the image where there are none."""
    row, column = np.nonzero(field.foreground)
    middle = (row.mean() * CELL_PX, column.mean() * CELL_PX) if row.size else (s / 2 for s in pixels.shape)
    top, left = (
        int(np.clip(centre - SIDE_PX // 2, 0, max(0, length - SIDE_PX)))
        for centre, length in zip(middle, pixels.shape, strict=True)
    )
    return pixels[top : top + SIDE_PX, left : left + SIDE_PX]


def _peak_period(energy: Values) -> float:
    """Period of the highest band of the smoothed spectrum, refined by a parabola through its logarithm."""
    smooth = np.convolve(energy, (0.25, 0.5, 0.25), "same") + 1e-12
    peak = int(np.clip(smooth.argmax(), 1, BANDS - 2))
    before, at, after = np.log(smooth[peak - 1 : peak + 2])
    bend = before - 2 * at + after
    return float(_period_px(peak + (0.5 * (before - after) / bend if bend < 0 else 0.0)))


def _period_px(band: float | Values) -> float | Values:
    """Period in the middle of a band; fractions of bands are allowed."""
    return MAX_PERIOD_PX * (MIN_PERIOD_PX / MAX_PERIOD_PX) ** ((band + 0.5) / BANDS)


def _band_of_frequency() -> Indices:
    """(256, 128) band of every coefficient; :data:`BANDS` for those outside all bands."""
    rows, columns = np.fft.fftfreq(SIDE_PX)[:, None], np.arange(SIDE_PX // 2)[None, :] / SIDE_PX
    frequency = np.maximum(np.hypot(rows, columns), 1e-9)
    band = np.floor(BANDS * np.log(MAX_PERIOD_PX * frequency) / np.log(MAX_PERIOD_PX / MIN_PERIOD_PX)).astype(np.intp)
    return np.where((band >= 0) & (band < BANDS), band, BANDS)


_BAND = _band_of_frequency()
_PERIODS = np.asarray(_period_px(np.arange(BANDS, dtype=np.float64)))
_RIDGES = (RIDGE_PERIODS_PX[0] < _PERIODS) & (RIDGE_PERIODS_PX[1] > _PERIODS)
_PER_OCTAVE = 1 / (np.maximum(np.bincount(_BAND.ravel(), minlength=BANDS + 1)[:BANDS], 1) * _PERIODS**2)
"""Mean power of a band times its squared frequency: a ring of the plane has an area that grows with that square."""


def _hann(side: int) -> Field:
    """(S, S) window that falls to zero one pixel outside."""
    return np.outer(*(np.hanning(side + 2)[1:-1],) * 2).astype(np.float32)


_HANN = _hann(SIDE_PX)


def _local_masks() -> Field:
    """(64·33, 2) 0 or 1: coefficients at ridge periods; all from 3 px to 45 px, beyond which the mean leaks in."""
    frequency = np.hypot(np.fft.fftfreq(LOCAL_PX)[:, None], np.fft.rfftfreq(LOCAL_PX)[None, :])
    period = 1 / np.maximum(frequency, 1e-9)
    counted = (period < MAX_LOCAL_PERIOD_PX) & (period > MIN_PERIOD_PX)
    ridges = (period < RIDGE_PERIODS_PX[1]) & (period > RIDGE_PERIODS_PX[0])
    return np.stack([ridges.ravel(), counted.ravel()], axis=1).astype(np.float32)


_LOCAL_MASKS = _local_masks()
_LOCAL_HANN = _hann(LOCAL_PX)
