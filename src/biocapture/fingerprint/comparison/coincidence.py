"""Whether the ridges of two prints coincide once one is laid on the other: minutiae alone leave much of them unused."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.comparison.template import FIELD_PX, RIDGE_ROWS
from biocapture.fingerprint.features.ridge_field import cell_means
from biocapture.types import Field, Mask, Values

PLANE_PX = FIELD_PX // RIDGE_ROWS
"""Side at 500 ppi of a pixel of the ridges."""

BLOCK_PX = 12
"""Blocks of 24 px at 500 ppi, three ridges wide, are shifted on their own: skin stretches."""

FIRST_REACH_PX, SECOND_REACH_PX = 3, 2
"""How far blocks may be shifted, in pixels of the ridges: before and after the transform was corrected by them."""

SMOOTHING_BLOCKS = 1.5
"""Standard deviation of the Gaussian over which neighbouring blocks shift alike."""

MIN_COVERED_SHARE = 0.6
"""Of a block that must lie on both prints."""

MIN_BLOCKS, FULL_BLOCKS = 6, 20
"""Fewer common blocks prove nothing; with fewer than the second number, ridges coincide by chance, and count less."""

MIN_AMPLITUDE = 0.3
"""Of a block: turning pixels between ridges and valleys leaves their interpolated values near 0."""

STIFFNESS = np.diag([1e-3, 3e3, 3e3])
"""Of the correction: blocks that do not coincide shift, but do not shear or stretch."""


@dataclass(frozen=True, slots=True)
class Coincidence:
    """How far the ridges of two prints coincide, one laid on the other.

    Attributes
    ----------
    value : float
        -1..1: mean correlation of the ridges (1) and valleys (-1) of both where each block fits best, less for a small
        common area; unrelated prints of alike ridge directions reach 0.1 to 0.2.
    centre, shift : (2, N) float64
        Columns and rows of the middles of the probe's blocks, and how far each was shifted, in pixels of the ridges.
    weight : (N,) float64
        How much each shift is to be trusted, 0..1.
    """

    value: float
    centre: Values
    shift: Values
    weight: Values

    def correction(self) -> Values:
        """(2, 3) affine transform of the probe nearest to the blocks' shifts, by weighted least squares."""
        # Coordinates are taken from the weighted middle, so that the shift does not depend on shear and stretch.
        middle = (self.centre * self.weight).sum(axis=1) / max(float(self.weight.sum()), 1e-9)
        basis = np.stack([np.ones(self.centre.shape[1]), *(self.centre - middle[:, None])])
        weighted = basis * self.weight
        steps = np.linalg.solve(weighted @ basis.T + STIFFNESS, weighted @ self.shift.T).T
        return np.column_stack([np.eye(2) + steps[:, 1:], steps[:, 0] - steps[:, 1:] @ middle])


NO_OVERLAP = Coincidence(0.0, np.zeros((2, 0)), np.zeros((2, 0)), np.zeros(0))
"""Of prints with too little in common."""


def plane_transform(turn: complex, shift: complex) -> Values:
    """Express a movement of minutiae as one of the pixels of the ridges.

    Parameters
    ----------
    turn, shift : complex
        A minutia at p = column - i · row, px at 500 ppi, moves to ``turn * p + shift``; ``turn`` has length 1.

    Returns
    -------
    (2, 3) float64
        Affine transform of columns and rows.
    """
    turned = np.array([[turn.real, turn.imag], [-turn.imag, turn.real]])
    # Pixel centres of the two grids differ: that of the first pixel here lies at 0.5 at 500 ppi.
    middle = np.full(2, 0.5 - 0.5 / PLANE_PX)
    moved = np.array([shift.real, -shift.imag]) / PLANE_PX + turned @ middle - middle
    return np.column_stack([turned, moved])


def refined_transform(transform: Values, coincidence: Coincidence) -> Values:
    """Apply to a transform the correction that the shifts of the blocks ask for.

    Parameters
    ----------
    transform : (2, 3) float64
        The one that the coincidence was found with.
    coincidence : Coincidence

    Returns
    -------
    (2, 3) float64
        The probe is corrected first, then moved.
    """
    correction = coincidence.correction()
    linear = transform[:, :2] @ correction[:, :2]
    return np.column_stack([linear, transform[:, :2] @ correction[:, 2] + transform[:, 2]])


