"""What is wrong with a capture device, from what its captures have in common. Nothing is kept unless asked for."""

from biocapture.capture.health.findings import Diagnosis, Finding, diagnose, diagnose_all
from biocapture.capture.health.outcome import Kind, Outcome, taken
from biocapture.capture.health.picture import picture
from biocapture.capture.health.record import HealthRecord
from biocapture.capture.health.watching import Watcher, noting
from biocapture.capture.health.words import advice, evidence, plain

__all__ = [
    "Diagnosis",
    "Finding",
    "HealthRecord",
    "Kind",
    "Outcome",
    "Watcher",
    "advice",
    "diagnose",
    "diagnose_all",
    "evidence",
    "noting",
    "picture",
    "plain",
    "taken",
]
