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

STRENGTH_CELLS, TENSOR_CELLS = 0.6, 1.0
"""Deviations of the Gaussians over which gradients are averaged for their strength and their direction, cells."""

LOCAL_SHARE, AROUND_CELLS = 0.4, 7
"""Share of the strongest ridges around, and how far around: gaps between fingers are below."""

MIN_STRENGTH, MIN_STRENGTH_SHARE = 6.0, 0.33
"""Gradient of ridges in greys, least, and as a share of that of strong ridges: latent residue is below."""

STRONG_QUANTILE = 0.8
"""Of the cells above :data:`MIN_STRENGTH`, those that stand for strong ridges."""

MIN_COHERENCE = 0.2
"""How far the gradients of a cell and its surroundings agree on a direction, 0..1: letters and grain are below."""

MAX_HOLE_CELLS = 70
"""Area of a hole that belongs to a finger, 12 mm²."""

OPENING_CELLS = 7
"""What is narrower than 2.8 mm is no finger: ruled lines, letters."""


@dataclass(frozen=True, slots=True)
class RidgeCells:
    """Ridges per cell of :data:`CELL_MM`.

    Attributes
    ----------
    strength : (R, C) float32
        Gradient of the reduced picture, root mean square, times its coherence; low where two parts meet; greys.
    apart : (R, C) bool
        Cells with ridges; gaps between fingers are left open, and gaps within them.
    mask : (R, C) bool
        Cells with ridges, gaps closed.
    cell_px : float
        Side of a cell in pixels of the picture.
    """

    strength: Field
    apart: Mask
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
    apart, mask = _masks(strength, coherence)
    trace("mask", mask)
    trace("apart", apart)
    return RidgeCells(strength * coherence, apart, mask, CELL_PX / factor)


def _tensor(reduced: GreyPixels) -> tuple[Field, Field]:
    """Strength and coherence of the gradient per cell."""
    across = cv2.Sobel(reduced, cv2.CV_32F, 1, 0, ksize=3, scale=0.25)
    down = cv2.Sobel(reduced, cv2.CV_32F, 0, 1, ksize=3, scale=0.25)
    size = reduced.shape[1] // CELL_PX, reduced.shape[0] // CELL_PX
    products = (across * across, down * down, across * down)
    cells = (cv2.resize(product, size, interpolation=cv2.INTER_AREA) for product in products)
    xx, yy, xy = cells
    strength = np.sqrt(cv2.GaussianBlur(xx + yy, (0, 0), STRENGTH_CELLS))
    directed = np.hypot(*(cv2.GaussianBlur(each, (0, 0), TENSOR_CELLS) for each in (xx - yy, 2 * xy)))
    return strength, directed / (cv2.GaussianBlur(xx + yy, (0, 0), TENSOR_CELLS) + np.float32(1e-6))


def _masks(strength: Field, coherence: Field) -> tuple[Mask, Mask]:
    """Cells with strong directed gradients, gaps left open and closed, without what is too narrow for a finger."""
    strong = strength[strength > MIN_STRENGTH]
    if not strong.size:
        nothing = np.zeros(strength.shape, np.bool_)
        return nothing, nothing
    least = max(MIN_STRENGTH, MIN_STRENGTH_SHARE * float(np.quantile(strong, STRONG_QUANTILE)))
    around = cv2.dilate(strength, np.ones((AROUND_CELLS, AROUND_CELLS), np.uint8))
    local = LOCAL_SHARE * cv2.GaussianBlur(around, (0, 0), AROUND_CELLS / 2)
    strong_here = strength > np.maximum(least, local)
    solid = (strong_here & (cv2.blur(coherence, (5, 5)) > MIN_COHERENCE)).astype(np.uint8)
    closed = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5)))
    return _opened(_filled(cv2.medianBlur(solid, 5))), _opened(_filled(closed))


def _opened(mask: GreyPixels) -> Mask:
    """Without what is too narrow for a finger; beyond the border the picture is taken to go on."""
    rim = OPENING_CELLS
    padded = cv2.copyMakeBorder(mask, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (OPENING_CELLS, OPENING_CELLS))
    opened: Mask = cv2.morphologyEx(padded, cv2.MORPH_OPEN, disc)[rim:-rim, rim:-rim].astype(bool)
    return opened


def _filled(mask: GreyPixels) -> GreyPixels:
    """Small holes are filled: cores, deltas, dry spots; not what lies between fingers or ruled lines."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(1 - mask, connectivity=4)
    is_small = stats[:, cv2.CC_STAT_AREA] <= MAX_HOLE_CELLS
    is_small[0] = False
    return mask | is_small[labels].astype(np.uint8)
