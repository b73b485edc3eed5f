"""The edge of a contact lens: a thin ring on the white of the eye, left and right of the iris."""

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Outline
from biocapture.iris.rings import lateral_angles, ring_greys, ring_places
from biocapture.types import Field, GreyPixels

ANGLES = 64
MIN_RADIUS, MAX_RADIUS, RADIUS_STEP = 1.06, 1.46, 0.009
"""Radii that are looked at, in iris radii: soft lenses are 13.5 to 15 mm wide, irises 11 to 13 mm."""

LINE_STEPS, AROUND_STEPS = 1.4, 3.2
"""Deviations of the two Gaussians whose difference answers to a line as thin as a lens edge."""

END_STEPS = 4
"""Answers nearer to either end are not looked at."""

SLANTS = np.arange(-5, 6, 2)
"""Steps by which a ring may lie nearer at the top than at the bottom of a side: lenses slip."""

MAX_GREYS = 6.0
"""Stronger answers are vessels, lashes or lids, and count as this much."""

MIN_VISIBLE_SHARE = 0.6


def lens_edge(pixels: GreyPixels, outline: Outline) -> float:
    """Mean answer along the most consistent line, greys: the lesser of the two sides; NaN where they are not seen."""
    scale = np.arange(MIN_RADIUS, MAX_RADIUS, RADIUS_STEP, dtype=np.float32)
    found = ring_greys(pixels, outline, *ring_places(outline.limbus, scale, lateral_angles(ANGLES)))
    answer = _line_responses(found.grey)
    half = ANGLES // 2
    return min(_best_line(answer[:, side], found.seen[:, side]) for side in (slice(half), slice(half, None)))


def _line_responses(grey: Field) -> Field:
    along = [cv2.GaussianBlur(grey, (1, 0), 0.1, sigmaY=sigma) for sigma in (LINE_STEPS, AROUND_STEPS)]
    return np.clip(along[0] - along[1], -MAX_GREYS, MAX_GREYS)


def _best_line(answer: Field, seen: NDArray[np.bool_]) -> float:
    """Mean along every line from rim to rim of one side; the best."""
    steps, angles = answer.shape
    lean = np.rint(SLANTS[:, None] * np.linspace(-0.5, 0.5, angles)).astype(np.intp)
    place = np.arange(END_STEPS, steps - END_STEPS)[None, :, None] + lean[:, None, :]
    angle = np.arange(angles)
    shown = seen[place, angle]
    total = (answer[place, angle] * shown).sum(axis=2)
    count = shown.sum(axis=2)
    enough = count >= MIN_VISIBLE_SHARE * angles
    return float((total[enough] / count[enough]).max()) if enough.any() else float("nan")
