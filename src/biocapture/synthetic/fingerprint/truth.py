"""True minutiae of a synthetic finger, from the skeleton of its noise-free pattern."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.types import Field, Mask


@dataclass(frozen=True, slots=True)
class Minutiae:
    """True minutiae of a finger or an impression.

    Attributes
    ----------
    row, column : (M,) float32
        Pixels at 500 ppi.
    angle : (M,) float32
        Radians in [0, 2π), counter-clockwise from the direction of rising columns (rows point down), along the ridge
        that ends, or along the valley that a bifurcation encloses (ISO/IEC 19794-2 clause 6.4).
    ending : (M,) bool
        True for a ridge ending, False for a bifurcation.
    """

    row: Field
    column: Field
    angle: Field
    ending: Mask


def true_minutiae(ridges: Field, orientation: Field, period_px: float) -> Minutiae:
    """Ends and forks of the skeleton of the noise-free pattern, without spurs and breaks below half a period.

    Parameters
    ----------
    ridges : (H, W) float32
        Negative on ridges.
    orientation : (H, W) float32
        Radians in [0, π), along the ridges.
    period_px : float

    Returns
    -------
    Minutiae
    """
    from skimage.morphology import remove_small_holes, remove_small_objects, skeletonize

    solid = remove_small_holes(remove_small_objects(ridges < 0, max_size=60), max_size=60)
    skeleton = np.pad(skeletonize(solid), 1)[1:-1, 1:-1].astype(np.uint8)
    neighbours = cv2.filter2D(skeleton, cv2.CV_8U, np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8))
    crossings = _crossing_number(skeleton)
    end = (skeleton == 1) & (neighbours == 1)
    fork = (skeleton == 1) & (crossings >= 3)
    places = np.argwhere(end | fork)
    margin = 12
    inner = np.all((places >= margin) & (places < np.array(ridges.shape) - margin), axis=1)
    places = _without_close_pairs(places[inner], 0.55 * period_px)
    angle = np.array([_direction(skeleton, orientation, row, column) for row, column in places], np.float32)
    row, column = places.T
    return Minutiae(row.astype(np.float32), column.astype(np.float32), angle.reshape(-1), end[row, column])


def _crossing_number(skeleton: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Rutovitz crossing number of every pixel: 1 = end, 3 = fork."""
    ring = ((-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1))
    padded = np.pad(skeleton, 1).astype(np.int8)
    height, width = skeleton.shape
    around = [padded[1 + r : 1 + r + height, 1 + c : 1 + c + width] for r, c in ring]
    changes = sum(np.abs(here - after) for here, after in zip(around, around[1:] + around[:1], strict=True))
    return (changes // 2).astype(np.uint8)


def _without_close_pairs(places: NDArray[np.intp], distance: float) -> NDArray[np.intp]:
    """Keep one of the pixels that draw a fork; drop both ends of spurs, bridges and breaks below ``distance``."""
    if len(places) < 2:
        return places
    gap = np.hypot(*(places[:, None, :] - places[None, :, :]).transpose(2, 0, 1).astype(np.float64))
    np.fill_diagonal(gap, np.inf)
    drawn_twice = (np.tril(gap < 2.5, -1)).any(axis=1)
    apart = ((gap > distance) | (gap < 2.5)).all(axis=1)
    return places[apart & ~drawn_twice]


def _direction(skeleton: NDArray[np.uint8], orientation: Field, row: int, column: int) -> float:
    """Of the two directions along the ridge, the one with more of the skeleton around: towards the ridge that ends, or
    between the two branches of a fork.
    """
    radius = 7
    window = skeleton[row - radius : row + radius + 1, column - radius : column + radius + 1]
    _, ridge = cv2.connectedComponents(window, connectivity=8)
    rows, columns = np.nonzero(ridge == ridge[radius, radius])  # its own ridge, not the neighbours
    up, right = radius - rows, columns - radius
    far = np.hypot(up, right) > 2.5
    along = float(orientation[row, column])
    lean = (right[far] * np.cos(along) + up[far] * np.sin(along)).sum()
    return along if lean >= 0 else along + np.pi
