"""The eyelids: two parabolas beyond which nothing looks like the iris beside the pupil."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median, scaled_mad
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.types import Field, GreyPixels, Values

SIDE_PX = 72
REACH = 1.15
"""Size of the patch that is searched, and half its width in iris radii."""

BENDS, APICES, SLANTS = (0.08, 0.2, 0.35, 0.55), (-0.5, -0.25, 0.0, 0.25, 0.5), (-0.18, 0.0, 0.18)
"""Curvature, column of the apex, slope of the parabolas that are tried, in iris radii."""

GREY_DEVIATIONS, ROUGH_DEVIATIONS = (1.5, 3.5), (2.0, 4.0)
"""Deviations from the iris' own grey and roughness at which a place begins to look strange, and looks wholly strange.

Skin differs in grey; rows of lashes, which may be as grey as the iris, in roughness.
"""

MIN_GREYS, MIN_ROUGHNESS = 3.0, 2.0
"""Added to the iris' deviations."""

FAMILIAR_STRANGENESS = 0.3
"""Strangeness of what belongs to the iris."""

CORE_RADII, PUPIL_GREY_QUANTILE, MIN_STEP_GREYS = 0.85, 0.25, 12.0
"""Of the pupil's disc in its radii; quantile of its greys that is the pupil's own; greys it has to be darker by."""

LIT_RANGE, PUPIL_WEIGHT = (0.35, 0.7), 2.0
"""Way from the pupil's grey to the iris' on which a place in the pupil begins to look strange; what it counts."""

MAX_RISE_GREYS, EDGE_WEIGHT = 18.0, 2.5
"""Steeper rims count as this much; a rim this steep counts as so many patch widths of strange pixels."""

MIN_EVIDENCE = 0.3
"""Below this there is no lid over the iris."""

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

    def at(self, column: Values) -> Values:
        """Row of the rim, in iris radii."""
        sign = 1.0 if self.upper else -1.0
        return sign * self.bend * (column - self.apex) ** 2 + self.slant * column + self.height


def find_lids(small: Reduction, pupil: Ellipse, limbus: Ellipse) -> tuple[Lid, Lid]:
    """Upper and lower lid of an eye in the working image."""
    patch = _patch(small.calm, limbus)
    hidden = _pupil(pupil, limbus)
    strange = _strangeness(patch, _patch(_roughness(small.fine, limbus), limbus), hidden)
    _bright_pupil(strange, patch, _patch(small.dark, limbus), pupil, limbus)
    step = cv2.filter2D(cv2.GaussianBlur(patch, (9, 3), 0), cv2.CV_32F, _FINE, borderType=cv2.BORDER_REPLICATE)
    step[hidden] = 0
    return _best_lid(strange, step, upper=True), _best_lid(strange, -step, upper=False)


def uprightness(small: Reduction, pupil: Ellipse, limbus: Ellipse, pair: tuple[Lid, Lid]) -> float:
    """Evidence of the clearer lid less that of the clearer one in the picture turned by 90°; eyes lie across."""
    fine, calm, dark = (np.ascontiguousarray(view.T) for view in (small.fine, small.calm, small.dark))
    turned = Reduction(calm, fine, calm, dark, calm, small.factor)  # lids look at the middle three only
    other = find_lids(turned, _transposed(pupil), _transposed(limbus))
    return max(lid.evidence for lid in pair) - max(lid.evidence for lid in other)


def _transposed(ellipse: Ellipse) -> Ellipse:
    tilt = np.pi / 2 - ellipse.tilt_rad
    return Ellipse(ellipse.column_px, ellipse.row_px, ellipse.major_px, ellipse.minor_px, tilt)


def _strangeness(patch: GreyPixels, rough: GreyPixels, hidden: NDArray[np.bool_]) -> Field:
    """How unlike the iris beside the pupil a place is, less :data:`FAMILIAR_STRANGENESS`; 0 where no iris is seen."""
    beside = _BESIDE & ~hidden
    if np.count_nonzero(beside) < MIN_COLUMNS * MIN_COLUMNS:
        return np.zeros(patch.shape, np.float32)
    grey = _ramp(np.abs(_deviations(patch, beside, MIN_GREYS)), *GREY_DEVIATIONS)
    lashes = _ramp(_deviations(rough, beside, MIN_ROUGHNESS), *ROUGH_DEVIATIONS)
    strange = np.maximum(grey, lashes) - np.float32(FAMILIAR_STRANGENESS)
    strange[hidden | ~_DISC] = 0
    return strange


