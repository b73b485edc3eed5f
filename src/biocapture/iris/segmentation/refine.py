"""Pupil and limbus once more, from those parts of their rims that lids and mirrored windows leave free."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.iris.segmentation.lids import Lid, find_lids
from biocapture.iris.segmentation.pair_fit import Rim, fit_pair
from biocapture.iris.segmentation.polar import angles, polar_image, radial_rise
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.types import GreyPixels, Values

LidPair = tuple[Lid, Lid]
Hypothesis = tuple[Ellipse, Ellipse, LidPair]
"""Pupil, limbus and lids in the working image."""

ANGLES = 96

MAX_ROUNDS = 3
"""Lids and rims are found in turn at most so often."""

SETTLED_RADII = 0.015
"""Of the iris radius: rims that moved less are left as they are."""

PUPIL_MARGIN, LIMBUS_MARGIN = 0.22, 0.08
"""Distance from a lid in iris radii from which a rim is believed: lashes and shadow hang into the pupil most."""

SEARCH_SHARE = 0.6
"""Share of the way to the limbus within which the pupil's edge is looked for."""


def refine_pair(small: Reduction, pupil: Ellipse, limbus: Ellipse) -> tuple[Ellipse, Ellipse, LidPair]:
    """Alternate between lids and rims until they settle."""
    pair = find_lids(small, pupil, limbus)
    for _ in range(MAX_ROUNDS):
        inner, outer = _fit_rims(small, pupil, limbus, pair)
        moved = max(_boundary_distance(inner, pupil), _boundary_distance(outer, limbus)) / outer.radius_px
        pupil, limbus = inner, outer
        if moved < SETTLED_RADII:
            break
        pair = find_lids(small, pupil, limbus)
    return pupil, limbus, pair


def _fit_rims(small: Reduction, pupil: Ellipse, limbus: Ellipse, pair: LidPair) -> tuple[Ellipse, Ellipse]:
    """Both ellipses through the edges that lids and windows leave free."""
    room = max(1.1, 1 + SEARCH_SHARE * (limbus.radius_px / pupil.radius_px - 1))
    glare = small.glare if small.glare.any() else None
    seen = between_lids(pair, limbus, pupil, PUPIL_MARGIN)
    inner = _edges(small.lit, glare, pupil, seen, (0.75, min(1.4, room)), 30.0)
    seen = between_lids(pair, limbus, limbus, LIMBUS_MARGIN)
    outer = _edges(small.calm, glare, limbus, seen, (0.85, 1.15), 25.0)
    if not (inner[1].any() or outer[1].any()):
        return pupil, limbus
    found = fit_pair(
        Rim(pupil, *inner, least=max(0.6 / pupil.radius_px, 0.02)),
        Rim(limbus, *outer, least=0.015),
    )
    return _plausible(found[0], pupil), _plausible(found[1], limbus)


def between_lids(pair: LidPair, limbus: Ellipse, ellipse: Ellipse, margin: float) -> NDArray[np.bool_]:
    """(A,) which of an ellipse's points at :data:`ANGLES` equal angles lie between the lids."""
    row, column = ellipse.at(angles(ANGLES))
    down, right = (row - limbus.row_px) / limbus.radius_px, (column - limbus.column_px) / limbus.radius_px
    upper, lower = pair
    seen = np.ones(ANGLES, np.bool_)
    if upper.covers:
        seen &= down > upper.at(right) + margin
    if lower.covers:
        seen &= down < lower.at(right) - margin
    return seen


def _edges(
    image: GreyPixels,
    glare: GreyPixels | None,
    ellipse: Ellipse,
    seen: NDArray[np.bool_],
    window: tuple[float, float],
    full: float,
) -> tuple[Values, Values]:
    """Where greys rise most at every angle, in radii of the ellipse, and how far that is to be believed.

    Not at the rims of windows.
    """
    reach, steps = 1.5, 96
    per_radius = steps / reach
    rise = cv2.GaussianBlur(radial_rise(polar_image(image, ellipse, reach, steps, ANGLES), 3), (3, 3), 0)
    if glare is not None:
        rise[cv2.dilate(polar_image(glare, ellipse, reach, steps, ANGLES), _RIM) > 0] = 0
    low, high = int(window[0] * per_radius), int(window[1] * per_radius) + 1
    best = rise[:, low:high].argmax(axis=1) + low
    steep = rise[np.arange(ANGLES), best].astype(np.float64)
    return (best + 0.5) / per_radius, seen * np.clip(steep, 0, full) / full


def _plausible(found: Ellipse, start: Ellipse) -> Ellipse:
    """The found ellipse, unless it is far from where it started or too flat."""
    flat = found.minor_px < 0.4 * found.major_px
    return start if flat or _boundary_distance(found, start) > 1.5 * start.radius_px else found


def _boundary_distance(one: Ellipse, other: Ellipse) -> float:
    """How far the boundaries lie apart at most, about, px."""
    centres = np.hypot(one.row_px - other.row_px, one.column_px - other.column_px)
    axes = max(abs(one.major_px - other.major_px), abs(one.minor_px - other.minor_px))
    return float(centres + axes)


_RIM = np.ones((1, 5), np.uint8)
"""Steps around a window in which the rise is that of the window."""
