"""Parts of a picture at the size a network takes; pixels are averaged over area once, so that no detail aliases."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb

OVERSAMPLING = 1.4
"""Pictures are averaged over area down to this many times the network's size; the rest is interpolated."""


def letterbox(pixels: Rgb, side: int) -> tuple[Rgb, float, NDArray[np.float64]]:
    """The picture in the middle of a black square, as large as fits.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    side : int
        Of the square, in pixels.

    Returns
    -------
    canvas : (side, side, 3) uint8
    scale : float
    shift : (2,) float64
        Canvas = scale * picture + shift, column and row.
    """
    scale = side / max(pixels.shape[:2])
    factor = int(1 / scale / OVERSAMPLING)
    if factor > 1:
        pixels = reduce_by(pixels, factor)
    height, width = (length * max(factor, 1) for length in pixels.shape[:2])
    small = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (side - small[0]) // 2, (side - small[1]) // 2
    canvas = np.zeros((side, side, 3), np.uint8)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = np.s_[top : top + small[0], left : left + small[1]]
    canvas[cut] = cv2.resize(pixels, small[::-1], interpolation=method)
    return canvas, scale, np.array((left, top), np.float64)


def reduce_by(pixels: Rgb, factor: int) -> Rgb:
    """Mean of each square of ``factor`` × ``factor`` pixels; the rest at the right and lower border is cut off.

    By a whole number OpenCV does it four times as fast as by any other.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    factor : int
        At least 1.

    Returns
    -------
    (H // factor, W // factor, 3) uint8
        At least one pixel each way.
    """
    height, width = (max(1, side // factor) for side in pixels.shape[:2])
    covered = pixels[: height * factor, : width * factor]
    return cv2.resize(covered, (width, height), interpolation=cv2.INTER_AREA)


def warp_crop(
    pixels: Rgb, matrix: NDArray[np.float64], size: tuple[int, int], border: int = cv2.BORDER_REPLICATE
) -> Rgb:
    """The part of a picture that a similarity brings into a frame.

    Only that part is read; where it is reduced it is averaged over area before it is turned.

    Parameters
    ----------
    pixels : (H, W, 3) uint8
    matrix : (2, 3) float64
        Similarity from the picture to the frame.
    size : (int, int)
        Columns and rows of the frame.
    border : int
        OpenCV's border mode beyond the picture: its border repeated, or ``cv2.BORDER_CONSTANT`` for black.

    Returns
    -------
    (rows, columns, 3) uint8
    """
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([(0, 0), (size[0], 0), (0, size[1]), size], np.float64) @ inverse[:, :2].T + inverse[:, 2]
    height, width = pixels.shape[:2]
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, low + 1, (width, height)).astype(int)
    crop = pixels[low[1] : high[1], low[0] : high[0]]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))) * OVERSAMPLING
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ low
    if scale < 1:
        sides = [max(1, round(side * scale)) for side in crop.shape[1::-1]]
        ratio = np.array(sides) / crop.shape[1::-1]
        crop = cv2.resize(crop, sides, interpolation=cv2.INTER_AREA)
        # OpenCV counts from the centres of pixels, not from their corners
        moved[:, 2] += matrix[:, :2] @ (0.5 / ratio - 0.5)
        moved[:, :2] = matrix[:, :2] / ratio
    return cv2.warpAffine(crop, moved, size, flags=cv2.INTER_LINEAR, borderMode=border)


def network_input(pixels: Rgb) -> NDArray[np.float32]:
    """Bytes to the input of a network.

    Parameters
    ----------
    pixels : (H, W, 3) uint8

    Returns
    -------
    (1, 3, H, W) float32
        -1..1.
    """
    return pixels.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - np.float32(1)
