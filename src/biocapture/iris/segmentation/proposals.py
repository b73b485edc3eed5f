"""Where pupil and limbus may be, by a small network of ours (iris_segmentation): it has seen eyes of many cameras."""

import functools
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.outline import Ellipse
from biocapture.models import load
from biocapture.types import Field, GreyPixels

WIDE, HIGH = 160, 128
"""Pixels of the network's input."""

CELL, UNIT = 4, 16.0
"""Pixels along a side of a cell that votes; pixels that places and radii are voted in."""

DARKEST, BRIGHTEST = 0.01, 0.98
"""Shares of the pixels below the greys that become -1 and 1."""

MIN_EVIDENCE = 0.1
"""Evidence below which no eye is proposed."""

MIN_LIMBUS_PX, MAX_DILATION = 4.0, 0.95
"""Limbus radius in pixels of the input below which, and pupil radius in limbus radii above which, nothing can be
measured."""

VOTING = 0.5
"""Cells vote whose evidence is at least this share of the best one's."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One eye.

    Attributes
    ----------
    pupil, limbus : Ellipse
        Circles.
    evidence : float
        0..1 that this is an eye.
    """

    pupil: Ellipse
    limbus: Ellipse
    evidence: float

    def rescale(self, factor: float) -> "Proposal":
        """The same eye in a smaller or larger copy of the image.

        Parameters
        ----------
        factor : float
            Size of the copy relative to the image.

        Returns
        -------
        Proposal
            In pixels of the copy.
        """
        return Proposal(self.pupil.rescale(factor), self.limbus.rescale(factor), self.evidence)


def proposal(pixels: GreyPixels) -> Proposal | None:
    """A pair of circles that may be pupil and limbus.

    Parameters
    ----------
    pixels : (H, W) uint8

    Returns
    -------
    Proposal or None
        In pixels of ``pixels``; None where nothing looks like an eye.
    """
    factor = min(WIDE / pixels.shape[1], HIGH / pixels.shape[0])
    height, width = (max(1, round(side * factor)) for side in pixels.shape)
    small = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    found = elected(load("iris_segmentation")(network_input(small)[None])[0])
    return found.rescale(1 / factor) if found is not None and _is_possible(found, small.shape) else None


def network_input(grey: GreyPixels, inside: GreyPixels | None = None) -> Field:
    """Greys as the network sees them: no camera's exposure or tone curve matters.

    Parameters
    ----------
    grey : (h, w) uint8
        At most :data:`HIGH` by :data:`WIDE`.
    inside : (h, w) uint8, optional
        0 where there is no picture; default: it is everywhere.

    Returns
    -------
    (3, HIGH, WIDE) float32
        Greys between the darkest and the brightest, -1..1; share of the pixels that are darker, -1..1; 1 where there is
        a picture. 0 elsewhere.
    """
    count = cv2.calcHist([grey], [0], inside, [256], [0, 256]).ravel()
    total = count.cumsum()
    total /= max(float(total[-1]), 1.0)
    low, high = np.searchsorted(total, (DARKEST, BRIGHTEST))
    level = np.clip((np.arange(256) - low) * (2.0 / max(int(high - low), 8)) - 1, -1, 1)
    rank = 2 * total - count / max(float(count.sum()), 1.0) - 1
    height, width = grey.shape
    seen = np.zeros((3, HIGH, WIDE), np.float32)
    for into, table in zip(seen, (level, rank), strict=False):
        into[:height, :width] = cv2.LUT(grey, table.astype(np.float32))
    seen[2, :height, :width] = 1
    if inside is not None:
        seen[:, :height, :width] *= inside > 0
    return seen


def elected(votes: Field) -> Proposal | None:
    """Circles that the cells around the surest one agree on.

    Parameters
    ----------
    votes : (9, h, w) float32
        The network's answer.

    Returns
    -------
    Proposal or None
        In pixels of its input; None where no cell has :data:`MIN_EVIDENCE`.
    """
    evidence = 1 / (1 + np.exp(-votes[0]))
    row, column = divmod(int(evidence.argmax()), evidence.shape[1])
    best = float(evidence[row, column])
    if best < MIN_EVIDENCE:
        return None
    around = slice(max(0, row - 2), row + 3), slice(max(0, column - 2), column + 3)
    weight = evidence[around] * (evidence[around] >= VOTING * best)
    weight = weight / weight.sum()
    places = np.concatenate([votes[3:9, *around][k : k + 2] + _middles(*evidence.shape)[:, *around] for k in (0, 3)])
    at = UNIT * (places * weight).sum(axis=(1, 2))
    size = UNIT * np.exp((votes[[5, 8]][:, *around] * weight).sum(axis=(1, 2)))
    pupil, limbus = (
        Ellipse(float(at[2 * k + 1]), float(at[2 * k]), float(size[k]), float(size[k]), 0.0) for k in (0, 1)
    )
    return Proposal(pupil, limbus, best)


def _is_possible(proposal: Proposal, shape: tuple[int, ...]) -> bool:
    """Whether the pupil lies in the picture, and in its iris."""
    pupil, limbus = proposal.pupil, proposal.limbus
    inside = 0 <= pupil.row_px < shape[0] and 0 <= pupil.column_px < shape[1]
    small = pupil.radius_px < MAX_DILATION * limbus.radius_px and MIN_LIMBUS_PX < limbus.radius_px < WIDE
    return inside and small and pupil.centre_distance_px(limbus) < limbus.radius_px


@functools.cache
def _middles(height: int, width: int) -> NDArray[np.float32]:
    """(2, h, w) column and row of the middle of every cell, in :data:`UNIT`."""
    rows, columns = np.mgrid[:height, :width]
    return ((np.stack([columns, rows]) + 0.5) * CELL - 0.5).astype(np.float32) / UNIT
