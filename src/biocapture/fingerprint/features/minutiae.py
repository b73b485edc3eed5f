"""Minutiae as phase residues of the ridge wave: where a ridge or valley begins, the phase winds once around."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.ridge_field import CELL_PX, RidgeField, interpolate_cells
from biocapture.fingerprint.features.ridge_flow import RidgeFlow
from biocapture.types import Field, Indices, Mask, Trace, Values, no_trace

RIM_PX = 13.0
"""Width of the rim of the print at 500 ppi in which every ridge seems to end."""

MAX_PAIR_GAP_PX = 6.0
"""Opposite residues nearer than this, at 500 ppi, are a break or a bridge, not two minutiae."""

ENDING_TIP_PX, BIFURCATION_TIP_PX = 2.8, 6.5
"""The phase winds about a point this far behind the tip that a skeleton shows (measured on synthetic prints)."""

DEFAULT_PERIOD_PX = 9.0
"""Ridge period taken where no cell shows ridges."""

ZERO_CLARITY, CLARITY_RANGE = 0.2, 0.7
"""Clarity of the cell at which a minutia has quality 0, and by how much more it has quality 1."""

Charge = NDArray[np.int8]
"""(M,) +1 or -1: which way around the phase winds."""


@dataclass(frozen=True, slots=True)
class Minutiae:
    """Minutiae of one print, in raster order.

    Attributes
    ----------
    row, column : (M,) float32
        Pixels at 500 ppi.
    angle : (M,) float32
        Radians in [0, 2π), counter-clockwise from the direction of rising columns, along the ridge that ends or along
        the valley that a bifurcation encloses (ISO/IEC 19794-2 clause 6.4).
    ending : (M,) bool
        Ridge ending, else bifurcation.
    quality : (M,) float32
        0..1, how clear the ridges around are.
    """

    row: Field
    column: Field
    angle: Field
    ending: Mask
    quality: Field

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class _Residues:
    """Places around which the phase winds once.

    Attributes
    ----------
    row, column : (M,) int
        Upper left pixel, at 250 ppi, of the 2 × 2 loop; in raster order.
    charge : (M,) int8
    """

    row: Indices
    column: Indices
    charge: Charge

    def __len__(self) -> int:
        return len(self.row)

    def select(self, keep: Mask) -> "_Residues":
        return _Residues(self.row[keep], self.column[keep], self.charge[keep])


def extract_minutiae(field: RidgeField, flow: RidgeFlow, trace: Trace = no_trace) -> Minutiae:
    """Find the minutiae of an analysed print.

    The wave that follows the ridges is made complex by its slope across them (Larkin & Fletcher 2007), and its phase
    residues are taken. Residues at the rim and in pairs that cancel (breaks, bridges) are dropped. Those in unclear
    places stay, with a low quality: dry prints have no others.

    Parameters
    ----------
    field : RidgeField
    flow : RidgeFlow
        Of the same field.
    trace : callable
        Receives ``phase``.

    Returns
    -------
    Minutiae
    """
    phase = _phase(flow, field)
    trace("phase", phase)
    residues = _residues(phase, flow)
    residues = residues.select(_off_the_rim(residues, field))
    residues = residues.select(_unpaired(residues))
    return _minutiae(residues, flow)


def _phase(flow: RidgeFlow, field: RidgeField) -> NDArray[np.int8]:
    """(h, w) phase of the wave across the ridges in 1/256 of a turn: differences of int8 wrap by themselves.

    The quadrature of a narrow-band wave is its slope across the ridges over the sine of its frequency.
    """
    slope_column = cv2.filter2D(flow.smooth, cv2.CV_32F, np.array([[-0.5, 0, 0.5]], np.float32))
    slope_row = cv2.filter2D(flow.smooth, cv2.CV_32F, np.array([[-0.5], [0], [0.5]], np.float32))
    across = slope_row * flow.column - slope_column * flow.row
    period = np.nanmedian(field.period_px) if field.foreground.any() else DEFAULT_PERIOD_PX
    across *= np.float32(-1.0 / np.sin(min(2 * np.pi / (period / 2), np.pi / 2)))
    turn = cv2.phase(flow.smooth, across, angleInDegrees=True)
    return (turn * np.float32(256 / 360)).astype(np.int32).astype(np.int8)


def _residues(phase: NDArray[np.int8], flow: RidgeFlow) -> _Residues:
    """Every 2 × 2 loop around which the phase winds once."""

    def corner(down: int, right: int) -> tuple[slice, slice]:
        return slice(down, phase.shape[0] - 1 + down), slice(right, phase.shape[1] - 1 + right)

    first = corner(0, 0)
    corners = [phase[first]]
    for place in (corner(0, 1), corner(1, 1), corner(1, 0)):
        # The sign of the vector along the ridges is arbitrary, and that of the phase turns with it: the other three
        # are taken as they are when seen along the vector of the first.
        same = flow.column[first] * flow.column[place] + flow.row[first] * flow.row[place] >= 0
        corners.append(np.where(same, phase[place], -phase[place]))
    winding = np.zeros(corners[0].shape, np.int16)
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        # Each difference wraps to less than half a turn; their sum is 0 or ±256, a whole turn.
        winding += end - start
    row, column = np.nonzero(winding)
    return _Residues(row, column, np.sign(winding[row, column]).astype(np.int8))


def _off_the_rim(residues: _Residues, field: RidgeField) -> Mask:
    """(M,) residues inside the print and off its rim."""
    print_px = interpolate_cells(field.foreground.astype(np.float32), field.wave.shape) > 0.5
    solid = print_px.astype(np.uint8)
    solid[[0, -1]] = solid[:, [0, -1]] = 0
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 3)
    return 2 * depth[residues.row, residues.column] > RIM_PX


def _unpaired(residues: _Residues) -> Mask:
    """(M,) residues without an opposite one close by; each is paired with its nearest, the closest pairs first."""
    first, second, gap = _close_opposites(residues)
    order = np.lexsort((second, first, gap))
    keep = np.ones(len(residues), bool)
    first, second = first[order], second[order]
    while len(first):
        # A pair that comes first for both its residues is dropped; all such pairs of a round are disjoint, so a few
        # rounds give what going through the pairs one by one would.
        rank = np.arange(len(first))
        earliest = np.full(len(residues), len(first))
        np.minimum.at(earliest, first, rank)
        np.minimum.at(earliest, second, rank)
        dropped = (earliest[first] == rank) & (earliest[second] == rank)
        keep[first[dropped]] = keep[second[dropped]] = False
        left = keep[first] & keep[second]
        first, second = first[left], second[left]
    return keep


def _close_opposites(residues: _Residues) -> tuple[Indices, Indices, Values]:
    """Pairs (first, second, gap in px at 500 ppi) of opposite residues nearer than :data:`MAX_PAIR_GAP_PX`.

    Residues come in raster order, at most one a pixel, so a picture of their numbers finds the neighbours of all of
    them at one offset at a time: memory grows with the pixels and the residues, never with their square.
    """
    row, column, charge = residues.row, residues.column, residues.charge
    reach = int(MAX_PAIR_GAP_PX / 2)
    if not len(residues):
        nothing = np.zeros(0, np.intp)
        return nothing, nothing, np.zeros(0)
    number = np.full((int(row.max()) + 1 + reach, int(column.max()) + 1 + 2 * reach), -1, np.int32)
    number[row, column + reach] = np.arange(len(row), dtype=np.int32)
    pairs = []
    for down in range(reach + 1):
        # Only offsets that follow in raster order: each pair is met once.
        for right in range(-reach if down else 1, reach + 1):
            gap = 2 * np.hypot(down, right)
            if gap < MAX_PAIR_GAP_PX:
                neighbour = number[row + down, column + reach + right]
                first = np.flatnonzero((neighbour >= 0) & (charge != charge[neighbour]))
                pairs.append((first, neighbour[first].astype(np.intp), np.full(len(first), gap)))
    firsts, seconds, gaps = zip(*pairs, strict=True)
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(gaps)


def _minutiae(residues: _Residues, flow: RidgeFlow) -> Minutiae:
    """Direction, kind and quality: the extra line lies on the side where the phase runs faster; dark means a ridge."""
    row, column, charge = residues.row, residues.column, residues.charge
    right, down = charge * flow.column[row, column], charge * flow.row[row, column]
    beside_row = np.clip(np.rint(row + 0.5 + 2.5 * down).astype(np.intp), 0, flow.smooth.shape[0] - 1)
    beside_column = np.clip(np.rint(column + 0.5 + 2.5 * right).astype(np.intp), 0, flow.smooth.shape[1] - 1)
    ending = flow.smooth[beside_row, beside_column] < 0
    tip = np.where(ending, ENDING_TIP_PX, BIFURCATION_TIP_PX)
    clarity = flow.clarity[row * 2 // CELL_PX, column * 2 // CELL_PX]
    # The middle of the loop, row + 0.5 at 250 ppi, is 2 row + 1.5 at 500 ppi, where a pixel is two by two.
    return Minutiae(
        row=(2 * row + 1.5 - tip * down).astype(np.float32),
        column=(2 * column + 1.5 - tip * right).astype(np.float32),
        angle=np.mod(np.arctan2(-down, right), 2 * np.pi).astype(np.float32),
        ending=ending,
        quality=np.clip((clarity - ZERO_CLARITY) / CLARITY_RANGE, 0, 1).astype(np.float32),
    )
