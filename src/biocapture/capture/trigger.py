"""When to take: steady and good for some frames, or somebody there for too long; and when nobody came."""

from collections.abc import Callable

from biocapture.capture.settings import Policy
from biocapture.images.frame_check import FrameCheck


class Watch:
    """Counts frames and seconds of one attempt.

    Parameters
    ----------
    policy : Policy
    clock : callable
        Seconds.
    is_retry : bool
        A bad scan came before: its fault is read out first, until time passes or the finger is lifted.
    """

    def __init__(self, policy: Policy, clock: Callable[[], float], is_retry: bool) -> None:
        self._policy, self._clock = policy, clock
        self._begun = clock()
        self._pause_until = self._begun + policy.pause_s if is_retry else self._begun
        self._there_since: float | None = None
        self._good = 0
        self._now = self._begun

    def step(self, look: FrameCheck) -> bool:
        """Count a frame; returns whether the capture is due."""
        self._now = self._clock()
        if not look.is_present:
            self._there_since, self._good = None, 0
            self._pause_until = min(self._pause_until, self._now)
            return False
        if self.is_pausing:
            return False
        if self._there_since is None:
            self._there_since = self._now
        self._good = 0 if look.fault else self._good + 1
        impatient = self._now - self._there_since >= self._policy.patience_s
        return self._good >= self._policy.steady_frames or impatient

    @property
    def is_pausing(self) -> bool:
        """The fault of the last scan is being read out."""
        return self._now < self._pause_until

    @property
    def is_empty(self) -> bool:
        """Nobody is there, and the wait is over."""
        return self._there_since is None and self._now - self._begun >= self._policy.wait_s

    @property
    def steady(self) -> float:
        """0..1: how near the automatic capture is."""
        return min(1.0, self._good / self._policy.steady_frames)
