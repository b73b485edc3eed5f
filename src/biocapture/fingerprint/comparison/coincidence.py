"""Whether the ridges of two prints coincide once one is laid on the other: minutiae alone leave much of them unused."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.template import FIELD_PX, RIDGE_ROWS
from biocapture.fingerprint.features.ridge_field import cell_means
from biocapture.types import Values

Real = NDArray[np.float32]

PLANE_PX = FIELD_PX // RIDGE_ROWS
"""Side at 500 ppi of a pixel of the ridges."""

BLOCK_PX = 12
"""Blocks of 24 px at 500 ppi, three ridges wide, are shifted on their own: skin stretches."""

FIRST_REACH_PX, SECOND_REACH_PX = 3, 2
"""How far blocks may be shifted, in pixels of the ridges: before and after the movement was corrected by them."""

SMOOTH_BLOCKS = 1.5
"""Deviation of the Gaussian over which neighbouring blocks shift alike."""

MIN_COVERED = 0.6
"""Of a block that must lie on both prints."""

MIN_BLOCKS, ENOUGH_BLOCKS = 6, 20
"""Fewer blocks tell nothing; with fewer than enough, chance finds likeness, and it counts less."""

MIN_AMPLITUDE = 0.3
"""Of a block: turning pixels between ridges and valleys leaves their interpolated values near 0."""

STIFF = np.diag([1e-3, 3e3, 3e3])
"""Of the correction: blocks that do not coincide shift, but do not shear or stretch."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Two prints, one laid on the other.

    Attributes
    ----------
    coincidence : float
        -1..1: mean correlation of the ridges (1) and valleys (-1) of both where each block fits best, less for a small
        common area; unrelated prints of alike ridge directions reach 0.1 to 0.2.
    place, shift : (2, N) float64
        Columns and rows of the blocks of the first print, and how far each was shifted, in pixels of the ridges.
    weight : (N,) float64
        How much each shift is to be trusted, 0..1.
    """

    coincidence: float
    place: Values
    shift: Values
    weight: Values

    def correction(self) -> Values:
        """(2, 3) affine movement of the first print nearest to the blocks' shifts, by weighted least squares."""
        middle = (self.place * self.weight).sum(axis=1) / max(float(self.weight.sum()), 1e-9)
        basis = np.stack([np.ones(self.place.shape[1]), *(self.place - middle[:, None])])
        weighed = basis * self.weight
        steps = np.linalg.solve(weighed @ basis.T + STIFF, weighed @ self.shift.T).T
        return np.column_stack([np.eye(2) + steps[:, 1:], steps[:, 0] - steps[:, 1:] @ middle])


APART = Laid(0.0, np.zeros((2, 0)), np.zeros((2, 0)), np.zeros(0))
"""Too little in common."""


def movement(turn: complex, shift: complex) -> Values:
    """(2, 3) affine movement of pixels of the ridges; the arguments multiply and move column - i · row at 500 ppi."""
    turned = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    middle = np.full(2, 0.5 - 0.5 / PLANE_PX)
    moved = np.array([shift.real, -shift.imag]) / PLANE_PX + turned @ middle - middle
    return np.column_stack([turned, moved])


def corrected(moved: Values, laid: Laid) -> Values:
    """The movement after the correction."""
    correction = laid.correction()
    return np.column_stack([moved[:, :2] @ correction[:, :2], moved[:, :2] @ correction[:, 2] + moved[:, 2]])


def laid_over(one: Real, other: Real, moved: Values, reach: int) -> Laid:
    """Lay the first print over the second and shift each block, with its neighbours, to where ridges coincide best.

    Parameters
    ----------
    one, other : (h, w) float32
        1 on ridges, -1 in valleys, 0 in the background, at 250 ppi.
    moved : (2, 3) float64
        Where a pixel of the first print lies on the second: columns, rows.
    reach : int
        Farthest shift along rows and columns, in pixels.
    """
    height, width = (side // BLOCK_PX * BLOCK_PX for side in one.shape)
    if min(height, width) == 0 or other.size == 0:
        return APART
    margin = moved.copy()
    margin[:, 2] -= moved[:, :2].sum(axis=1) * reach
    size = width + 2 * reach, height + 2 * reach
    under = cv2.warpAffine(other, margin, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    there, middle = one[:height, :width] != 0, under[reach:-reach, reach:-reach]
    covered = cell_means((there & (middle != 0)).astype(np.float32), BLOCK_PX)
    energy = covered * cell_means(there * middle**2, BLOCK_PX)
    common = covered > MIN_COVERED
    if np.count_nonzero(common) < MIN_BLOCKS:
        return APART
    row, column = np.nonzero(common)
    rows, columns = (slice(int(each.min()), int(each.max()) + 1) for each in (row, column))
    down, right = (slice(part.start * BLOCK_PX, part.stop * BLOCK_PX) for part in (rows, columns))
    under = under[down.start : down.stop + 2 * reach, right.start : right.stop + 2 * reach]
    likeness = _likeness(one[down, right], under, reach)
    likeness /= np.sqrt(energy[rows, columns, None]).clip(MIN_AMPLITUDE)
    return _chosen(likeness, common[rows, columns], reach, (right.start, down.start))


def _likeness(one: Real, under: Real, reach: int) -> Real:
    """(R, C, shifts) mean product per block, for every shift."""
    height, width = one.shape
    count = 2 * reach + 1
    likeness = np.empty((count * count, height // BLOCK_PX, width // BLOCK_PX), np.float32)
    product = np.empty_like(one)
    for shift, into in enumerate(likeness):
        down, right = divmod(shift, count)
        cv2.multiply(one, under[down : down + height, right : right + width], product)
        cv2.resize(product, into.shape[::-1], into, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(likeness.transpose(1, 2, 0))


def _chosen(likeness: Real, common: NDArray[np.bool_], reach: int, corner: tuple[int, int]) -> Laid:
    """Every block's shift is the one that it and its neighbours like best."""
    likeness *= common[:, :, None]
    near = cv2.GaussianBlur(likeness, (0, 0), SMOOTH_BLOCKS)
    row, column = np.nonzero(common)
    near, likeness = near[row, column], likeness[row, column]
    best = near.argmax(axis=1)
    each = np.arange(len(best))
    near_total = cv2.GaussianBlur(common.astype(np.float32), (0, 0), SMOOTH_BLOCKS)[row, column]
    trust = np.clip(near[each, best] / near_total, 0, 1).astype(np.float64)
    shift = np.stack(np.divmod(best, 2 * reach + 1)[::-1]) - reach
    place = (np.stack([column, row]) + 0.5) * BLOCK_PX + np.array(corner)[:, None]
    coincidence = float(likeness[each, best].mean()) * min(1.0, len(best) / ENOUGH_BLOCKS) ** 0.5
    return Laid(coincidence, place, shift.astype(np.float64), trust**2)
