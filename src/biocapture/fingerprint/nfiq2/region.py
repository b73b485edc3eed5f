"""Where the print is: frame removal, block foreground and the region of interest of NFIQ 2."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.nfiq2.grid import BLOCK_PX, block_areas, block_totals, column_totals, pad_to_blocks
from biocapture.types import Field, GreyPixels, Mask, Values

MAX_PRINT_GREY = 250
"""Rows and columns brighter than this on average are frame, not print (NFIQ 2)."""

MIN_DEVIATION_SHARE = 0.1
"""Of the crop's standard deviation that a block of the print must exceed (NFIQ 2)."""

ERODED_PX, FIRST_BLUR_PX, SECOND_BLUR_PX = 5, 41, 91
"""Sides of the minimum filter and of the two Gaussians of the region of interest (NFIQ 2)."""

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
    rows = np.flatnonzero(row_sums / width <= MAX_PRINT_GREY)
    columns = np.flatnonzero(column_sums / height <= MAX_PRINT_GREY)
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

    count: Values
    total: Values
    squares: Values

    @property
    def mean(self) -> Values:
        """(R, C) mean grey of each block."""
        return self.total / self.count

    @property
    def variance(self) -> Values:
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


def block_sums(pixels: GreyPixels, grey: Field | None = None) -> BlockSums:
    """Sums of greys and of squared greys per block of the grid.

    Parameters
    ----------
    pixels : (H, W) uint8
    grey : (32·R, 32·C) float32, optional
        ``pad_to_blocks(pixels)``, where the caller has it.

    Returns
    -------
    BlockSums
    """
    grey = pad_to_blocks(pixels) if grey is None else grey
    total = grey.reshape(-1, BLOCK_PX, grey.shape[1]).sum(axis=1).astype(np.float64)
    return BlockSums(block_areas(*pixels.shape), block_totals(total), block_totals(column_totals(grey, grey)))


def block_foreground(sums: BlockSums) -> Mask:
    """Blocks whose standard deviation exceeds a tenth of the crop's: NFIQ 2's segmentation.

    Parameters
    ----------
    sums : BlockSums
        Of the crop.

    Returns
    -------
    (R, C) bool
    """
    return np.sqrt(np.maximum(sums.variance, 0.0)) > MIN_DEVIATION_SHARE * np.sqrt(sums.crop_variance)


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
    blocks: Mask


def region_of_interest(pixels: GreyPixels) -> Region:
    """NFIQ 2's ImgProcROI: erode, blur, Otsu, blur, Otsu, fill, keep the component with the largest bounding box.

    The Gaussians repeat OpenCV's 8-bit fixed-point filter bit for bit: its taps are integers, every partial sum is
    below 2²⁴, hence exact in float32, where the separable filter is several times faster.

    Parameters
    ----------
    pixels : (H, W) uint8
        Cropped to its frame; ridges are dark.

    Returns
    -------
    Region
    """
    square = np.ones((ERODED_PX, ERODED_PX), np.uint8)
    eroded = cv2.erode(pixels, square, borderType=cv2.BORDER_CONSTANT, borderValue=255)
    binary = _otsu(_gaussian(eroded, FIRST_BLUR_PX))
    dark = _otsu(_gaussian(binary, SECOND_BLUR_PX), cv2.THRESH_BINARY_INV)
    mask = _largest_component(_fill_holes(dark))
    area = cv2.countNonZero(mask)
    grey = cv2.sumElems(cv2.bitwise_and(pixels, mask))[0] / area if area else 255.0
    return Region(mask, area, grey, _touched_blocks(mask))


@functools.cache
def _gaussian_taps(size: int) -> NDArray[np.float32]:
    """Taps, multiples of 1/256 rounded from the rim inwards with the error carried on; the centre takes the rest."""
    # OpenCV's standard deviation for a kernel of this size.
    sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8
    half = size // 2
    weights = np.exp(-0.5 * ((np.arange(size) - half) / sigma) ** 2)
    weights /= weights.sum()
    taps = np.zeros(size)
    carried = 0.0
    for i in range(half):
        exact = weights[i] * 256 + carried
        taps[i] = taps[size - 1 - i] = np.rint(exact)
        carried = exact - taps[i]
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


def _largest_component(mask: GreyPixels) -> GreyPixels:
    """Keep the 4-connected component with the largest bounding box, the first in raster order on ties.

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
    component = np.zeros_like(mask)
    cv2.drawContours(component, contours, best, 255, cv2.FILLED)
    return component


def _touches_at_corners(mask: GreyPixels) -> bool:
    """Whether some 2 × 2 pixels have white in two opposite corners and black in the others."""
    a, b, c, d = mask[:-1, :-1], mask[:-1, 1:], mask[1:, :-1], mask[1:, 1:]
    return bool((~(a ^ d) & ~(b ^ c) & (a ^ b)).any())


def _largest_label(mask: GreyPixels) -> GreyPixels:
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=4)
    area = boxes[1:, cv2.CC_STAT_WIDTH].astype(np.int64) * boxes[1:, cv2.CC_STAT_HEIGHT]
    first_pixel = np.full(count, labels.size)
    np.minimum.at(first_pixel, labels.ravel(), np.arange(labels.size))
    best = 1 + min(np.flatnonzero(area == area.max()), key=lambda box: int(first_pixel[box + 1]))
    return np.where(labels == best, np.uint8(255), np.uint8(0))


def _touched_blocks(mask: GreyPixels) -> Mask:
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
