"""Traces that sensors, compression, enlargement, screens and printing leave in the pixels of a picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.landmarks import ALIGNED_EYE_DISTANCE_PX, Points, eye_distance
from biocapture.types import GreyPixels

MAX_WINDOW_PX = 384
"""Largest side of the middle of the face that is measured, in pixels of the picture: it is never resampled."""

BLOCK_PX = 8
TILE_PX = 128

NOISE_MASK = np.array([(1, -2, 1), (-2, 4, -2), (1, -2, 1)], np.int16)
MIN_NOISE_PX = 16

MIN_FREQUENCY = 12
"""Lowest frequency, in cycles per tile of 128 pixels, that counts: coarser patterns are features of faces."""


MIN_SIDE_PX = 48

MAX_SHIFT_PX = 12
"""Largest shift of the fields looked for, either way, in columns."""

SAME_SHARE = 0.9
"""Fields that agree nearly as well without a shift have none."""


@dataclass(frozen=True, slots=True)
class RecaptureStatistics:
    """Periodic traces; NaN where the face is too small.

    Attributes
    ----------
    block_steps : float
        Steps between neighbouring pixels every 8 pixels, in median steps; 1 = no blocks.
    pattern_peak_db : float
        Strongest line of the power spectrum over its surroundings.
    noise_codes : float
        Deviation of the noise, as it would be with the eyes 113 px apart.
    pixel_blocks, field_shift_px : float
        See :func:`pixel_blocks` and :func:`field_shift`.
    """

    block_steps: float
    pattern_peak_db: float
    noise_codes: float
    pixel_blocks: float
    field_shift_px: float


def recapture_statistics(pixels: Rgb, points: Points) -> RecaptureStatistics:
    """Measure noise and periodic traces in the middle of a face, in the picture as it was taken.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture; it must not have been resampled for this.
    points : (98, 2) int64
        Landmarks in it.

    Returns
    -------
    RecaptureStatistics
    """
    grey = _middle(pixels, points)
    reduction = min(1.0, ALIGNED_EYE_DISTANCE_PX / max(eye_distance(points), 1.0))
    return RecaptureStatistics(
        block_steps(grey), pattern_peak_db(grey), noise_codes(grey) * reduction, pixel_blocks(grey), field_shift(grey)
    )


def _middle(pixels: Rgb, points: Points) -> NDArray[np.uint8]:
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    window = _within(int(top), int(bottom), pixels.shape[0]), _within(int(left), int(right), pixels.shape[1])
    crop = pixels[window]
    return cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY) if crop.size else np.zeros(crop.shape[:2], np.uint8)


def _within(first: int, last: int, limit: int) -> slice:
    start, stop = max(0, first), min(limit, last)
    spare = max(0, stop - start - MAX_WINDOW_PX) // 2
    return slice(start + spare, max(start, stop - spare))


def noise_codes(grey: NDArray[np.uint8]) -> float:
    """Standard deviation of independent noise, robust against the features of a face.

    J. Immerkær, "Fast noise variance estimation", CVIU 64(2), 1996: a mask that is 0 on planes and on edges along rows
    and columns; here the median of its response, not the mean.

    Parameters
    ----------
    grey : (h, w) uint8

    Returns
    -------
    float
        In codes of 0..255; NaN below 16 pixels.
    """
    if min(grey.shape) < MIN_NOISE_PX:
        return float("nan")
    response = cv2.filter2D(grey, cv2.CV_16S, NOISE_MASK)
    return float(np.median(np.abs(response[1:-1, 1:-1]))) / (6.0 * 0.6745)


def block_steps(grey: NDArray[np.uint8]) -> float:
    """Strength of the edges of 8 × 8 blocks that JPEG leaves, along rows or columns, whichever is stronger.

    Parameters
    ----------
    grey : (h, w) uint8

    Returns
    -------
    float
        Mean step across the strongest of the 8 phases over the median phase: 1 = no blocks; NaN below 32 pixels.
    """
    if min(grey.shape) < 4 * BLOCK_PX:
        return float("nan")
    signal = grey.astype(np.float32)
    return max(_phases(signal), _phases(signal.T))


def _phases(signal: NDArray[np.float32]) -> float:
    """A step is a change to the next pixel less the mean of the changes before and after: slopes do not count."""
    change = np.diff(signal, axis=1)
    step = np.abs(change[:, 1:-1] - (change[:, :-2] + change[:, 2:]) / 2).mean(axis=0)
    phase = step[: len(step) // BLOCK_PX * BLOCK_PX].reshape(-1, BLOCK_PX).mean(axis=0)
    return float((phase.max() + 0.01) / (np.median(phase) + 0.01))


def pattern_peak_db(grey: NDArray[np.uint8]) -> float:
    """Strongest peak of the mean power spectrum of tiles of 128 pixels over its surroundings.

    Parameters
    ----------
    grey : (h, w) uint8

    Returns
    -------
    float
        In dB over the median of 5 × 5 bins; NaN where no tile fits.
    """
    rows, columns = (side // TILE_PX for side in grey.shape)
    if not rows * columns:
        return float("nan")
    covered = grey[: rows * TILE_PX, : columns * TILE_PX].astype(np.float32)
    tiles = covered.reshape(rows, TILE_PX, columns, TILE_PX).swapaxes(1, 2).reshape(-1, TILE_PX, TILE_PX)
    window = np.hanning(TILE_PX).astype(np.float32)
    spectra = np.fft.rfft2((tiles - tiles.mean(axis=(1, 2), keepdims=True)) * window * window[:, None])
    power = np.fft.fftshift((np.abs(spectra) ** 2).mean(axis=0), axes=0)
    level = (10 * np.log10(power + 1.0)).astype(np.float32)
    excess = level - cv2.medianBlur(level, 5)
    return float(excess[_fine_bins()].max())


def _fine_bins() -> NDArray[np.bool_]:
    """Bins of fine patterns, less the harmonics of 8 × 8 blocks on the axes."""
    row = np.abs(np.arange(TILE_PX) - TILE_PX // 2)[:, None]
    column = np.arange(TILE_PX // 2 + 1)[None, :]
    return (np.hypot(row, column) >= MIN_FREQUENCY) & (row > 1) & (column > 1)


def pixel_blocks(grey: GreyPixels) -> float:
    """How much of the steps between neighbouring pixels lies on few lines, as where each pixel was repeated.

    1 less the lower quartile of the mean steps between neighbouring columns (rows) over their mean; of both directions
    the lower, as both are enlarged.

    Parameters
    ----------
    grey : (h, w) uint8
        Face, never resampled.

    Returns
    -------
    float
        0..1; 1 = between the lines nothing changes at all; NaN below 48 pixels.
    """
    if min(grey.shape) < MIN_SIDE_PX:
        return float("nan")
    return min(_unevenness(cv2.absdiff(grey[:, 1:], grey[:, :-1]), 0), _unevenness(cv2.absdiff(grey[1:], grey[:-1]), 1))


def _unevenness(steps: GreyPixels, axis: int) -> float:
    profile = cv2.reduce(steps, axis, cv2.REDUCE_AVG, dtype=cv2.CV_32F).ravel()
    mean = float(profile.mean())
    return 1.0 - float(np.percentile(profile, 25)) / mean if mean else 0.0


def field_shift(grey: GreyPixels) -> float:
    """Columns by which odd rows are shifted against even rows.

    The shift at which odd rows agree best with the mean of the even rows above and below.

    Parameters
    ----------
    grey : (h, w) uint8
        Face, never resampled.

    Returns
    -------
    float
        0..12 columns; 0 = not interlaced; NaN below 48 pixels.
    """
    if min(grey.shape) < MIN_SIDE_PX:
        return float("nan")
    rows = grey[: grey.shape[0] // 2 * 2]
    even, odd = rows[::2], rows[1::2]
    between = cv2.addWeighted(even[:-1], 0.5, even[1:], 0.5, 0)
    inner = np.ascontiguousarray(odd[:-1, MAX_SHIFT_PX:-MAX_SHIFT_PX])
    cost = _costs(between, inner)
    best = int(cost.argmin())
    return abs(float(best - MAX_SHIFT_PX)) if cost[best] < SAME_SHARE * cost[MAX_SHIFT_PX] else 0.0


def _costs(between: GreyPixels, inner: GreyPixels) -> NDArray[np.float64]:
    width = inner.shape[1]
    shifts = range(2 * MAX_SHIFT_PX + 1)
    return np.array([cv2.norm(between[:, first : first + width], inner, cv2.NORM_L1) for first in shifts])
