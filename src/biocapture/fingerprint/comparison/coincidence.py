"""Whether the ridges of two prints coincide once one is laid on the other: minutiae alone leave much of them unused."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.template import FIELD_PX, RIDGE_ROWS
from biocapture.types import Field, GreyPixels, Mask, Values

PLANE_PX = FIELD_PX // RIDGE_ROWS
"""Side at 500 ppi of a pixel of the ridges."""

BLOCK_PX = 12
"""Blocks of 24 px at 500 ppi, three ridges wide, are shifted on their own: skin stretches."""

ROWS_PER_WORD = 4
"""Rows of a block whose pixels share one word of 64 bits: a block is three words."""

FIRST_REACH_PX, SECOND_REACH_PX = 3, 2
"""How far blocks may be shifted, in pixels of the ridges: before and after the transform was corrected by them."""

SMOOTHING_BLOCKS = 1.5
"""Standard deviation of the Gaussian over which neighbouring blocks shift alike."""

MIN_COVERED_SHARE, MIN_KNOWN_SHARE = 0.6, 0.5
"""Of a block that must lie on the probe, and of its pixels whose ridge or valley must be certain on the reference."""

MIN_BLOCKS, FULL_BLOCKS = 6, 20
"""Fewer common blocks prove nothing; with fewer than the second number, ridges coincide by chance, and count less."""

BACKGROUND, AMPLITUDE, UNCERTAIN = 128, 127, 20
"""Greys of the background, of ridges above it and of valleys below it; nearer to the background a turned pixel is
neither ridge nor valley."""

STIFFNESS = np.diag([1e-3, 3e3, 3e3])
"""Of the correction: blocks that do not coincide shift, but do not shear or stretch."""

Words = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Ridges:
    """The ridges of a print, ready to be laid on others and to have others laid on them.

    Attributes
    ----------
    plane : (h, w) uint8
        255 on ridges, 1 in valleys, 128 in the background, at 250 ppi; (0, 0) where they are not known.
    words : (2, R, 3, C) uint64
        Per block three words of four rows of twelve pixels: first what is ridge, then what is not background.
    covered : (R, C) bool
        Blocks that lie on the print.
    """

    plane: GreyPixels
    words: Words
    covered: Mask


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


def ridges_of(ridge: Mask, on_print: Mask) -> Ridges:
    """Make the ridges of a print ready.

    Parameters
    ----------
    ridge, on_print : (h, w) bool
        What is ridge and what is not background, at 250 ppi.

    Returns
    -------
    Ridges
    """
    plane = np.where(on_print, np.where(ridge, 255, 1), BACKGROUND).astype(np.uint8)
    rows, columns = (side // BLOCK_PX for side in plane.shape)
    inside = (slice(rows * BLOCK_PX), slice(columns * BLOCK_PX))
    both = np.stack([ridge[inside] & on_print[inside], on_print[inside]])
    bits = both.reshape(2, rows, BLOCK_PX // ROWS_PER_WORD, ROWS_PER_WORD, columns, BLOCK_PX).astype(np.uint64)
    words = (bits << _PLACES[:, None, :]).sum(axis=(3, 5), dtype=np.uint64)
    covered = np.bitwise_count(words[1]).sum(axis=1) > MIN_COVERED_SHARE * BLOCK_PX**2
    return Ridges(plane, words, covered)


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


def ridge_coincidence(probe: Ridges, reference: Ridges, transform: Values, reach: int) -> Coincidence:
    """Lay the probe over the reference and shift each block, with its neighbours, to where ridges coincide best.

    Parameters
    ----------
    probe, reference : Ridges
    transform : (2, 3) float64
        Where a pixel of the probe lies on the reference: columns, rows.
    reach : int
        Farthest shift along rows and columns, in pixels.

    Returns
    -------
    Coincidence
        :data:`NO_OVERLAP` where fewer than :data:`MIN_BLOCKS` blocks lie on both.
    """
    rows, columns = probe.covered.shape
    if min(rows, columns, reference.plane.size) == 0:
        return NO_OVERLAP
    # The reference is drawn where the probe is, with a margin as wide as blocks may shift.
    margin = transform.copy()
    margin[:, 2] -= transform[:, :2].sum(axis=1) * reach
    size = columns * BLOCK_PX + 2 * reach, rows * BLOCK_PX + 2 * reach
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    under = cv2.warpAffine(reference.plane, margin, size, flags=flags, borderValue=(BACKGROUND,))
    known = cv2.absdiff(under, np.full_like(under, BACKGROUND)) > UNCERTAIN
    middle = known[reach : size[1] - reach, reach : size[0] - reach].view(np.uint8) * np.uint8(255)
    share = cv2.resize(middle, (columns, rows), interpolation=cv2.INTER_AREA)
    common = probe.covered & (share > 255 * MIN_KNOWN_SHARE)
    if np.count_nonzero(common) < MIN_BLOCKS:
        return NO_OVERLAP
    row, column = np.nonzero(common)
    down, right = (slice(int(each.min()), int(each.max()) + 1) for each in (row, column))
    pixels = tuple(slice(each.start * BLOCK_PX, each.stop * BLOCK_PX + 2 * reach) for each in (down, right))
    likeness = _likeness(probe.words[:, down, :, right], under[pixels] > BACKGROUND, known[pixels], reach)
    corner = right.start * BLOCK_PX, down.start * BLOCK_PX
    return _best_shifts(likeness, common[down, right], reach, corner)


def _likeness(own: Words, ridge: Mask, known: Mask, reach: int) -> Field:
    """(R, C, shifts) mean product of ridges and valleys per block for every shift, of the pixels known on both."""
    shape = own.shape[1], own.shape[3]
    other_ridge, other_known = (_shifted_words(each, shape, reach) for each in (ridge, known))
    common = other_known & own[1][:, :, None]
    differing = np.bitwise_count((other_ridge ^ own[0][:, :, None]) & common).sum(axis=2, dtype=np.float32)
    counted = np.bitwise_count(common).sum(axis=2, dtype=np.float32)
    likeness = (counted - 2 * differing) / np.maximum(counted, MIN_KNOWN_SHARE * BLOCK_PX**2)
    count = (2 * reach + 1) ** 2
    return np.ascontiguousarray(likeness.transpose(1, 3, 0, 2).reshape(*shape, count), np.float32)


def _shifted_words(bits: Mask, shape: tuple[int, int], reach: int) -> Words:
    """(down, R, 3, right, C) words of the blocks of a plane, one for every shift."""
    rows, columns = shape
    steps = np.arange(2 * reach + 1)
    # Twelve columns from each one on, by doubling; of these words only those that a block can start with are kept.
    one = bits.view(np.uint8).astype(np.uint16)
    two = one[:, :-1] | one[:, 1:] << np.uint16(1)
    four = two[:, :-2] | two[:, 2:] << np.uint16(2)
    twelve = four[:, :-8] | four[:, 4:-4] << np.uint16(4) | four[:, 8:] << np.uint16(8)
    line = twelve.take((steps[:, None] + BLOCK_PX * np.arange(columns)).ravel(), axis=1).astype(np.uint64)
    line = line[:-1] | line[1:] << np.uint64(BLOCK_PX)
    line = line[:-2] | line[2:] << np.uint64(2 * BLOCK_PX)
    words = BLOCK_PX // ROWS_PER_WORD
    top = steps[:, None, None] + BLOCK_PX * np.arange(rows)[:, None] + ROWS_PER_WORD * np.arange(words)
    return line.take(top.ravel(), axis=0).reshape(len(steps), rows, words, len(steps), columns)


def _best_shifts(likeness: Field, common: Mask, reach: int, corner: tuple[int, int]) -> Coincidence:
    """Every block takes the shift at which it and its neighbours together are most alike."""
    likeness *= common[:, :, None]
    rows, columns, _ = likeness.shape
    down, right = _smoothing(rows), _smoothing(columns)
    near = right @ (down @ likeness.reshape(rows, -1)).reshape(likeness.shape)
    total = down @ common.astype(np.float32) @ right
    row, column = np.nonzero(common)
    near, likeness = near[row, column], likeness[row, column]
    best = near.argmax(axis=1)
    each = np.arange(len(best))
    trust = np.clip(near[each, best] / total[row, column], 0, 1).astype(np.float64)
    shift = np.stack(np.divmod(best, 2 * reach + 1)[::-1]) - reach
    centre = (np.stack([column, row]) + 0.5) * BLOCK_PX + np.array(corner)[:, None]
    value = float(likeness[each, best].mean()) * min(1.0, len(best) / FULL_BLOCKS) ** 0.5
    return Coincidence(value, centre, shift.astype(np.float64), trust**2)


def _smoothing(side: int) -> Field:
    """(side, side) Gaussian weights of blocks in a line for one another."""
    at = np.arange(side, dtype=np.float32)
    weights: Field = np.exp(-0.5 * ((at[:, None] - at) / np.float32(SMOOTHING_BLOCKS)) ** 2)
    return weights


_PLACES = (np.arange(ROWS_PER_WORD)[:, None] * BLOCK_PX + np.arange(BLOCK_PX)).astype(np.uint64)
"""Bit of each pixel of four rows of a block: the leftmost and topmost is the lowest."""
