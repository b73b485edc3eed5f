"""Pupil and limbus once more, from those parts of their rims that lids and mirrored windows leave free."""

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.iris.robust import median
from biocapture.iris.segmentation.lids import LidPair, between_lids, find_lids
from biocapture.iris.segmentation.pair_fit import Rim, fit_pair
from biocapture.iris.segmentation.polar import angles, polar_image, rim_rise, steepest
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.types import Field, GreyPixels, Mask, Values

Hypothesis = tuple[Ellipse, Ellipse, LidPair]
"""Pupil, limbus and lids of an eye, in pixels of the working image."""

ANGLES = 96

MAX_ROUNDS = 2
"""Most rounds in which lids and rims are found in turn."""

PUPIL_WINDOW = 0.75, 1.4
"""Pupil radii within which its edge is looked for in the logarithm of the light, where the pupil's is the steepest."""

PLAIN_ROUNDS, PLAIN_WINDOW = 1, (0.85, 1.18)
"""Last rounds in plain light, where a blurred edge is not drawn to its dark side; pupil radii looked at."""

FULL_CONTRAST, MIN_CONTRAST_GREYS = 120.0, 4.0
"""What the grey of the iris becomes there; least greys from pupil to iris."""

SETTLED_RADII = 0.015
"""Iris radii: rims that moved less are left as they are."""

PUPIL_MARGIN, LIMBUS_MARGIN = 0.22, 0.08
"""Distance from a lid in iris radii from which a rim is believed: lashes and shadow hang into the pupil most."""

SEARCH_SHARE = 0.6
"""Share of the way to the limbus within which the pupil's edge is looked for."""

PUPIL_FULL_GREYS, LIMBUS_FULL_GREYS = 30.0, 25.0
"""Rise from which an edge counts fully."""

PUPIL_MIN_PX, PUPIL_MIN_DEVIATION, LIMBUS_MIN_DEVIATION = 0.6, 0.02, 0.015
"""Smallest deviation of the pupil's edges in px and in pupil radii, the larger of which counts; of the limbus' edges in
iris radii."""

EDGE_REACH, EDGE_STEPS = 1.5, 96
"""Of the polar image in which edges are measured; reach in radii."""


def refine_pair(small: Reduction, pupil: Ellipse, limbus: Ellipse) -> Hypothesis:
    """Find lids and rims in turn until they settle.

    Lids are where it is unlike the iris between the rims; rims are edges between the lids: neither is found well
    without the other.

    Parameters
    ----------
    small : Reduction
    pupil, limbus : Ellipse
        About where they are, in pixels of the working image.

    Returns
    -------
    pupil, limbus : Ellipse
    lids : (Lid, Lid)
    """
    lids = find_lids(small, pupil, limbus)
    for _ in range(MAX_ROUNDS):
        inner, outer = _fit_rims(small, pupil, limbus, lids, small.lit, PUPIL_WINDOW)
        moved = max(_boundary_distance(inner, pupil), _boundary_distance(outer, limbus)) / outer.radius_px
        pupil, limbus = inner, outer
        if moved < SETTLED_RADII:
            break
        lids = find_lids(small, pupil, limbus)
    for _ in range(PLAIN_ROUNDS):
        pupil, limbus = _fit_rims(small, pupil, limbus, lids, pupil_or_iris(small, pupil), PLAIN_WINDOW)
    return pupil, limbus, lids


def pupil_or_iris(small: Reduction, pupil: Ellipse) -> GreyPixels:
    """The image between two greys: that of the pupil and that of the iris beside it.

    What is brighter than that iris (lamps, a bright collarette) has no edges there, and the pupil's lies where the
    light is half, however blurred it is.

    Parameters
    ----------
    small : Reduction
    pupil : Ellipse
        About where it is.

    Returns
    -------
    (H, W) uint8
        0 … :data:`FULL_CONTRAST`; as it is where the disc is no darker than its surroundings.
    """
    sheet = polar_image(small.plain, pupil, 1.4, 28, 32)
    black, dim = median(sheet[:, 4:15]), median(sheet[:, 23:])
    if dim - black < MIN_CONTRAST_GREYS:
        return small.plain
    table = np.clip((np.arange(256) - black) * (FULL_CONTRAST / (dim - black)), 0, FULL_CONTRAST)
    return cv2.LUT(small.plain, table.astype(np.uint8))


