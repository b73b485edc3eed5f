"""Lines of a sensor that differ from those beside them in nearly all captures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from biocapture.capture.health.pattern import Counts, Pattern
from biocapture.capture.health.traits import SEGMENTS

DIFFERENT_MARK = 2
"""Which of the marks of a segment counts."""

MIN_SHARE, MIN_SHARE_OUTERMOST = 0.65, 0.95
"""Of the captures in which a segment must differ; the first and the last line have neighbours on one side only.

Of ten clean simulated sensors the sixth segment of any line differed in 45 % of captures at most, outermost lines 60 %.
"""

MIN_SEGMENTS = 6
"""Of the eight of a line."""


@dataclass(frozen=True, slots=True)
class DeadLine:
    """A dead line.

    Attributes
    ----------
    is_row : bool
        Otherwise a column.
    number : int
        From 0.
    is_dark : bool
        More often darker than the lines beside it than brighter.
    captures : int
        In which it differed.
    """

    is_row: bool
    number: int
    is_dark: bool
    captures: int

    def is_in(self, pattern: Pattern) -> bool:
        """Whether it shows in another pattern of the same geometry.

        Parameters
        ----------
        pattern : Pattern

        Returns
        -------
        bool
        """
        counts = pattern.rows if self.is_row else pattern.columns
        return bool(_differing(counts, pattern.count)[self.number] >= MIN_SEGMENTS)


def dead_lines(pattern: Pattern) -> list[DeadLine]:
    """All dead lines, rows first.

    Parameters
    ----------
    pattern : Pattern

    Returns
    -------
    list of DeadLine
    """
    return [*_along(pattern.rows, pattern.count, True), *_along(pattern.columns, pattern.count, False)]


def _along(counts: Counts, count: int, is_row: bool) -> list[DeadLine]:
    if not counts.size:
        return []
    lines = []
    for number in np.flatnonzero(_differing(counts, count) >= MIN_SEGMENTS):
        darker, brighter, different = counts[number].T
        captures = int(np.sort(different)[SEGMENTS - MIN_SEGMENTS])
        lines.append(DeadLine(is_row, int(number), bool(darker.sum() > brighter.sum()), captures))
    return lines


def _differing(counts: Counts, count: int) -> NDArray[np.intp]:
    """(H,) segments of each line that differ often enough."""
    min_captures = np.full((len(counts), 1), MIN_SHARE * count)
    min_captures[[0, -1]] = MIN_SHARE_OUTERMOST * count
    return np.asarray((counts[:, :, DIFFERENT_MARK] >= min_captures).sum(axis=1))
