"""Local structures: what surrounds each minutia, seen from the minutia, so that turning the finger changes nothing."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.template import FIELD_PX, ORIENTATIONS, RIDGE_ROWS, Template
from biocapture.fingerprint.units import angle_size

Real = NDArray[np.float32]

RINGS = ((16.0, 8), (32.0, 12), (48.0, 16), (64.0, 20), (80.0, 24))
"""Radius in px and number of samples of the orientation descriptor (after Tico & Kuosmanen 2003)."""

CYLINDER_PX = 70.0
CYLINDER_CELLS = 12
CYLINDER_ANGLES = 6
SPREAD_PX = 2 * CYLINDER_PX / CYLINDER_CELLS * 1.1
SPREAD_RAD = np.deg2rad(30.0)
SATURATION = (0.35, 0.12)
"""Minutia cylinder codes (Cappelli, Ferrara & Maltoni 2010): radius, cells, spreads; centre, width of the sigmoid."""

MIN_TRUST = 0.02
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
    seen : (M, 80) float32
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

    place: NDArray[np.complex128]
    angle: NDArray[np.float64]
    surroundings: Real
    seen: Real
    cylinder: Real
    direction: NDArray[np.complex64]
    weight: NDArray[np.float64]
    ridges: Real

    def __len__(self) -> int:
        return len(self.place)


def structure_of(template: Template) -> Structure:
    """Local structures of every minutia of a template."""
    place, angle = minutiae_of(template)
    direction = directions_of(template)
    surroundings, seen = surroundings_of(place, angle, direction)
    weight = np.clip(template.quality / 100, MIN_TRUST, 1) if template.quality.any() else np.ones(len(template))
    return Structure(place, angle, surroundings, seen, _cylinders(place, angle), direction, weight, _plane(template))


def minutiae_of(template: Template) -> tuple[NDArray[np.complex128], NDArray[np.float64]]:
    """``place`` and ``angle`` of a :class:`Structure`."""
    place = template.column.astype(np.float64) - 1j * template.row.astype(np.float64)
    return place, template.angle_rad


def directions_of(template: Template) -> NDArray[np.complex64]:
    """``direction`` of a :class:`Structure`."""
    steps = template.orientation.astype(np.float64) - 1
    return np.where(steps >= 0, np.exp(2j * np.pi * steps / ORIENTATIONS), 0).astype(np.complex64)


def surroundings_of(
    place: NDArray[np.complex128], angle: NDArray[np.float64], direction: NDArray[np.complex64]
) -> tuple[Real, Real]:
    """``surroundings`` and ``seen`` of a :class:`Structure`."""
    ring = at_cells(direction, place[:, None] + _RING[None, :] * np.exp(1j * angle)[:, None])
    relative = ring * np.exp(-2j * angle)[:, None]
    surroundings = np.concatenate([relative.real, relative.imag], axis=1).astype(np.float32)
    return surroundings, (ring != 0).astype(np.float32)


def _plane(template: Template) -> Real:
    """The ridges of all cells side by side."""
    if not len(template.ridges):
        return np.zeros((0, 0), np.float32)
    there = template.orientation > 0
    rows, columns = there.shape
    cells = np.zeros((rows, columns, RIDGE_ROWS, RIDGE_ROWS), np.float32)
    cells[there] = 2.0 * np.unpackbits(template.ridges[:, :, None], axis=2) - 1
    return cells.transpose(0, 2, 1, 3).reshape(rows * RIDGE_ROWS, columns * RIDGE_ROWS)


def at_cells(direction: NDArray[np.complex64], place: NDArray[np.complex128]) -> NDArray[np.complex64]:
    """Values of the cells that hold each place; 0 outside."""
    row, column = (np.floor(part / FIELD_PX).astype(np.intp) for part in (-place.imag, place.real))
    rows, columns = direction.shape
    inside = (row >= 0) & (column >= 0) & (row < rows) & (column < columns)
    padded = np.pad(direction, ((0, 1), (0, 1)))
    return padded[np.where(inside, row, rows), np.where(inside, column, columns)]


def _cylinders(place: NDArray[np.complex128], angle: NDArray[np.float64]) -> Real:
    """(M, cells · angles) saturated contributions of the neighbours."""
    turned = (place[None, :] - place[:, None]) * np.exp(-1j * angle)[:, None]
    differing = angle[None, :] - angle[:, None]
    near = np.abs(turned) < CYLINDER_PX + 3 * SPREAD_PX
    np.fill_diagonal(near, val=False)
    owner, neighbour = np.nonzero(near)
    gap = np.abs(turned[owner, neighbour][:, None] - _CELLS[None, :])
    by_place = np.exp(-0.5 * (gap / SPREAD_PX) ** 2).astype(np.float32)
    turn = angle_size(differing[owner, neighbour][:, None] - _DIRECTIONS[None, :])
    by_angle = np.exp(-0.5 * (turn / SPREAD_RAD) ** 2).astype(np.float32)
    total = np.zeros((len(place), len(_CELLS), CYLINDER_ANGLES), np.float32)
    for minutia, (first, last) in enumerate(pairwise(np.searchsorted(owner, np.arange(len(place) + 1)))):
        total[minutia] = by_place[first:last].T @ by_angle[first:last]
    centre, width = SATURATION
    value = 1 / (1 + np.exp((centre - total.reshape(len(place), len(_CELLS) * CYLINDER_ANGLES)) / width)) - 1 / (
        1 + np.exp(centre / width)
    )
    return (value / np.maximum(np.linalg.norm(value, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def _ring() -> NDArray[np.complex128]:
    turns = [radius * np.exp(2j * np.pi * np.arange(count) / count) for radius, count in RINGS]
    return np.concatenate(turns)


def _cells() -> NDArray[np.complex128]:
    """Centres of the cells within the cylinder, relative to a minutia that points along the real axis."""
    line = ((np.arange(CYLINDER_CELLS) + 0.5) / CYLINDER_CELLS * 2 - 1) * CYLINDER_PX
    grid = line[None, :] + 1j * line[:, None]
    return grid[np.abs(grid) <= CYLINDER_PX]


_RING, _CELLS = _ring(), _cells()
_DIRECTIONS = (np.arange(CYLINDER_ANGLES) + 0.5) / CYLINDER_ANGLES * 2 * np.pi - np.pi
