"""The radial power spectrum of a print: ridge period and likeness to a print, without knowing the orientation."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.ridges import CELL_PX, RidgeField
from biocapture.types import GreyPixels

SIDE_PX = 256
LONGEST_PX, SHORTEST_PX = 64.0, 3.0
BANDS = 70
"""Logarithmic bands between these periods, 4.5 % apart."""

RIDGE_PERIODS_PX = (5.5, 15.5)
"""Ridge periods of prints at 500 ppi: 280 to 790 µm."""


class RadialSpectrum(NamedTuple):
    """What the radial spectrum says.

    Attributes
    ----------
    period_px : float
        Period with the most energy per octave.
    ridge_share : float
        Share of the energy at ridge periods, 0..1.
    """

    period_px: float
    ridge_share: float


def radial_spectrum(pixels: GreyPixels, field: RidgeField) -> RadialSpectrum:
    """Energy per octave in a 256 × 256 window about the middle of the ridges; (H, W) uint8 at 500 ppi.

    After the ring energies of ISO/IEC 29794-4 "power spectrum" and Chen, Dass & Jain (2005), with periods
    up to 64 px as the rest of the picture.
    """
    window = _window(pixels, field).astype(np.float32)
    window = (window - window.mean()) * _HANN[: window.shape[0], : window.shape[1]]
    filled = cv2.copyMakeBorder(
        window, 0, SIDE_PX - window.shape[0], 0, SIDE_PX - window.shape[1], cv2.BORDER_CONSTANT, value=0.0
    )
    half = cv2.dft(filled, flags=cv2.DFT_COMPLEX_OUTPUT)[:, : SIDE_PX // 2]
    power = half[..., 0] ** 2 + half[..., 1] ** 2
    energy = np.bincount(_BAND.ravel(), weights=power.ravel(), minlength=BANDS + 1)[:BANDS] * _PER_OCTAVE
    total = energy.sum()
    if total <= 0:
        return RadialSpectrum(float("nan"), 0.0)
    return RadialSpectrum(_peak_period(energy), float(energy[_RIDGES].sum() / total))


def _window(pixels: GreyPixels, field: RidgeField) -> GreyPixels:
    row, column = np.nonzero(field.foreground)
    middle = (row.mean() * CELL_PX, column.mean() * CELL_PX) if row.size else (s / 2 for s in pixels.shape)
    top, left = (
        int(np.clip(centre - SIDE_PX // 2, 0, max(0, length - SIDE_PX)))
        for centre, length in zip(middle, pixels.shape, strict=True)
    )
    return pixels[top : top + SIDE_PX, left : left + SIDE_PX]


def _peak_period(energy: NDArray[np.float64]) -> float:
    """Period of the highest band of the smoothed spectrum, refined by a parabola through its logarithm."""
    smooth = np.convolve(energy, (0.25, 0.5, 0.25), "same") + 1e-12
    peak = int(np.clip(smooth.argmax(), 1, BANDS - 2))
    before, at, after = np.log(smooth[peak - 1 : peak + 2])
    bend = before - 2 * at + after
    return float(_period_px(peak + (0.5 * (before - after) / bend if bend < 0 else 0.0)))


def _period_px(band: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    return LONGEST_PX * (SHORTEST_PX / LONGEST_PX) ** ((band + 0.5) / BANDS)


def _band_of_frequency() -> NDArray[np.intp]:
    """(256, 128) band of every coefficient; :data:`BANDS` for those outside all bands."""
    rows, columns = np.fft.fftfreq(SIDE_PX)[:, None], np.arange(SIDE_PX // 2)[None, :] / SIDE_PX
    frequency = np.maximum(np.hypot(rows, columns), 1e-9)
    band = np.floor(BANDS * np.log(LONGEST_PX * frequency) / np.log(LONGEST_PX / SHORTEST_PX)).astype(np.intp)
    return np.where((band >= 0) & (band < BANDS), band, BANDS)


_BAND = _band_of_frequency()
_PERIODS = np.asarray(_period_px(np.arange(BANDS, dtype=np.float64)))
_RIDGES = (_PERIODS > RIDGE_PERIODS_PX[0]) & (_PERIODS < RIDGE_PERIODS_PX[1])
_PER_OCTAVE = 1 / (np.maximum(np.bincount(_BAND.ravel(), minlength=BANDS + 1)[:BANDS], 1) * _PERIODS**2)
"""Mean power of a band times its squared frequency."""

_HANN = np.outer(*(np.hanning(SIDE_PX + 2)[1:-1],) * 2).astype(np.float32)
