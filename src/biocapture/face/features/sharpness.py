"""The 26 numbers that OFIQ's sharpness forest takes (ISO/IEC 29794-5 sharpness); the forest itself is not shipped."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb
from biocapture.face.features.region import face_region
from biocapture.face.landmarks import Points

APERTURES = (1, 3, 5, 7, 9)
BOXES = (3, 5, 7)


def sharpness_features(pixels: Rgb, points: Points) -> NDArray[np.float32] | None:
    """Mean and deviation of 13 edge images over the face, in the picture as it was taken.

    In OFIQ's order: absolute Laplacian of the smoothed luma for 5 apertures, absolute difference from the box blur for
    3 sizes, absolute mixed second derivative for 5 apertures. They depend on the resolution of the picture.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
        The picture, RGB.
    points : (98, 2) int64
        Landmarks in it.

    Returns
    -------
    (26,) float32 or None
        Mean, deviation, mean, deviation …; None where no part of the face is in the picture.
    """
    region = face_region(points, pixels.shape[:2])
    contours, _ = cv2.findContours(region.mask, cv2.RETR_TREE, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    left, top, width, height = cv2.boundingRect(contours[0])
    window = slice(top, top + height), slice(left, left + width)
    grey = cv2.cvtColor(pixels[window], cv2.COLOR_RGB2GRAY)
    mask = np.ascontiguousarray(region.mask[window])
    moments = [cv2.meanStdDev(edges, mask=mask) for edges in _edges(grey)]
    return np.array(moments, np.float32).ravel()


def _edges(grey: NDArray[np.uint8]) -> Iterator[NDArray[np.generic]]:
    smooth = cv2.GaussianBlur(grey, (3, 3), 0)
    for aperture in APERTURES:
        yield np.abs(cv2.Laplacian(smooth, cv2.CV_64F, ksize=aperture))
    for size in BOXES:
        yield cv2.absdiff(grey, cv2.blur(grey, (size, size)))
    for aperture in APERTURES:
        yield np.abs(cv2.Sobel(grey, cv2.CV_64F, 1, 1, ksize=aperture))
