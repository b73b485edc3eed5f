"""The ridge system as an oriented wave: orientation, coherence, period and foreground on a grid of cells."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import Field, GreyPixels, Mask, Trace, no_trace

CELL_PX = 8
"""Side of a cell in the 500 ppi image."""

REDUCED_CELL_PX = 4
"""The same in the image reduced to 250 ppi, on which ridges are analysed: the Nyquist period is 4 px at 500 ppi."""

TENSOR_CELLS = 1.0
"""Standard deviation of the Gaussian over which the gradient is averaged, cells."""

PERIOD_CELLS = 2.0
"""Standard deviation of the Gaussian over which the period is averaged, cells."""

MIN_PERIOD_PX, MAX_PERIOD_PX = 4.0, 18.0
"""Ridge periods at 500 ppi beyond which nothing is a ridge."""

FINE_PX, COARSE_PX = 0.8, 3.0
"""Standard deviations, px at 250 ppi, of the two Gaussians whose difference passes ridges."""

MIN_CONTRAST_GREYS, MIN_CONTRAST_SHARE, MIN_COHERENCE = 3.0, 0.5, 0.2
"""Foreground: contrast in greys and as a share of the strong cells' (85th percentile); coherence."""


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
        Standard deviation of the band-passed greys.
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
    foreground: Mask

    def report_to(self, trace: Trace) -> None:
        """Hand every stage but the contrast to a trace.

        Parameters
        ----------
        trace : callable
            Receives the name and the array of each stage.
        """
        for name in ("wave", "orientation", "coherence", "period_px", "foreground"):
            trace(name, getattr(self, name))


def ridge_field(pixels: GreyPixels, trace: Trace = no_trace, padding: Mask | None = None) -> RidgeField:
    """Analyse the ridges of a print at 500 ppi.

    Orientation from the averaged squared gradient (Kass & Witkin 1987; Bazen & Gerez 2002) of the band-passed image;
    period from the ratio of the energies of the wave and of its gradient.

    Parameters
    ----------
    pixels : (H, W) uint8
        At least 16 × 16; ridges are dark.
    trace : callable
        Receives each stage.
    padding : (H // 8, W // 8) bool, optional
        Cells that cannot be foreground.

    Returns
    -------
    RidgeField
        H // 8 × W // 8 cells; what is left over at the bottom and on the right is not analysed.
    """
    reduced = reduced_print(pixels)
    band = ridge_band(reduced)
    orientation, coherence = tensor_orientation(band)
    energy = cell_means(band * band)
    contrast = np.sqrt(cv2.GaussianBlur(energy, (0, 0), 0.7))
    foreground = _foreground(contrast, coherence)
    if padding is not None:
        foreground &= ~padding
    period = np.where(foreground, _period_px(band, energy), np.float32(np.nan))
    # The floor keeps the noise of faint cells from being amplified to the height of ridges.
    wave = band / interpolate_cells(np.maximum(contrast, 0.15 * contrast.max() + 1.0), reduced.shape)
    field = RidgeField(wave, orientation, coherence, contrast, period, foreground)
    field.report_to(trace)
    return field


