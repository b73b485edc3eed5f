"""Parts of a picture at the size a network takes; what is reduced is averaged over area, once."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import Rgb

OVERSAMPLING = 1.4
"""Reduced no further than to so many times the wanted size: the rest is interpolated."""


def letterbox(pixels: Rgb, side: int) -> tuple[Rgb, float, NDArray[np.float64]]:
    """The picture in the middle of a black square.

    Returns
    -------
    canvas : (side, side, 3) uint8
    scale : float
    shift : (2,) float64
        Canvas = scale * picture + shift, column and row.
    """
    scale = side / max(pixels.shape[:2])
    whole = int(1 / scale / OVERSAMPLING)
    if whole > 1:
        pixels = reduce_by(pixels, whole)
    height, width = (length * max(whole, 1) for length in pixels.shape[:2])
    small = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (side - small[0]) // 2, (side - small[1]) // 2
    canvas = np.zeros((side, side, 3), np.uint8)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = np.s_[top : top + small[0], left : left + small[1]]
    canvas[cut] = cv2.resize(pixels, small[::-1], interpolation=method)
    return canvas, scale, np.array((left, top), np.float64)


def reduce_by(pixels: Rgb, whole: int) -> Rgb:
    """Mean of each square of ``whole`` pixels, what is left over at the right and lower border cut off.

    By a whole number OpenCV does it four times as fast as by any other.
    """
    height, width = (max(1, side // whole) for side in pixels.shape[:2])
    part = pixels[: height * whole, : width * whole]
    return cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)


def warp_crop(
    pixels: Rgb, matrix: NDArray[np.float64], size: tuple[int, int], border: int = cv2.BORDER_REPLICATE
) -> Rgb:
    """What a similarity brings into a frame of ``size`` (columns, rows); beyond the picture its border, or black.

    Only the part of the picture that is seen is read, and averaged over area before it is turned.
    """
    inverse = cv2.invertAffineTransform(matrix)
    corners = np.array([(0, 0), (size[0], 0), (0, size[1]), size], np.float64) @ inverse[:, :2].T + inverse[:, 2]
    height, width = pixels.shape[:2]
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + 2, low + 1, (width, height)).astype(int)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2])))) * OVERSAMPLING
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ low
    if scale < 1:
        sides = [max(1, round(side * scale)) for side in part.shape[1::-1]]
        ratio = np.array(sides) / part.shape[1::-1]
        part = cv2.resize(part, sides, interpolation=cv2.INTER_AREA)
        # pixel centres, not corners, are what OpenCV counts from
        moved[:, 2] += matrix[:, :2] @ (0.5 / ratio - 0.5)
        moved[:, :2] = matrix[:, :2] / ratio
    return cv2.warpAffine(part, moved, size, flags=cv2.INTER_LINEAR, borderMode=border)


def network_input(pixels: Rgb) -> NDArray[np.float32]:
    """(1, 3, H, W) float32 of -1..1."""
    return pixels.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - np.float32(1)
