"""Greys along ellipses around an eye: the common way to look at its regions."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse, Outline
from biocapture.types import Field, GreyPixels

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
    seen: NDArray[np.bool_]


def ring_greys(pixels: GreyPixels, outline: Outline, row: Field, column: Field) -> Rings:
    """Greys, interpolated, at (S, A) places."""
    height, width = pixels.shape
    grey = cv2.remap(pixels, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    at = np.clip(column, 0, width - 1).astype(np.intp)
    seen = (row >= 0) & (row <= height - 1) & (column >= 0) & (column <= width - 1)
    seen &= (row > outline.upper_lid[at]) & (row < outline.lower_lid[at])
    return Rings(grey.astype(np.float32), seen)


def ring_places(ellipse: Ellipse, scale: Field, angle: Field) -> tuple[Field, Field]:
    """Rows and columns, (S, A) each, on copies of an ellipse scaled about its centre."""
    down, right = boundary_vectors(ellipse, angle)
    row = ellipse.row_px + scale[:, None] * down
    column = ellipse.column_px + scale[:, None] * right
    return row.astype(np.float32), column.astype(np.float32)


def boundary_vectors(ellipse: Ellipse, angle: Field) -> tuple[Field, Field]:
    """Boundary minus centre, (A,) rows and columns: the ellipse as the stretched unit circle, unturned."""
    cosine, sine = np.cos(ellipse.tilt_rad), np.sin(ellipse.tilt_rad)
    along, across = ellipse.major_px, ellipse.minor_px
    mixed = (along - across) * cosine * sine
    down = mixed * np.cos(angle) + (along * sine**2 + across * cosine**2) * np.sin(angle)
    right = (along * cosine**2 + across * sine**2) * np.cos(angle) + mixed * np.sin(angle)
    return down, right


def ring_angles(count: int) -> Field:
    """(A,) angles from 0, towards rising columns, on to rising rows."""
    return ((np.arange(count) + 0.5) * (2 * np.pi / count)).astype(np.float32)


def lateral_angles(count: int) -> Field:
    """(A,) angles within the two sectors beside the pupil: half to the right, half to the left."""
    right = np.linspace(-LATERAL_RAD, LATERAL_RAD, count // 2)
    return np.concatenate([right, np.pi - right]).astype(np.float32)


def median_grey(found: Rings, least: int = 20) -> float:
    """Median of what is seen; NaN where that is too little."""
    greys = found.grey[found.seen]
    if greys.size < least:
        return float("nan")
    return float(np.partition(greys, greys.size // 2)[greys.size // 2])
