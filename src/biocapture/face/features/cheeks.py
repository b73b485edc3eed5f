"""The two patches below the eyes on which light and colour of the skin are measured (OFIQ)."""

import numpy as np
from numpy.typing import NDArray

from biocapture.face.landmarks import MOUTH_CENTRE, Points, distance, eye_centres, midpoint, round_half_away

Window = tuple[slice, slice]


def cheek_patches(points: Points, shape: tuple[int, int]) -> tuple[Window, Window] | None:
    """Rows and columns of the patches on both cheeks.

    Squares with sides of 0.3 eye distances, half-way from the eyes down to the mouth; each reaches from the middle of
    its eye inwards.

    Parameters
    ----------
    points : (98, 2) int64
        Landmarks in the image.
    shape : (int, int)
        Rows and columns of the image.

    Returns
    -------
    (left, right) or None
        Each (rows, columns) as slices; None where a patch has no pixel in the image.
    """
    left, right = eye_centres(points)
    side = int(0.3 * distance(left, right))
    down = int(distance(round_half_away((left + right) / 2), midpoint(points, MOUTH_CENTRE)) / 2)
    patches = _square(left + np.array((0, down)), side, shape), _square(right + np.array((-side, down)), side, shape)
    return patches if all(span.stop > span.start for window in patches for span in window) else None


def _square(corner: NDArray[np.float64], side: int, shape: tuple[int, int]) -> Window:
    def within(start: int, limit: int) -> slice:
        return slice(min(max(start, 0), limit), max(min(start + side, limit), 0))

    return within(int(corner[1]), shape[0]), within(int(corner[0]), shape[1])
