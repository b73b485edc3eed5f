"""How patient the loop is, and what an operator may do while it runs."""

import threading
from dataclasses import dataclass

from biocapture.errors import UsageError


@dataclass(frozen=True, slots=True)
class Policy:
    """How a slot is captured.

    Attributes
    ----------
    attempts : int
        Bad scans after which another finger is suggested; a profile's ``record.attempts`` where no policy is given.
    empty : int
        Waits with nothing placed after which the slot is given up.
    steady_frames : int
        Good frames in a row before the automatic capture.
    patience_s : float
        Somebody is there, and something is not right: after so long the best frame so far is assessed all the same.
    wait_s : float
        Nobody is there: after so long the wait counts as empty.
    pause_s : float
        Time to read what was wrong before the next attempt; a finger that is lifted ends it.
    frames_assessed : int
        Best frames of an attempt that are assessed in full.
    frame_timeout_s, capture_timeout_s : float
        Of the device, for one frame and for one capture.
    """

    attempts: int = 3
    empty: int = 2
    steady_frames: int = 5
    patience_s: float = 6.0
    wait_s: float = 20.0
    pause_s: float = 2.5
    frames_assessed: int = 3
    frame_timeout_s: float = 5.0
    capture_timeout_s: float = 15.0

    def __post_init__(self) -> None:
        for name in ("attempts", "empty", "steady_frames", "frames_assessed"):
            if getattr(self, name) < 1:
                raise UsageError(f"{getattr(self, name)}, at least 1", name)


class Operator:
    """The operator's hand on a running loop; may be used from another thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._take = threading.Event()

    def take_now(self) -> None:
        """Assess the best frame so far, whatever is wrong with it."""
        self._take.set()

    def stop(self) -> None:
        """End the slot; what was captured until now is kept."""
        self._stop.set()

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def wants_it_now(self) -> bool:
        """Whether `take_now` was called since this was last asked."""
        wanted = self._take.is_set()
        self._take.clear()
        return wanted
