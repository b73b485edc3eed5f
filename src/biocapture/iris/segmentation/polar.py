"""Looking at an image around an ellipse: unrolled greys and the ring along which they rise most.

All lengths are in radii of the ellipse, all shifts in its own stretched frame, so that an iris that looks aside is
treated like one that looks into the camera.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.types import Field, GreyPixels


@functools.cache
def angles(count: int) -> NDArray[np.float64]:
    """Equal angles, from rising columns towards rising rows."""
    return np.arange(count, dtype=np.float64) * (2 * np.pi / count)


@functools.cache
def unit_vectors(count: int) -> Field:
    """(2, A) cosines and sines of :func:`angles`."""
    return np.stack([np.cos(angles(count)), np.sin(angles(count))]).astype(np.float32)


def polar_image(image: GreyPixels, ellipse: Ellipse, reach: float, steps: int, count: int) -> GreyPixels:
    """(A, S) greys at ``count`` angles and ``steps`` distances up to ``reach`` radii; step k is at (k + 0.5)."""
    distance = (np.arange(steps, dtype=np.float32) + 0.5) * np.float32(reach / steps)
    right, down = ellipse.stretch.astype(np.float32) @ unit_vectors(count)
    column = np.float32(ellipse.column_px) + right[:, None] * distance
    row = np.float32(ellipse.row_px) + down[:, None] * distance
    return cv2.remap(image, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def radial_rise(sheet: GreyPixels | Field, half: int) -> Field:
    """(A, S) mean grey of ``half`` steps outside minus that of ``half`` steps inside."""
    kernel = np.repeat(np.array([-1.0, 0.0, 1.0], np.float32), (half, 1, half))[None] / half
    return cv2.filter2D(sheet, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)


def unmasked(glare: GreyPixels, ellipse: Ellipse, count: int, around: float = 0.2) -> NDArray[np.bool_]:
    """(A,) whether a mask is nowhere within ``around`` radii of an ellipse, at ``count`` angles."""
    reach = 1 + around
    steps = round(2 * reach / around)
    return polar_image(glare, ellipse, reach, steps, count)[:, steps - 4 :].max(axis=1) == 0


@dataclass(frozen=True, slots=True)
class CircleScores:
    """Scores of circles in an unrolled image.

    Attributes
    ----------
    score : (T, K, R) float32
        Weighted mean rise along a circle, per shift, weighting and radius.
    right, down : (T,) float32
        Shifts of the centre, steps.
    radius : (R,) int64
        Steps.
    """

    score: Field
    right: Field
    down: Field
    radius: NDArray[np.int64]


def circle_scores(rise: Field, radius: NDArray[np.int64], most: float, shifts: int, weight: Field) -> CircleScores:
    """Daugman's integro-differential operator on an unrolled image.

    A circle of radius R whose centre is shifted by d lies, to second order, at R + d·u - |d × u|² / 2R in direction u
    (u: unit vector of the angle).

    Parameters
    ----------
    rise : (A, S) float32
        Radial derivative.
    radius : (R,) int64
        Consecutive radii to try, steps.
    most : float
        Largest shift along columns and rows, steps.
    shifts : int
        Shifts tried along each.
    weight : (K, A) float32
        Weightings of the angles.
    """
    count, steps = rise.shape
    line = np.linspace(-most, most, shifts, dtype=np.float32)
    right, down = np.tile(line, shifts), np.repeat(line, shifts)
    cosine, sine = unit_vectors(count)
    along, across = np.outer(right, cosine) + np.outer(down, sine), np.outer(down, cosine) - np.outer(right, sine)
    offset = np.rint(along - across * across / (2 * radius[len(radius) // 2])).astype(np.int64)
    before = max(0, -int(offset.min() + radius[0]))
    after = max(0, int(offset.max() + radius[-1]) + 1 - steps)
    wide = np.zeros((count, before + steps + after), np.float32)
    wide[:, before : before + steps] = rise
    windows = np.lib.stride_tricks.sliding_window_view(wide, len(radius), axis=1)
    found = windows[np.arange(count), offset + (radius[0] + before)]
    return CircleScores(np.matmul(weight, found), right, down, radius)


def shift_and_scale(ellipse: Ellipse, right: float, down: float, factor: float) -> Ellipse:
    """The ellipse shifted within its own frame (in radii), then scaled about its new centre."""
    column, row = ellipse.stretch @ (right, down)
    return Ellipse(
        ellipse.row_px + float(row),
        ellipse.column_px + float(column),
        ellipse.major_px * factor,
        ellipse.minor_px * factor,
        ellipse.tilt_rad,
    )
