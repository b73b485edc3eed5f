"""The ridge wave averaged along its own direction: what stays is ridges, what is lost is everything else."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.features.ridge_field import RidgeField, cell_means, interpolate_cells, tensor_orientation
from biocapture.types import Field, Trace, no_trace

REACHES_PX = (1.5, 3.5)
"""Distances at 250 ppi at which each pixel is averaged with its two neighbours along the ridge, one after the other."""


@dataclass(frozen=True, slots=True)
class RidgeFlow:
    """The wave averaged along the ridges.

    Attributes
    ----------
    column, row : (h, w) float32
        Unit vector along the ridges at every pixel at 250 ppi, rows pointing down; its sign is arbitrary.
    smooth : (h, w) float32
        The wave of the :class:`RidgeField`, averaged: pores and small breaks are closed.
    clarity : (R, C) float32
        0..1 per cell: coherence times the share of the wave's amplitude that averaging leaves.
    """

    column: Field
    row: Field
    smooth: Field
    clarity: Field


def follow_ridges(field: RidgeField, trace: Trace = no_trace) -> RidgeFlow:
    """Average the wave of an analysed print along its ridges, bends included.

    This is done twice: the direction of ridges is more certain in the averaged wave than in the wave itself.

    Parameters
    ----------
    field : RidgeField
    trace : callable
        Receives ``smooth`` and ``clarity``.

    Returns
    -------
    RidgeFlow
    """
    first = _averaged(field.wave, *_directions(field.orientation, field.wave.shape))
    column, row = _directions(tensor_orientation(first)[0], field.wave.shape)
    smooth = _averaged(field.wave, column, row)
    flow = RidgeFlow(column, row, smooth, _clarity(smooth, field))
    trace("smooth", flow.smooth)
    trace("clarity", flow.clarity)
    return flow


def _directions(orientation: Field, shape: tuple[int, ...]) -> tuple[Field, Field]:
    """Column and row of the unit vector along the ridges at every pixel of ``shape``."""
    doubled = 2 * orientation
    # Orientations jump from π to 0; the cosine and sine of the doubled angle do not, so these are interpolated.
    cosine, sine = (interpolate_cells(function(doubled), shape) for function in (np.cos, np.sin))
    # Half-angle formulas; the vector is taken in the right half-plane.
    cosine /= cv2.magnitude(cosine, sine) + np.float32(1e-12)
    column = cv2.sqrt(np.maximum(0.5 + 0.5 * cosine, 0))
    row = cv2.sqrt(np.maximum(0.5 - 0.5 * cosine, 0))
    return column, np.copysign(row, -sine)


def _averaged(wave: Field, column: Field, row: Field) -> Field:
    """Weighted mean of each pixel with those along its ridge.

    Two short steps instead of one long line: the second starts from pixels averaged along their own direction, so the
    path follows a bend.
    """
    height, width = wave.shape
    own_column, own_row = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    smooth = wave
    for reach in REACHES_PX:
        right, down = column * np.float32(reach), row * np.float32(reach)
        ahead, behind = (
            cv2.remap(smooth, at_column, at_row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for at_column, at_row in ((own_column + right, own_row + down), (own_column - right, own_row - down))
        )
        smooth = cv2.addWeighted(smooth, 0.4, cv2.add(ahead, behind), 0.3, 0)
    return smooth


def _clarity(smooth: Field, field: RidgeField) -> Field:
    """(R, C) 0..1: coherence times the amplitude that averaging leaves; noise averages out, ridges stay."""
    kept, original = (cv2.GaussianBlur(cell_means(wave * wave), (0, 0), 1.0) for wave in (smooth, field.wave))
    return np.sqrt(np.clip(kept / (original + np.float32(1e-6)), 0, 1)) * field.coherence
