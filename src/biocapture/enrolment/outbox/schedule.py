"""When the next attempt is made: back-off, circuit breaker, allowed hours, bytes of a day. No I/O."""

import random
import re
import time
from dataclasses import dataclass, field

from biocapture.errors import UsageError

FIRST_DELAY_S = 5.0
MAX_DELAY_S = 1800.0
BREAKER_AFTER = 4
"""Failures of a target one after another, after which it is left alone for a while."""

HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def delay_s(attempts: int, retry_after_s: float | None, chance: random.Random) -> float:
    """Time to wait after a failure: exponential with full jitter, so that a thousand stations do not come back at once.

    Parameters
    ----------
    attempts : int
        Failures so far, from 1.
    retry_after_s : float or None
        What the server asks for; it is waited for at least, and at most :data:`MAX_DELAY_S`.
    chance : random.Random

    Returns
    -------
    float
        Seconds.
    """
    jittered = chance.uniform(0, min(MAX_DELAY_S, FIRST_DELAY_S * 2 ** min(attempts, 20)))
    return min(MAX_DELAY_S, max(jittered, retry_after_s or 0.0) + (chance.uniform(0, 1) if retry_after_s else 0))


@dataclass(slots=True)
class Breaker:
    """Leaves a target alone after several failures one after another; then one attempt decides."""

    chance: random.Random
    failures: int = 0
    closed_until: float = 0.0

    def note(self, failed: bool, now: float) -> None:
        """Count an attempt.

        Parameters
        ----------
        failed : bool
        now : float
            Of a clock that never jumps, seconds.
        """
        self.failures = self.failures + 1 if failed else 0
        over = self.failures - BREAKER_AFTER
        self.closed_until = now + delay_s(over + 1, None, self.chance) if over >= 0 else 0.0

    def wait_s(self, now: float) -> float:
        """Time until the target is asked again.

        Parameters
        ----------
        now : float

        Returns
        -------
        float
            0 where it may be asked.
        """
        return max(0.0, self.closed_until - now)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a weak link allows.

    Attributes
    ----------
    bytes_per_day : int or None
    hours : str
        ``"07:00-17:30"``, by the local clock; may go over midnight; empty: all day.
    bytes_per_s : int or None
    """

    bytes_per_day: int | None = None
    hours: str = ""
    bytes_per_s: int | None = None
    _span: tuple[int, int] = field(init=False, repr=False, default=(0, 0))

    def __post_init__(self) -> None:
        """Check the hours."""
        if not self.hours:
            return
        found = HOURS.fullmatch(self.hours)
        if found is None:
            raise UsageError("expected hours such as 07:00-17:30", self.hours)
        first, last = (60 * int(found[i]) + int(found[i + 1]) for i in (1, 3))
        object.__setattr__(self, "_span", (first, last))

    def objection(self, size: int, used_today: int, local: time.struct_time) -> str:
        """Why nothing is sent now.

        Parameters
        ----------
        size : int
            Bytes that are to be sent.
        used_today : int
        local : struct_time
            The local time.

        Returns
        -------
        str
            Empty where it may be sent.
        """
        first, last = self._span
        minute = 60 * local.tm_hour + local.tm_min
        inside = first <= minute < last if first <= last else minute >= first or minute < last
        if self.hours and not inside:
            return f"outside the hours {self.hours}"
        if self.bytes_per_day is not None and used_today and used_today + size > self.bytes_per_day:
            return f"{used_today} of {self.bytes_per_day} bytes of this day are used"
        return ""
