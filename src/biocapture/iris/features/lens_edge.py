"""The edge of a contact lens: a thin ring on the white of the eye, left and right of the iris."""

import cv2
import numpy as np

from biocapture.iris.outline import Outline
from biocapture.iris.rings import lateral_angles, ring_greys, ring_places
from biocapture.types import Field, GreyPixels, Mask

ANGLES = 64
MIN_RADIUS, MAX_RADIUS, RADIUS_STEP = 1.06, 1.46, 0.009
"""Radii that are searched, and their step, in iris radii: soft lenses are 13.5 to 15 mm wide, irises 11 to 13 mm."""

LINE_STEPS, AROUND_STEPS = 1.4, 3.2
"""Deviations of the two Gaussians, in steps, whose difference responds to a line as thin as a lens edge."""

END_STEPS = 4
"""Steps at either end that are left out."""

SLANTS = np.arange(-5, 6, 2)
"""Steps by which a ring may lie nearer at the top than at the bottom of a side: lenses slip."""

MAX_GREYS = 6.0
"""Stronger responses are vessels, lashes or lids, and count as this much."""

MIN_VISIBLE_SHARE = 0.6
"""Share of a line that must be visible."""


def lens_edge(pixels: GreyPixels, outline: Outline) -> float:
    """Height of the most consistent thin bright line that runs around both sides of the iris.

    Parameters
    ----------
    pixels : (H, W) uint8
    outline : Outline
        Of these pixels.

    Returns
    -------
    float
        Mean response along the line, greys, of the lesser of the two sides: a lens shows on both, a vessel on one.
        NaN where a side is hidden.
    """
    scale = np.arange(MIN_RADIUS, MAX_RADIUS, RADIUS_STEP, dtype=np.float32)
    region = ring_greys(pixels, outline, *ring_places(outline.limbus, scale, lateral_angles(ANGLES)))
    response = _line_responses(region.grey)
    half = ANGLES // 2
    return min(_best_line(response[:, side], region.seen[:, side]) for side in (slice(half), slice(half, None)))


def _line_responses(grey: Field) -> Field:
    """Difference of two Gaussians along the radius, greys."""
    narrow, wide = (cv2.GaussianBlur(grey, (1, 0), 0.1, sigmaY=sigma) for sigma in (LINE_STEPS, AROUND_STEPS))
    return np.clip(narrow - wide, -MAX_GREYS, MAX_GREYS)


def _best_line(response: Field, seen: Mask) -> float:
    """Highest mean along any line from the top to the bottom of one side."""
    steps, angles = response.shape
    lean = np.rint(SLANTS[:, None] * np.linspace(-0.5, 0.5, angles)).astype(np.intp)
    place = np.arange(END_STEPS, steps - END_STEPS)[None, :, None] + lean[:, None, :]
    angle = np.arange(angles)
    visible = seen[place, angle]
    total = (response[place, angle] * visible).sum(axis=2)
    count = visible.sum(axis=2)
    enough = count >= MIN_VISIBLE_SHARE * angles
    return float((total[enough] / count[enough]).max()) if enough.any() else float("nan")
