"""Times of one piece of work: warm-up, then rounds; median, quartiles, shortest."""

import gc
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a case is measured at a time.

    Attributes
    ----------
    budget_s : float
        Time for the rounds.
    least, most : int
        Rounds; ``least`` counts even when the budget is exceeded.
    round_s : float
        Work shorter than this is repeated within a round, so that the clock does not matter.
    """

    budget_s: float = 0.25
    least: int = 7
    most: int = 25
    round_s: float = 0.002


FULL = Effort()
SLOW = Effort(budget_s=1.5, least=2, most=7, round_s=0.0)
"""For work of seconds: subprocesses, folders."""

LONG_S = 0.05
"""Work from this on needs no second call to know how long it takes."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of the rounds: median, interquartile range and minimum, seconds."""

    median_s: float
    iqr_s: float
    shortest_s: float
    rounds: int


def timing_of(samples: Sequence[float]) -> Timing:
    """Of the seconds of some rounds."""
    low, median, high = np.percentile(samples, (25, 50, 75))
    return Timing(float(median), float(high - low), min(samples), len(samples))


def seconds_of(work: Callable[[], object], effort: Effort = FULL, *, own_time: bool = False) -> list[float]:
    """Seconds per call of each round; with ``own_time``, the work returns them (measured in a child process, say)."""
    estimate_s = _seconds(work, 1, own_time)  # warm-up: caches, lazy imports, models
    if estimate_s < LONG_S:
        estimate_s = max(_seconds(work, 1, own_time), 1e-7)
    inner = max(1, math.ceil(effort.round_s / estimate_s))
    rounds = int(np.clip(effort.budget_s / (inner * estimate_s), effort.least, effort.most))
    collecting = gc.isenabled()
    gc.disable()
    try:
        return [_seconds(work, inner, own_time) for _ in range(rounds)]
    finally:
        if collecting:
            gc.enable()


def _seconds(work: Callable[[], object], times: int, own_time: bool) -> float:
    """Seconds per call; results are dropped at once, as kept ones would make the next call fetch fresh memory."""
    told = 0.0
    begun = time.perf_counter()
    for _ in range(times):
        answer = work()
        if own_time:
            told += float(answer)  # type: ignore[arg-type]
        del answer
    elapsed = time.perf_counter() - begun
    return (told if own_time else elapsed) / times
