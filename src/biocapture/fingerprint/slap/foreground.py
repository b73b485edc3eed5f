"""Where a picture shows ridges, on a coarse grid."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.types import MM_PER_INCH, Field, GreyPixels, Mask, Trace

REDUCED_PPI = 250.0
"""Resolution at which ridges are looked for: their period is 3 to 6 pixels then."""

CELL_PX = 4
"""Side of a cell in the reduced picture."""

CELL_MM = CELL_PX * MM_PER_INCH / REDUCED_PPI
"""Side of a cell, 0.41 mm."""

TENSOR_CELLS = 1.0
"""Deviation of the Gaussian over which gradients are averaged, cells."""

MIN_STRENGTH, MIN_STRENGTH_SHARE = 6.0, 0.36
"""Gradient of ridges in greys, least, and as a share of that of strong ridges: latent residue is below."""

STRONG_QUANTILE = 0.8
"""Of the cells above :data:`MIN_STRENGTH`, those that stand for strong ridges."""

MIN_COHERENCE = 0.25
"""How far the gradients of a cell and its surroundings agree on a direction, 0..1: letters and grain are below."""

OPENING_CELLS = 7
"""What is narrower than 2.8 mm is no finger: ruled lines, letters."""


@dataclass(frozen=True, slots=True)
class RidgeCells:
    """Ridges per cell of :data:`CELL_MM`.

    Attributes
    ----------
    strength : (R, C) float32
        Gradient of the reduced picture, root mean square, greys.
    mask : (R, C) bool
        Cells with ridges.
    cell_px : float
        Side of a cell in pixels of the picture.
    """

    strength: Field
    mask: Mask
    cell_px: float


def ridge_cells(pixels: GreyPixels, ppi: float, trace: Trace) -> RidgeCells:
    """Cells of a picture that show ridges.

    Parameters
    ----------
    pixels : (H, W) uint8
    ppi : float
        Pixels per inch.
    trace : callable
        Receives the stages.

    Returns
    -------
    RidgeCells
    """
    factor = REDUCED_PPI / ppi
    rows, columns = (max(1, round(side * factor) // CELL_PX) for side in pixels.shape)
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    # Whole cells only: reduced by a whole number, a picture takes a tenth of the time.
    height, width = (max(1, round(count * CELL_PX / factor)) for count in (rows, columns))
    reduced = cv2.resize(pixels[:height, :width], (columns * CELL_PX, rows * CELL_PX), interpolation=method)
    strength, coherence = _tensor(reduced)
    trace("strength", strength)
    trace("coherence", coherence)
    mask = _mask(strength, coherence)
    trace("mask", mask)
    return RidgeCells(strength, mask, CELL_PX / factor)


def _tensor(reduced: GreyPixels) -> tuple[Field, Field]:
    """Strength and coherence of the gradient per cell."""
    across = cv2.Sobel(reduced, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    down = cv2.Sobel(reduced, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    size = reduced.shape[1] // CELL_PX, reduced.shape[0] // CELL_PX
    products = (across * across, down * down, across * down)
    cells = (cv2.resize(product, size, interpolation=cv2.INTER_AREA) for product in products)
    xx, yy, xy = (cv2.GaussianBlur(cell, (0, 0), TENSOR_CELLS) for cell in cells)
    energy = xx + yy
    return np.sqrt(energy), np.hypot(xx - yy, 2 * xy) / (energy + np.float32(1e-6))


def _mask(strength: Field, coherence: Field) -> Mask:
    """Cells with strong directed gradients, without what is too narrow for a finger, holes filled."""
    strong = strength[strength > MIN_STRENGTH]
    if not strong.size:
        return np.zeros(strength.shape, np.bool_)
    least = max(MIN_STRENGTH, MIN_STRENGTH_SHARE * float(np.quantile(strong, STRONG_QUANTILE)))
    solid = ((strength > least) & (cv2.blur(coherence, (3, 3)) > MIN_COHERENCE)).astype(np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    rim = OPENING_CELLS
    padded = cv2.copyMakeBorder(closed, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (OPENING_CELLS, OPENING_CELLS))
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)
    inner = opened[rim:-rim, rim:-rim]
    return _filled(inner).astype(bool)


def _filled(mask: GreyPixels) -> GreyPixels:
    """Holes that do not touch the border are filled."""
    around = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(around, None, (0, 0), 2)
    return (around[1:-1, 1:-1] != 2).astype(np.uint8)
