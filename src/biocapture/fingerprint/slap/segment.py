"""The straight line for one picture of several fingers: pixels in, fingertips out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from biocapture.fingerprint.slap.axes import common_angle_deg, frame, is_at_border, midline_deg
from biocapture.fingerprint.slap.blobs import blobs_of
from biocapture.fingerprint.slap.foreground import ridge_cells
from biocapture.fingerprint.slap.hand import Hand, hand_of
from biocapture.fingerprint.slap.phalanges import Phalanx, fingertips, phalanx
from biocapture.types import Image, Position, RotatedBox, Trace, Values, no_trace

FAN_DEG = 6.0
"""Deviation of a finger's direction from the fan of its hand."""

OUTLINE_DEG = 4.0
"""Deviation of the direction of an outline twice as long as broad; rounder ones tell less."""

CUT_WEIGHT = 1.0
"""Weight of the direction of a finger cut by the border; that of its fan is 1."""


@dataclass(frozen=True, slots=True)
class Fingertip:
    """One finger of a slap.

    Attributes
    ----------
    position : Position
        Unknown where it cannot be told.
    box : RotatedBox
        Of the distal phalanx, in pixels of the picture.
    confidence : float
        0..1, that the box holds one fingertip.
    is_cut : bool
        It runs over the border of the picture.
    is_joined : bool
        No background was seen between it and a neighbour.
    """

    position: Position
    box: RotatedBox
    confidence: float
    is_cut: bool
    is_joined: bool = False


@dataclass(frozen=True, slots=True)
class Slap:
    """What was found in a picture of several fingers.

    Attributes
    ----------
    fingers : tuple of Fingertip
        From left to right.
    hand : Hand
        Which hand, as told or from the geometry of the tips.
    angle_deg : float
        Mean direction of the fingers, counter-clockwise from upright; NaN without any.
    """

    fingers: tuple[Fingertip, ...]
    hand: Hand
    angle_deg: float


def segment(image: Image, expected: Sequence[Position] = (), trace: Trace = no_trace) -> Slap:
    """Find the fingertips in a picture.

    Parameters
    ----------
    image : Image
        Grey, with a resolution; dark or white ridges, fingers pointing up within 60°.
    expected : sequence of Position
        Fingers that the picture should show; empty where that is not known.
    trace : callable
        Receives the stages.

    Returns
    -------
    Slap
    """
    cells = ridge_cells(image.pixels, image.ppi, trace)
    tips = fingertips(blobs_of(cells.apart, cells.mask), cells.strength)
    tips = _with_own_angles(tips, cells.mask.shape)
    _, right = frame(float(np.mean([tip.angle_deg for tip in tips])) if tips else 0.0)
    tips.sort(key=lambda tip: float(tip.centre @ right))
    boxes = [_box(tip, cells.cell_px) for tip in tips]
    scale_mm = 25.4 / image.ppi
    hand = hand_of([_in_mm(box, scale_mm) for box in boxes], tuple(expected))
    fingers = tuple(
        Fingertip(position, box, _confidence(tip), is_at_border(tip.blob, cells.mask.shape), tip.is_joined)
        for tip, box, position in zip(tips, boxes, hand.positions, strict=True)
    )
    angle = float(np.mean([box.angle_deg for box in boxes])) if boxes else float("nan")
    return Slap(fingers, hand, angle)


def _with_own_angles(tips: Sequence[Phalanx], shape: tuple[int, ...]) -> list[Phalanx]:
    """Each fingertip in the frame of its own direction: its outline's, drawn towards the fan of the hand."""
    if not tips:
        return []
    hand_deg = common_angle_deg([tip.outline for tip in tips])
    cut = np.array([is_at_border(tip.blob, shape) for tip in tips])
    own = np.array(
        [
            midline_deg(tip.blob, hand_deg, shape) if is_cut else tip.outline.angle_deg
            for tip, is_cut in zip(tips, cut, strict=True)
        ]
    )
    away = np.mod(own - hand_deg + 90, 180) - 90
    elongation = np.array([tip.outline.elongation for tip in tips])
    weight = (FAN_DEG * np.maximum(elongation - 1, 0.02) / OUTLINE_DEG) ** 2
    weight = np.where(cut, CUT_WEIGHT, weight)
    weight = np.where(np.abs(away) > 25, 0.0, weight)
    fan = _fan(np.array([tip.right for tip in tips]), away, weight)
    angles = hand_deg + (weight * away + fan) / (weight + 1)
    return [
        phalanx(tip.blob, float(angle), tip.is_joined, tip.outline) for tip, angle in zip(tips, angles, strict=True)
    ]


def _fan(right: Values, away: Values, weight: Values) -> Values:
    """Directions of fingers as a line over their places, drawn towards all being alike."""
    if weight.sum() <= 0:
        return np.zeros_like(away)
    middle = float((weight * right).sum() / weight.sum())
    mean = float((weight * away).sum() / (weight.sum() + 0.2))
    offset = right - middle
    slope = float((weight * offset * (away - mean)).sum() / ((weight * offset**2).sum() + 1500.0))
    return mean + slope * offset


def _box(tip: Phalanx, cell_px: float) -> RotatedBox:
    row, column = (tip.centre + 0.5) * cell_px - 0.5
    return RotatedBox(float(row), float(column), tip.height * cell_px, tip.width * cell_px, tip.angle_deg)


def _in_mm(box: RotatedBox, scale: float) -> RotatedBox:
    row, column, height, width = (scale * value for value in (box.row, box.column, box.height, box.width))
    return replace(box, row=row, column=column, height=height, width=width)


def _confidence(tip: Phalanx) -> float:
    """How much of its box a part fills, against that of an oval."""
    filled = len(tip.blob.rows) / (tip.height * tip.width)
    return float(np.clip(1 - 3.0 * max(0.0, 0.76 - filled), 0.05, 1.0))
