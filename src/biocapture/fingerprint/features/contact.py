"""How the finger touched: where, how much of it, how dry, and what else lies on the platen."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.features.faint_ridges import away_from, faint_ridges
from biocapture.fingerprint.features.platen import Platen
from biocapture.fingerprint.features.ridge_field import CELL_PX, REDUCED_CELL_PX, RidgeField
from biocapture.fingerprint.features.ridge_flow import RidgeFlow
from biocapture.fingerprint.units import PX_MM
from biocapture.types import GreyPixels, Mask

CELL_MM = CELL_PX * PX_MM
"""Side of a cell, mm."""

MIN_USABLE_CLARITY = 0.35
"""Clarity of a cell, 0..1, from which ridges are followed without breaks; set by hand, not fitted."""

MIN_BACKGROUND_SHARE = 0.05
"""Share of the image that must lie apart from the print for its background to be assessed."""

BLACK_SHARE, WHITE_SHARE = 0.02, 0.98
"""Percentiles of the ridge area's greys that stand for its black and its white."""


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the analysed crop lies in the image: first row and column, rows and columns of the image; px."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Statistics of one touch; NaN where there are no ridges.

    Attributes
    ----------
    ridge_mm2, usable_mm2, faint_mm2 : float
        Area with ridges; with ridges clear enough to use; with ridges of another, faint print beside it.
    offset_mm : float
        From the centre of the image, or of the sensor's window in flat padding, to the centre of mass of the ridges.
    border_share : float
        Share of the border of image or window that ridges run across, 0..1.
    dark_share : float
        Share of the ridge area darker than half-way between its black and its white, 0..1.
    skewness : float
        Of the ridge wave; negative when dark lines are thin.
    clarity_mean, coherence, contrast : float
        Means over the ridge area; contrast is a median, in greys.
    background : float
        Mean grey away from the print less that of the print; positive when ridges are dark.
    """

    ridge_mm2: float
    usable_mm2: float
    faint_mm2: float
    offset_mm: float
    border_share: float
    dark_share: float
    skewness: float
    clarity_mean: float
    coherence: float
    contrast: float
    background: float


def contact(platen: Platen, frame: Frame, field: RidgeField, flow: RidgeFlow) -> Contact:
    """Measure one touch.

    Parameters
    ----------
    platen : Platen
        The analysed crop at 500 ppi, and its padding.
    frame : Frame
        Where it lies in the image.
    field : RidgeField
        Of the crop.
    flow : RidgeFlow
        Of the field.

    Returns
    -------
    Contact
        Without ridges: areas of 0, NaN for the rest.
    """
    ridges = field.foreground
    if not ridges.any():
        nothing = dict.fromkeys(Contact.__dataclass_fields__, float("nan"))
        return Contact(**nothing | {"ridge_mm2": 0.0, "usable_mm2": 0.0, "faint_mm2": 0.0})
    cell_mm2 = CELL_MM**2
    apart = away_from(ridges, platen.padding)
    dark_share, background = _tones(platen.pixels, ridges, apart)
    return Contact(
        ridge_mm2=float(ridges.sum()) * cell_mm2,
        usable_mm2=float((ridges & (flow.clarity > MIN_USABLE_CLARITY)).sum()) * cell_mm2,
        faint_mm2=float(faint_ridges(field, apart).sum()) * cell_mm2,
        offset_mm=_offset_mm(ridges, platen.padding, frame),
        border_share=_border_share(ridges, platen.padding, frame),
        dark_share=dark_share,
        skewness=_skewness(field),
        clarity_mean=float(flow.clarity[ridges].mean()),
        coherence=float(field.coherence[ridges].mean()),
        contrast=float(np.median(field.contrast[ridges])),
        background=background,
    )


def _offset_mm(ridges: Mask, padding: Mask, frame: Frame) -> float:
    """From the centre of the image to that of the ridges; of the sensor's window, where there is padding."""
    row, column = ((line.mean() + 0.5) * CELL_PX for line in np.nonzero(ridges))
    if padding.any():
        middle_row, middle_column = ((line.mean() + 0.5) * CELL_PX for line in np.nonzero(~padding))
    else:
        middle_row, middle_column = frame.height / 2 - frame.top, frame.width / 2 - frame.left
    down, right = row - middle_row, column - middle_column
    return float(np.hypot(down, right)) * PX_MM


def _border_share(ridges: Mask, padding: Mask, frame: Frame) -> float:
    """Share of the border of the image, or of the sensor's window within it, that has ridges less than a cell away."""
    if padding.any():
        outside = cv2.copyMakeBorder(padding.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
        rim = cv2.dilate(outside, np.ones((3, 3), np.uint8))[1:-1, 1:-1].astype(bool) & ~padding
        return float((ridges & rim).sum() / max(1, rim.sum()))
    rows, columns = ridges.shape
    below = frame.height - frame.top - rows * CELL_PX
    beside = frame.width - frame.left - columns * CELL_PX
    sides = ((frame.top, ridges[0]), (below, ridges[-1]), (frame.left, ridges[:, 0]), (beside, ridges[:, -1]))
    touched = sum(float(line.sum()) for gap, line in sides if gap < CELL_PX)
    return touched * CELL_PX / (2.0 * (frame.height + frame.width))


def _tones(pixels: GreyPixels, ridges: Mask, apart: Mask) -> tuple[float, float]:
    """Dark share of the ridge area; grey away from the print less grey of the print (0 where too little is away)."""
    rows, columns = ridges.shape
    size = columns * REDUCED_CELL_PX, rows * REDUCED_CELL_PX
    reduced = cv2.resize(pixels[: rows * CELL_PX, : columns * CELL_PX], size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(ridges.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    away = cv2.resize(apart.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    greys = cv2.calcHist([reduced], [0], inside, [256], [0, 256])[:, 0].cumsum()
    black, white = np.searchsorted(greys, (BLACK_SHARE * greys[-1], WHITE_SHARE * greys[-1]))
    dark = greys[int(black + white) // 2] / greys[-1]
    enough = apart.mean() > MIN_BACKGROUND_SHARE
    background = cv2.mean(reduced, away)[0] - cv2.mean(reduced, inside)[0] if enough else 0.0
    return float(dark), float(background)


def _skewness(field: RidgeField) -> float:
    """Third moment of the wave, whose mean is about 0, over its second: 0 where dark and bright are alike."""
    inside = cv2.resize(field.foreground.astype(np.uint8), field.wave.shape[::-1], interpolation=cv2.INTER_NEAREST)
    wave = field.wave[inside > 0].astype(np.float64)
    square = wave * wave
    return float((square * wave).mean() / (square.mean() ** 1.5 + 1e-12))
