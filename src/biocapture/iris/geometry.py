"""Size, shape and place of pupil and iris (ISO/IEC 29794-6)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse, Outline

HARMONICS = 16
"""Highest harmonic of the pupil's radius that counts as its shape; what is finer is noise of the edge."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Numbers of one outline.

    Attributes
    ----------
    radius_px : float
        Of the iris.
    dilation : float
        Pupil radius over iris radius.
    offset : float
        Distance of the centres in iris radii.
    margin : float
        0..1: the least of the four distances to the image's border, each relative to what it should be.
    ripple : float
        Root of the summed squared harmonics 2..16 of the pupil's radius, relative to its mean.
    gaze_rad : float
        Angle between the line of sight and the camera's axis.
    """

    radius_px: float
    dilation: float
    offset: float
    margin: float
    ripple: float
    gaze_rad: float


def geometry(outline: Outline, shape: tuple[int, int]) -> Geometry:
    """Measure one outline in an image of ``shape`` rows and columns."""
    pupil, limbus = outline.pupil, outline.limbus
    offset_px = np.hypot(pupil.row_px - limbus.row_px, pupil.column_px - limbus.column_px)
    return Geometry(
        radius_px=limbus.radius_px,
        dilation=pupil.radius_px / limbus.radius_px,
        offset=float(offset_px / limbus.radius_px),
        margin=_margin(limbus, shape),
        ripple=_ripple(outline.pupil_edge_px),
        gaze_rad=_tilt_away(limbus),
    )


def _margin(limbus: Ellipse, shape: tuple[int, int]) -> float:
    """0.6 iris radii are asked for left and right, 0.2 above and below."""
    radius = limbus.radius_px
    centre = np.array([limbus.row_px, limbus.column_px])
    wanted = radius * np.array([0.2, 0.6])
    before, after = centre - radius, np.array(shape) - 1 - centre - radius
    return float(np.clip(np.minimum(before, after) / wanted, 0.0, 1.0).min())


def _ripple(edge_px: NDArray[np.float64]) -> float:
    seen = ~np.isnan(edge_px)
    if seen.mean() < 0.5:
        return float("nan")
    place = np.arange(len(edge_px))
    whole = np.interp(place, place[seen], edge_px[seen], period=len(edge_px))
    harmonics = np.abs(np.fft.rfft(whole))
    return float(np.sqrt((harmonics[2 : HARMONICS + 1] ** 2).sum()) / harmonics[0])


def _tilt_away(ellipse: Ellipse) -> float:
    """A circle seen at an angle is an ellipse; its axes' ratio is the cosine of that angle."""
    return float(np.arccos(min(1.0, ellipse.minor_px / ellipse.major_px)))
