"""Times of one piece of work: warm-up, then rounds; median, quartiles, shortest. By a clock or the processor's."""

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from benchmarks.suite.case import Work

Clock = Callable[[], float]


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


def processor_s() -> float:
    """Processor time of this process and of its children that have ended, seconds.

    Time in which others had the core is not in it. What others cost while we have it (shared caches, a slower clock, a
    sibling thread, a hypervisor that gives the core away unnoticed) is.
    """
    try:
        import resource
    except ImportError:  # Windows
        return time.perf_counter()
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def clock_of(work: Work) -> Clock:
    """The processor's clock, unless the work is done in processes that live on: they are not in it."""
    return time.perf_counter if work.elsewhere else processor_s


def seconds_of(work: Work, effort: Effort = FULL) -> list[float]:
    """Seconds per call of each round, by the clock."""
    estimate_s = seconds(work, 1)  # warm-up: caches, lazy imports, models
    if estimate_s < LONG_S:
        estimate_s = max(seconds(work, 1), 1e-7)
    inner = repeats(estimate_s, effort.round_s)
    rounds = int(np.clip(effort.budget_s / (inner * estimate_s), effort.least, effort.most))
    with uncollected():
        return [seconds(work, inner) for _ in range(rounds)]


def repeats(estimate_s: float, round_s: float) -> int:
    """How often work is done in a round."""
    return max(1, math.ceil(round_s / max(estimate_s, 1e-7)))


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection within."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def seconds(work: Work, times: int, clock: Clock = time.perf_counter) -> float:
    """Seconds per call; results are dropped at once, as kept ones would make the next call fetch fresh memory."""
    told, call = 0.0, work.call
    begun = clock()
    for _ in range(times):
        answer = call()
        if work.own_time:
            told += float(answer)  # type: ignore[arg-type]
        del answer
    elapsed = clock() - begun
    return (told if work.own_time else elapsed) / times
