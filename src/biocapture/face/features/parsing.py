"""Classes of the face parsing map, and what is worn on the head."""

from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.face.alignment import SIDE_PX


class FacePart(IntEnum):
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


PARSING_WINDOW_PX = 556
PARSING_WINDOW = slice(0, PARSING_WINDOW_PX), slice(30, 30 + PARSING_WINDOW_PX)
"""Rows and columns of the aligned frame that the parsing map shows (OFIQ)."""

HEAD_ROWS = slice(0, 196)
"""Rows of the parsing map above the mouth."""


def parts_in_frame(parsing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge a parsing map to the aligned frame.

    Parameters
    ----------
    parsing : (400, 400) uint8
        Classes, see :class:`FacePart`.

    Returns
    -------
    (616, 616) uint8
        Classes; background outside :data:`PARSING_WINDOW`.
    """
    parts = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    parts[PARSING_WINDOW] = cv2.resize(parsing, (PARSING_WINDOW_PX,) * 2, interpolation=cv2.INTER_NEAREST)
    return parts


def head_covering(parsing: NDArray[np.uint8]) -> float:
    """Share of hat and cloth above the mouth (ISO/IEC 29794-5 no head coverings).

    Parameters
    ----------
    parsing : (400, 400) uint8
        Classes, see :class:`FacePart`.

    Returns
    -------
    float
        0..1.
    """
    head = parsing[HEAD_ROWS]
    return float(((head == FacePart.HAT) | (head == FacePart.CLOTH)).mean())