def ridge_coincidence(probe: Field, reference: Field, transform: Values, reach: int) -> Coincidence:
    """Lay the probe over the reference and shift each block, with its neighbours, to where ridges coincide best.

    Parameters
    ----------
    probe, reference : (h, w) float32
        1 on ridges, -1 in valleys, 0 in the background, at 250 ppi.
    transform : (2, 3) float64
        Where a pixel of the probe lies on the reference: columns, rows.
    reach : int
        Farthest shift along rows and columns, in pixels.

    Returns
    -------
    Coincidence
        :data:`NO_OVERLAP` where fewer than :data:`MIN_BLOCKS` blocks lie on both.
    """
    height, width = (side // BLOCK_PX * BLOCK_PX for side in probe.shape)
    if min(height, width) == 0 or reference.size == 0:
        return NO_OVERLAP
    # The reference is drawn where the probe is, with a margin as wide as blocks may shift.
    margin = transform.copy()
    margin[:, 2] -= transform[:, :2].sum(axis=1) * reach
    size = width + 2 * reach, height + 2 * reach
    under = cv2.warpAffine(reference, margin, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    on_probe, middle = probe[:height, :width] != 0, under[reach:-reach, reach:-reach]
    covered = cell_means((on_probe & (middle != 0)).astype(np.float32), BLOCK_PX)
    energy = covered * cell_means(on_probe * middle**2, BLOCK_PX)
    common = covered > MIN_COVERED_SHARE
    if np.count_nonzero(common) < MIN_BLOCKS:
        return NO_OVERLAP
    row, column = np.nonzero(common)
    rows, columns = (slice(int(each.min()), int(each.max()) + 1) for each in (row, column))
    down, right = (slice(span.start * BLOCK_PX, span.stop * BLOCK_PX) for span in (rows, columns))
    under = under[down.start : down.stop + 2 * reach, right.start : right.stop + 2 * reach]
    likeness = _likeness(probe[down, right], under, reach)
    likeness /= np.sqrt(energy[rows, columns, None]).clip(MIN_AMPLITUDE)
    return _best_shifts(likeness, common[rows, columns], reach, (right.start, down.start))


def _likeness(probe: Field, under: Field, reach: int) -> Field:
    """(R, C, shifts) mean product per block, for every shift."""
    height, width = probe.shape
    count = 2 * reach + 1
    likeness = np.empty((count * count, height // BLOCK_PX, width // BLOCK_PX), np.float32)
    product = np.empty_like(probe)
    for shift, into in enumerate(likeness):
        down, right = divmod(shift, count)
        cv2.multiply(probe, under[down : down + height, right : right + width], product)
        cv2.resize(product, into.shape[::-1], into, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(likeness.transpose(1, 2, 0))


def _best_shifts(likeness: Field, common: Mask, reach: int, corner: tuple[int, int]) -> Coincidence:
    """Every block takes the shift at which it and its neighbours together are most alike."""
    likeness *= common[:, :, None]
    near = cv2.GaussianBlur(likeness, (0, 0), SMOOTHING_BLOCKS)
    row, column = np.nonzero(common)
    near, likeness = near[row, column], likeness[row, column]
    best = near.argmax(axis=1)
    each = np.arange(len(best))
    near_total = cv2.GaussianBlur(common.astype(np.float32), (0, 0), SMOOTHING_BLOCKS)[row, column]
    trust = np.clip(near[each, best] / near_total, 0, 1).astype(np.float64)
    shift = np.stack(np.divmod(best, 2 * reach + 1)[::-1]) - reach
    centre = (np.stack([column, row]) + 0.5) * BLOCK_PX + np.array(corner)[:, None]
    value = float(likeness[each, best].mean()) * min(1.0, len(best) / FULL_BLOCKS) ** 0.5
    return Coincidence(value, centre, shift.astype(np.float64), trust**2)
