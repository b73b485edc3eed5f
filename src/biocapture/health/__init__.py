"""What is wrong with a capture device, from what its captures have in common. Nothing is kept unless asked for."""

from biocapture.health.findings import Diagnosis, Finding, diagnose
from biocapture.health.outcome import Kind, Outcome, taken
from biocapture.health.picture import picture
from biocapture.health.record import HealthRecord
from biocapture.health.watching import Watcher
from biocapture.health.words import advice, evidence, plain

__all__ = [
    "Diagnosis",
    "Finding",
    "HealthRecord",
    "Kind",
    "Outcome",
    "Watcher",
    "advice",
    "diagnose",
    "evidence",
    "picture",
    "plain",
    "taken",
]
