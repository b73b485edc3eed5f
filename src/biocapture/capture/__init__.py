"""The live capture of one slot, from any device: ``capture(device, target)`` yields what happens."""

from biocapture.capture.events import Attempt, Attempted, Empty, Event, Finished, Result, Seen, Told
from biocapture.capture.frame_checker import Glance
from biocapture.capture.loop import capture
from biocapture.capture.settings import Operator, Policy
from biocapture.images.frame_check import FrameCheck

__all__ = [
    "Attempt",
    "Attempted",
    "Empty",
    "Event",
    "Finished",
    "FrameCheck",
    "Glance",
    "Operator",
    "Policy",
    "Result",
    "Seen",
    "Told",
    "capture",
]
