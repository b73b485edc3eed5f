"""What a quick check of one live frame finds: a few scores from 0 to 100, each with what to do when it is low."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

MIN_PASSING_SCORE = 50.0
"""A score below this is a fault."""


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """Result of checking a frame.

    Attributes
    ----------
    scores : dict
        Guidance key → 0..100, higher is better; in the order in which faults are to be mended.
    """

    scores: Mapping[str, float]

    @property
    def quality(self) -> float:
        """0..100: the lowest score. A frame with a fault is always below one without."""
        return min(self.scores.values(), default=0.0)

    @property
    def rank(self) -> tuple[float, float]:
        """Order of frames: lowest score first, then the mean of all; higher is better."""
        values = list(self.scores.values())
        return self.quality, sum(values) / max(1, len(values))

    @property
    def is_present(self) -> bool:
        """Whether a finger, eye or face is presented."""
        return len(self.scores) > 1

    @property
    def fault(self) -> str:
        """Key of the first score that is too low; empty if none is."""
        return next((key for key, value in self.scores.items() if value < MIN_PASSING_SCORE), "")


@dataclass(frozen=True, slots=True)
class Prompts:
    """Guidance keys of a live capture; empty = nothing is shown.

    Attributes
    ----------
    place : str
        What to do when nothing is presented.
    another : str
        What to try when all attempts are used up.
    """

    place: str = ""
    another: str = ""


def nothing_presented(key: str) -> FrameCheck:
    """Check of a frame without a finger, eye or face.

    Parameters
    ----------
    key : str
        Guidance key of what to present, and where.

    Returns
    -------
    FrameCheck
        A single score, 0.
    """
    return FrameCheck({key: 0.0})


def rising_score(value: float, low: float, enough: float) -> float:
    """Score of a value that should be high: 0 at ``low``, 50 at ``enough``, towards 100 beyond.

    Parameters
    ----------
    value : float
        NaN gives 0.
    low, enough : float
        In the unit of the value; ``low < enough``.

    Returns
    -------
    float
        0..100.
    """
    if not value > low:
        return 0.0
    return float(100.0 * (1.0 - 0.5 ** ((value - low) / (enough - low))))


def range_score(value: float, low: float, high: float) -> float:
    """Score of a value that should lie within a range: 100 in its middle, 50 at its ends, 0 half a range beyond.

    Parameters
    ----------
    value : float
        NaN and infinity give 0.
    low, high : float
        Ends of the range, in the unit of the value.

    Returns
    -------
    float
        0..100.
    """
    if not np.isfinite(value):
        return 0.0
    return float(np.clip(100.0 - 100.0 * abs(value - (low + high) / 2) / (high - low), 0.0, 100.0))
