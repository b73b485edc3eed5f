"""Where the print is: frame removal, block foreground and the region of interest of NFIQ 2."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, Grey, block_areas, column_totals, over_blocks, whole_blocks
from biocapture.types import GreyPixels

FRAME_GREY = 250
"""Rows and columns brighter than this on average are frame, not print (NFIQ 2)."""

MIN_PRINT_PX = 2 * BLOCK_PX
"""Sides of the smallest crop that is analysed: anything smaller has no block with neighbours."""


def within_frame(pixels: GreyPixels, min_px: int = 2) -> tuple[slice, slice] | None:
    """Rows and columns without the near-white frame: from the first to the last whose mean is at most 250.

    Parameters
    ----------
    pixels : (H, W) uint8
    min_px : int
        Fewest rows and columns; NFIQ 2 refuses a single line.

    Returns
    -------
    (slice, slice) or None
        None when no row or no column is darker than the frame, or too few are left.
    """
    height, width = pixels.shape
    row_sums = cv2.reduce(pixels, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    column_sums = cv2.reduce(pixels, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel()
    rows = np.flatnonzero(row_sums / width <= FRAME_GREY)
    columns = np.flatnonzero(column_sums / height <= FRAME_GREY)
    if not rows.size or not columns.size:
        return None
    window = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return window if min(side.stop - side.start for side in window) >= min_px else None


@dataclass(frozen=True, slots=True)
class BlockSums:
    """Exact sums of grey values over the block grid, truncated blocks included.

    Attributes
    ----------
    count, total, squares : (R, C) float64
        Pixels, sum of greys, sum of squared greys per block; all are integers, so nothing is rounded.
    """

    count: NDArray[np.float64]
    total: NDArray[np.float64]
    squares: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """(R, C) mean grey of each block."""
        return self.total / self.count

    @property
    def variance(self) -> NDArray[np.float64]:
        """(R, C) population variance of each block."""
        return (self.count * self.squares - self.total * self.total) / (self.count * self.count)

    @property
    def crop_mean(self) -> float:
        """Mean grey of all blocks together."""
        return float(self.total.sum()) / float(self.count.sum())

    @property
    def crop_variance(self) -> float:
        """Population variance of all blocks together."""
        count, total, squares = (float(each.sum()) for each in (self.count, self.total, self.squares))
        return (count * squares - total * total) / (count * count)


def block_sums(pixels: GreyPixels, grey: Grey | None = None) -> BlockSums:
    """Sums per block of (H, W) grey values; ``grey`` is ``whole_blocks(pixels)``, where the caller has it."""
    grey = whole_blocks(pixels) if grey is None else grey
    total = grey.reshape(-1, BLOCK_PX, grey.shape[1]).sum(axis=1).astype(np.float64)
    return BlockSums(block_areas(*pixels.shape), over_blocks(total), over_blocks(column_totals(grey, grey)))


def block_foreground(sums: BlockSums) -> NDArray[np.bool_]:
    """(R, C) bool: blocks whose deviation exceeds a tenth of the whole crop's (NFIQ 2 segmentation)."""
    return np.sqrt(np.maximum(sums.variance, 0.0)) > 0.1 * np.sqrt(sums.crop_variance)


@dataclass(frozen=True, slots=True)
class Region:
    """Region of interest.

    Attributes
    ----------
    mask : (H, W) uint8
        255 inside, 0 outside.
    area_px : int
    mean_grey : float
        Mean grey inside; 255 when there is no region.
    blocks : (R, C) bool
        Grid blocks that touch the region.
    """

    mask: GreyPixels
    area_px: int
    mean_grey: float
    blocks: NDArray[np.bool_]


def region_of_interest(pixels: GreyPixels) -> Region:
    """NFIQ 2's ImgProcROI: erode, blur, Otsu, blur, Otsu, fill, keep the part with the largest bounding box.

    The Gaussians repeat OpenCV's 8-bit fixed-point filter bit for bit: its taps are integers, every partial sum is
    below 2²⁴, hence exact in float32, where the separable filter is several times faster.
    """
    eroded = cv2.erode(pixels, np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=255)
    binary = _otsu(_gaussian(eroded, 41))
    dark = _otsu(_gaussian(binary, 91), cv2.THRESH_BINARY_INV)
    mask = _largest_part(_fill_holes(dark))
    area = cv2.countNonZero(mask)
    grey = cv2.sumElems(cv2.bitwise_and(pixels, mask))[0] / area if area else 255.0
    return Region(mask, area, grey, _touched_blocks(mask))