def _bright_pupil(strange: Field, calm: GreyPixels, dark: GreyPixels, pupil: Ellipse, limbus: Ellipse) -> None:
    """Fill in the pupil: what is nearer to the iris in grey than to the pupil is a lid over it."""
    core = _disc(pupil, limbus, CORE_RADII)
    beside = _BESIDE & ~core
    if np.count_nonzero(core) < MIN_COLUMNS or np.count_nonzero(beside) < MIN_COLUMNS:
        return
    inside = dark[core].astype(np.float32)
    own, step = (
        float(np.partition(inside, int(PUPIL_GREY_QUANTILE * inside.size))[int(PUPIL_GREY_QUANTILE * inside.size)]),
        median(calm[beside]),
    )
    step -= own
    if step >= MIN_STEP_GREYS:
        strange[core] = PUPIL_WEIGHT * (_ramp((inside - own) / step, *LIT_RANGE) - np.float32(FAMILIAR_STRANGENESS))


def _deviations(patch: GreyPixels, beside: NDArray[np.bool_], least: float) -> Field:
    """Distance from the median of the iris beside the pupil, in its deviations."""
    known = patch[beside]
    middle = median(known)
    spread = scaled_mad(known, middle) + least
    return (patch - np.float32(middle)) / np.float32(spread)


def _ramp(deviations: Field, low: float, high: float) -> Field:
    return np.clip((deviations - low) / (high - low), 0, 1)


def _roughness(fine: GreyPixels, limbus: Ellipse) -> GreyPixels:
    """Mean difference of pixels two columns apart, near each place: large across lashes, small on an iris."""
    wide, high = (max(3, int(share * limbus.radius_px)) | 1 for share in (0.12, 0.06))
    return cv2.blur(cv2.absdiff(fine[:, 2:], fine[:, :-2]), (wide, high))


def _patch(calm: GreyPixels, limbus: Ellipse) -> GreyPixels:
    factor = SIDE_PX / (2 * REACH * limbus.radius_px)
    middle = (SIDE_PX - 1) / 2
    moved = np.array([[factor, 0, middle - factor * limbus.column_px], [0, factor, middle - factor * limbus.row_px]])
    return cv2.warpAffine(calm, moved, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _pupil(pupil: Ellipse, limbus: Ellipse) -> NDArray[np.bool_]:
    return _disc(pupil, limbus, 1.12, 0.03)


def _disc(pupil: Ellipse, limbus: Ellipse, share: float, more: float = 0.0) -> NDArray[np.bool_]:
    """Places of the patch within ``share`` pupil radii, and ``more`` iris radii, of the pupil's centre."""
    radius = limbus.radius_px
    right, down = (pupil.column_px - limbus.column_px) / radius, (pupil.row_px - limbus.row_px) / radius
    near = share * pupil.radius_px / radius + more
    return (_LINE[None] - right) ** 2 + (_LINE[:, None] - down) ** 2 < near * near


def _best_lid(strange: Field, step: Field, upper: bool) -> Lid:
    """The parabola with most strange places beyond, most familiar ones within and the steepest step across."""
    rims = _rims(upper)
    beyond = np.cumsum(strange, axis=0) if upper else np.cumsum(strange[::-1], axis=0)[::-1]
    area = np.take(beyond.ravel(), rims.place).sum(axis=1) / SIDE_PX
    clipped = np.clip(step, -MAX_RISE_GREYS / 3, MAX_RISE_GREYS)
    edge = np.einsum("pc,pc->p", np.take(clipped.ravel(), rims.place), rims.inside) / np.maximum(
        rims.count, MIN_COLUMNS
    )
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
    bend, apex, slant, height = (each.ravel() for each in np.meshgrid(BENDS, APICES, SLANTS, heights, indexing="ij"))
    parameters = np.stack([bend, apex, slant, height], axis=1)
    sign = 1.0 if upper else -1.0
    row = sign * bend[:, None] * (column[None] - apex[:, None]) ** 2 + slant[:, None] * column[None] + height[:, None]
    inside = (column[None] ** 2 + row**2 < 1).astype(np.float32)
    place = np.clip(np.rint((row + REACH) / pixel - 0.5), 0, SIDE_PX - 1).astype(np.int32) * SIDE_PX + at[None]
    return _Rims(parameters.astype(np.float32), place.astype(np.int32), inside, inside.sum(axis=1))


_LINE = (np.arange(SIDE_PX) + 0.5) / SIDE_PX * 2 * REACH - REACH
_DISC = _LINE[None] ** 2 + _LINE[:, None] ** 2 < 0.96**2
_BESIDE = _DISC & (np.abs(_LINE[:, None]) < 0.45 * np.abs(_LINE[None]))
_FINE = np.array([1.0, 1.0, 0.0, -1.0, -1.0], np.float32)[:, None] / 2
