"""What is wrong with a capture device, from what its captures have in common. Nothing is kept unless asked for."""

from biocapture.health.findings import Diagnosis, Finding, diagnose, diagnose_all
from biocapture.health.outcome import Kind, Outcome, taken
from biocapture.health.picture import picture
from biocapture.health.record import HealthRecord
from biocapture.health.watching import Watcher, noting
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
    "diagnose_all",
    "evidence",
    "noting",
    "picture",
    "plain",
    "taken",
]
