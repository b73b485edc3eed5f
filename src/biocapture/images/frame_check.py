"""What a glance at one frame tells: a handful of shares of one hundred, each with what to do when it is low."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

ENOUGH = 50.0
"""A part below this is a fault."""


@dataclass(frozen=True, slots=True)
class FrameCheck:
    """A glance at a frame.

    Attributes
    ----------
    parts : dict
        Guidance key → 0..100, higher is better; in the order in which faults are to be mended.
    """

    parts: Mapping[str, float]

    @property
    def quality(self) -> float:
        """0..100: the worst part. A frame with a fault is always below one without."""
        return min(self.parts.values(), default=0.0)

    @property
    def rank(self) -> tuple[float, float]:
        """Order of frames: worst part first, then the mean of all."""
        values = list(self.parts.values())
        return self.quality, sum(values) / max(1, len(values))

    @property
    def is_present(self) -> bool:
        """Somebody is there."""
        return len(self.parts) > 1

    @property
    def fault(self) -> str:
        """Key of the first part that is too low; empty if all are enough."""
        return next((key for key, value in self.parts.items() if value < ENOUGH), "")


@dataclass(frozen=True, slots=True)
class Prompts:
    """Guidance keys of a live capture; empty = nothing is said.

    Attributes
    ----------
    place : str
        What to do when nothing is presented.
    another : str
        What to try when all attempts are used up.
    """

    place: str = ""
    another: str = ""


def nothing(key: str) -> FrameCheck:
    """Nobody is there; ``key`` says what to place where."""
    return FrameCheck({key: 0.0})


def rising(value: float, low: float, enough: float) -> float:
    """0 at ``low``, 50 at ``enough``, growing on towards 100; NaN gives 0."""
    if not value > low:
        return 0.0
    return float(100.0 * (1.0 - 0.5 ** ((value - low) / (enough - low))))


def within(value: float, least: float, most: float) -> float:
    """100 in the middle of a range, 50 at its ends, 0 half a range beyond."""
    if not np.isfinite(value):
        return 0.0
    return float(np.clip(100.0 - 100.0 * abs(value - (least + most) / 2) / (most - least), 0.0, 100.0))
