"""Where a pupil may be: discs that are darker than what surrounds them on all sides."""

import cv2
import numpy as np

from biocapture.iris.outline import Ellipse
from biocapture.types import GreyPixels

SIDE_PX = 80
"""Longer side of the image that is searched."""

RADII_PX = (2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0, 10.0, 12.5)
"""Radii looked for, there: 16 to 100 px in an image of 640 × 480."""

MAX_CANDIDATES = 5
MIN_CONTRAST = 8

MAX_CONTRAST_GREYS = 32
"""Contrasts beyond count as this much: a pupil in its iris is as good as an iris in the white of the eye."""

CONTRAST_FLOOR_GREYS = 15
"""Added to a disc's grey, so that contrast is relative but not to nothing."""

BORDER_PX = 21


def candidates(dark: GreyPixels) -> list[Ellipse]:
    """At most :data:`MAX_CANDIDATES` discs, most pronounced first, in pixels of the image given."""
    factor = SIDE_PX / max(dark.shape)
    height, width = (max(1, round(side * factor)) for side in dark.shape)
    small = cv2.resize(dark, (width, height), interpolation=cv2.INTER_AREA)
    wide = cv2.copyMakeBorder(small, BORDER_PX, BORDER_PX, BORDER_PX, BORDER_PX, cv2.BORDER_REPLICATE)
    best, size = np.zeros_like(small), np.zeros_like(small)
    for index, radius in enumerate(RADII_PX):
        answer = _disc_contrast(wide, small.shape, radius)
        size[cv2.compare(answer, best, cv2.CMP_GT) > 0] = index
        best = cv2.max(best, answer)
    return [found.scaled(1 / factor) for found in _peaks(cv2.GaussianBlur(best, (3, 3), 0), size)]


def _disc_contrast(wide: GreyPixels, shape: tuple[int, ...], radius: float) -> GreyPixels:
    """(H, W) contrast of a disc of one radius to eight discs around it, relative to its own grey.

    Of each two opposite ones the darker counts, of the four pairs the third best: one may lie under the lid.
    """
    inner = cv2.blur(wide, (_odd(1.3 * radius, 3),) * 2)
    outer = cv2.blur(wide, (_odd(0.6 * radius, 1),) * 2)
    height, width = shape

    def around(image: GreyPixels, down: int, right: int) -> GreyPixels:
        top, left = BORDER_PX + down, BORDER_PX + right
        return image[top : top + height, left : left + width]

    straight = max(2, round(1.5 * radius))
    slanted = max(2, round(0.7071 * straight))
    steps = ((0, straight), (slanted, slanted), (slanted, -slanted), (straight, 0))
    pairs = [cv2.min(around(outer, *step), around(outer, -step[0], -step[1])) for step in steps]
    second = cv2.min(
        cv2.max(cv2.min(pairs[0], pairs[1]), cv2.min(pairs[2], pairs[3])),
        cv2.min(cv2.max(pairs[0], pairs[1]), cv2.max(pairs[2], pairs[3])),
    )
    centre = around(inner, 0, 0)
    contrast = cv2.min(cv2.subtract(second, centre), MAX_CONTRAST_GREYS)
    return cv2.divide(contrast, cv2.add(centre, CONTRAST_FLOOR_GREYS), scale=100.0)


def _peaks(answer: GreyPixels, size: GreyPixels) -> list[Ellipse]:
    answer[[0, 1, -2, -1]] = 0
    answer[:, [0, 1, -2, -1]] = 0
    found = []
    for _ in range(MAX_CANDIDATES):
        _, strength, _, (column, row) = cv2.minMaxLoc(answer)
        if strength < MIN_CONTRAST:
            break
        radius = RADII_PX[size[row, column]]
        found.append(Ellipse(row, column, radius, radius, 0.0))
        cv2.circle(answer, (column, row), max(2, round(0.7 * radius)), 0, -1)
    return found


def _odd(length: float, least: int) -> int:
    return max(least, round(length) | 1)
