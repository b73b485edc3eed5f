"""The face as an area: the convex hull of its landmarks, rasterised at 224 pixels as in OFIQ."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import Points

RASTER_PX = 224
MARGIN_SHARE = 0.05
"""Height added above and below the landmarks before they are rasterised."""


@dataclass(frozen=True, slots=True)
class Region:
    """An area of an image.

    Attributes
    ----------
    mask : (H, W) uint8
        1 inside, 0 outside.
    window : (slice, slice)
        Rows and columns outside which the mask is 0.
    """

    mask: NDArray[np.uint8]
    window: tuple[slice, slice]

    @property
    def area_px(self) -> int:
        """Number of pixels inside."""
        return cv2.countNonZero(self.mask)


def face_region(points: Points, shape: tuple[int, int]) -> Region:
    """Convex hull of the landmarks of a face, as a mask.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the image; they may lie outside it.
    shape : (int, int)
        Rows and columns of the image; what lies outside is cut off.

    Returns
    -------
    Region
    """
    hull = cv2.convexHull(points.astype(np.int32))[:, 0]
    left, top, width, height = cv2.boundingRect(hull)
    first, last = int(top - MARGIN_SHARE * height), int(top + (1 + MARGIN_SHARE) * height)
    start = int(left + width / 2 - (last - first) / 2)
    stop = int(left + width / 2 + (last - first) / 2)
    # single precision as in OFIQ: where a corner falls on a whole pixel, double precision truncates to another
    place = (hull - (start, first)).astype(np.float32) / np.float32(last - first) * np.float32(RASTER_PX)
    raster = np.zeros((RASTER_PX, RASTER_PX), np.uint8)
    cv2.fillConvexPoly(raster, np.trunc(place).astype(np.int32), 1)
    row, column = _nearest(first, last, shape[0]), _nearest(start, stop, shape[1])
    mask = np.zeros(shape, np.uint8)
    window = slice(max(first, 0), max(first, 0) + len(row)), slice(max(start, 0), max(start, 0) + len(column))
    mask[window] = raster[row][:, column]
    return Region(mask, window)


def _nearest(start: int, stop: int, limit: int) -> NDArray[np.intp]:
    """Raster line that each pixel of ``start..stop`` within ``0..limit`` shows: OpenCV's INTER_NEAREST.

    The part within the image alone is computed, so that landmarks far outside cost nothing.
    """
    step = 1.0 / ((stop - start) / RASTER_PX)
    at = np.arange(max(start, 0), max(min(stop, limit), start, 0)) - start
    return np.minimum((at * step).astype(np.intp), RASTER_PX - 1)
