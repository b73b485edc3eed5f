"""How the skin of one finger is stretched against an even one: its ridges are wider here and turned there."""

from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.synthetic.fingerprint.flow import smooth
from biocapture.types import Field

STRETCHES = ((90.0, 5.5), (250.0, 8.0))
"""Distance over which each part of the displacement changes, and how large it is, px at 500 ppi; the ridge period
then varies within a print by a tenth (by 7 % in prints of seven live sensors)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where each pixel of a finger lies on even skin.

    Attributes
    ----------
    down, right : (H, W) float32
        Displacement in px at 500 ppi, mean 0.
    """

    down: Field
    right: Field

    @classmethod
    def drawn(cls, random: np.random.Generator, shape: tuple[int, int]) -> "Stretch":
        """One finger's own.

        Parameters
        ----------
        random : numpy.random.Generator
        shape : (int, int)
            Rows and columns at 500 ppi.

        Returns
        -------
        Stretch
        """
        parts = [[np.float32(size) * smooth(random, shape, scale) for scale, size in STRETCHES] for _ in range(2)]
        down, right = (short + long for short, long in parts)
        return cls(_without_trend(down), _without_trend(right))

    def places(self, margin_px: float, reduction: int) -> tuple[Field, Field]:
        """Row and column of every pixel on a reduced picture of even skin with a margin.

        Parameters
        ----------
        margin_px : float
            On all sides, px at 500 ppi.
        reduction : int
            Pixels at 500 ppi to a pixel of that picture.

        Returns
        -------
        (H, W) float32, (H, W) float32
        """
        row, column = np.mgrid[0 : self.down.shape[0], 0 : self.down.shape[1]].astype(np.float32)
        offset = np.float32(margin_px - (reduction - 1) / 2)
        return (row + self.down + offset) / reduction, (column + self.right + offset) / reduction

    def turned(self, orientation: Field) -> Field:
        """Ridge directions after the stretch, which turns and shears them.

        Parameters
        ----------
        orientation : (H, W) float32
            Radians, of the places on even skin.

        Returns
        -------
        (H, W) float32
            Radians in [0, π).
        """
        x, y = np.cos(orientation), -np.sin(orientation)
        (down_row, down_column), (right_row, right_column) = (
            [cv2.Sobel(part, cv2.CV_32F, *axes, ksize=3, scale=0.125) for axes in ((0, 1), (1, 0))]
            for part in (self.down, self.right)
        )
        turned_x, turned_y = (1 + down_row) * x - right_row * y, (1 + right_column) * y - down_column * x
        return np.mod(np.arctan2(-turned_y, turned_x), np.float32(np.pi))


def _without_trend(displacement: Field) -> Field:
    """Without shift and mean stretch, so that the mean ridge period stays."""
    row, column = (np.linspace(-1, 1, side, dtype=np.float32) for side in displacement.shape)
    by_row, by_column = displacement.mean(axis=1), displacement.mean(axis=0)
    down = row * np.float32((row * by_row).sum() / (row**2).sum())
    right = column * np.float32((column * by_column).sum() / (column**2).sum())
    return displacement - displacement.mean() - down[:, None] - right[None, :]
