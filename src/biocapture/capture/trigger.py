"""When to capture: after enough good frames in a row, or something presented for too long; and when nothing came."""

from collections.abc import Callable

from biocapture.capture.settings import CaptureSettings
from biocapture.images.frame_check import FrameCheck


class CaptureTrigger:
    """Counts frames and seconds of one attempt.

    Parameters
    ----------
    settings : CaptureSettings
    clock : callable
        Seconds.
    is_retry : bool
        The attempt before was not READY: its fault is read aloud first, until time passes or the finger is lifted.
    """

    def __init__(self, settings: CaptureSettings, clock: Callable[[], float], is_retry: bool) -> None:
        self._settings, self._clock = settings, clock
        self._start = clock()
        self._pause_until = self._start + settings.pause_s if is_retry else self._start
        self._present_since: float | None = None
        self._good_frames = 0
        self._now = self._start

    def update(self, check: FrameCheck) -> bool:
        """Count a frame.

        Parameters
        ----------
        check : FrameCheck
            Of the frame.

        Returns
        -------
        bool
            Whether the capture is due.
        """
        self._now = self._clock()
        if not check.is_present:
            self._present_since, self._good_frames = None, 0
            self._pause_until = min(self._pause_until, self._now)
            return False
        if self.is_pausing:
            return False
        if self._present_since is None:
            self._present_since = self._now
        self._good_frames = 0 if check.fault else self._good_frames + 1
        is_overdue = self._now - self._present_since >= self._settings.patience_s
        return self._good_frames >= self._settings.steady_frames or is_overdue

    @property
    def is_pausing(self) -> bool:
        """Whether the fault of the last attempt is being read aloud."""
        return self._now < self._pause_until

    @property
    def is_empty(self) -> bool:
        """Whether nothing is presented, and the wait is over."""
        return self._present_since is None and self._now - self._start >= self._settings.wait_s

    @property
    def steadiness(self) -> float:
        """0..1: how near the automatic capture is."""
        return min(1.0, self._good_frames / self._settings.steady_frames)
