"""Which way fingers point: from the outlines of their parts, each on its own and together."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from biocapture.fingerprint.slap.blobs import Blob
from biocapture.fingerprint.slap.foreground import CELL_MM
from biocapture.types import Mask, Values

MAX_TILT_DEG = 65.0
"""Fingers point up, give or take this."""

AGREEMENT_DEG = 18.0
"""Deviation of the directions of a hand's fingers from their common one."""

MIN_CUT_CELLS, MIN_WHOLE_CELLS = 10, 15
"""Cells on the border from which it cuts a finger; cells along a finger from which its middle line has a direction."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Shape of a part in millimetres.

    Attributes
    ----------
    angle_deg : float
        Of the longer axis, counter-clockwise from upright, -90..90.
    elongation : float
        Longer over shorter axis, at least 1.
    area_mm2 : float
    """

    angle_deg: float
    elongation: float
    area_mm2: float


def outline_of(blob: Blob) -> Outline:
    """Second moments of the hull of a part: what is missing from a patchy print does not turn it.

    Parameters
    ----------
    blob : Blob

    Returns
    -------
    Outline
    """
    row, column = _hull(blob)
    row, column = row - row.mean(), column - column.mean()
    yy, xx, xy = float((row * row).mean()), float((column * column).mean()), float((row * column).mean())
    # Longer axis from upright; a tip to the left of its base has row and column of one sign, and is positive.
    angle = 0.5 * np.arctan2(2 * xy, yy - xx)
    middle, half = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    elongation = np.sqrt((middle + half + 0.1) / max(middle - half + 0.1, 0.1))
    return Outline(float(np.rad2deg(angle)), float(elongation), len(blob.rows) * CELL_MM**2)


def _hull(blob: Blob) -> tuple[Values, Values]:
    """Rows and columns of the cells of the convex hull."""
    top, left = blob.rows.min(), blob.columns.min()
    cells = np.stack([blob.columns - left, blob.rows - top], axis=1).astype(np.int32)
    filled = np.zeros((int(cells[:, 1].max()) + 1, int(cells[:, 0].max()) + 1), np.uint8)
    cv2.fillConvexPoly(filled, cv2.convexHull(cells), 1)
    rows, columns = np.nonzero(filled)
    return rows.astype(np.float64), columns.astype(np.float64)


def common_angle_deg(outlines: Sequence[Outline]) -> float:
    """Direction that most of the parts share.

    Parameters
    ----------
    outlines : sequence of Outline

    Returns
    -------
    float
        Counter-clockwise from upright, within :data:`MAX_TILT_DEG`; 0 where none is long enough to point anywhere.
    """
    angles = np.array([each.angle_deg for each in outlines])
    weights = np.array([each.area_mm2 * min(each.elongation - 1, 0.8) for each in outlines])
    weights = weights * (np.abs(angles) < MAX_TILT_DEG)
    if not weights.sum() > 0:
        return 0.0
    candidates = np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 1)
    agreement = np.exp(-0.5 * ((candidates[:, None] - angles) / AGREEMENT_DEG) ** 2) @ weights
    return float(candidates[agreement.argmax()])


def frame(angle_deg: float) -> tuple[Values, Values]:
    """Unit vectors (row, column) towards the tip and to the right of a finger.

    Parameters
    ----------
    angle_deg : float
        Counter-clockwise from upright.

    Returns
    -------
    up, right : (2,) float64
    """
    turn = np.deg2rad(angle_deg)
    return np.array([-np.cos(turn), -np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])


def is_at_border(blob: Blob, shape: tuple[int, ...]) -> bool:
    """Whether the border of the picture cuts a part: more than a corner of it lies there.

    Parameters
    ----------
    blob : Blob
    shape : (int, int)
        Rows and columns of cells.

    Returns
    -------
    bool
    """
    return int(_on_border(blob, shape).sum()) > MIN_CUT_CELLS


def midline_deg(blob: Blob, angle_deg: float, shape: tuple[int, ...]) -> float:
    """Direction of the line halfway between both sides of a finger, where neither is cut by the border.

    Parameters
    ----------
    blob : Blob
    angle_deg : float
        About how it points.
    shape : (int, int)
        Rows and columns of cells.

    Returns
    -------
    float
        Counter-clockwise from upright; ``angle_deg`` where too little is whole.
    """
    border = _on_border(blob, shape)
    for _ in range(3):
        up, right = frame(angle_deg)
        along = blob.rows * up[0] + blob.columns * up[1]
        across = blob.rows * right[0] + blob.columns * right[1]
        at = np.floor(along - along.min()).astype(np.int64)
        count = int(at.max()) + 1
        left, end = np.full(count, np.inf), np.full(count, -np.inf)
        np.minimum.at(left, at, across)
        np.maximum.at(end, at, across)
        whole = (np.bincount(at, border, minlength=count) == 0) & (end > left)
        whole[-2:] = whole[:2] = False
        if whole.sum() < MIN_WHOLE_CELLS:
            break
        places = np.flatnonzero(whole).astype(np.float64)
        slope = float(np.polyfit(places, (left[whole] + end[whole]) / 2, 1)[0])
        angle_deg -= float(np.clip(np.rad2deg(np.arctan(slope)), -8, 8))
    return angle_deg


def _on_border(blob: Blob, shape: tuple[int, ...]) -> Mask:
    """Cells of a part next to the border of the picture."""
    rows, columns = blob.rows, blob.columns
    return (rows < 1) | (columns < 1) | (rows > shape[0] - 2) | (columns > shape[1] - 2)
