"""Local structures: the surroundings of each minutia in its own frame, so that turning the finger changes nothing."""

import functools
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.coincidence import Ridges, ridges_of
from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS, RIDGE_ROWS, Template
from biocapture.fingerprint.units import angle_size
from biocapture.types import Field, Mask, Values

Places = NDArray[np.complex128]
"""Column - i · row in px: multiplying by exp(iφ) turns counter-clockwise."""

Directions = NDArray[np.complex64]
"""exp(2iθ) of ridge directions θ; 0 in the background."""

RINGS = ((16.0, 8), (32.0, 12), (48.0, 16), (64.0, 20), (80.0, 24))
"""Radius in px and number of samples of the orientation descriptor (after Tico & Kuosmanen 2003)."""

CYLINDER_PX = 70.0
CYLINDER_CELLS = 8
CYLINDER_ANGLES = 6
SPREAD_PX = 12.8
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
    direction : (R + 1, C + 1) complex64
        exp(2iθ) of the ridge direction θ of each cell; 0 in the background, and in one more row and column.
    cell : (F,) complex128
        Middles of the cells that are not background, column - i · row.
    cell_direction : (F,) complex64
        Theirs.
    weight : (M,) float64
        Of each minutia: its quality, 0.02..1; 1 for all where none is reported.
    ridges : Ridges
    order : bytes
        Decides which of two prints is laid on the other, so that a score does not depend on which is the probe.
    """

    place: Places
    angle: Values
    surroundings: Field
    on_print: Field
    cylinder: Field
    direction: Directions
    cell: Places
    cell_direction: Directions
    weight: Values
    ridges: Ridges
    order: bytes

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
    direction = np.pad(directions_of(template), ((0, 1), (0, 1)))
    surroundings, on_print = surroundings_of(place, angle, direction)
    row, column = np.nonzero(direction)
    return Structure(
        place,
        angle,
        surroundings,
        on_print,
        cylinders(place, angle),
        direction,
        cell=(column + 0.5) * FIELD_PX - 1j * (row + 0.5) * FIELD_PX,
        cell_direction=direction[row, column],
        weight=weights_of(template),
        ridges=ridges_of(*_plane(template)),
        order=_order(template, len(row)),
    )


def weights_of(template: Template) -> Values:
    """How far each minutia is to be trusted.

    Parameters
    ----------
    template : Template

    Returns
    -------
    (M,) float64
        Its quality, 0.02..1; 1 for all where none is reported.
    """
    return np.clip(template.quality / 100, MIN_WEIGHT, 1) if template.quality.any() else np.ones(len(template))


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
    direction : (R + 1, C + 1) complex64
        As :func:`directions_of` gives them, with one more row and column of zeros.

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
    direction : (R + 1, C + 1) complex64
        Values of cells of :data:`~biocapture.fingerprint.comparison.template.FIELD_PX`; zeros in the last row and
        column.
    place : array of complex128
        Column - i · row, px.

    Returns
    -------
    complex64, shape of ``place``
        0 outside.
    """
    row = np.floor(place.imag * (-1 / FIELD_PX)).astype(np.intp)
    column = np.floor(place.real * (1 / FIELD_PX)).astype(np.intp)
    rows, columns = (side - 1 for side in direction.shape)
    # Negative numbers become the highest ones, so that one comparison does for both ends.
    row, column = (np.minimum(each.view(np.uintp), np.uintp(end)) for each, end in ((row, rows), (column, columns)))
    return direction[row, column]