@functools.cache
def _gaussian_taps(size: int) -> NDArray[np.float32]:
    """Taps, multiples of 1/256 rounded from the rim inwards with the error carried on; the centre takes the rest."""
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    half = size // 2
    weights = np.exp(-0.5 * ((np.arange(size) - half) / sigma) ** 2)
    weights /= weights.sum()
    taps = np.zeros(size)
    carried = 0.0
    for i in range(half):
        wanted = weights[i] * 256 + carried
        taps[i] = taps[size - 1 - i] = np.rint(wanted)
        carried = wanted - taps[i]
    taps[half] = 256 - taps.sum()
    used = np.flatnonzero(taps)
    return (taps[used[0] : used[-1] + 1] / 256).astype(np.float32)


def _gaussian(pixels: GreyPixels, size: int) -> GreyPixels:
    taps = _gaussian_taps(size)
    # Powers of two change no digit: (s + 32768) >> 16 is the whole part of s·2⁻¹⁶ + ½.
    rounded = cv2.sepFilter2D(pixels, cv2.CV_32F, taps, taps, delta=0.5, borderType=cv2.BORDER_REFLECT_101)
    return rounded.astype(np.uint8)


def _otsu(pixels: GreyPixels, kind: int = cv2.THRESH_BINARY) -> GreyPixels:
    return cv2.threshold(pixels, 0, 255, kind | cv2.THRESH_OTSU)[1]


def _fill_holes(mask: GreyPixels) -> GreyPixels:
    """Fill background that is not 4-connected to the image border."""
    framed = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    cv2.floodFill(framed, None, (0, 0), 128, flags=4)
    return cv2.bitwise_not(cv2.inRange(framed[1:-1, 1:-1], 128, 128))


def _largest_part(mask: GreyPixels) -> GreyPixels:
    """Keep the 4-connected part with the largest bounding box, the first in raster order on ties.

    The mask has no holes. Contours are 8-connected: where no two pixels touch at a corner only, the two notions agree,
    and contours are found ten times faster than labels.
    """
    if _touches_at_corners(mask):
        return _largest_label(mask)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if len(contours) <= 1:
        return mask
    boxes = [cv2.boundingRect(contour) for contour in contours]
    first = [tuple(contour[contour[:, 0, 1].argmin(), 0, ::-1]) for contour in contours]
    best = min(range(len(contours)), key=lambda i: (-boxes[i][2] * boxes[i][3], first[i]))
    part = np.zeros_like(mask)
    cv2.drawContours(part, contours, best, 255, cv2.FILLED)
    return part


def _touches_at_corners(mask: GreyPixels) -> bool:
    a, b, c, d = mask[:-1, :-1], mask[:-1, 1:], mask[1:, :-1], mask[1:, 1:]
    return bool((~(a ^ d) & ~(b ^ c) & (a ^ b)).any())


def _largest_label(mask: GreyPixels) -> GreyPixels:
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    area = boxes[1:, cv2.CC_STAT_WIDTH].astype(np.int64) * boxes[1:, cv2.CC_STAT_HEIGHT]
    first_pixel = np.full(count, labels.size)
    np.minimum.at(first_pixel, labels.ravel(), np.arange(labels.size))
    best = 1 + min(np.flatnonzero(area == area.max()), key=lambda part: int(first_pixel[part + 1]))
    return np.where(labels == best, np.uint8(255), np.uint8(0))


def _touched_blocks(mask: GreyPixels) -> NDArray[np.bool_]:
    """Blocks with at least one pixel of the region.

    NFIQ 2 tests ``255·n·(1/n) < 255`` on the white pixels; for some sizes of truncated blocks that product rounds
    below 255, and an empty block counts. Repeated for equality.
    """
    height, width = mask.shape
    padding = -height % BLOCK_PX, -width % BLOCK_PX
    padded = cv2.copyMakeBorder(mask, 0, padding[0], 0, padding[1], cv2.BORDER_CONSTANT, value=0)
    by_column = padded.reshape(-1, BLOCK_PX, padded.shape[1]).max(axis=1)
    area = block_areas(height, width)
    white = 255.0 * area * (1.0 / area)
    return by_column.reshape(len(by_column), -1, BLOCK_PX).any(axis=2) | (white < 255.0)
