"""The ridge system of wet, dry and faint prints: contrast evened out, then rebuilt from short-time spectra."""

import cv2
import numpy as np

from biocapture.fingerprint.features.ridge_field import (
    RidgeField,
    cell_means,
    interpolate_cells,
    reduced_print,
    ridge_band,
    tensor_orientation,
)
from biocapture.fingerprint.features.short_time import short_time_analysis
from biocapture.types import Field, GreyPixels, Mask, Trace, no_trace

MIN_CONTRAST_GREYS = 2.0
"""Standard deviation of the band-passed greys below which contrast is not evened out: that of a blank platen."""

MIN_CONTRAST_SHARE = 0.3
"""Of the contrast of the strongest cells that the print must have: wet skin has a third, dirty platens a sixth."""

MIN_DIRECTION = 0.15
"""Agreement on a direction, 0..1, that cells of the print must have: dry prints have little."""


def enhanced_field(pixels: GreyPixels, trace: Trace = no_trace, padding: Mask | None = None) -> RidgeField:
    """Analyse a print at 500 ppi for comparison: slower than :func:`ridge_field`, and better on poor prints.

    Greys far from the local mean are compressed, so that pores and dots of dirt do not outshine the ridges.

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
        Its ``wave`` is the rebuilt print.
    """
    reduced = reduced_print(pixels)
    band = ridge_band(reduced)
    contrast = np.sqrt(cv2.GaussianBlur(cell_means(band * band), (0, 0), 1.0))
    even = np.tanh(band / interpolate_cells(np.maximum(contrast, MIN_CONTRAST_GREYS), reduced.shape))
    rebuilt = short_time_analysis(even)
    foreground = _foreground(contrast, cv2.GaussianBlur(rebuilt.direction, (0, 0), 1.0))
    if padding is not None:
        foreground &= ~padding
    period = np.where(foreground, rebuilt.period_px, np.float32(np.nan))
    field = RidgeField(rebuilt.wave, *tensor_orientation(rebuilt.wave), contrast, period, foreground)
    field.report_to(trace)
    return field


def _foreground(contrast: Field, direction: Field) -> Mask:
    """Cells with contrast and one direction, small islands removed, and everything they enclose.

    The wettest skin, in the middle of a print, has no contrast at all.
    """
    strong = contrast > max(MIN_CONTRAST_GREYS, MIN_CONTRAST_SHARE * float(np.quantile(contrast, 0.85)))
    solid = (strong & (direction > MIN_DIRECTION)).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for step in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        solid = cv2.morphologyEx(solid, step, disc, borderType=cv2.BORDER_REPLICATE)
    _, label = cv2.connectedComponents(1 - solid, connectivity=4)
    outside = np.unique(np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]]))
    return (solid > 0) | ~np.isin(label, outside)
