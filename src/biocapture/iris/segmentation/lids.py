"""The eyelids: two parabolas beyond which nothing looks like the iris beside the pupil."""

import functools
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median, scaled_mad
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.types import Field, GreyPixels, Mask, Values

SIDE_PX = 72
REACH = 1.15
"""Size of the patch that is searched, and half its width in iris radii."""

BENDS, APICES, SLANTS = (0.08, 0.2, 0.35, 0.55), (-0.5, -0.25, 0.0, 0.25, 0.5), (-0.18, 0.0, 0.18)
"""Curvature, column of the apex and slope of the parabolas that are tried, in iris radii."""

GREY_DEVIATIONS, ROUGH_DEVIATIONS = (1.5, 3.5), (2.0, 4.0)
"""Deviations from the iris' own grey and roughness at which a place begins to look strange, and looks entirely strange.

Skin differs in grey; rows of lashes, which may be as grey as the iris, in roughness.
"""

MIN_GREYS, MIN_ROUGHNESS = 3.0, 2.0
"""Added to the iris' deviations."""

FAMILIAR_STRANGENESS = 0.3
"""Strangeness of what belongs to the iris; taken off, so that iris beyond a rim speaks against that rim."""

CORE_RADII, PUPIL_GREY_QUANTILE, MIN_STEP_GREYS = 0.85, 0.25, 12.0
"""Part of the pupil's disc that is looked at, in its radii; quantile of its greys that is the pupil's own; greys from
there to the iris below which nothing is concluded."""

LIT_RANGE, PUPIL_WEIGHT = (0.35, 0.7), 2.0
"""Way from the pupil's grey to the iris' on which a place in the pupil begins to look strange, and is; its weight."""

MAX_RISE_GREYS, EDGE_WEIGHT = 18.0, 2.5
"""Steeper rims count as this steep; a rim this steep counts as this many patch widths of strange pixels."""

MIN_EVIDENCE = 0.3
"""Evidence below which a lid does not reach over the iris."""

MIN_COLUMNS = 6
"""Columns of a rim that should lie on the iris."""


@dataclass(frozen=True, slots=True)
class Lid:
    """A rim: row = ± bend (column - apex)² + slant · column + height, in iris radii from the limbus' centre.

    Attributes
    ----------
    bend : float
        Positive: hollow towards the pupil.
    apex, slant, height : float
    evidence : float
        Strange pixels beyond the rim, in patch widths; below :data:`MIN_EVIDENCE` the lid does not cover the iris.
    upper : bool
    """

    bend: float
    apex: float
    slant: float
    height: float
    evidence: float
    upper: bool

    @property
    def covers(self) -> bool:
        """Whether the lid reaches over the iris."""
        return self.evidence > MIN_EVIDENCE

    def row_at(self, column: Values) -> Values:
        """Row of the rim.

        Parameters
        ----------
        column : (...) float64
            Iris radii from the limbus' centre.

        Returns
        -------
        (...) float64
            Iris radii from the limbus' centre, downwards positive.
        """
        return _parabola(self.upper, self.bend, self.apex, self.slant, self.height, column)


LidPair = tuple[Lid, Lid]
"""Upper and lower lid."""


def _parabola(
    upper: bool, bend: float | Values, apex: float | Values, slant: float | Values, height: float | Values, at: Values
) -> Values:
    sign = 1.0 if upper else -1.0
    return np.asarray(sign * bend * (at - apex) ** 2 + slant * at + height)


def between_lids(lids: LidPair, row: Values, column: Values, margin: float) -> Mask:
    """Which places neither lid covers.

    Parameters
    ----------
    lids : (Lid, Lid)
    row, column : (...) float64
        Iris radii from the limbus' centre; they need only broadcast to one another.
    margin : float
        Distance kept from the rims, in iris radii.

    Returns
    -------
    (...) bool
    """
    upper, lower = lids
    seen = np.ones(np.broadcast_shapes(row.shape, column.shape), np.bool_)
    if upper.covers:
        seen &= row > upper.row_at(column) + margin
    if lower.covers:
        seen &= row < lower.row_at(column) - margin
    return seen


