"""Where a pupil may be: discs that are darker than their surroundings on all sides."""

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.types import GreyPixels

SIDE_PX = 80
"""Longer side of the image that is searched."""

RADII_PX = (2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0, 10.0, 12.5)
"""Radii looked for in it: 16 to 100 px in an image of 640 × 480."""

MAX_CANDIDATES = 5

MIN_CONTRAST = 8
"""Contrast below which a disc is no candidate, in hundredths; see :func:`_disc_contrast`."""

MAX_CONTRAST_GREYS = 32
"""Larger differences count as this many greys: a pupil in its iris is as good as an iris in the white of the eye."""

CONTRAST_FLOOR_GREYS = 15
"""Added to the grey of a disc before the contrast is divided by it, so that a black disc has a finite contrast."""

BORDER_PX = 21
"""Pixels repeated around the image, enough for the largest disc and its surroundings."""


def candidates(dark: GreyPixels) -> list[Ellipse]:
    """Discs that may be the pupil, the most pronounced first.

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
    height, width = (max(1, round(side * factor)) for side in dark.shape)
    small = cv2.resize(dark, (width, height), interpolation=cv2.INTER_AREA)
    padded = cv2.copyMakeBorder(small, BORDER_PX, BORDER_PX, BORDER_PX, BORDER_PX, cv2.BORDER_REPLICATE)
    best, size = np.zeros_like(small), np.zeros_like(small)
    for index, radius in enumerate(RADII_PX):
        contrast = _disc_contrast(padded, small.shape, radius)
        size[cv2.compare(contrast, best, cv2.CMP_GT) > 0] = index
        best = cv2.max(best, contrast)
    return [circle.rescale(1 / factor) for circle in _peaks(cv2.GaussianBlur(best, (3, 3), 0), size)]


def _disc_contrast(padded: GreyPixels, shape: tuple[int, ...], radius: float) -> GreyPixels:
    """(H, W) contrast of a disc of one radius to eight discs around it, relative to its own grey, in hundredths.

    The eight form four pairs of opposite ones. Of a pair the darker counts, because a pupil is darker than its iris on
    both sides; a shadow or a lash line is so on one side only. Of the four pairs the second darkest counts: one may lie
    under a lid.
    """
    inner = cv2.blur(padded, (_odd(1.3 * radius, 3),) * 2)
    outer = cv2.blur(padded, (_odd(0.6 * radius, 1),) * 2)
    height, width = shape

    def around(image: GreyPixels, down: int, right: int) -> GreyPixels:
        top, left = BORDER_PX + down, BORDER_PX + right
        return image[top : top + height, left : left + width]

    straight = max(2, round(1.5 * radius))
    slanted = max(2, round(0.7071 * straight))
    steps = ((0, straight), (slanted, slanted), (slanted, -slanted), (straight, 0))
    pairs = [cv2.min(around(outer, *step), around(outer, -step[0], -step[1])) for step in steps]
    # The second least of four by comparisons alone: no image is sorted.
    second = cv2.min(
        cv2.max(cv2.min(pairs[0], pairs[1]), cv2.min(pairs[2], pairs[3])),
        cv2.min(cv2.max(pairs[0], pairs[1]), cv2.max(pairs[2], pairs[3])),
    )
    centre = around(inner, 0, 0)
    contrast = cv2.min(cv2.subtract(second, centre), MAX_CONTRAST_GREYS)
    return cv2.divide(contrast, cv2.add(centre, CONTRAST_FLOOR_GREYS), scale=100.0)


def _peaks(contrast: GreyPixels, size: GreyPixels) -> list[Ellipse]:
    """Circles at the strongest places, each well apart from those before it."""
    contrast[[0, 1, -2, -1]] = 0
    contrast[:, [0, 1, -2, -1]] = 0
    circles = []
    for _ in range(MAX_CANDIDATES):
        _, strength, _, (column, row) = cv2.minMaxLoc(contrast)
        if strength < MIN_CONTRAST:
            break
        radius = RADII_PX[size[row, column]]
        circles.append(Ellipse(row, column, radius, radius, 0.0))
        cv2.circle(contrast, (column, row), max(2, round(0.7 * radius)), 0, -1)
    return circles


def _odd(length: float, minimum: int) -> int:
    return max(minimum, round(length) | 1)
