"""Where the parts of an eye lie in the image: two ellipses and two lids."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.types import Mask, Values


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse in pixels; :meth:`points` says which point belongs to an angle.

    Attributes
    ----------
    row_px, column_px : float
        Centre.
    major_px, minor_px : float
        Semi-axes.
    tilt_rad : float
        Turn of the major axis from the direction of rising columns towards that of rising rows.
    """

    row_px: float
    column_px: float
    major_px: float
    minor_px: float
    tilt_rad: float

    @property
    def radius_px(self) -> float:
        """Radius of the circle of the same area."""
        return math.sqrt(self.major_px * self.minor_px)

    @property
    def stretch(self) -> Values:
        """(2, 2) symmetric matrix in px that takes the unit circle (column, row) to the ellipse about its centre."""
        cosine, sine = math.cos(self.tilt_rad), math.sin(self.tilt_rad)
        mixed = (self.major_px - self.minor_px) * cosine * sine
        across = self.major_px * cosine * cosine + self.minor_px * sine * sine
        down = self.major_px * sine * sine + self.minor_px * cosine * cosine
        return np.array([[across, mixed], [mixed, down]])

    def vectors(self, angle: NDArray[np.floating[Any]]) -> tuple[Values, Values]:
        """Points of the boundary less the centre: those of the unit circle after it is stretched, not turned.

        An iris seen at an angle is such a stretched circle, so its texture at an angle stays at that angle.

        Parameters
        ----------
        angle : (A,) float
            Radians on the unit circle, from rising columns towards rising rows.

        Returns
        -------
        down, right : (A,) float64
            Pixels.
        """
        (across, mixed), (_, down) = self.stretch
        cosine, sine = np.cos(angle), np.sin(angle)
        return mixed * cosine + down * sine, across * cosine + mixed * sine

    def points(self, angle: NDArray[np.floating[Any]]) -> tuple[Values, Values]:
        """Points of the boundary; see :meth:`vectors`.

        Parameters
        ----------
        angle : (A,) float
            Radians.

        Returns
        -------
        row, column : (A,) float64
            Pixels.
        """
        down, right = self.vectors(angle)
        return self.row_px + down, self.column_px + right

    def centre_distance_px(self, other: "Ellipse") -> float:
        """Distance of two centres.

        Parameters
        ----------
        other : Ellipse

        Returns
        -------
        float
            Pixels.
        """
        return float(np.hypot(self.row_px - other.row_px, self.column_px - other.column_px))

    def window(self, reach_px: float) -> tuple[int, int, int, int]:
        """Square of pixels around the centre, cut at the upper and left border of the image.

        Parameters
        ----------
        reach_px : float
            Half the side.

        Returns
        -------
        top, left, bottom, right : int
            First row and column, and those one past the last; may lie beyond the lower and right border.
        """
        top, left = (max(0, int(at - reach_px)) for at in (self.row_px, self.column_px))
        bottom, right = (int(at + reach_px) for at in (self.row_px, self.column_px))
        return top, left, bottom, right

    def rescale(self, factor: float) -> "Ellipse":
        """Ellipse at the same place of a smaller or larger copy of the image.

        Pixel k of an image covers k - 0.5 … k + 0.5, so centres of pixels are not simply multiplied.

        Parameters
        ----------
        factor : float
            Size of the copy relative to the image.

        Returns
        -------
        Ellipse
            In pixels of the copy.
        """
        row, column = ((at + 0.5) * factor - 0.5 for at in (self.row_px, self.column_px))
        return Ellipse(row, column, self.major_px * factor, self.minor_px * factor, self.tilt_rad)


@dataclass(frozen=True, slots=True)
class Outline:
    """Result of the segmentation of one eye, in pixels of the image as given.

    Attributes
    ----------
    pupil, limbus : Ellipse
        Inner and outer boundary of the iris.
    pupil_edge_px : (A,) float64
        Distance of the measured edge from the pupil's centre at A equal angles, from rising columns towards rising
        rows; NaN where no edge is visible.
    limbus_edge_px : (A,) float64
        Likewise of the limbus, from its own centre.
    upper_lid, lower_lid : (W,) float64
        Row of the lid's rim in every column: the eye is open between them. Never NaN; -0.5 and H - 0.5 where a lid
        lies outside the image.
    confidence : float
        0..1 that both boundaries are right; does not depend on the camera's greys. See ``confidence.py``.
    upright : float
        How much better lids above and below explain the image than lids left and right; see ``lids.py``.
    """

    pupil: Ellipse
    limbus: Ellipse
    pupil_edge_px: Values
    limbus_edge_px: Values
    upper_lid: Values
    lower_lid: Values
    confidence: float
    upright: float = 0.0

    def between_lids(self, row: NDArray[Any], column: NDArray[Any], margin_px: float = 0.0) -> Mask:
        """Which places lie between the lids.

        Parameters
        ----------
        row, column : (...) float
            Places in the image; they need only broadcast to one another. Columns beyond the image take the lids of
            its first or last column.
        margin_px : float
            Distance kept from both rims.

        Returns
        -------
        (...) bool
        """
        at = np.clip(column, 0, len(self.upper_lid) - 1).astype(np.intp)
        return np.asarray((row > self.upper_lid[at] + margin_px) & (row < self.lower_lid[at] - margin_px))