def find_lids(small: Reduction, pupil: Ellipse, limbus: Ellipse) -> LidPair:
    """Upper and lower lid of an eye.

    Parameters
    ----------
    small : Reduction
    pupil, limbus : Ellipse
        In pixels of the working image.

    Returns
    -------
    upper, lower : Lid
    """
    patch = _patch(small.calm, limbus)
    hidden = _disc(pupil, limbus, 1.12, 0.03)
    strange = _strangeness(patch, _patch(_roughness(small.fine, limbus), limbus), hidden)
    _mark_lit_pupil(strange, patch, _patch(small.dark, limbus), pupil, limbus)
    step = cv2.filter2D(cv2.GaussianBlur(patch, (9, 3), 0), cv2.CV_32F, _FINE, borderType=cv2.BORDER_REPLICATE)
    step[hidden] = 0
    return _best_lid(strange, step, upper=True), _best_lid(strange, -step, upper=False)


def uprightness(small: Reduction, pupil: Ellipse, limbus: Ellipse, lids: LidPair) -> float:
    """How much better lids above and below explain the image than lids left and right: eyes lie across.

    Parameters
    ----------
    small : Reduction
    pupil, limbus : Ellipse
        In pixels of the working image.
    lids : (Lid, Lid)
        As :func:`find_lids` found them.

    Returns
    -------
    float
        Evidence of the clearer lid less that of the clearer one in the image turned by 90°; higher is better.
    """
    fine, calm, dark = (np.ascontiguousarray(view.T) for view in (small.fine, small.calm, small.dark))
    turned = replace(small, fine=fine, calm=calm, dark=dark)  # lids look at these three only
    across = find_lids(turned, _transposed(pupil), _transposed(limbus))
    return max(lid.evidence for lid in lids) - max(lid.evidence for lid in across)


def _transposed(ellipse: Ellipse) -> Ellipse:
    tilt = np.pi / 2 - ellipse.tilt_rad
    return Ellipse(ellipse.column_px, ellipse.row_px, ellipse.major_px, ellipse.minor_px, tilt)


def _strangeness(patch: GreyPixels, rough: GreyPixels, hidden: Mask) -> Field:
    """How unlike the iris beside the pupil a place is, less :data:`FAMILIAR_STRANGENESS`; 0 where no iris is seen."""
    beside = _BESIDE & ~hidden
    if np.count_nonzero(beside) < MIN_COLUMNS * MIN_COLUMNS:
        return np.zeros(patch.shape, np.float32)
    grey = _ramp(np.abs(_deviations(patch, beside, MIN_GREYS)), *GREY_DEVIATIONS)
    lashes = _ramp(_deviations(rough, beside, MIN_ROUGHNESS), *ROUGH_DEVIATIONS)
    strange = np.maximum(grey, lashes) - np.float32(FAMILIAR_STRANGENESS)
    strange[hidden | ~_DISC] = 0
    return strange


def _mark_lit_pupil(strange: Field, calm: GreyPixels, dark: GreyPixels, pupil: Ellipse, limbus: Ellipse) -> None:
    """Fill in the pupil: what is nearer to the iris in grey than to the pupil is a lid over it."""
    core = _disc(pupil, limbus, CORE_RADII)
    beside = _BESIDE & ~core
    if np.count_nonzero(core) < MIN_COLUMNS or np.count_nonzero(beside) < MIN_COLUMNS:
        return
    inside = dark[core].astype(np.float32)
    at = int(PUPIL_GREY_QUANTILE * inside.size)
    pupil_grey = float(np.partition(inside, at)[at])
    step = median(calm[beside]) - pupil_grey
    if step >= MIN_STEP_GREYS:
        lit = _ramp((inside - pupil_grey) / step, *LIT_RANGE)
        strange[core] = PUPIL_WEIGHT * (lit - np.float32(FAMILIAR_STRANGENESS))


