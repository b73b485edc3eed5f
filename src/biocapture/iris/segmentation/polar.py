"""An image around an ellipse: its greys in polar form, and the circles along which they rise most.

All lengths are in radii of the ellipse and all shifts in its own stretched frame, so that an iris that looks aside is
treated like one that looks into the camera.
"""

import functools
from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.types import Counts, Field, GreyPixels, Mask, Values


@functools.cache
def angles(count: int) -> Values:
    """Equal angles around, from rising columns towards rising rows.

    Parameters
    ----------
    count : int
        Their number A.

    Returns
    -------
    (A,) float64
        Radians, from 0.
    """
    return np.arange(count, dtype=np.float64) * (2 * np.pi / count)


@functools.cache
def unit_vectors(count: int) -> Values:
    """Cosines and sines of :func:`angles`.

    Parameters
    ----------
    count : int
        Their number A.

    Returns
    -------
    (2, A) float64
    """
    return np.stack([np.cos(angles(count)), np.sin(angles(count))])


@functools.cache
def _unit_vectors(count: int) -> Field:
    """(2, A) the same in the precision of images."""
    return unit_vectors(count).astype(np.float32)


def polar_image(image: GreyPixels, ellipse: Ellipse, reach: float, steps: int, count: int) -> GreyPixels:
    """Greys around an ellipse, one row per angle.

    Parameters
    ----------
    image : (H, W) uint8
        Its border is repeated beyond it.
    ellipse : Ellipse
    reach : float
        Largest distance from the centre, in radii of the ellipse.
    steps : int
        Number S of distances; step k lies at (k + 0.5) / S of the reach.
    count : int
        Number A of angles; see :func:`angles`.

    Returns
    -------
    (A, S) uint8
    """
    distance = (np.arange(steps, dtype=np.float32) + 0.5) * np.float32(reach / steps)
    right, down = ellipse.stretch.astype(np.float32) @ _unit_vectors(count)
    column = np.float32(ellipse.column_px) + right[:, None] * distance
    row = np.float32(ellipse.row_px) + down[:, None] * distance
    return cv2.remap(image, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def radial_rise(sheet: GreyPixels | Field, half_steps: int) -> Field:
    """How much brighter it is just outside each place than just inside.

    Parameters
    ----------
    sheet : (A, S) uint8 or float32
        See :func:`polar_image`.
    half_steps : int
        Number of steps on either side whose mean is taken.

    Returns
    -------
    (A, S) float32
        Greys.
    """
    kernel = np.repeat(np.array([-1.0, 0.0, 1.0], np.float32), (half_steps, 1, half_steps))[None] / half_steps
    return cv2.filter2D(sheet, cv2.CV_32F, kernel, borderType=cv2.BORDER_REPLICATE)


def rim_rise(image: GreyPixels, ellipse: Ellipse, reach: float, steps: int, count: int) -> Field:
    """Rise of the greys around an ellipse, averaged a little along the rim and across it.

    Parameters
    ----------
    image : (H, W) uint8
    ellipse : Ellipse
    reach, steps, count
        As of :func:`polar_image`.

    Returns
    -------
    (A, S) float32
        Greys.
    """
    return cv2.GaussianBlur(radial_rise(polar_image(image, ellipse, reach, steps, count), 3), (3, 3), 0)


def steepest(rise: Field, per_radius: float, first: int, last: int) -> tuple[Values, Values]:
    """Where greys rise most at every angle, between two distances.

    Parameters
    ----------
    rise : (A, S) float32
        See :func:`radial_rise`.
    per_radius : float
        Steps in a radius of the ellipse.
    first, last : int
        Steps looked at; ``last`` itself is not.

    Returns
    -------
    edge : (A,) float64
        Distance from the centre, in radii of the ellipse.
    steep : (A,) float64
        Rise there, greys.
    """
    best = rise[:, first:last].argmax(axis=1) + first
    return (best + 0.5) / per_radius, rise[np.arange(len(rise)), best].astype(np.float64)


def unmasked(mask: GreyPixels, ellipse: Ellipse, count: int, around: float = 0.2) -> Mask:
    """At which angles no masked pixel lies near an ellipse.

    Parameters
    ----------
    mask : (H, W) uint8
        0 = not masked.
    ellipse : Ellipse
    count : int
        Number A of angles.
    around : float
        Distance from the ellipse that counts as near, in its radii.

    Returns
    -------
    (A,) bool
    """
    reach = 1 + around
    steps = round(2 * reach / around)
    return np.asarray(polar_image(mask, ellipse, reach, steps, count)[:, steps - 4 :].max(axis=1) == 0)


@dataclass(frozen=True, slots=True)
class CircleScores:
    """Scores of circles in the polar image around an ellipse.

    Attributes
    ----------
    score : (T, K, R) float32
        Weighted mean rise along a circle, per shift, weighting and radius; greys.
    right, down : (T,) float32
        Shifts of the centre, steps.
    radius : (R,) int64
        Steps.
    """

    score: Field
    right: Field
    down: Field
    radius: Counts

    def circle(self, start: Ellipse, per_radius: float, shift: int, size: int) -> Ellipse:
        """One of the circles, as an ellipse in the image.

        Parameters
        ----------
        start : Ellipse
            Around which the polar image was taken.
        per_radius : float
            Steps in a radius of it.
        shift, size : int
            Index of the shift and of the radius.

        Returns
        -------
        Ellipse
        """
        right, down = self.right[shift] / per_radius, self.down[shift] / per_radius
        return shift_and_scale(start, right, down, self.radius[size] / per_radius)

    def best_circle(self, start: Ellipse, per_radius: float) -> tuple[Ellipse, float]:
        """The circle of the highest score with the first weighting.

        Parameters
        ----------
        start : Ellipse
            Around which the polar image was taken.
        per_radius : float
            Steps in a radius of it.

        Returns
        -------
        circle : Ellipse
        score : float
            Weighted mean rise along it, greys.
        """
        shift, size = divmod(int(self.score[:, 0].argmax()), len(self.radius))
        return self.circle(start, per_radius, shift, size), float(self.score[shift, 0, size])


def circle_scores(rise: Field, radius: Counts, max_shift: float, shifts: int, weight: Field) -> CircleScores:
    """Integro-differential operator (Daugman 1993, doi:10.1109/34.244676) on a polar image.

    A circle of radius R whose centre is shifted by d lies, to second order, at R + d·u - |d × u|² / 2R in direction u
    (u: unit vector of the angle). The polar image is therefore made once, and every shift only reads other steps of it.

    Parameters
    ----------
    rise : (A, S) float32
        Radial derivative, greys; see :func:`radial_rise`.
    radius : (R,) int64
        Consecutive radii to try, steps.
    max_shift : float
        Largest shift along columns and rows, steps.
    shifts : int
        Number of shifts tried along each, so that T is its square.
    weight : (K, A) float32
        Weightings of the angles; each sums to 1.

    Returns
    -------
    CircleScores
    """
    count, steps = rise.shape
    line = np.linspace(-max_shift, max_shift, shifts, dtype=np.float32)
    right, down = np.tile(line, shifts), np.repeat(line, shifts)
    cosine, sine = _unit_vectors(count)
    along, across = np.outer(right, cosine) + np.outer(down, sine), np.outer(down, cosine) - np.outer(right, sine)
    # The bend of the shifted circle is taken at the middle radius: one table of offsets then serves all radii.
    offset = np.rint(along - across * across / (2 * radius[len(radius) // 2])).astype(np.int64)
    before = max(0, -int(offset.min() + radius[0]))
    after = max(0, int(offset.max() + radius[-1]) + 1 - steps)
    padded = np.zeros((count, before + steps + after), np.float32)
    padded[:, before : before + steps] = rise
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(radius), axis=1)
    rises = windows[np.arange(count), offset + (radius[0] + before)]
    return CircleScores(np.matmul(weight, rises), right, down, radius)


def shift_and_scale(ellipse: Ellipse, right: float, down: float, factor: float) -> Ellipse:
    """The ellipse shifted within its own frame, then scaled about its new centre.

    Parameters
    ----------
    ellipse : Ellipse
    right, down : float
        Shift in its radii, along its own stretched columns and rows.
    factor : float
        Size relative to the ellipse.

    Returns
    -------
    Ellipse
    """
    column, row = ellipse.stretch @ (right, down)
    return Ellipse(
        ellipse.row_px + float(row),
        ellipse.column_px + float(column),
        ellipse.major_px * factor,
        ellipse.minor_px * factor,
        ellipse.tilt_rad,
    )
