"""The live capture of one slot, from any device: ``capture(device, target)`` yields what happens."""

from biocapture.capture.checks.frame_check import Look
from biocapture.capture.checks.frame_checker import Glance
from biocapture.capture.events import Attempt, Attempted, Empty, Event, Finished, Result, Seen, Told
from biocapture.capture.loop import capture
from biocapture.capture.settings import Operator, Policy

__all__ = [
    "Attempt",
    "Attempted",
    "Empty",
    "Event",
    "Finished",
    "Glance",
    "Look",
    "Operator",
    "Policy",
    "Result",
    "Seen",
    "Told",
    "capture",
]
