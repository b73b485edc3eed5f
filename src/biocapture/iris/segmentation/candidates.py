"""Where a pupil may be: centres towards which the rims of dark discs point."""

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.types import Counts, Field, GreyPixels

SIDE_PX = 128
"""Longer side of the image that is searched."""

RADII_PX = tuple(2.2 * 1.18**step for step in range(17))
"""Radii looked for in it: 11 to 155 px in an image of 640 × 480."""

MAX_CANDIDATES = 8

MIN_SLOPE, MAX_SLOPE = 3.0, 24.0
"""Greys per pixel from which a place votes, and that a vote counts at most: the rim of a lamp or a lid is no better
than that of a pupil."""

MIN_VOTES = 0.08
"""Share of the votes that a whole rim of the steepest slope casts, below which there is no candidate."""

BORDER_PX = 6
"""Pixels that centres may lie outside the image."""


def candidates(dark: GreyPixels) -> list[Ellipse]:
    """Circles that may be the pupil, those with most of a rim first.

    Every place where greys rise votes for the centres that it would be the rim of, one for every radius (the radial
    symmetry of Loy & Zelinsky 2003, doi:10.1109/TPAMI.2003.1217601, for dark discs): lashes point anywhere, a lid to
    one line, the rim of a disc to its centre.

    Parameters
    ----------
    dark : (H, W) uint8
        See :class:`biocapture.iris.segmentation.reduction.Reduction`.

    Returns
    -------
    list of Ellipse
        At most :data:`MAX_CANDIDATES` circles in pixels of the image given.
    """
    factor = SIDE_PX / max(dark.shape)
    height, width = (max(8, round(side * factor)) for side in dark.shape)
    small = cv2.resize(dark, (width, height), interpolation=cv2.INTER_AREA)
    return [circle.rescale(1 / factor) for circle in _peaks(_votes(small))]


def _votes(small: GreyPixels) -> Field:
    """(R, H, W) share of a rim that points to each place, for every radius."""
    right, down = (cv2.Sobel(small, cv2.CV_32F, *axis, ksize=3, scale=0.125) for axis in ((1, 0), (0, 1)))
    slope = cv2.magnitude(right, down)
    row, column = np.nonzero(slope > MIN_SLOPE)
    steep = slope[row, column]
    right, down = right[row, column] / steep, down[row, column] / steep
    vote = np.minimum(steep, MAX_SLOPE)
    height, width = (side + 2 * BORDER_PX for side in small.shape)
    planes = []
    for radius in RADII_PX:
        at_row, at_column = _rounded(row - radius * down), _rounded(column - radius * right)
        inside = (at_row >= 0) & (at_row < height) & (at_column >= 0) & (at_column < width)
        place = (at_row * width + at_column)[inside]
        plane = np.bincount(place, vote[inside], height * width).reshape(height, width).astype(np.float32)
        blur = 0.6 + 0.1 * radius
        planes.append(cv2.GaussianBlur(plane, (0, 0), blur) * np.float32(blur * blur / (radius * MAX_SLOPE)))
    return np.stack(planes)


def _rounded(place: Field) -> Counts:
    return np.rint(place + BORDER_PX).astype(np.int64)


def _peaks(votes: Field) -> list[Ellipse]:
    """Circles with most votes, each well apart from those before it in place or in radius."""
    circles = []
    for _ in range(MAX_CANDIDATES):
        size, row, column = np.unravel_index(int(votes.argmax()), votes.shape)
        if votes[size, row, column] < MIN_VOTES:
            break
        radius = RADII_PX[size]
        circles.append(Ellipse(float(row - BORDER_PX), float(column - BORDER_PX), radius, radius, 0.0))
        near = max(2, round(0.5 * radius))
        votes[
            max(0, size - 2) : size + 3, max(0, row - near) : row + near + 1, max(0, column - near) : column + near + 1
        ] = 0
    return circles
