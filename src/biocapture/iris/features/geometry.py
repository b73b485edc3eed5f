"""Size, shape and place of pupil and iris (ISO/IEC 29794-6), as they are in the plane of the iris."""

from dataclasses import dataclass

import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.rings import ring_angles
from biocapture.iris.segmentation.edges import LIMBUS_STIFFNESS, ripple, second_harmonic, visible_edge

MARGIN_BESIDE, MARGIN_ABOVE = 0.6, 0.2
"""Room asked for left and right of the iris, and above and below, in iris radii; as ISO/IEC 29794-6 is cited."""

DEPTHS, PLACES = 12, 64
"""Places of the iris that are looked for in the image: from pupil to limbus, and around."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Statistics of one outline.

    Attributes
    ----------
    radius_px : float
        Of the iris: the larger semi-axis, which does not shrink when the eye looks aside.
    dilation : float
        Pupil radius over iris radius, 0..1; the same from any side.
    offset, offset_right : float
        Distance of the centres in iris radii, in the plane of the iris; its component towards rising columns.
    margin : float
        0..1: the least of the four distances to the image's border, each relative to what it should be.
    inside : float
        0..1: share of the iris that lies in the image.
    ripple : float
        Root of the summed squared harmonics 2..16 of the pupil's radius, relative to its mean, less what the gaze
        explains.
    gaze_rad : float
        Angle between the line of sight and the camera's axis.
    """

    radius_px: float
    dilation: float
    offset: float
    offset_right: float
    margin: float
    inside: float
    ripple: float
    gaze_rad: float


def geometry(outline: Outline, shape: tuple[int, ...]) -> Geometry:
    """Measure one outline.

    Parameters
    ----------
    outline : Outline
    shape : (int, int)
        Rows and columns of its image.

    Returns
    -------
    Geometry
        ``ripple`` is NaN where less than half of the pupil's edge is visible.
    """
    pupil, limbus = outline.pupil, outline.limbus
    pupil_seen = visible_edge(outline.pupil_edge_px, pupil, outline)
    limbus_seen = visible_edge(outline.limbus_edge_px, limbus, outline)
    limbus_oval = second_harmonic(outline.limbus_edge_px, limbus_seen, LIMBUS_STIFFNESS)
    # A gaze flattens pupil and limbus alike; the mean of both halves what is the pupil's own oval.
    both = (second_harmonic(outline.pupil_edge_px, pupil_seen) + limbus_oval) / 2
    right, down = _offset(pupil, limbus)
    return Geometry(
        radius_px=limbus.major_px,
        dilation=pupil.radius_px / limbus.radius_px,
        offset=float(np.hypot(right, down)),
        offset_right=right,
        margin=_margin(limbus, shape),
        inside=_inside(pupil, limbus, shape),
        ripple=ripple(outline.pupil_edge_px, pupil_seen, limbus_oval),
        gaze_rad=_tilt_away(abs(both)),
    )


def _offset(pupil: Ellipse, limbus: Ellipse) -> tuple[float, float]:
    """Pupil's centre from the limbus', towards rising columns and rows, in iris radii."""
    away = np.array([pupil.column_px - limbus.column_px, pupil.row_px - limbus.row_px])
    right, down = np.linalg.inv(limbus.stretch) @ away
    return float(right), float(down)


def _margin(limbus: Ellipse, shape: tuple[int, ...]) -> float:
    """Least of the four distances to the border, each relative to what is asked for; 0..1."""
    centre = np.array([limbus.row_px, limbus.column_px])
    reach = np.hypot(*limbus.stretch)[::-1]  # half the height and the width of the ellipse
    required = limbus.major_px * np.array([MARGIN_ABOVE, MARGIN_BESIDE])
    before, after = centre - reach, np.array(shape[:2]) - 1 - centre - reach
    return float(np.clip(np.minimum(before, after) / required, 0.0, 1.0).min())


def _inside(pupil: Ellipse, limbus: Ellipse, shape: tuple[int, ...]) -> float:
    """Share by area of the iris, from pupil to limbus, whose places lie in the image."""
    depth = ((np.arange(DEPTHS) + 0.5) / DEPTHS)[:, None]
    (row, column), (far_row, far_column) = (ellipse.points(ring_angles(PLACES)) for ellipse in (pupil, limbus))
    down, right = row + depth * (far_row - row), column + depth * (far_column - column)
    seen = (down > -0.5) & (down < shape[0] - 0.5) & (right > -0.5) & (right < shape[1] - 0.5)
    radius = pupil.radius_px + depth[:, 0] * (limbus.radius_px - pupil.radius_px)
    return float((seen.mean(axis=1) * radius).sum() / radius.sum())


def _tilt_away(second: float) -> float:
    """Angle, rad, at which a circle shows this second harmonic: the ratio of its axes is the cosine of that angle."""
    return float(np.arccos(np.clip((1 - second) / (1 + second), 0.0, 1.0)))
