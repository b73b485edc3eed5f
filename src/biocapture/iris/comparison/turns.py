"""Two codes at many turns: how many bits agree and differ, counted by OpenCV's Hamming distance.

A bit that counts is a sign, one that does not is 0, and what a turn is worth is the sum of products of such digits. The
Hamming distance knows two digits only: a digit a is written as two, u = (a > 0) and v = (a ≥ 0), and
a·b = (u + v - 1)(u' + v' - 1), so that the distance of (u, v, u, v) from (u', v', v', u') is twice the number of bits
less twice the sum. OpenCV counts with vector instructions, numpy does not: it takes a third of the time.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from biocapture.iris.features.iris_code import PLACES
from biocapture.types import Counts

WideWords = NDArray[np.uint64]

BITS_PER_WORD = 64

SHIFTS = np.array(sorted(range(-PLACES // 2, PLACES // 2), key=lambda places: (abs(places), places)))
"""Places by which a code may be rolled, the least first: of turns that fit equally well, the first is taken."""

MAX_SHIFT = 8
"""Places by which a head may be turned, either way: 22.5°."""

NEAR = 2 * MAX_SHIFT + 1
"""As many of :data:`SHIFTS` are turns of a head; the others are those of a camera."""


@dataclass(frozen=True, slots=True)
class Turns:
    """A code at S turns.

    Attributes
    ----------
    shifts : (S,) int64
        Places by which it is rolled.
    code, mask : (S, 64) uint64
    written : (S, 128 or 256) uint64
        The bits by which the best turn is chosen; see :func:`exact_probe`.
    """

    shifts: Counts
    code: WideWords
    mask: WideWords
    written: WideWords


def turns_of(code: NDArray[np.uint16], mask: NDArray[np.uint16], shifts: Counts, halves: int) -> Turns:
    """Roll a code and its mask.

    Parameters
    ----------
    code, mask : (2, 128) uint16
    shifts : (S,) int64
    halves : int
        1 if the best turn is to be chosen by the even bands, 2 by all.

    Returns
    -------
    Turns
    """
    turned, covers = rolled(code, shifts), rolled(mask, shifts)
    size = halves * PLACES
    written = exact_probe(digits(turned[:, :size], covers[:, :size]))
    return Turns(shifts, turned.view(np.uint64), covers.view(np.uint64), written)


def digits(code: NDArray[np.uint16], mask: NDArray[np.uint16]) -> WideWords:
    """Both digits of every bit, u of all before v of all.

    Parameters
    ----------
    code, mask : (..., W) uint16
        Words of a code and of its mask, or of a part of them; W is a multiple of 4.

    Returns
    -------
    (..., W / 2) uint64
    """
    return np.concatenate([code, code | ~mask], axis=-1).view(np.uint64)


def rolled(words: NDArray[Any], shifts: NDArray[np.integer[Any]]) -> NDArray[Any]:
    """Words of a code, or of its mask, rolled along their places.

    Parameters
    ----------
    words : (H, 128) unsigned integers
    shifts : (S,) integers

    Returns
    -------
    (S, H · 128) of the same type
    """
    size = words.itemsize
    windows = np.lib.stride_tricks.as_strided(
        np.concatenate([words, words], axis=1), (PLACES, len(words), PLACES), (size, 2 * PLACES * size, size)
    )
    return windows[-shifts % PLACES].reshape(len(shifts), -1)


def exact_probe(written: WideWords) -> WideWords:
    """A probe as its Hamming distance from :func:`exact_reference` needs it.

    Parameters
    ----------
    written : (S, W) uint64
        See :func:`digits`.

    Returns
    -------
    (S, 2 W) uint64
    """
    u, v = np.split(written, 2, axis=-1)
    return np.concatenate([u, v, v, u], axis=-1)


def exact_reference(written: WideWords) -> WideWords:
    """A reference, or many; see :func:`exact_probe`.

    Parameters
    ----------
    written : (N, W) uint64

    Returns
    -------
    (N, 2 W) uint64
    """
    return np.concatenate([written, written], axis=-1)


def mixed_probe(written: WideWords) -> WideWords:
    """A probe whose Hamming distance from plain :func:`digits` tells the sum nearly, in half the time.

    Of bits that count in neither code, every other one is taken for equal and the rest for different, which evens out.

    Parameters
    ----------
    written : (S, W) uint64
        See :func:`digits`.

    Returns
    -------
    (S, W) uint64
    """
    u, v = np.split(written, 2, axis=-1)
    return np.concatenate([(u & _EVEN) | (v & _ODD), (v & _EVEN) | (u & _ODD)], axis=-1)


def best_turns(turns: WideWords, references: WideWords) -> tuple[NDArray[np.intp], Counts]:
    """The turn at which a probe agrees best with each reference.

    Parameters
    ----------
    turns : (S, W) uint64
        The probe at S turns.
    references : (N, W) uint64

    Returns
    -------
    turn : (N,) intp
        Index of the turn with the smallest Hamming distance; of equal ones the first.
    distance : (N,) int64
        That Hamming distance.
    """
    distance, turn = cv2.batchDistance(
        references.view(np.uint8), turns.view(np.uint8), cv2.CV_32S, normType=cv2.NORM_HAMMING, K=1
    )
    return turn[:, 0].astype(np.intp), distance[:, 0].astype(np.int64)


_EVEN, _ODD = np.uint64(0xAAAA5555AAAA5555), np.uint64(0x5555AAAA5555AAAA)
"""Bits of even and of odd places, as on a chessboard of places and bands: covered places lie beside each other."""
