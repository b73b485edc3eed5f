"""Minutiae as phase residues of the ridge wave: where a ridge or valley begins, the phase winds once around."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.features.ridge_field import CELL_PX, RidgeField, over_pixels
from biocapture.fingerprint.features.ridge_flow import RidgeFlow
from biocapture.types import Field, Trace, no_trace

RIM_PX = 13.0
"""Width of the rim of the print at 500 ppi in which every ridge seems to end."""

CANCEL_PX = 6.0
"""Opposite residues nearer than this, at 500 ppi, are a break or a bridge, not two minutiae."""

ENDING_TIP_PX, FORK_TIP_PX = 2.8, 6.5
"""The phase winds about a point this far behind the tip that a skeleton shows (measured on synthetic prints)."""


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
        0..1, how clearly the ridges around are seen.
    """

    row: Field
    column: Field
    angle: Field
    ending: NDArray[np.bool_]
    quality: Field

    def __len__(self) -> int:
        return len(self.row)


def extract(field: RidgeField, flow: RidgeFlow, trace: Trace = no_trace) -> Minutiae:
    """Find the minutiae of an analysed print.

    The wave that follows the ridges is made complex by its slope across them (Larkin & Fletcher 2007), and its phase
    residues are taken. Residues at the rim and in pairs that cancel (breaks, bridges) are dropped. Those in unclear
    places stay, with a low quality: on dry prints they are all there is.
    """
    phase = _phase(flow, field)
    trace("phase", phase)
    row, column, charge = _residues(phase, flow)
    row, column, charge, quality = _off_the_rim(row, column, charge, flow.clarity, field)
    row, column, charge, quality = _without_pairs(row, column, charge, quality)
    return _described(row, column, charge, quality, flow)


def _phase(flow: RidgeFlow, field: RidgeField) -> NDArray[np.int8]:
    """Phase of the wave across the ridges in 1/256 of a turn: differences of int8 wrap by themselves.

    The quadrature of a narrow-band wave is its slope across the ridges over the sine of its frequency.
    """
    slope_column = cv2.filter2D(flow.smooth, cv2.CV_32F, np.array([[-0.5, 0, 0.5]], np.float32))
    slope_row = cv2.filter2D(flow.smooth, cv2.CV_32F, np.array([[-0.5], [0], [0.5]], np.float32))
    across = slope_row * flow.column - slope_column * flow.row
    period = np.nanmedian(field.period_px) if field.foreground.any() else 9.0
    across *= np.float32(-1.0 / np.sin(min(2 * np.pi / (period / 2), np.pi / 2)))
    turn = cv2.phase(flow.smooth, across, angleInDegrees=True)
    return (turn * np.float32(256 / 360)).astype(np.int32).astype(np.int8)


def _residues(phase: NDArray[np.int8], flow: RidgeFlow) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int8]]:
    """Upper left pixel and charge ±1 of every 2 × 2 loop around which the phase winds once."""

    def corner(down: int, right: int) -> tuple[slice, slice]:
        return slice(down, phase.shape[0] - 1 + down), slice(right, phase.shape[1] - 1 + right)

    first = corner(0, 0)
    corners = [phase[first]]
    for other in (corner(0, 1), corner(1, 1), corner(1, 0)):
        same = flow.column[first] * flow.column[other] + flow.row[first] * flow.row[other] >= 0
        corners.append(np.where(same, phase[other], -phase[other]))
    winding = np.zeros(corners[0].shape, np.int16)
    for one, following in zip(corners, corners[1:] + corners[:1], strict=True):
        winding += following - one
    row, column = np.nonzero(winding)
    return row, column, np.sign(winding[row, column]).astype(np.int8)


