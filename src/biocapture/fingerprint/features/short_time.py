"""Short-time spectra of a print: every ridge rebuilt from the waves its neighbourhood agrees on."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from biocapture.fingerprint.features.ridge_field import REDUCED_CELL_PX
from biocapture.types import Field, Values

SIDE_PX = 16
"""Side of a window at 250 ppi, one about every cell."""

WINDOW_PX = 3.5
"""Standard deviation of the Gaussian by which a window is weighted."""

MIN_PERIOD_PX, MAX_PERIOD_PX = 2.4, 9.0
"""Waves at 250 ppi that are analysed: ridge periods of 4.8 to 18 px at 500 ppi."""

NEIGHBOURHOOD_CELLS = 1.5
"""Standard deviation of the Gaussian over which the powers of neighbouring windows are averaged."""

CENTRE_PX = 2 * REDUCED_CELL_PX
"""Side of the centre of each window that is rebuilt; neighbours overlap by half and are faded into one another."""


@dataclass(frozen=True, slots=True)
class ShortTimeAnalysis:
    """A print rebuilt from its short-time spectra, and what these say about each cell.

    Attributes
    ----------
    wave : (h, w) float32
        The print at 250 ppi as the sum of its filtered waves.
    direction : (R, C) float32
        0..1, how far the waves of a neighbourhood agree on one direction.
    period_px : (R, C) float32
        Mean ridge period at 500 ppi.
    """

    wave: Field
    direction: Field
    period_px: Field


def short_time_analysis(wave: Field) -> ShortTimeAnalysis:
    """Weigh the waves of each window by the amplitude they have in its neighbourhood, the strongest by 1.

    After Chikkerur, Cartwright & Govindaraju (2007) and Watson, Candela & Grother (1994). Where ridges run straight,
    hardly more than one wave is left; at a core many are. Transforms are products with the few waves of ridges.

    Parameters
    ----------
    wave : (h, w) float32
        Print at 250 ppi with local contrast evened out; sides are multiples of 4 px.

    Returns
    -------
    ShortTimeAnalysis
    """
    rim = (SIDE_PX - REDUCED_CELL_PX) // 2
    padded = cv2.copyMakeBorder(wave, rim, rim, rim, rim, cv2.BORDER_REFLECT_101)
    windows = sliding_window_view(padded, (SIDE_PX, SIDE_PX))[::REDUCED_CELL_PX, ::REDUCED_CELL_PX]
    shape = windows.shape[:2]
    # 64 wave vectors are at ridge periods: a matrix product gives these alone, for all windows at once.
    waves = (windows.reshape(-1, SIDE_PX * SIDE_PX) @ _ANALYSIS).reshape(*shape, 2, WAVES)
    power = waves[:, :, 0] ** 2 + waves[:, :, 1] ** 2
    # Powers, not waves, are averaged over the neighbourhood: phases differ from window to window, directions hardly.
    power = cv2.GaussianBlur(power, (0, 0), NEIGHBOURHOOD_CELLS)
    waves *= np.sqrt(power / (power.max(axis=2, keepdims=True) + np.float32(1e-6)))[:, :, None]
    rebuilt = _overlapped(waves.reshape(-1, 2 * WAVES) @ _SYNTHESIS, shape)[: wave.shape[0], : wave.shape[1]]
    total, cosine, sine, length = np.moveaxis((power.reshape(-1, WAVES) @ _MOMENTS).reshape(*shape, 4), 2, 0)
    total = total + np.float32(1e-6)
    # A wave of n turns per window has a period of SIDE_PX / n at 250 ppi, twice that at 500 ppi.
    period_px = 2 * SIDE_PX * total / (length + np.float32(1e-6))
    return ShortTimeAnalysis(rebuilt, np.hypot(cosine, sine) / total, period_px)


def _overlapped(centres: Field, shape: tuple[int, int]) -> Field:
    """Sum of the overlapping centres of all windows; the four quarters of a centre fall on four cells."""
    cell = REDUCED_CELL_PX
    quarters = centres.reshape(*shape, 2, 2, cell, cell)
    cells = np.zeros((shape[0] + 1, shape[1] + 1, cell, cell), np.float32)
    for down in (0, 1):
        for right in (0, 1):
            cells[down : down + shape[0], right : right + shape[1]] += quarters[:, :, down, right]
    pixels = cells.transpose(0, 2, 1, 3).reshape(cells.shape[0] * cell, -1)
    return np.ascontiguousarray(pixels[cell // 2 :, cell // 2 :])


def _wave_vectors() -> tuple[Values, Values]:
    """Rows down and columns right of the (W,) wave vectors at ridge periods, in turns per window.

    Half a plane is enough: the spectrum of real values is the same at opposite vectors.
    """
    turns = np.arange(-SIDE_PX // 2, SIDE_PX // 2).astype(float)
    down, right = np.meshgrid(turns, turns, indexing="ij")
    length = np.hypot(down, right)
    half = (down > 0) | ((down == 0) & (right > 0))
    kept = half & (length >= SIDE_PX / MAX_PERIOD_PX) & (length <= SIDE_PX / MIN_PERIOD_PX)
    return down[kept], right[kept]


def _transforms() -> tuple[Field, Field]:
    """(S², 2 W) from window to waves, cosines first; (2 W, D²) from waves to the centre, quarter by quarter."""
    at = np.arange(SIDE_PX) - (SIDE_PX - 1) / 2
    down, right = (turns[:, None, None] for turns in _wave_vectors())
    phase = 2 * np.pi / SIDE_PX * (down * at[:, None] + right * at)
    bell = np.exp(-0.5 * (at / WINDOW_PX) ** 2)
    weight = np.outer(bell, bell)
    analysis = np.concatenate([weight * np.cos(phase), weight * np.sin(phase)]).reshape(2 * len(phase), -1)
    centre = slice((SIDE_PX - CENTRE_PX) // 2, (SIDE_PX + CENTRE_PX) // 2)
    fading = np.cos(np.pi * at[centre] / CENTRE_PX) ** 2
    faded = np.outer(fading, fading)
    # Four faded and weighted centres lie over every pixel; divided by their sum, an unfiltered print comes back as it
    # is, but for the waves that are no ridges.
    overlap = (faded * weight[centre, centre]).reshape(2, CENTRE_PX // 2, 2, CENTRE_PX // 2).sum(axis=(0, 2))
    faded /= np.tile(overlap, (2, 2)) * SIDE_PX**2 / 2
    synthesis = np.concatenate([faded * np.cos(phase[:, centre, centre]), faded * np.sin(phase[:, centre, centre])])
    quarters = synthesis.reshape(-1, 2, CENTRE_PX // 2, 2, CENTRE_PX // 2).transpose(0, 1, 3, 2, 4)
    return analysis.T.astype(np.float32).copy(), quarters.reshape(len(synthesis), -1).astype(np.float32)


def _moments() -> Field:
    """(W, 4) whose product with powers gives their sum, its parts along doubled directions, and that of lengths."""
    down, right = _wave_vectors()
    doubled = 2 * np.arctan2(down, right)
    length = np.hypot(down, right)
    return np.stack([np.ones_like(length), np.cos(doubled), np.sin(doubled), length], axis=1).astype(np.float32)


_ANALYSIS, _SYNTHESIS = _transforms()
_MOMENTS = _moments()
WAVES = len(_MOMENTS)
"""Number of wave vectors."""
