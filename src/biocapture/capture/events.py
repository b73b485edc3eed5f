"""Events of the live loop, for whatever shows them: a terminal, a window, a service."""

import math
from dataclasses import dataclass, replace
from typing import Self

from biocapture.assessment.report import Report
from biocapture.assessment.verdict import Verdict
from biocapture.errors import DeviceError, UsageError
from biocapture.images.frame_check import FrameCheck
from biocapture.types import Image, Sample

VERDICTS_WORST_FIRST = (Verdict.RETAKE, Verdict.REVIEW, Verdict.READY)
"""Order of verdicts in the rank of an attempt."""


@dataclass(frozen=True, slots=True)
class CaptureAttempt:
    """One capture that was assessed in full, or that the device rejected.

    Attributes
    ----------
    number : int
        From 1.
    sample : Sample or None
    report : Report or None
        None, with the sample, where the device itself rejected the scan.
    check : FrameCheck or None
        Of the frame, where there was a preview.
    refusal : str
        The device's message when it rejected the scan.
    """

    number: int
    sample: Sample | None = None
    report: Report | None = None
    check: FrameCheck | None = None
    refusal: str = ""

    @property
    def rank(self) -> tuple[int, float]:
        """Order of attempts: verdict first, then unified quality score; not assessable is worst."""
        if self.report is None or self.report.verdict is None:
            return -1, -1.0
        quality = self.report.quality
        return VERDICTS_WORST_FIRST.index(self.report.verdict), -1.0 if math.isnan(quality) else quality

    @property
    def is_ready(self) -> bool:
        """Whether its verdict is READY."""
        return self.report is not None and self.report.verdict is Verdict.READY

    @property
    def fault(self) -> str:
        """Guidance key of its worst fault; empty if it has none."""
        if self.report is None:
            return "device.scan_rejected"
        return self.report.reasons[0].key if self.report.reasons else ""


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """Outcome of the capture of one position.

    Attributes
    ----------
    attempts : tuple of CaptureAttempt
        All of them, in order.
    best : CaptureAttempt or None
        The one of highest rank, the earlier of equals; never simply the last.
    explanation : str
        Why it is the best, in English.
    accepted : bool
        The best one is READY, or an operator forced it.
    forced : str
        The operator's reason; empty if not forced.
    empty : int
        How often nothing was presented; not counted as attempts.
    bad : int
        Attempts that were not READY.
    suggestion : str
        Guidance key: ``capture.another_finger`` and the like after too many attempts that were not READY.
    error : DeviceError or None
        The device ended it; attempts until then are kept.
    """

    attempts: tuple[CaptureAttempt, ...] = ()
    empty: int = 0
    forced: str = ""
    suggestion: str = ""
    error: DeviceError | None = None

    @property
    def best(self) -> CaptureAttempt | None:
        """The attempt of highest rank with a sample."""
        return max(
            (attempt for attempt in self.attempts if attempt.sample), key=lambda attempt: attempt.rank, default=None
        )

    @property
    def accepted(self) -> bool:
        """Whether there is a sample to continue with."""
        return self.best is not None and (self.best.is_ready or bool(self.forced))

    @property
    def bad(self) -> int:
        """Attempts that were not READY."""
        return sum(not attempt.is_ready for attempt in self.attempts)

    @property
    def explanation(self) -> str:
        """Why the best attempt is the best, in English."""
        best = self.best
        if best is None or best.report is None:
            return "no attempt gave an image"
        others = len(self.attempts) - 1
        comparison = f"best of {others + 1}" if others else "the only attempt"
        forced = f"; forced: {self.forced}" if self.forced else ""
        return f"attempt {best.number}: {best.report.verdict}, quality {best.report.quality:.0f}; {comparison}{forced}"

    def with_force(self, reason: str) -> Self:
        """The same result, accepted by an operator.

        Parameters
        ----------
        reason : str
            Is recorded with the result.

        Returns
        -------
        CaptureResult

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
class FrameAnalysed:
    """A frame was checked.

    Attributes
    ----------
    image : Image
    check : FrameCheck
    message : str
        The one guidance key to show now; it is held long enough to be read.
    steadiness : float
        0..1: how near the automatic capture is.
    """

    image: Image
    check: FrameCheck
    message: str
    steadiness: float


@dataclass(frozen=True, slots=True)
class MessageChanged:
    """Another guidance key is to be shown."""

    message: str


@dataclass(frozen=True, slots=True)
class NothingPresented:
    """Nothing was presented in the time given; ``count`` of such waits."""

    count: int


@dataclass(frozen=True, slots=True)
class AttemptFinished:
    """A capture was assessed."""

    attempt: CaptureAttempt


@dataclass(frozen=True, slots=True)
class CaptureFinished:
    """The last event."""

    result: CaptureResult


CaptureEvent = FrameAnalysed | MessageChanged | NothingPresented | AttemptFinished | CaptureFinished
