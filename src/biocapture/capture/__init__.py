"""The live capture of one position, from any device: ``capture(device, target)`` yields events."""

from biocapture.capture.events import (
    AttemptFinished,
    CaptureAttempt,
    CaptureEvent,
    CaptureFinished,
    CaptureResult,
    FrameAnalysed,
    MessageChanged,
    NothingPresented,
)
from biocapture.capture.frame_checker import FrameChecker
from biocapture.capture.loop import capture
from biocapture.capture.settings import CaptureSettings, Operator
from biocapture.images.frame_check import FrameCheck

__all__ = [
    "AttemptFinished",
    "CaptureAttempt",
    "CaptureEvent",
    "CaptureFinished",
    "CaptureResult",
    "CaptureSettings",
    "FrameAnalysed",
    "FrameCheck",
    "FrameChecker",
    "MessageChanged",
    "NothingPresented",
    "Operator",
    "capture",
]
