"""Greys along ellipses around an eye: the way every feature reads its regions."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.robust import median
from biocapture.types import Field, GreyPixels, Mask

LATERAL_RAD = np.deg2rad(40.0)
"""Half angle of the two sectors beside the pupil, where lids and lashes seldom reach."""


@dataclass(frozen=True, slots=True)
class Rings:
    """Greys on S ellipses at A angles.

    Attributes
    ----------
    grey : (S, A) float32
    seen : (S, A) bool
        Inside the image and between the lids.
    """

    grey: Field
    seen: Mask


def ring_greys(pixels: GreyPixels, outline: Outline, row: Field, column: Field) -> Rings:
    """Interpolated greys at given places.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.
    row, column : (S, A) float32
        Places in px; beyond the image, its border is repeated.

    Returns
    -------
    Rings
    """
    height, width = pixels.shape
    grey = cv2.remap(pixels, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = (row >= 0) & (row <= height - 1) & (column >= 0) & (column <= width - 1)
    return Rings(grey.astype(np.float32), inside & outline.between_lids(row, column))


def ring_places(ellipse: Ellipse, scale: Field, angle: Field) -> tuple[Field, Field]:
    """Places on copies of an ellipse scaled about its centre.

    Parameters
    ----------
    ellipse : Ellipse
    scale : (S,) float32
        Sizes relative to the ellipse.
    angle : (A,) float32
        Radians.

    Returns
    -------
    row, column : (S, A) float32
        Pixels.
    """
    down, right = ellipse.vectors(angle)
    row = ellipse.row_px + scale[:, None] * down
    column = ellipse.column_px + scale[:, None] * right
    return row.astype(np.float32), column.astype(np.float32)


def ring_angles(count: int) -> Field:
    """Equal angles around, the first half a step from rising columns towards rising rows.

    Parameters
    ----------
    count : int
        Their number A.

    Returns
    -------
    (A,) float32
        Radians.
    """
    return ((np.arange(count) + 0.5) * (2 * np.pi / count)).astype(np.float32)


def lateral_angles(count: int) -> Field:
    """Angles within the two sectors beside the pupil; see :data:`LATERAL_RAD`.

    Parameters
    ----------
    count : int
        Their number A, even.

    Returns
    -------
    (A,) float32
        Radians: first those to the right, then those to the left.
    """
    right = np.linspace(-LATERAL_RAD, LATERAL_RAD, count // 2)
    return np.concatenate([right, np.pi - right]).astype(np.float32)


def median_grey(region: Rings, min_count: int = 20) -> float:
    """Median of the visible greys of a region.

    Parameters
    ----------
    region : Rings
    min_count : int
        Fewest visible samples of which a median is taken.

    Returns
    -------
    float
        0..255; NaN where too little is visible.
    """
    greys = region.grey[region.seen]
    return float("nan") if greys.size < min_count else median(greys)