def _deviations(patch: GreyPixels, beside: Mask, added: float) -> Field:
    """Distance from the median of the iris beside the pupil, in its deviations."""
    known = patch[beside]
    grey = median(known)
    spread = scaled_mad(known, grey) + added
    return (patch - np.float32(grey)) / np.float32(spread)


def _ramp(value: Field, low: float, high: float) -> Field:
    return np.clip((value - low) / (high - low), 0, 1)


def _roughness(fine: GreyPixels, limbus: Ellipse) -> GreyPixels:
    """Mean difference of pixels two columns apart, near each place: large across lashes, small on an iris."""
    wide, high = (max(3, int(share * limbus.radius_px)) | 1 for share in (0.12, 0.06))
    return cv2.blur(cv2.absdiff(fine[:, 2:], fine[:, :-2]), (wide, high))


def _patch(image: GreyPixels, limbus: Ellipse) -> GreyPixels:
    """(SIDE_PX, SIDE_PX) the square around the limbus, so that every eye is searched at the same cost."""
    factor = SIDE_PX / (2 * REACH * limbus.radius_px)
    middle = (SIDE_PX - 1) / 2
    moved = np.array([[factor, 0, middle - factor * limbus.column_px], [0, factor, middle - factor * limbus.row_px]])
    return cv2.warpAffine(image, moved, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _disc(pupil: Ellipse, limbus: Ellipse, share: float, more: float = 0.0) -> Mask:
    """Places of the patch within ``share`` pupil radii, and ``more`` iris radii, of the pupil's centre."""
    radius = limbus.radius_px
    right, down = (pupil.column_px - limbus.column_px) / radius, (pupil.row_px - limbus.row_px) / radius
    near = share * pupil.radius_px / radius + more
    return (_LINE[None] - right) ** 2 + (_LINE[:, None] - down) ** 2 < near * near


def _best_lid(strange: Field, step: Field, upper: bool) -> Lid:
    """The parabola with most strange places beyond, most familiar ones within and the steepest step across.

    Sums down the columns turn the area beyond a parabola into one look-up per column, so that all of them are tried.
    """
    rims = _rims(upper)
    beyond = np.cumsum(strange, axis=0) if upper else np.cumsum(strange[::-1], axis=0)[::-1]
    area = np.take(beyond.ravel(), rims.place).sum(axis=1) / SIDE_PX
    clipped = np.clip(step, -MAX_RISE_GREYS / 3, MAX_RISE_GREYS)
    along = np.einsum("pc,pc->p", np.take(clipped.ravel(), rims.place), rims.inside)
    edge = along / np.maximum(rims.count, MIN_COLUMNS)
    evidence = area + EDGE_WEIGHT / MAX_RISE_GREYS * edge
    chosen = int(evidence.argmax())
    bend, apex, slant, height = rims.parameters[chosen].tolist()
    return Lid(bend, apex, slant, height, float(evidence[chosen]), upper)


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
    grids = np.meshgrid(BENDS, APICES, SLANTS, heights, indexing="ij")
    parameters = np.stack([grid.ravel() for grid in grids], axis=1)
    bend, apex, slant, height = (each[:, None] for each in parameters.T)
    row = _parabola(upper, bend, apex, slant, height, column[None])
    inside = (column[None] ** 2 + row**2 < 1).astype(np.float32)
    place = np.clip(np.rint((row + REACH) / pixel - 0.5), 0, SIDE_PX - 1).astype(np.int32) * SIDE_PX + at[None]
    return _Rims(parameters.astype(np.float32), place.astype(np.int32), inside, inside.sum(axis=1))


_LINE = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2 * REACH - REACH
_DISC = _LINE[None] ** 2 + _LINE[:, None] ** 2 < 0.96**2
_BESIDE = _DISC & (np.abs(_LINE[:, None]) < 0.45 * np.abs(_LINE[None]))
_FINE = np.array([1.0, 1.0, 0.0, -1.0, -1.0], np.float32)[:, None] / 2
