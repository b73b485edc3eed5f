"""The ridge system of wet, dry and faint prints: contrast evened out, then drawn anew from short-time spectra."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.ridge_field import (
    RidgeField,
    over_pixels,
    per_cell,
    reduced_print,
    ridge_band,
    tensor_orientation,
)
from biocapture.fingerprint.features.short_time import short_time
from biocapture.types import Field, GreyPixels, Trace, no_trace

CONTRAST_FLOOR = 2.0
"""Deviation of the band-passed greys below which contrast is not evened out: that of a blank platen."""

CONTRAST_SHARE = 0.3
"""Of the contrast of the strongest cells that the print must have: wet skin has a third, dirty platens a sixth."""

MIN_DIRECTION = 0.15
"""Agreement on a direction that cells of the print must have: dry prints have little."""


def enhanced_field(pixels: GreyPixels, trace: Trace = no_trace) -> RidgeField:
    """Analyse a print at 500 ppi for comparison: slower than :func:`ridge_field`, at home in poor prints.

    Greys far from the local mean are compressed, so that pores and dots of dirt do not outshine the ridges.

    Parameters
    ----------
    pixels : (H, W) uint8
        At least 16 × 16.
    """
    reduced = reduced_print(pixels)
    band = ridge_band(reduced)
    contrast = np.sqrt(cv2.GaussianBlur(per_cell(band * band), (0, 0), 1.0))
    drawn = short_time(np.tanh(band / over_pixels(np.maximum(contrast, CONTRAST_FLOOR), reduced.shape)))
    foreground = _foreground(contrast, cv2.GaussianBlur(drawn.direction, (0, 0), 1.0))
    period = np.where(foreground, drawn.period_px, np.float32(np.nan))
    field = RidgeField(drawn.wave, *tensor_orientation(drawn.wave), contrast, period, foreground)
    field.show(trace)
    return field


def _foreground(contrast: Field, direction: Field) -> NDArray[np.bool_]:
    """Cells with contrast and direction, islands gone, and all that they enclose: the wettest skin has no contrast."""
    strong = contrast > max(CONTRAST_FLOOR, CONTRAST_SHARE * float(np.quantile(contrast, 0.85)))
    solid = (strong & (direction > MIN_DIRECTION)).astype(np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    for step in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN):
        solid = cv2.morphologyEx(solid, step, disc, borderType=cv2.BORDER_REPLICATE)
    _, label = cv2.connectedComponents(1 - solid, connectivity=4)
    outside = np.unique(np.concatenate([label[0], label[-1], label[:, 0], label[:, -1]]))
    return (solid > 0) | ~np.isin(label, outside)
