"""Foreground cut into phalanges: where it is narrow between two wide parts, two parts meet."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.slap.foreground import CELL_MM
from biocapture.types import Counts, Field, Indices, Mask, Values

MIN_HALF_BREADTH_MM = 2.9
"""Half the breadth of the narrowest part that is a finger of its own."""

NECK_SHARE = 0.88
"""Two parts meet where the foreground is narrower than this share of either."""


BEYOND_CELLS = 24
"""The foreground is taken to go on this far beyond the border, in coarse cells of twice the side."""

JUTTING_SHARE = 0.55
"""What is narrower than this share of a part's breadth juts out of it."""

LEVEL_CELLS = 0.5
"""Steps in which the distance from the rim rises, in coarse cells."""


@dataclass(frozen=True, slots=True)
class Blob:
    """Cells of one part: rows and columns, (K,) float64, in cells."""

    rows: Values
    columns: Values

    @property
    def centre(self) -> Values:
        """(2,) row and column."""
        return np.array([self.rows.mean(), self.columns.mean()])

    def part(self, chosen: Mask) -> "Blob":
        """Some of the cells.

        Parameters
        ----------
        chosen : (K,) bool
        """
        return Blob(self.rows[chosen], self.columns[chosen])


def blobs_of(apart: Mask, mask: Mask) -> list[Blob]:
    """Parts of the foreground.

    Parameters
    ----------
    apart : (R, C) bool
        Foreground whose narrow places tell parts from each other.
    mask : (R, C) bool
        Foreground that is shared out among the parts.

    Returns
    -------
    list of Blob
        Each at least about 6 mm broad.
    """
    rows, columns = mask.shape
    if min(mask.shape) < 2 or not apart.any():
        return []
    coarse = cv2.resize(apart.astype(np.uint8), (columns // 2, rows // 2), interpolation=cv2.INTER_NEAREST)
    rim = BEYOND_CELLS
    bordered = cv2.copyMakeBorder(coarse, rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(bordered, cv2.DIST_L2, 5)
    np.minimum(distance, max(coarse.shape), out=distance)  # where no cell is background, OpenCV gives thousands
    seeds, count = _seeds(np.ascontiguousarray(distance[rim:-rim, rim:-rim]))
    if not count:
        return []
    owner = cv2.resize(_nearest_seed(seeds), (columns, rows), interpolation=cv2.INTER_NEAREST)
    owner[~mask] = 0
    rows, columns = np.nonzero(owner)
    of = owner[rows, columns]
    order = np.argsort(of, kind="stable")
    ends = np.cumsum(np.bincount(of, minlength=count + 1)[1:])
    pieces = zip(np.split(rows[order], ends[:-1]), np.split(columns[order], ends[:-1]), strict=True)
    return [_rounded(row, column) for row, column in pieces if len(row)]


def _rounded(rows: Indices, columns: Indices) -> Blob:
    """A part without what juts out of it: lines and letters that touch it, cells of its neighbours."""
    top, left = int(rows.min()), int(columns.min())
    own = np.zeros((int(rows.max()) - top + 3, int(columns.max()) - left + 3), np.uint8)
    own[rows - top + 1, columns - left + 1] = 1
    distance = cv2.distanceTransform(own, cv2.DIST_L2, 5)
    radius = JUTTING_SHARE * float(distance.max())
    to_core = cv2.distanceTransform((distance < radius).astype(np.uint8), cv2.DIST_L2, 5)
    kept = to_core[rows - top + 1, columns - left + 1] < radius + 0.5
    return Blob(rows[kept].astype(np.float64), columns[kept].astype(np.float64))


def _seeds(distance: Field) -> tuple[NDArray[np.int16], int]:
    """Middles of the parts, numbered from 1, and how many.

    The level rises cell by cell; a part in which it leaves several wide enough pieces is replaced by them.
    """
    least = MIN_HALF_BREADTH_MM / (2 * CELL_MM)
    kept = [part for part in _parts(distance > 0.5) if float(distance[part].max()) >= least]
    level = 1.0
    while level < NECK_SHARE * float(distance.max()):
        pieces, wide = _wide_pieces(distance, level, least)
        if np.count_nonzero(wide) > 1:
            kept = [part for mask in kept for part in _split(mask, pieces, wide)]
        level += LEVEL_CELLS
    seeded = np.zeros(distance.shape, np.int16)
    for number, mask in enumerate(kept, 1):
        seeded[mask] = number
    return seeded, len(kept)


def _wide_pieces(distance: Field, level: float, least: float) -> tuple[Counts, Mask]:
    """Components above a level, and which of them are wide enough to be parts of their own."""
    pieces = _components(distance > level)
    inside = np.flatnonzero(pieces)
    peaks = np.zeros(int(pieces.max()) + 1, np.float32)
    np.maximum.at(peaks, pieces.ravel()[inside], distance.ravel()[inside])
    return pieces, (peaks >= least) & (peaks * NECK_SHARE > level)


def _split(mask: Mask, pieces: Counts, wide: Mask) -> list[Mask]:
    """A part, or the wide pieces of it where there are several."""
    inside = np.unique(pieces[mask])
    numbers = [number for number in inside if wide[number]]
    return [pieces == number for number in numbers] if len(numbers) > 1 else [mask]


def _components(mask: Mask) -> Counts:
    _, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    return labels.astype(np.int64)


def _parts(mask: Mask) -> list[Mask]:
    labels = _components(mask)
    return [labels == number for number in range(1, int(labels.max()) + 1)]


def _nearest_seed(seeds: NDArray[np.int16]) -> NDArray[np.int16]:
    """Number of the seed nearest to each cell."""
    _, nearest = cv2.distanceTransformWithLabels(
        (seeds == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    of_label = np.zeros(int(nearest.max()) + 1, np.int16)
    of_label[nearest[seeds > 0]] = seeds[seeds > 0]
    return of_label[nearest]
