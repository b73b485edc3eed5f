"""Local structures: the surroundings of each minutia in its own frame, so that turning the finger changes nothing."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS, RIDGE_ROWS, Template
from biocapture.fingerprint.units import angle_size
from biocapture.types import Field, Values

Places = NDArray[np.complex128]
"""Column - i · row in px: multiplying by exp(iφ) turns counter-clockwise."""

Directions = NDArray[np.complex64]
"""exp(2iθ) of ridge directions θ; 0 in the background."""

RINGS = ((16.0, 8), (32.0, 12), (48.0, 16), (64.0, 20), (80.0, 24))
"""Radius in px and number of samples of the orientation descriptor (after Tico & Kuosmanen 2003)."""

CYLINDER_PX = 70.0
CYLINDER_CELLS = 12
CYLINDER_ANGLES = 6
SPREAD_PX = 2 * CYLINDER_PX / CYLINDER_CELLS * 1.1
SPREAD_RAD = np.deg2rad(30.0)
SATURATION_CENTRE, SATURATION_WIDTH = 0.35, 0.12
"""Minutia cylinder codes (Cappelli, Ferrara & Maltoni 2010): radius; cells along the diameter; directions; standard
deviations of a neighbour's contribution in place and direction; the sigmoid that a cell's sum goes through."""

MIN_WEIGHT = 0.02
"""Of a minutia in an unclear place."""


@dataclass(frozen=True, slots=True)
class Structure:
    """A template made ready for comparison.

    Attributes
    ----------
    place : (M,) complex128
        Column - i · row: multiplying by exp(iφ) turns counter-clockwise.
    angle : (M,) float64
        Radians.
    surroundings : (M, 160) float32
        Cosine and sine of twice the ridge direction relative to the minutia's, on the rings; 0 in the background.
    on_print : (M, 80) float32
        1 where the ring lies on the print.
    cylinder : (M, K) float32
        Neighbouring minutiae by place and direction, unit length.
    direction : (R, C) complex64
        exp(2iθ) of the ridge direction θ of each cell; 0 in the background.
    weight : (M,) float64
        Of each minutia: its quality, 0.02..1; 1 for all where none is reported.
    ridges : (h, w) float32
        1 on ridges, -1 in valleys, 0 in the background, at 250 ppi; (0, 0) where they are not known.
    """

    place: Places
    angle: Values
    surroundings: Field
    on_print: Field
    cylinder: Field
    direction: Directions
    weight: Values
    ridges: Field

    def __len__(self) -> int:
        return len(self.place)


def structure_of(template: Template) -> Structure:
    """Local structures of every minutia of a template, for many comparisons.

    Parameters
    ----------
    template : Template

    Returns
    -------
    Structure
        Without rows for a template without minutiae.
    """
    place, angle = minutiae_of(template)
    direction = directions_of(template)
    surroundings, on_print = surroundings_of(place, angle, direction)
    weight = np.clip(template.quality / 100, MIN_WEIGHT, 1) if template.quality.any() else np.ones(len(template))
    cylinder, ridges = _cylinders(place, angle), _plane(template)
    return Structure(place, angle, surroundings, on_print, cylinder, direction, weight, ridges)


def minutiae_of(template: Template) -> tuple[Places, Values]:
    """Places and angles of the minutiae, as a :class:`Structure` has them.

    Parameters
    ----------
    template : Template

    Returns
    -------
    place : (M,) complex128
        Column - i · row, px at 500 ppi.
    angle : (M,) float64
        Radians in [0, 2π).
    """
    return template.column.astype(np.float64) - 1j * template.row.astype(np.float64), template.angle_rad


def directions_of(template: Template) -> Directions:
    """Doubled ridge directions of all cells, as a :class:`Structure` has them.

    Parameters
    ----------
    template : Template

    Returns
    -------
    (R, C) complex64
        exp(2iθ): the same for θ and θ + π, which are one direction; 0 in the background.
    """
    steps = template.orientation.astype(np.float64) - 1
    return np.where(steps >= 0, np.exp(2j * np.pi * steps / ORIENTATIONS), 0).astype(np.complex64)


def surroundings_of(place: Places, angle: Values, direction: Directions) -> tuple[Field, Field]:
    """Ridge directions on rings about each minutia, relative to its own.

    Parameters
    ----------
    place : (M,) complex128
        Column - i · row, px.
    angle : (M,) float64
        Radians.
    direction : (R, C) complex64
        As :func:`directions_of` gives them.

    Returns
    -------
    surroundings : (M, 160) float32
        Cosines of the doubled angles of the 80 samples, then their sines; 0 in the background.
    on_print : (M, 80) float32
        1 where the sample lies on the print, else 0.
    """
    ring = at_cells(direction, place[:, None] + _RING[None, :] * np.exp(1j * angle)[:, None])
    relative = ring * np.exp(-2j * angle)[:, None]
    surroundings = np.concatenate([relative.real, relative.imag], axis=1).astype(np.float32)
    return surroundings, (ring != 0).astype(np.float32)


def at_cells(direction: Directions, place: Places) -> Directions:
    """Look up the cell that holds each place.

    Parameters
    ----------
    direction : (R, C) complex64
        Values of cells of :data:`~biocapture.fingerprint.comparison.template.FIELD_PX`.
    place : array of complex128
        Column - i · row, px.

    Returns
    -------
    complex64, shape of ``place``
        0 outside.
    """
    row, column = (np.floor(px / FIELD_PX).astype(np.intp) for px in (-place.imag, place.real))
    rows, columns = direction.shape
    inside = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
    padded = np.pad(direction, ((0, 1), (0, 1)))
    return padded[np.where(inside, row, rows), np.where(inside, column, columns)]


def _plane(template: Template) -> Field:
    """The ridges of all cells side by side."""
    if not len(template.ridges):
        return np.zeros((0, 0), np.float32)
    on_print = template.orientation > 0
    rows, columns = on_print.shape
    cells = np.zeros((rows, columns, RIDGE_ROWS, RIDGE_ROWS), np.float32)
    cells[on_print] = 2.0 * np.unpackbits(template.ridges[:, :, None], axis=2) - 1
    return cells.transpose(0, 2, 1, 3).reshape(rows * RIDGE_ROWS, columns * RIDGE_ROWS)


def _cylinders(place: Places, angle: Values) -> Field:
    """(M, cells · angles) saturated contributions of the neighbours, unit length."""
    turned = (place[None, :] - place[:, None]) * np.exp(-1j * angle)[:, None]
    differing = angle[None, :] - angle[:, None]
    near = np.abs(turned) < CYLINDER_PX + 3 * SPREAD_PX
    np.fill_diagonal(near, val=False)
    owner, neighbour = np.nonzero(near)
    # A contribution is a product of one part by place and one by direction, so each minutia's sum over its neighbours
    # is a product of two small matrices.
    gap = np.abs(turned[owner, neighbour][:, None] - _CELLS[None, :])
    by_place = np.exp(-0.5 * (gap / SPREAD_PX) ** 2).astype(np.float32)
    turn = angle_size(differing[owner, neighbour][:, None] - _DIRECTIONS[None, :])
    by_angle = np.exp(-0.5 * (turn / SPREAD_RAD) ** 2).astype(np.float32)
    total = np.zeros((len(place), len(_CELLS), CYLINDER_ANGLES), np.float32)
    for minutia, (first, last) in enumerate(pairwise(np.searchsorted(owner, np.arange(len(place) + 1)))):
        total[minutia] = by_place[first:last].T @ by_angle[first:last]
    # The sigmoid makes crowds of neighbours count little more than one; its value at 0 is taken off, so that an empty
    # cell is 0.
    sums = total.reshape(len(place), len(_CELLS) * CYLINDER_ANGLES)
    value = 1 / (1 + np.exp((SATURATION_CENTRE - sums) / SATURATION_WIDTH)) - 1 / (
        1 + np.exp(SATURATION_CENTRE / SATURATION_WIDTH)
    )
    return (value / np.maximum(np.linalg.norm(value, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def _ring() -> Places:
    """(80,) samples on all rings, relative to a minutia that points along the real axis."""
    turns = [radius * np.exp(2j * np.pi * np.arange(count) / count) for radius, count in RINGS]
    return np.concatenate(turns)


def _cells() -> Places:
    """Centres of the cells within the cylinder, relative to a minutia that points along the real axis."""
    line = ((np.arange(CYLINDER_CELLS) + 0.5) / CYLINDER_CELLS * 2 - 1) * CYLINDER_PX
    grid = line[None, :] + 1j * line[:, None]
    return grid[np.abs(grid) <= CYLINDER_PX]


_RING, _CELLS = _ring(), _cells()
_DIRECTIONS = (np.arange(CYLINDER_ANGLES) + 0.5) / CYLINDER_ANGLES * 2 * np.pi - np.pi