def reduced_print(pixels: GreyPixels) -> Field:
    """Greys at 250 ppi, sides cut to full cells: half the pixels each way hold all that is ridges.

    Parameters
    ----------
    pixels : (H, W) uint8
        At 500 ppi.

    Returns
    -------
    (h, w) float32
        0..255; h and w are multiples of 4.
    """
    rows, columns = (max(1, side // CELL_PX) for side in pixels.shape)
    even = pixels[: rows * CELL_PX, : columns * CELL_PX]
    half = cv2.resize(even, (columns * REDUCED_CELL_PX, rows * REDUCED_CELL_PX), interpolation=cv2.INTER_AREA)
    return half.astype(np.float32)


def ridge_band(reduced: Field) -> Field:
    """Remove what is much finer or much coarser than ridges.

    Parameters
    ----------
    reduced : (h, w) float32
        Greys at 250 ppi.

    Returns
    -------
    (h, w) float32
        Difference of two Gaussians, in greys; about 0 on average, negative on ridges.
    """
    return cv2.GaussianBlur(reduced, (0, 0), FINE_PX) - cv2.GaussianBlur(reduced, (0, 0), COARSE_PX)


def cell_means(values: Field, side_px: int = REDUCED_CELL_PX) -> Field:
    """Mean of each square cell.

    Parameters
    ----------
    values : (h, w) float32
        Sides are multiples of ``side_px``.
    side_px : int
        Side of a cell in pixels of ``values``.

    Returns
    -------
    (R, C) float32
    """
    size = (values.shape[1] // side_px, values.shape[0] // side_px)
    return cv2.resize(values, size, interpolation=cv2.INTER_AREA)


def interpolate_cells(cells: Field, shape: tuple[int, ...]) -> Field:
    """Spread values of cells over pixels, linearly from cell to cell.

    Parameters
    ----------
    cells : (R, C) float32
    shape : (int, int)
        Rows and columns of the result.

    Returns
    -------
    array of ``shape``, float32
    """
    return cv2.resize(cells, shape[::-1], interpolation=cv2.INTER_LINEAR)


def tensor_orientation(band: Field) -> tuple[Field, Field]:
    """Orientation of the ridges in each cell, and how far the cell agrees on it, from the smoothed structure tensor.

    Parameters
    ----------
    band : (h, w) float32
        Band-passed greys or ridge wave at 250 ppi.

    Returns
    -------
    orientation : (R, C) float32
        Radians in [0, π) along the ridges, counter-clockwise.
    coherence : (R, C) float32
        0..1.
    """
    across = cv2.Sobel(band, cv2.CV_32F, 1, 0, ksize=3, scale=0.125)
    down = cv2.Sobel(band, cv2.CV_32F, 0, 1, ksize=3, scale=0.125)
    products = (across * across, down * down, across * down)
    xx, yy, xy = (cv2.GaussianBlur(cell_means(product), (0, 0), TENSOR_CELLS) for product in products)
    # Opposite gradients on both flanks of a ridge must not cancel, so doubled angles are averaged, hence the half.
    # The gradient points across the ridges, and rows point down: turn by 90° and mirror.
    orientation = np.mod(np.pi / 2 - 0.5 * np.arctan2(2 * xy, xx - yy), np.pi)
    coherence = np.hypot(xx - yy, 2 * xy) / (xx + yy + np.float32(1e-6))
    return orientation.astype(np.float32), coherence


def _period_px(band: Field, energy: Field) -> Field:
    """(R, C) period at 500 ppi from the energies of the wave and of its differences from pixel to pixel.

    The difference of a wave of angular frequency ω along an axis has 4 sin²(ω/2) times the energy of the wave.
    """
    right, down = np.zeros_like(band), np.zeros_like(band)
    np.subtract(band[:, 1:], band[:, :-1], out=right[:, 1:])
    np.subtract(band[1:], band[:-1], out=down[1:])
    change = cv2.GaussianBlur(cell_means(right * right + down * down), (0, 0), PERIOD_CELLS)
    ratio = change / (cv2.GaussianBlur(energy, (0, 0), PERIOD_CELLS) + np.float32(1e-6))
    half_frequency = np.arcsin(np.sqrt(np.clip(ratio / 4, 1e-4, 1.0)))
    # At 250 ppi the period is 2π/ω = π over this half; at 500 ppi it is twice as many pixels.
    return np.clip(2 * np.pi / half_frequency, MIN_PERIOD_PX, MAX_PERIOD_PX).astype(np.float32)


def _foreground(contrast: Field, coherence: Field) -> Mask:
    """Cells with enough contrast and one direction; small islands and holes are removed."""
    strong = contrast > np.maximum(MIN_CONTRAST_GREYS, MIN_CONTRAST_SHARE * np.quantile(contrast, 0.85))
    solid = (strong & (coherence > MIN_COHERENCE)).astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, kernel, iterations=2, borderType=cv2.BORDER_REPLICATE)
    return cv2.morphologyEx(closed, cv2.MORPH_OPEN, kernel, iterations=2, borderType=cv2.BORDER_REPLICATE).astype(bool)
