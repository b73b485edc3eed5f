"""Classes of the face parsing map, and what is worn on the head."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Part(IntEnum):
    """Class of a pixel of the parsing map, in BiSeNet's order (CelebAMask-HQ)."""

    BACKGROUND = 0
    SKIN = 1
    LEFT_BROW = 2
    RIGHT_BROW = 3
    LEFT_EYE = 4
    RIGHT_EYE = 5
    EYEGLASSES = 6
    LEFT_EAR = 7
    RIGHT_EAR = 8
    EARRING = 9
    NOSE = 10
    MOUTH = 11
    UPPER_LIP = 12
    LOWER_LIP = 13
    NECK = 14
    NECKLACE = 15
    CLOTH = 16
    HAIR = 17
    HAT = 18


HEAD_ROWS = slice(0, 196)
"""Rows of the parsing map above the mouth."""


def head_covering(parsing: NDArray[np.uint8]) -> float:
    """Share of hat and cloth in the upper part of the frame, 0..1."""
    head = parsing[HEAD_ROWS]
    return float(((head == Part.HAT) | (head == Part.CLOTH)).mean())
