"""Cores and deltas: points around which the ridge direction turns by half a turn, with or against the way around."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.structure import Directions, Places, at_cells, directions_of
from biocapture.fingerprint.comparison.template import FIELD_PX, Template
from biocapture.types import Indices, Mask, Trace, Values, no_trace

SMOOTHING_CELLS = 1.0
"""Standard deviation of the Gaussian over the field, without which noise makes pairs (Bazen & Gerez 2002)."""

RADIUS_PX = 32.0
"""Distance from a point at which its angle and strength are taken: a core and a delta nearer than this cancel."""

CIRCLE = np.exp(2j * np.pi * np.arange(48) / 48)
"""Places on the circle about a point, relative to it."""

MIN_STRENGTH = 0.5
"""Of 240 synthetic prints, clean, dry, wet and noisy, 99.8 % of the points lie above; none was found where none is."""


@dataclass(frozen=True, slots=True)
class SingularPoints:
    """Singular points of one print, the strongest first.

    Attributes
    ----------
    row, column : (S,) float64
        Pixels at 500 ppi.
    angle_rad : (S,) float64
        In [0, 2π), counter-clockwise from the direction of rising columns. Core: where the ridges around it open to.
        Delta: one of the three directions in which ridges leave it; the others lie a third of a turn away.
    strength : (S,) float64
        0..1, likeness of the directions around it to those around an ideal core or delta; higher is clearer.
    core : (S,) bool
        Core, else delta.
    """

    row: Values
    column: Values
    angle_rad: Values
    strength: Values
    core: Mask

    def __len__(self) -> int:
        return len(self.row)


def singular_points(template: Template, trace: Trace = no_trace) -> SingularPoints:
    """Find the cores and deltas of a template.

    The Poincaré index (Kawagoe & Tojo 1984) of the smoothed field of doubled directions (Bazen & Gerez 2002) is taken
    around every four cells; the point between them is where the field, taken as linear, is zero. Angle and strength are
    those of the mean over a circle of the direction relative to the way around, in the manner of the complex filters of
    Nilsson & Bigun 2003. An arch has none.

    Parameters
    ----------
    template : Template
    trace : callable
        Receives ``direction``, the smoothed field, and ``index``, twice the Poincaré index.

    Returns
    -------
    SingularPoints
        Those of strength :data:`MIN_STRENGTH` and more.
    """
    field = _field(template)
    smooth = _smoothed(field)
    index = _index(smooth, _without_holes(field != 0))
    trace("direction", smooth)
    trace("index", index)
    row, column = np.nonzero(index)
    core = index[row, column] > 0
    place = _zeros(smooth, row, column)
    angle, strength = _around(field, place, core)
    order = np.argsort(-strength, kind="stable")
    kept = order[strength[order] >= MIN_STRENGTH]
    return SingularPoints(-place.imag[kept], place.real[kept], angle[kept], strength[kept], core[kept])


def _field(template: Template) -> Directions:
    """(R, C) exp(2iθ) of the ridge direction θ of each cell, 0 in the background; at least 2 × 2 cells."""
    field = directions_of(template)
    return np.pad(field, [(0, max(0, 2 - side)) for side in field.shape])


def _smoothed(field: Directions) -> Directions:
    cosine, sine = (cv2.GaussianBlur(values.copy(), (0, 0), SMOOTHING_CELLS) for values in (field.real, field.imag))
    return (cosine + 1j * sine).astype(np.complex64)


def _without_holes(on_print: Mask) -> Mask:
    """A cell in the middle of a core has no common direction, and would count as background."""
    closed = cv2.morphologyEx(np.pad(on_print, 2).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return closed[2:-2, 2:-2] > 0


def _corners(cells: NDArray[Any]) -> list[NDArray[Any]]:
    """The cells of every 2 × 2, counter-clockwise from the upper left: rows point down."""
    return [cells[:-1, :-1], cells[1:, :-1], cells[1:, 1:], cells[:-1, 1:]]


def _index(smooth: Directions, on_print: Mask) -> NDArray[np.int8]:
    """(R - 1, C - 1) twice the Poincaré index of the loop through each four cells; 0 unless all lie on the print."""
    # The field holds doubled directions: half a turn of the ridges is a whole turn here, so nothing is ambiguous.
    loop = np.stack(_corners(smooth))
    turn = np.angle(np.roll(loop, -1, axis=0) * np.conj(loop)).sum(axis=0)
    return np.where(np.all(_corners(on_print), axis=0), np.rint(turn / (2 * np.pi)), 0).astype(np.int8)


def _zeros(smooth: Directions, row: Indices, column: Indices) -> Places:
    """(S,) column - i · row in pixels of the zero of the plane through the values at four cells, within these cells."""
    upper_left, lower_left, lower_right, upper_right = (each[row, column] for each in _corners(smooth))
    mean = (upper_left + lower_left + lower_right + upper_right) / 4
    down = (lower_left + lower_right - upper_left - upper_right) / 2
    right = (upper_right + lower_right - upper_left - lower_left) / 2
    # Two real equations: mean + down · rows + right · columns = 0, by Cramer's rule.
    area = (np.conj(down) * right).imag
    area = np.where(np.abs(area) < 1e-9, np.inf, area)
    rows = np.clip((np.conj(right) * mean).imag / area, -0.5, 0.5)
    columns = np.clip((np.conj(mean) * down).imag / area, -0.5, 0.5)
    return (column + 1 + columns) * FIELD_PX - 1j * ((row + 1 + rows) * FIELD_PX)


def _around(field: Directions, place: Places, core: Mask) -> tuple[Values, Values]:
    """Angle and strength of each point; places off the print count as not alike.

    Around a core with angle β the doubled direction is β plus the bearing, around a delta 3β less the bearing: where
    the bearing is β, ridges run along it.
    """
    ring = at_cells(np.pad(field, ((0, 1), (0, 1))), place[:, None] + RADIUS_PX * CIRCLE[None, :])
    mean = (ring * np.where(core[:, None], np.conj(CIRCLE), CIRCLE)).mean(axis=1)
    angle = np.mod(np.angle(mean), 2 * np.pi) / np.where(core, 1, 3)
    return angle, np.abs(mean).astype(np.float64)
