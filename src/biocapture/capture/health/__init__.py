"""What is wrong with a capture device, from what its captures have in common. Recorded only on request."""

from biocapture.capture.health.findings import DeviceFinding, Diagnosis, diagnose, diagnose_all
from biocapture.capture.health.monitor import HealthMonitor, open_monitor
from biocapture.capture.health.outcome import Outcome, OutcomeKind, outcome_of
from biocapture.capture.health.picture import surface_picture
from biocapture.capture.health.record import HealthRecord
from biocapture.capture.health.words import advice, diagnosis_dict, evidence

__all__ = [
    "DeviceFinding",
    "Diagnosis",
    "HealthMonitor",
    "HealthRecord",
    "Outcome",
    "OutcomeKind",
    "advice",
    "diagnose",
    "diagnose_all",
    "diagnosis_dict",
    "evidence",
    "open_monitor",
    "outcome_of",
    "surface_picture",
]
