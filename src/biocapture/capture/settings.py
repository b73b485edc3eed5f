"""Settings of the live loop, and the operator's control over it."""

import threading
from dataclasses import dataclass

from biocapture.errors import UsageError


@dataclass(frozen=True, slots=True)
class CaptureSettings:
    """How a position is captured.

    Attributes
    ----------
    attempts : int
        Attempts that are not READY after which another finger is suggested; a profile's ``record.attempts`` where no
        settings are given.
    empty : int
        Waits with nothing presented after which the position is given up.
    steady_frames : int
        Good frames in a row before the automatic capture.
    patience_s : float
        Time with something presented, after which the best frame so far is assessed in spite of its fault.
    wait_s : float
        Time with nothing presented, after which the wait counts as empty.
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
    """The operator's control over a running loop; may be used from another thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._request = threading.Event()

    def request_capture(self) -> None:
        """Assess the best frame so far, in spite of any fault."""
        self._request.set()

    def stop(self) -> None:
        """End the capture; attempts so far are kept."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stop.is_set()

    def capture_requested(self) -> bool:
        """Whether `request_capture` was called since this was last called."""
        requested = self._request.is_set()
        self._request.clear()
        return requested
