"""The eyelids: two parabolas, looked for over the iris."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.types import GreyPixels

Values = NDArray[np.float64]
Field = NDArray[np.float32]

SIDE_PX = 72
REACH = 1.15
"""Size of the patch that is searched, and half its width in iris radii."""

BENDS, APICES, SLANTS = (0.08, 0.2, 0.35, 0.55), (-0.5, -0.25, 0.0, 0.25, 0.5), (-0.18, 0.0, 0.18)
"""Curvature, column of the apex, slope of the parabolas that are tried, in iris radii."""

MOST_RISE = 18.0
LEAST_RISE = 4.5
"""Mean step across a rim below which there is no lid over the iris."""

FEWEST, ENOUGH = 6, 14
"""Columns of a rim that must lie on the iris, and that make it fully believable."""


@dataclass(frozen=True, slots=True)
class Lid:
    """A rim: row = ± bend (column - apex)² + slant · column + height, in iris radii from the limbus' centre.

    Attributes
    ----------
    bend : float
        Positive: hollow towards the pupil.
    apex, slant, height, rise : float
        ``rise``: mean step across the rim, greys; below :data:`LEAST_RISE` the lid does not cover the iris.
    upper : bool
    """

    bend: float
    apex: float
    slant: float
    height: float
    rise: float
    upper: bool

    @property
    def covers(self) -> bool:
        """Whether the lid reaches over the iris."""
        return self.rise > LEAST_RISE

    def at(self, column: Values) -> Values:
        """Row of the rim, in iris radii."""
        sign = 1.0 if self.upper else -1.0
        return sign * self.bend * (column - self.apex) ** 2 + self.slant * column + self.height


def lids(calm: GreyPixels, pupil: Ellipse, limbus: Ellipse) -> tuple[Lid, Lid]:
    """Upper and lower lid of an eye in the working image."""
    patch = _patch(calm, limbus)
    smooth = cv2.GaussianBlur(patch, (9, 3), 0)
    step = cv2.filter2D(smooth, cv2.CV_32F, _FINE, borderType=cv2.BORDER_REPLICATE)
    step[_pupil(pupil, limbus)] = 0
    return _best(step, upper=True), _best(-step, upper=False)


def _patch(calm: GreyPixels, limbus: Ellipse) -> GreyPixels:
    factor = SIDE_PX / (2 * REACH * limbus.radius_px)
    middle = (SIDE_PX - 1) / 2
    moved = np.array([[factor, 0, middle - factor * limbus.column_px], [0, factor, middle - factor * limbus.row_px]])
    return cv2.warpAffine(calm, moved, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _pupil(pupil: Ellipse, limbus: Ellipse) -> NDArray[np.bool_]:
    radius = limbus.radius_px
    right, down = (pupil.column_px - limbus.column_px) / radius, (pupil.row_px - limbus.row_px) / radius
    near = 1.12 * pupil.radius_px / radius + 0.03
    return (_LINE[None] - right) ** 2 + (_LINE[:, None] - down) ** 2 < near * near


def _best(step: Field, upper: bool) -> Lid:
    """The parabola with the largest mean step from bright to dark, seen from the lid."""
    rims = _rims(upper)
    clipped = np.clip(step, -MOST_RISE / 3, MOST_RISE)
    total = np.einsum("pc,pc->p", np.take(clipped.ravel(), rims.place), rims.inside)
    score = np.where(
        rims.count >= FEWEST, total / np.maximum(rims.count, 1) * np.sqrt(np.minimum(1, rims.count / ENOUGH)), -1.0
    )
    chosen = int(score.argmax())
    bend, apex, slant, height = rims.parameters[chosen].tolist()
    return Lid(bend, apex, slant, height, float(score[chosen]), upper)


@dataclass(frozen=True, slots=True)
class _Rims:
    """All parabolas of one lid: (P, 4) parameters, (P, C) places in the patch, whether on the iris, and how many."""

    parameters: Field
    place: NDArray[np.int32]
    inside: Field
    count: Field


@functools.cache
def _rims(upper: bool) -> _Rims:
    column = _LINE[np.abs(_LINE) < 0.82][::2]
    at = np.nonzero(np.abs(_LINE) < 0.82)[0][::2]
    pixel = 2 * REACH / SIDE_PX
    heights = np.arange(-1.1, 0.1, pixel) if upper else np.arange(1.1, 0.05, -pixel)
    bend, apex, slant, height = (each.ravel() for each in np.meshgrid(BENDS, APICES, SLANTS, heights, indexing="ij"))
    parameters = np.stack([bend, apex, slant, height], axis=1)
    sign = 1.0 if upper else -1.0
    row = sign * bend[:, None] * (column[None] - apex[:, None]) ** 2 + slant[:, None] * column[None] + height[:, None]
    inside = (column[None] ** 2 + row**2 < 1).astype(np.float32)
    place = np.clip(np.rint((row + REACH) / pixel - 0.5), 0, SIDE_PX - 1).astype(np.int32) * SIDE_PX + at[None]
    return _Rims(parameters.astype(np.float32), place.astype(np.int32), inside, inside.sum(axis=1))


_LINE = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2 * REACH - REACH
_FINE = np.array([1.0, 1.0, 0.0, -1.0, -1.0], np.float32)[:, None] / 2
