"""Where the fingers of a hand lie on a platen, in millimetres."""

from dataclasses import dataclass

import numpy as np

from biocapture.types import Position

DIGITS = ("index", "middle", "ring", "little")

TIP_ACROSS_MM = (0.0, 20.5, 40.5, 59.0)
TIP_DOWN_MM = (10.0, 0.0, 8.0, 29.0)
"""Tips of an average right hand, fingers side by side: from the index finger to the right, and below the middle
finger's. From lengths of fingers and arcs of knuckles in hand anthropometry (Greiner 1991, Natick/TR-92/011)."""

BREADTH_MM = (16.5, 16.8, 15.8, 13.6)
LENGTH_MM = (25.0, 26.0, 25.5, 22.0)
"""Contact of the distal phalanx: about nine tenths of the breadth at the last joint, and tip to crease."""

THUMB_BREADTH_MM, THUMB_LENGTH_MM, THUMBS_APART_MM = 20.5, 31.0, 34.0

SECOND_LENGTH_MM = (21.0, 24.0, 22.5, 16.5)
"""Middle phalanges, crease to crease."""


@dataclass(frozen=True, slots=True)
class Digit:
    """One finger on the platen, millimetres in the frame of the hand (right and down).

    Attributes
    ----------
    across, down : float
        Centre of the distal contact.
    angle_deg : float
        Counter-clockwise from upright.
    breadth, length, second : float
        Of the distal contact, and length of the second phalanx; 0 where it does not touch.
    """

    position: Position
    across: float
    down: float
    angle_deg: float
    breadth: float
    length: float
    second: float


@dataclass(frozen=True, slots=True)
class Posture:
    """How a hand is laid down.

    Attributes
    ----------
    spread : float
        -1 = fingers pressed together … 1 = fanned out.
    seconds : float
        0..1: probability that a second phalanx touches.
    """

    spread: float = 0.0
    seconds: float = 0.0


def four_fingers(side: str, posture: Posture, random: np.random.Generator) -> list[Digit]:
    """Index to little finger of one hand.

    Parameters
    ----------
    side : str
        ``"right"`` or ``"left"``.
    posture : Posture
    random : numpy Generator
        Of the proportions of this hand.

    Returns
    -------
    list of Digit
        From index to little finger; those of a left hand run from right to left.
    """
    size = random.normal(1.0, 0.07)
    mirror = 1.0 if side == "right" else -1.0
    fan_deg = 3.0 + 4.5 * max(posture.spread, -0.6)
    apart = 1.0 + (0.16 * posture.spread if posture.spread > 0 else 0.13 * posture.spread)
    digits = []
    for k, name in enumerate(DIGITS):
        breadth = size * BREADTH_MM[k] * random.normal(1.0, 0.05)
        length = size * LENGTH_MM[k] * random.normal(1.0, 0.06)
        across = size * TIP_ACROSS_MM[k] * apart + random.normal(0, 0.5)
        tip = size * TIP_DOWN_MM[k] + random.normal(0, 1.6)
        angle = (1.3 - k) * fan_deg + random.normal(0, 1.5)
        second = size * SECOND_LENGTH_MM[k] if random.random() < posture.seconds else 0.0
        place = Position(f"{side}_{name}")
        digits.append(Digit(place, mirror * across, tip + length / 2, mirror * angle, breadth, length, second))
    return digits


def two_thumbs(posture: Posture, random: np.random.Generator) -> list[Digit]:
    """Both thumbs side by side, the left one on the left.

    Parameters
    ----------
    posture : Posture
        ``spread`` moves them apart; second phalanges are not laid down.
    random : numpy Generator

    Returns
    -------
    list of Digit
        Left and right thumb.
    """
    size = random.normal(1.0, 0.07)
    digits = []
    for sign, side in ((-1.0, "left"), (1.0, "right")):
        breadth = size * THUMB_BREADTH_MM * random.normal(1.0, 0.04)
        length = size * THUMB_LENGTH_MM * random.normal(1.0, 0.05)
        across = sign * (THUMBS_APART_MM / 2 + 5.0 * posture.spread) + random.normal(0, 1.0)
        place = Position(f"{side}_thumb")
        angle = sign * random.normal(-4.0, 6.0)
        digits.append(Digit(place, across, random.normal(0, 3.0), angle, breadth, length, 0.0))
    return digits