def cylinders(
    place: Places,
    angle: Values,
    cells: int = CYLINDER_CELLS,
    angles: int = CYLINDER_ANGLES,
    spread_px: float = SPREAD_PX,
) -> Field:
    """Neighbours of each minutia by place and direction, as saturated sums of their contributions.

    Minutia cylinder codes (Cappelli, Ferrara & Maltoni 2010).

    Parameters
    ----------
    place : (M,) complex128
        Column - i · row, px.
    angle : (M,) float64
        Radians.
    cells, angles : int
        Cells along the diameter, and directions.
    spread_px : float
        Standard deviation of a neighbour's contribution.

    Returns
    -------
    (M, K) float32
        Unit length, or 0 without neighbours.
    """
    middles = _cells(cells)
    directions = (np.arange(angles) + 0.5) / angles * 2 * np.pi - np.pi
    gap = (place[None, :] - place[:, None]).astype(np.complex64)
    near = np.abs(gap) < CYLINDER_PX + 3 * spread_px
    np.fill_diagonal(near, val=False)
    owner, neighbour = np.nonzero(near)
    # A contribution is a product of one part by place and one by direction, so each minutia's sum over its neighbours
    # is a product of two small matrices.
    turned = gap[owner, neighbour] * np.exp(-1j * angle[owner]).astype(np.complex64)
    right, up = (part[:, None] - middle for part, middle in ((turned.real, middles.real), (turned.imag, middles.imag)))
    by_place = np.exp((right * right + up * up) * np.float32(-0.5 / spread_px**2))
    turn = angle_size((angle[neighbour] - angle[owner])[:, None] - directions).astype(np.float32)
    by_angle = np.exp(np.float32(-0.5 / SPREAD_RAD**2) * turn * turn)
    total = np.zeros((len(place), len(middles), angles), np.float32)
    for minutia, (first, last) in enumerate(pairwise(np.searchsorted(owner, np.arange(len(place) + 1)))):
        total[minutia] = by_place[first:last].T @ by_angle[first:last]
    # The sigmoid makes crowds of neighbours count little more than one; its value at 0 is taken off, so that an empty
    # cell is 0.
    sums = total.reshape(len(place), len(middles) * angles)
    value = 1 / (1 + np.exp((SATURATION_CENTRE - sums) * np.float32(1 / SATURATION_WIDTH)))
    value -= np.float32(1 / (1 + np.exp(SATURATION_CENTRE / SATURATION_WIDTH)))
    length: Field = np.sqrt(np.einsum("ij,ij->i", value, value))
    unit: Field = value / np.maximum(length, np.float32(1e-6))[:, None]
    return unit


def _order(template: Template, area: int) -> bytes:
    """The smaller print comes first; of two as large, what else they consist of decides."""
    parts = template.column, template.row, template.angle, template.quality, template.orientation, template.ridges
    return area.to_bytes(4, "big") + b"".join(each.tobytes() for each in parts)


def _plane(template: Template) -> tuple[Mask, Mask]:
    """What is ridge and what is not background, of all cells side by side."""
    if not len(template.ridges):
        return np.zeros((0, 0), bool), np.zeros((0, 0), bool)
    on_print = template.orientation > 0
    rows, columns = on_print.shape
    cells = np.zeros((rows, columns, RIDGE_ROWS, RIDGE_ROWS), bool)
    cells[on_print] = np.unpackbits(template.ridges[:, :, None], axis=2)
    ridge = cells.transpose(0, 2, 1, 3).reshape(rows * RIDGE_ROWS, columns * RIDGE_ROWS)
    return ridge, on_print.repeat(RIDGE_ROWS, axis=0).repeat(RIDGE_ROWS, axis=1)


def _ring() -> Places:
    """(80,) samples on all rings, relative to a minutia that points along the real axis."""
    turns = [radius * np.exp(2j * np.pi * np.arange(count) / count) for radius, count in RINGS]
    return np.concatenate(turns)


@functools.cache
def _cells(count: int) -> NDArray[np.complex64]:
    """Centres of the cells within the cylinder, relative to a minutia that points along the real axis."""
    line = ((np.arange(count) + 0.5) / count * 2 - 1) * CYLINDER_PX
    grid = line[None, :] + 1j * line[:, None]
    return grid[np.abs(grid) <= CYLINDER_PX].astype(np.complex64)


_RING = _ring()