def _fit_rims(
    small: Reduction,
    pupil: Ellipse,
    limbus: Ellipse,
    lids: LidPair,
    pupil_image: GreyPixels,
    window: tuple[float, float],
) -> tuple[Ellipse, Ellipse]:
    """Both ellipses through the edges that lids and windows leave free; the pupil's within a window in its radii."""
    room = max(1.1, 1 + SEARCH_SHARE * (limbus.radius_px / pupil.radius_px - 1))
    glare = small.glare if small.glare.any() else None
    inner = pupil_rim(
        pupil,
        *_edges(pupil_image, glare, pupil, (window[0], min(window[1], room))),
        visible_angles(lids, limbus, pupil, PUPIL_MARGIN),
    )
    outer = limbus_rim(
        limbus,
        *_edges(small.calm, glare, limbus, (0.85, 1.15)),
        visible_angles(lids, limbus, limbus, LIMBUS_MARGIN),
    )
    if not (inner.weight.any() or outer.weight.any()):
        return pupil, limbus
    fit = fit_pair(inner, outer)
    return _plausible(fit[0], pupil), _plausible(fit[1], limbus)


def visible_angles(lids: LidPair, limbus: Ellipse, ellipse: Ellipse, margin: float) -> Mask:
    """At which of :data:`ANGLES` equal angles an ellipse lies between the lids.

    Parameters
    ----------
    lids : (Lid, Lid)
    limbus : Ellipse
        In whose radii the lids are given.
    ellipse : Ellipse
    margin : float
        Distance kept from the lids, in iris radii.

    Returns
    -------
    (A,) bool
    """
    row, column = ellipse.points(angles(ANGLES))
    down, right = (row - limbus.row_px) / limbus.radius_px, (column - limbus.column_px) / limbus.radius_px
    return between_lids(lids, down, right, margin)


def pupil_rim(pupil: Ellipse, edge: Values, rise: Values, seen: Mask) -> Rim:
    """Edges of the pupil with their weights.

    Parameters
    ----------
    pupil : Ellipse
    edge : (A,) float64
        Distance at equal angles, in pupil radii.
    rise : (A,) float64
        Greys.
    seen : (A,) bool
        Which of them are visible.

    Returns
    -------
    Rim
    """
    min_deviation = max(PUPIL_MIN_DEVIATION, PUPIL_MIN_PX / pupil.radius_px)
    return Rim(pupil, edge, _weights(rise, seen, PUPIL_FULL_GREYS), min_deviation)


def limbus_rim(limbus: Ellipse, edge: Values, rise: Values, seen: Mask) -> Rim:
    """Edges of the limbus with their weights; see :func:`pupil_rim`.

    Parameters
    ----------
    limbus : Ellipse
    edge : (A,) float64
        Iris radii.
    rise : (A,) float64
        Greys.
    seen : (A,) bool

    Returns
    -------
    Rim
    """
    return Rim(limbus, edge, _weights(rise, seen, LIMBUS_FULL_GREYS), LIMBUS_MIN_DEVIATION)


def _weights(rise: Values, seen: Mask, full_greys: float) -> Values:
    """(A,) 0..1."""
    return seen * np.clip(rise, 0, full_greys) / full_greys


def _edges(
    image: GreyPixels, glare: GreyPixels | None, ellipse: Ellipse, window: tuple[float, float]
) -> tuple[Values, Values]:
    """Where greys rise most at every angle, in radii of the ellipse, and by how much; not at the rims of windows."""
    rise = rim_rise(image, ellipse, EDGE_REACH, EDGE_STEPS, ANGLES)
    if glare is not None:
        _clear_windows(rise, glare, ellipse)
    per_radius = EDGE_STEPS / EDGE_REACH
    return steepest(rise, per_radius, int(window[0] * per_radius), int(window[1] * per_radius) + 1)


def _clear_windows(rise: Field, glare: GreyPixels, ellipse: Ellipse) -> None:
    """Set the rise at the rims of windows to 0, in place."""
    hidden = polar_image(glare, ellipse, EDGE_REACH, EDGE_STEPS, ANGLES)
    rise[cv2.dilate(hidden, _WINDOW_RIM) > 0] = 0


def _plausible(fit: Ellipse, start: Ellipse) -> Ellipse:
    """The fitted ellipse, unless it is far from where it started or too flat."""
    flat = fit.minor_px < 0.4 * fit.major_px
    return start if flat or _boundary_distance(fit, start) > 1.5 * start.radius_px else fit


def _boundary_distance(first: Ellipse, second: Ellipse) -> float:
    """How far the boundaries lie apart at most, about, px."""
    axes = max(abs(first.major_px - second.major_px), abs(first.minor_px - second.minor_px))
    return first.centre_distance_px(second) + axes


_WINDOW_RIM = np.ones((1, 5), np.uint8)
"""Steps around a window in which the rise is that of the window."""
