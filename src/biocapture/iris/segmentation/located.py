"""An eye that was found, in the working image of its iris, and its outline in the image."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.ellipse_fit import with_shape
from biocapture.iris.segmentation.lids import Lid, uprightness
from biocapture.iris.segmentation.polar import angles, polar_image, radial_rise
from biocapture.iris.segmentation.reduction import Reduction
from biocapture.iris.segmentation.refine import Hypothesis, pupil_or_iris
from biocapture.types import GreyPixels, Values

EDGE_ANGLES = 128
"""Angles at which an outline keeps its measured edges."""


@dataclass(frozen=True, slots=True)
class Located:
    """An eye.

    Attributes
    ----------
    near : Reduction
        The working image of its iris.
    hypothesis : (Ellipse, Ellipse, (Lid, Lid))
        Pupil, limbus and lids in pixels of it.
    confidence : float
        0..1 how sure they are.
    """

    near: Reduction
    hypothesis: Hypothesis
    confidence: float

    @property
    def limbus(self) -> Ellipse:
        """In pixels of the image."""
        return self.near.to_image(self.hypothesis[1])

    def outline(self, shape: tuple[int, ...]) -> Outline:
        """The outline in pixels of the image as given.

        Parameters
        ----------
        shape : tuple of int
            Rows and columns of the image.

        Returns
        -------
        Outline
        """
        near = self.near
        within, around, (upper, lower) = self.hypothesis
        outer = near.to_image(around)
        return Outline(
            pupil=near.to_image(within),
            limbus=outer,
            pupil_edge_px=_edge_distances(pupil_or_iris(near, within), within) / near.factor,
            limbus_edge_px=_edge_distances(near.calm, around) / near.factor,
            upper_lid=_lid_rows(upper, outer, shape),
            lower_lid=_lid_rows(lower, outer, shape),
            confidence=self.confidence,
            upright=uprightness(near, *self.hypothesis),
        )


def _edge_distances(image: GreyPixels, ellipse: Ellipse) -> Values:
    """(A,) px from the centre to where greys rise most, near the ellipse; NaN where they do not rise."""
    reach, steps = 1.5, 96
    sheet = polar_image(image, with_shape(ellipse, (0.0, 0.0)), reach, steps, EDGE_ANGLES)
    rise = cv2.GaussianBlur(radial_rise(sheet, 3), (5, 3), 0)
    away = np.abs((np.arange(steps) + 0.5) * reach / steps - (_radii_px(ellipse) / ellipse.radius_px)[:, None])
    rise[away > 0.15] = 0
    best = rise.argmax(axis=1)
    visible = rise[np.arange(EDGE_ANGLES), best] > 2
    return np.where(visible, (best + 0.5) * reach / steps * ellipse.radius_px, np.nan)


def _radii_px(ellipse: Ellipse) -> Values:
    """(A,) distance of the ellipse from its centre at equal angles, as seen in the image."""
    turn = angles(EDGE_ANGLES) - ellipse.tilt_rad
    return 1 / np.hypot(np.cos(turn) / ellipse.major_px, np.sin(turn) / ellipse.minor_px)


def _lid_rows(lid: Lid, limbus: Ellipse, shape: tuple[int, ...]) -> Values:
    """Row of a rim in every column of the image; the image's edge where the lid does not reach over the iris."""
    height, width = shape[:2]
    if not lid.covers:
        return np.full(width, -0.5 if lid.upper else height - 0.5)
    column: Values = (np.arange(width, dtype=np.float64) - limbus.column_px) / limbus.radius_px
    return np.clip(limbus.row_px + lid.row_at(column) * limbus.radius_px, -0.5, height - 0.5)
