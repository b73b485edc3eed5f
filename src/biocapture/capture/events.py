"""What the loop tells whoever shows it: a terminal, a window, a service."""

import math
from dataclasses import dataclass, replace
from typing import Self

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.errors import DeviceError, UsageError
from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image, Sample

ORDER = (Verdict.RETAKE, Verdict.REVIEW, Verdict.READY)
"""Of verdicts, worst first."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One capture that was assessed in full, or that the device refused.

    Attributes
    ----------
    number : int
        From 1.
    sample : Sample or None
    report : Report or None
        None, with the sample, where the device itself rejected the scan.
    look : Look or None
        The glance at it, where there was a preview.
    refusal : str
        What the device said when it rejected the scan.
    """

    number: int
    sample: Sample | None = None
    report: Report | None = None
    look: FrameCheck | None = None
    refusal: str = ""

    @property
    def rank(self) -> tuple[int, float]:
        """Order of attempts: verdict first, then unified quality; not assessable is worst."""
        if self.report is None or self.report.verdict is None:
            return -1, -1.0
        quality = self.report.quality
        return ORDER.index(self.report.verdict), -1.0 if math.isnan(quality) else quality

    @property
    def is_ready(self) -> bool:
        """The profile asks nothing more of it."""
        return self.report is not None and self.report.verdict is Verdict.READY

    @property
    def fault(self) -> str:
        """Guidance key of what was worst about it; empty if nothing was."""
        if self.report is None:
            return "device.scan_rejected"
        return self.report.reasons[0].key if self.report.reasons else ""


@dataclass(frozen=True, slots=True)
class Result:
    """How a slot ended.

    Attributes
    ----------
    attempts : tuple of Attempt
        All of them, in order.
    best : Attempt or None
        The one of highest rank, the earlier of equals; never simply the last.
    why : str
        Why it is the best, in English.
    accepted : bool
        The best one is READY, or an operator forced it.
    forced : str
        The operator's reason; empty if not forced.
    empty : int
        How often nobody placed anything; not counted as bad scans.
    bad : int
        Attempts that were not READY.
    suggestion : str
        Guidance key: ``capture.another_finger`` and the like after too many bad scans.
    error : DeviceError or None
        The device ended it; attempts until then are kept.
    """

    attempts: tuple[Attempt, ...] = ()
    empty: int = 0
    forced: str = ""
    suggestion: str = ""
    error: DeviceError | None = None

    @property
    def best(self) -> Attempt | None:
        """The attempt of highest rank with a sample."""
        return max((one for one in self.attempts if one.sample), key=lambda one: one.rank, default=None)

    @property
    def accepted(self) -> bool:
        """Whether there is a sample to go on with."""
        return self.best is not None and (self.best.is_ready or bool(self.forced))

    @property
    def bad(self) -> int:
        """Attempts that were not READY."""
        return sum(not one.is_ready for one in self.attempts)

    @property
    def why(self) -> str:
        """Why the best is the best."""
        best = self.best
        if best is None or best.report is None:
            return "no attempt gave an image"
        others = len(self.attempts) - 1
        against = f"best of {others + 1}" if others else "the only attempt"
        forced = f"; forced: {self.forced}" if self.forced else ""
        return f"attempt {best.number}: {best.report.verdict}, quality {best.report.quality:.0f}; {against}{forced}"

    def with_force(self, reason: str) -> Self:
        """The same, accepted because an operator says so.

        Raises
        ------
        UsageError
            No reason is given, or there is no image to accept.
        """
        if not reason.strip():
            raise UsageError("a reason is needed to force a capture", "force")
        if self.best is None:
            raise UsageError("there is no image to accept", "force")
        return replace(self, forced=reason.strip())


@dataclass(frozen=True, slots=True)
class Seen:
    """A frame was looked at.

    Attributes
    ----------
    image : Image
    look : FrameCheck
    message : str
        The one guidance key to show now; it does not flicker.
    steady : float
        0..1: how near the automatic capture is.
    """

    image: Image
    look: FrameCheck
    message: str
    steady: float


@dataclass(frozen=True, slots=True)
class Told:
    """The guidance changed to this key."""

    message: str


@dataclass(frozen=True, slots=True)
class Empty:
    """Nobody placed anything in the time given; the count of such waits."""

    count: int


@dataclass(frozen=True, slots=True)
class Attempted:
    """A capture was assessed."""

    attempt: Attempt


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event."""

    result: Result


Event = Seen | Told | Empty | Attempted | Finished
