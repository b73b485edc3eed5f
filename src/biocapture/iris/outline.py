"""Where an eye's parts lie in the image: two ellipses and two lids."""

import math
from dataclasses import dataclass

import numpy as np

from biocapture.types import Values


@dataclass(frozen=True, slots=True)
class Ellipse:
    """An ellipse in pixels; its points at parameter t are those of :meth:`at`.

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

    def at(self, angle: Values) -> tuple[Values, Values]:
        """Rows and columns of the unit circle's points at (A,) angles after the circle is stretched, not turned.

        An iris seen at an angle is such a stretched circle: its texture at an angle stays at that angle.
        """
        (across, mixed), (_, down) = self.stretch
        cosine, sine = np.cos(angle), np.sin(angle)
        return self.row_px + mixed * cosine + down * sine, self.column_px + across * cosine + mixed * sine

    @property
    def stretch(self) -> Values:
        """(2, 2) symmetric matrix in px that takes the unit circle (column, row) to the ellipse about its centre."""
        cosine, sine = math.cos(self.tilt_rad), math.sin(self.tilt_rad)
        mixed = (self.major_px - self.minor_px) * cosine * sine
        across = self.major_px * cosine * cosine + self.minor_px * sine * sine
        down = self.major_px * sine * sine + self.minor_px * cosine * cosine
        return np.array([[across, mixed], [mixed, down]])

    def scaled(self, factor: float) -> "Ellipse":
        """The same ellipse in an image reduced (enlarged) to ``factor`` times the size; pixel centres are kept apart.

        Pixel k of an image covers k - 0.5 … k + 0.5.
        """
        row, column = ((at + 0.5) * factor - 0.5 for at in (self.row_px, self.column_px))
        return Ellipse(row, column, self.major_px * factor, self.minor_px * factor, self.tilt_rad)


@dataclass(frozen=True, slots=True)
class Outline:
    """What the segmentation of one eye found, in pixels of the image as given.

    Attributes
    ----------
    pupil, limbus : Ellipse
        Inner and outer boundary of the iris.
    pupil_edge_px : (A,) float64
        Distance of the measured edge from the pupil's centre at A equal angles, from rising columns towards rising
        rows; NaN where it is not seen.
    limbus_edge_px : (A,) float64
        Likewise of the limbus, from its own centre.
    upper_lid, lower_lid : (W,) float64
        Row of the lid's rim in every column: the eye is open between them. Never NaN; -0.5 and H - 0.5 where a lid
        lies outside the image.
    upright : float
        How much better lids above and below explain the picture than lids left and right; see `lids.py`.
    confidence : float
        0..1 that both boundaries are right; does not depend on the camera's greys. See `confidence.py`.
    """

    pupil: Ellipse
    limbus: Ellipse
    pupil_edge_px: Values
    limbus_edge_px: Values
    upper_lid: Values
    lower_lid: Values
    confidence: float
    upright: float = 0.0
