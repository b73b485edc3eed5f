"""Lines of a sensor that are darker or brighter than those beside them in nearly all captures."""

from dataclasses import dataclass

import numpy as np

from biocapture.health.pattern import Counts, Pattern
from biocapture.health.traits import SEGMENTS

LEAST_SHARE = 0.9
"""Of the captures in which a segment must differ the same way."""

LEAST_SEGMENTS = 6
"""Of the eight of a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """A dead line.

    Attributes
    ----------
    is_row : bool
        Else a column.
    number : int
        From 0.
    is_dark : bool
        Darker than the lines beside it, else brighter.
    seen : int
        Captures in which it differed.
    """

    is_row: bool
    number: int
    is_dark: bool
    seen: int

    def is_in(self, pattern: Pattern) -> bool:
        """Whether it shows in another pattern of the same frame."""
        counts = (pattern.rows if self.is_row else pattern.columns)[self.number, :, 0 if self.is_dark else 1]
        return bool((counts >= LEAST_SHARE * pattern.count).sum() >= LEAST_SEGMENTS)


def lines(pattern: Pattern) -> list[Line]:
    """All such lines, rows first."""
    return [*_along(pattern.rows, pattern.count, True), *_along(pattern.columns, pattern.count, False)]


def _along(counts: Counts, count: int, is_row: bool) -> list[Line]:
    if not counts.size:
        return []
    often = (counts >= LEAST_SHARE * count).sum(axis=1)
    found = []
    for number, sign in np.argwhere(often >= LEAST_SEGMENTS):
        seen = int(np.sort(counts[number, :, sign])[SEGMENTS - LEAST_SEGMENTS])
        found.append(Line(is_row, int(number), bool(sign == 0), seen))
    return found