def _off_the_rim(
    row: NDArray[np.intp], column: NDArray[np.intp], charge: NDArray[np.int8], clarity: Field, field: RidgeField
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int8], Field]:
    """Keep residues inside the print, off its rim, with the quality of their place."""
    solid = (over_pixels(field.foreground.astype(np.float32), field.wave.shape) > 0.5).astype(np.uint8)
    solid[[0, -1]] = solid[:, [0, -1]] = 0
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 3)
    cell = (row * 2 // CELL_PX, column * 2 // CELL_PX)
    quality = np.clip((clarity[cell] - 0.2) / 0.7, 0, 1)
    keep = 2 * depth[row, column] > RIM_PX
    return row[keep], column[keep], charge[keep], quality[keep]


def _without_pairs(
    row: NDArray[np.intp], column: NDArray[np.intp], charge: NDArray[np.int8], quality: Field
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int8], Field]:
    """Drop opposite residues that lie close together, each with its nearest, the closest pairs first."""
    one, other, gap = _close_opposites(row, column, charge)
    order = np.lexsort((other, one, gap))
    keep = np.ones(len(row), bool)
    one, other = one[order], other[order]
    while len(one):
        # A pair that comes first for both its residues goes; all such pairs of a round are disjoint.
        rank = np.arange(len(one))
        first = np.full(len(row), len(one))
        np.minimum.at(first, one, rank)
        np.minimum.at(first, other, rank)
        gone = (first[one] == rank) & (first[other] == rank)
        keep[one[gone]] = keep[other[gone]] = False
        left = keep[one] & keep[other]
        one, other = one[left], other[left]
    return row[keep], column[keep], charge[keep], quality[keep]


def _close_opposites(
    row: NDArray[np.intp], column: NDArray[np.intp], charge: NDArray[np.int8]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pairs (first, second, gap in px at 500 ppi) of opposite residues nearer than ``CANCEL_PX``.

    Residues come in raster order, at most one a pixel, so a picture of their numbers finds the neighbours of all of
    them at one offset at a time: memory grows with the pixels and the residues, never with their square.
    """
    reach = int(CANCEL_PX / 2)
    if not len(row):
        nothing = np.zeros(0, np.intp)
        return nothing, nothing, np.zeros(0)
    number = np.full((int(row.max()) + 1 + reach, int(column.max()) + 1 + 2 * reach), -1, np.int32)
    number[row, column + reach] = np.arange(len(row), dtype=np.int32)
    pairs = []
    for down in range(reach + 1):
        for right in range(-reach if down else 1, reach + 1):
            gap = 2 * np.hypot(down, right)
            if gap < CANCEL_PX:
                other = number[row + down, column + reach + right]
                one = np.flatnonzero((other >= 0) & (charge != charge[other]))
                pairs.append((one, other[one].astype(np.intp), np.full(len(one), gap)))
    one, other, gaps = zip(*pairs, strict=True)
    return np.concatenate(one), np.concatenate(other), np.concatenate(gaps)


def _described(
    row: NDArray[np.intp],
    column: NDArray[np.intp],
    charge: NDArray[np.int8],
    quality: Field,
    flow: RidgeFlow,
) -> Minutiae:
    """Direction and kind: the extra line lies on the side where the phase runs faster; dark means a ridge."""
    right, down = charge * flow.column[row, column], charge * flow.row[row, column]
    beside_row = np.clip(np.rint(row + 0.5 + 2.5 * down).astype(np.intp), 0, flow.smooth.shape[0] - 1)
    beside_column = np.clip(np.rint(column + 0.5 + 2.5 * right).astype(np.intp), 0, flow.smooth.shape[1] - 1)
    ending = flow.smooth[beside_row, beside_column] < 0
    tip = np.where(ending, ENDING_TIP_PX, FORK_TIP_PX)
    return Minutiae(
        row=(2 * row + 1.5 - tip * down).astype(np.float32),
        column=(2 * column + 1.5 - tip * right).astype(np.float32),
        angle=np.mod(np.arctan2(-down, right), 2 * np.pi).astype(np.float32),
        ending=ending,
        quality=quality.astype(np.float32),
    )
