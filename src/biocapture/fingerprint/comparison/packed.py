"""Index features of many references side by side in memory, so that one probe is held against all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.fingerprint.comparison.search import MAX_KEPT, IndexFeatures
from biocapture.fingerprint.comparison.template import FIELD_PX
from biocapture.types import Field, Indices, Mask

FAR_PX = 1e6
"""Where the minutiae lie that a reference does not have: near nothing."""

CODE_SIZE = 32
"""Numbers of the code of a minutia."""


@dataclass(frozen=True, slots=True)
class PackedFeatures:
    """N references; about 3.5 kB each.

    Attributes
    ----------
    code : (S, N, 32) int8
        Codes of the minutiae, those of one slot side by side; zeros where a reference has fewer.
    column, row : (S, N) float32
        Places in px, rows counted upwards: the negative of those of an image.
    cosine, sine : (S, N) float32
        Of their angles; 0 where a reference has fewer.
    size : (N,) int
        Minutiae of each.
    cells : (K,) uint8
        Orientation codes of all, one reference after another, and a 0 at the end.
    start, rows, columns : (N,) int
        Where the cells of each begin, and how many there are.
    """

    code: NDArray[np.int8]
    column: Field
    row: Field
    cosine: Field
    sine: Field
    size: Indices
    cells: NDArray[np.uint8]
    start: Indices
    rows: Indices
    columns: Indices

    def __len__(self) -> int:
        return len(self.size)

    def present(self, chosen: Indices) -> Mask:
        """Which slots hold a minutia.

        Parameters
        ----------
        chosen : (C,) int
            Numbers of references.

        Returns
        -------
        (S, C) bool
        """
        mask: Mask = np.arange(len(self.code))[:, None] < self.size[chosen]
        return mask

    def cells_at(self, chosen: Indices, column: Field, row: Field) -> NDArray[np.uint8]:
        """Orientation codes of the chosen references at places.

        Parameters
        ----------
        chosen : (C,) int
        column, row : (K, C) float32
            In px, rows counted upwards.

        Returns
        -------
        (K, C) uint8
            0 in the background and outside.
        """
        down = np.floor(row * np.float32(-1 / FIELD_PX)).astype(np.int32)
        right = np.floor(column * np.float32(1 / FIELD_PX)).astype(np.int32)
        rows, columns = self.rows[chosen], self.columns[chosen]
        inside = (down >= 0) & (down < rows) & (right >= 0) & (right < columns)
        where = np.where(inside, down * columns + right + self.start[chosen], len(self.cells) - 1)
        return self.cells[where]


def packed_features(features: Sequence[IndexFeatures]) -> PackedFeatures:
    """Lay index features side by side.

    Parameters
    ----------
    features : sequence of IndexFeatures
        N of them.

    Returns
    -------
    PackedFeatures
    """
    count = len(features)
    size = np.array([len(own) for own in features], np.intp)
    slots = int(size.max(initial=1))
    assert slots <= MAX_KEPT
    code = np.zeros((slots, count, CODE_SIZE), np.int8)
    place = np.full((slots, count), FAR_PX, np.complex64)
    facing = np.zeros((slots, count), np.complex64)
    for i, own in enumerate(features):
        code[: len(own), i], place[: len(own), i] = own.code, own.place
        facing[: len(own), i] = np.exp(1j * own.angle)
    across, up = np.ascontiguousarray(place.real), np.ascontiguousarray(place.imag)
    cosine, sine = np.ascontiguousarray(facing.real), np.ascontiguousarray(facing.imag)
    shapes = np.array([own.orientation.shape for own in features], np.intp).reshape(count, 2)
    rows, columns = shapes.T
    areas = rows * columns
    cells = np.concatenate([*(own.orientation.ravel() for own in features), np.zeros(1, np.uint8)])
    start = np.cumsum(areas) - areas
    return PackedFeatures(code, across, up, cosine, sine, size, cells, start, rows, columns)
