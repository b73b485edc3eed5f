"""The ridge system as an oriented wave: orientation, coherence, period and foreground on a grid of cells."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import Field, GreyPixels, Trace, no_trace

CELL_PX = 8
"""Side of a cell in the 500 ppi image."""

REDUCED_CELL_PX = 4
"""The same in the image reduced to 250 ppi, on which ridges are analysed: the Nyquist period is 4 px at 500 ppi."""

TENSOR_CELLS = 1.0
"""Gaussian over which the gradient is averaged."""

PERIOD_CELLS = 2.0
"""Gaussian over which the period is averaged."""

MIN_PERIOD_PX, MAX_PERIOD_PX = 4.0, 18.0
"""Ridge periods at 500 ppi beyond which nothing is a ridge."""


@dataclass(frozen=True, slots=True)
class RidgeField:
    """Ridges per cell of :data:`CELL_PX`.

    Attributes
    ----------
    wave : (h, w) float32
        Band-passed image at 250 ppi with local contrast evened out, about -1.5 on ridges to 1.5 in valleys.
    orientation : (R, C) float32
        Radians in [0, π) along the ridges, counter-clockwise with rows pointing down.
    coherence : (R, C) float32
        0 = no common direction, 1 = one direction.
    contrast : (R, C) float32
        Deviation of the band-passed greys.
    period_px : (R, C) float32
        Ridge period at 500 ppi, NaN in the background.
    foreground : (R, C) bool
        Cells that show ridges.
    """

    wave: Field
    orientation: Field
    coherence: Field
    contrast: Field
    period_px: Field
    foreground: NDArray[np.bool_]

    def show(self, trace: Trace) -> None:
        """Give every stage but the contrast to a trace."""
        for name in ("wave", "orientation", "coherence", "period_px", "foreground"):
            trace(name, getattr(self, name))


def ridge_field(pixels: GreyPixels, trace: Trace = no_trace) -> RidgeField:
    """Analyse a print at 500 ppi.

    Orientation from the averaged squared gradient (Kass & Witkin 1987; Bazen & Gerez 2002) of the band-passed image;
    period from the ratio of the energies of the wave and of its gradient.

    Parameters
    ----------
    pixels : (H, W) uint8
        At least 16 × 16.
    """
    reduced = reduced_print(pixels)
    band = ridge_band(reduced)
    orientation, coherence = tensor_orientation(band)
    energy = per_cell(band * band)
    contrast = np.sqrt(cv2.GaussianBlur(energy, (0, 0), 0.7))
    foreground = _foreground(contrast, coherence)
    period = np.where(foreground, _period_px(band, energy), np.float32(np.nan))
    wave = band / over_pixels(np.maximum(contrast, 0.15 * contrast.max() + 1.0), reduced.shape)
    field = RidgeField(wave, orientation, coherence, contrast, period, foreground)
    field.show(trace)
    return field


def reduced_print(pixels: GreyPixels) -> Field:
    """(h, w) greys at 250 ppi, sides cut to whole cells."""
    rows, columns = (max(1, side // CELL_PX) for side in pixels.shape)
    even = pixels[: rows * CELL_PX, : columns * CELL_PX]
    half = cv2.resize(even, (columns * REDUCED_CELL_PX, rows * REDUCED_CELL_PX), interpolation=cv2.INTER_AREA)
    return half.astype(np.float32)


def ridge_band(reduced: Field) -> Field:
    """Greys at 250 ppi without what is much finer or much coarser than ridges."""
    return cv2.GaussianBlur(reduced, (0, 0), 0.8) - cv2.GaussianBlur(reduced, (0, 0), 3.0)


def per_cell(values: Field, side_px: int = REDUCED_CELL_PX) -> Field:
    """(R, C) means of the cells of (h, w) values at 250 ppi."""
    size = (values.shape[1] // side_px, values.shape[0] // side_px)
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def over_pixels(cells: Field, shape: tuple[int, ...]) -> Field:
    """Values of cells, interpolated at every pixel of the given shape."""
    return cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_LINEAR)


def tensor_orientation(band: Field) -> tuple[Field, Field]:
    """Orientation along the ridges and coherence per cell from the smoothed structure tensor."""
    across = cv2.Sobel(band, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(band, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    products = (across * across, down * down, across * down)
    xx, yy, xy = (cv2.GaussianBlur(per_cell(product), (0, 0), TENSOR_CELLS) for product in products)
    # The gradient points across the ridges, and rows point down: turn by 90° and mirror.
    orientation = np.mod(np.pi / 2 - 0.5 * np.arctan2(2 * xy, xx - yy), np.pi)
    coherence = np.hypot(xx - yy, 2 * xy) / (xx + yy + np.float32(1e-6))
    return orientation.astype(np.float32), coherence


def _period_px(band: Field, energy: Field) -> Field:
    """Period at 500 ppi from the energy of the wave and of its differences, 4 sin²(ω/2) of it along one axis."""
    right, down = np.zeros_like(band), np.zeros_like(band)
    np.subtract(band[:, 1:], band[:, :-1], out=right[:, 1:])
    np.subtract(band[1:], band[:-1], out=down[1:])
    change = cv2.GaussianBlur(per_cell(right * right + down * down), (0, 0), PERIOD_CELLS)
    ratio = change / (cv2.GaussianBlur(energy, (0, 0), PERIOD_CELLS) + np.float32(1e-6))
    half_frequency = np.arcsin(np.sqrt(np.clip(ratio / 4, 1e-4, 1.0)))
    return np.clip(2 * np.pi / half_frequency, MIN_PERIOD_PX, MAX_PERIOD_PX).astype(np.float32)


def _foreground(contrast: Field, coherence: Field) -> NDArray[np.bool_]:
    """Cells with enough contrast and direction; small islands and holes go."""
    strong = contrast > np.maximum(3.0, 0.5 * np.quantile(contrast, 0.85))
    solid = (strong & (coherence > 0.2)).astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, kernel, iterations=2, borderType=cv2.BORDER_REPLICATE)
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel, iterations=2, borderType=cv2.BORDER_REPLICATE).astype(bool)
