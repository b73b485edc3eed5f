"""Which hand and which fingers: places of the tips against those of an average hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from biocapture.fingerprint.slap.axes import frame
from biocapture.types import FingerGroup, Position, RotatedBox, Values

RIGHT = (Position.RIGHT_INDEX, Position.RIGHT_MIDDLE, Position.RIGHT_RING, Position.RIGHT_LITTLE)
LEFT = (Position.LEFT_LITTLE, Position.LEFT_RING, Position.LEFT_MIDDLE, Position.LEFT_INDEX)
THUMBS = (Position.LEFT_THUMB, Position.RIGHT_THUMB)
GROUPS = {FingerGroup.RIGHT_SLAP: RIGHT, FingerGroup.LEFT_SLAP: LEFT, FingerGroup.THUMBS: THUMBS}
"""Fingers from left to right, as they lie on a platen seen from above."""

ACROSS = (*LEFT, *THUMBS, *RIGHT)
"""Those of both hands side by side."""

ACROSS_MM = {"index": 0.0, "middle": 20.5, "ring": 40.5, "little": 59.0}
DOWN_MM = {"index": 10.0, "middle": 0.0, "ring": 8.0, "little": 29.0, "thumb": 0.0}
BREADTH_MM = {"index": 16.5, "middle": 16.8, "ring": 15.8, "little": 13.6, "thumb": 20.5}
"""Tips of an average right hand and breadths of their contact: hand anthropometry (Greiner 1991)."""

THUMBS_APART_MM = 34.0

DOWN_SD_MM, BREADTH_SD, SIZE_SD, TURN_SD_DEG = 3.5, 0.09, 0.09, 5.0
"""Deviations of single tips, of the logarithm of breadths, of the size of hands, of the direction of the hand."""

GAP_SD, MIN_GAP_SD_MM = 0.14, 2.0
"""Deviation of the distance of neighbouring tips, as a share of it, and least."""

MIN_CERTAINTY = 0.9
"""Probability from which a hand or a position is told."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Which hand is seen.

    Attributes
    ----------
    group : FingerGroup or None
        None where it cannot be told.
    likeliest : FingerGroup or None
        The group that the tips look most like, whatever was expected; None where they tell nothing.
    certainty : float
        0..1, that of ``likeliest`` by the geometry of the tips alone.
    positions : tuple of Position
        Of the tips from left to right; unknown where they cannot be told.
    """

    group: FingerGroup | None
    likeliest: FingerGroup | None
    certainty: float
    positions: tuple[Position, ...]


def hand_of(tips: Sequence[RotatedBox], expected: tuple[Position, ...] = ()) -> Hand:
    """Label the tips of one picture.

    Parameters
    ----------
    tips : sequence of RotatedBox
        In millimetres, from left to right.
    expected : tuple of Position
        What the picture should show; empty where that is not known.

    Returns
    -------
    Hand
    """
    groups, labels, chance = _hypotheses(tips)
    likelihood = {group: float(chance[groups == group].sum()) for group in GROUPS}
    likeliest = max(GROUPS, key=lambda group: likelihood[group]) if len(chance) else None
    certainty = likelihood[likeliest] if likeliest else 0.0
    group = _group_of(expected) or (likeliest if certainty >= MIN_CERTAINTY else None)
    positions = _positions(len(tips), group, labels, chance, expected)
    return Hand(group, likeliest, certainty, positions)


def _group_of(expected: tuple[Position, ...]) -> FingerGroup | None:
    """The group that holds all expected fingers."""
    return next((name for name, fingers in GROUPS.items() if expected and set(expected) <= set(fingers)), None)


def _positions(
    count: int,
    group: FingerGroup | None,
    labels: list[tuple[Position, ...]],
    chance: Values,
    expected: tuple[Position, ...],
) -> tuple[Position, ...]:
    """Labels in order where the number fits, else those that are certain."""
    unknown = (Position.UNKNOWN,) * count
    if not group:
        return tuple(finger for finger in ACROSS if finger in expected) if len(expected) == count else unknown
    due = tuple(finger for finger in GROUPS[group] if not expected or finger in expected)
    if len(due) == count:
        return due
    fits = np.array([set(each) <= set(due) for each in labels], np.bool_)
    if not fits.any() or not chance[fits].sum() > 0:
        return unknown
    share = np.where(fits, chance, 0.0) / chance[fits].sum()
    best = labels[int(share.argmax())]
    certain = [float(sum(p for each, p in zip(labels, share, strict=True) if each[k] is best[k])) for k in range(count)]
    return tuple(place if p >= MIN_CERTAINTY else Position.UNKNOWN for place, p in zip(best, certain, strict=True))


def _hypotheses(tips: Sequence[RotatedBox]) -> tuple[np.ndarray, list[tuple[Position, ...]], Values]:
    """Every way to label the tips, its group, and its probability by their geometry."""
    groups, labels, scores = [], [], []
    if not 2 <= len(tips) <= 4:
        return np.array([]), [], np.zeros(0)
    across, down, breadth = _measured(tips)
    for name, fingers in GROUPS.items():
        for chosen in combinations(fingers, len(tips)):
            groups.append(name)
            labels.append(chosen)
            scores.append(_log_likelihood(across, down, breadth, chosen, name))
    logs = np.array(scores)
    chance = np.exp(logs - logs.max())
    return np.array(groups), labels, chance / chance.sum()


def _measured(tips: Sequence[RotatedBox]) -> tuple[Values, Values, Values]:
    """Tips across and down in the frame of their mean direction, and breadths; mm."""
    up, right = frame(float(np.mean([tip.angle_deg for tip in tips])))
    places = np.array([_tip(tip) for tip in tips])
    return places @ right, -(places @ up), np.array([tip.width for tip in tips])


def _tip(box: RotatedBox) -> Values:
    up, _ = frame(box.angle_deg)
    place: Values = np.array([box.row, box.column]) + up * box.height / 2
    return place


def _log_likelihood(
    across: Values, down: Values, breadth: Values, fingers: Sequence[Position], group: FingerGroup
) -> float:
    """How well tips fit some fingers of a hand whose size and small turn are free."""
    digits = [finger.split("_")[1] for finger in fingers]
    ratio = np.log(breadth / np.array([BREADTH_MM[digit] for digit in digits]))
    size = float(ratio.sum() / (len(digits) + (BREADTH_SD / SIZE_SD) ** 2))
    cost = float((((ratio - size) / BREADTH_SD) ** 2).sum()) + (size / SIZE_SD) ** 2
    scale = float(np.exp(size))
    if group is FingerGroup.THUMBS:
        gaps = np.array([THUMBS_APART_MM])
        gap_sd = np.array([8.0])
    else:
        gaps = np.abs(np.diff([ACROSS_MM[digit] for digit in digits])) * scale
        gap_sd = np.maximum(GAP_SD * gaps, MIN_GAP_SD_MM)
    cost += float((((np.diff(across) - gaps) / gap_sd) ** 2 + 2 * np.log(gap_sd)).sum())
    return -0.5 * (cost + _height_cost(across, down - scale * np.array([DOWN_MM[digit] for digit in digits])))


def _height_cost(across: Values, residual: Values) -> float:
    """Squared deviations of the heights of tips, after the level and a small turn of the hand are taken out."""
    x, y = across - across.mean(), residual - residual.mean()
    turn_sd = np.deg2rad(TURN_SD_DEG)
    turn = float((x * y).sum() / ((x * x).sum() + (DOWN_SD_MM / turn_sd) ** 2))
    return float((((y - turn * x) / DOWN_SD_MM) ** 2).sum()) + (turn / turn_sd) ** 2
