"""The iris unrolled: Daugman's rubber sheet (1993, doi:10.1109/34.244676), here between two ellipses.

Each place is named by an angle and by how far it lies from the pupil to the limbus. That stays the same when the pupil
opens, when the eye is nearer, and, because both boundaries are ellipses, when it looks aside.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.iris.features.occlusion import specular_and_lash
from biocapture.iris.outline import Ellipse, Outline
from biocapture.iris.segmentation.polar import angles, polar_image
from biocapture.types import Field, GreyPixels, Mask, Trace, no_trace

ROWS, COLUMNS = 64, 512
"""Size of a strip: pupil to limbus, once around from rising columns towards rising rows."""

MAX_PX = 160.0
"""Irises of a larger radius are reduced before they are unrolled, so that no detail is skipped."""

UPPER_MARGIN, LOWER_MARGIN = 0.03, 0.02
"""Iris radii next to the upper and the lower lid that lashes and shadow spoil."""


@dataclass(frozen=True, slots=True)
class Strip:
    """The iris in its own coordinates; row k lies at (k + 0.5) / 64 of the way from the pupil to the limbus.

    Attributes
    ----------
    grey : (64, 512) uint8
    usable : (64, 512) bool
        Iris texture: inside the image and covered by nothing.
    specular, lash, lid : (64, 512) bool
        Mirrored light, lashes (and their shadows), skin; of what lies inside the image.
    """

    grey: GreyPixels
    usable: Mask
    specular: Mask
    lash: Mask
    lid: Mask


def unwrap(pixels: GreyPixels, outline: Outline, trace: Trace = no_trace) -> Strip:
    """Unroll the iris and mark what covers it.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.
    trace : callable
        Receives ``strip`` and ``usable``.

    Returns
    -------
    Strip
    """
    row, column = sheet_places(outline)
    inside, lid = _inside_and_under_lid(row, column, outline, pixels.shape)
    grey = _sample(pixels, outline, row, column)
    dark = float(np.median(polar_image(pixels, outline.pupil, 0.8, 8, 32)))
    specular, lash = specular_and_lash(grey, inside & ~lid, dark)
    free = inside & ~lid
    strip = Strip(grey, free & ~(specular | lash), specular & free, lash & free, lid & inside)
    trace("strip", strip.grey)
    trace("usable", strip.usable)
    return strip


def sheet_places(outline: Outline) -> tuple[Field, Field]:
    """Places of the strip in the image: on straight lines from each point of the pupil to its counterpart.

    Parameters
    ----------
    outline : Outline

    Returns
    -------
    row, column : (64, 512) float32
        Pixels.
    """
    depth = ((np.arange(ROWS, dtype=np.float32) + 0.5) / ROWS)[:, None]
    (row, column), (far_row, far_column) = (
        [each.astype(np.float32) for each in ellipse.points(angles(COLUMNS))]
        for ellipse in (outline.pupil, outline.limbus)
    )
    return row + depth * (far_row - row), column + depth * (far_column - column)


def _inside_and_under_lid(row: Field, column: Field, outline: Outline, shape: tuple[int, ...]) -> tuple[Mask, Mask]:
    """Whether each place lies inside the image, and whether under a lid."""
    height, width = shape[:2]
    inside = (row >= 1) & (row <= height - 2) & (column >= 1) & (column <= width - 2)
    at = np.clip(column, 0, width - 1).astype(np.int32)
    radius = outline.limbus.radius_px
    upper, lower = (
        (outline.upper_lid + UPPER_MARGIN * radius).astype(np.float32),
        (outline.lower_lid - LOWER_MARGIN * radius).astype(np.float32),
    )
    return inside, (row < np.take(upper, at)) | (row > np.take(lower, at))


def _sample(pixels: GreyPixels, outline: Outline, row: Field, column: Field) -> GreyPixels:
    factor = MAX_PX / outline.limbus.radius_px
    if factor < 1:
        pixels, row, column = _reduce(pixels, outline.limbus, factor, row, column)
    return cv2.remap(pixels, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _reduce(
    pixels: GreyPixels, limbus: Ellipse, factor: float, row: Field, column: Field
) -> tuple[GreyPixels, Field, Field]:
    """The part of the image around the iris, smaller, and the places there."""
    top, left, bottom, right = limbus.window(1.1 * limbus.major_px)
    window = pixels[top : max(top + 2, bottom), left : max(left + 2, right)]
    small = cv2.resize(window, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return small, (row - top + 0.5) * factor - 0.5, (column - left + 0.5) * factor - 0.5
