"""Quality and deduplication-readiness of fingerprint, face and iris captures, before upload.

>>> import biocapture as bc
>>> report = bc.assess("right_index.png", modality="fingerprint")
>>> report.quality, report.verdict, report.guidance("id")
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from biocapture.assessment.modalities import measures
    from biocapture.assessment.pipeline import assess, assess_many
    from biocapture.assessment.report import Report
    from biocapture.assessment.verdict import Reason, Verdict
    from biocapture.enrolment import Enrolment
    from biocapture.enrolment.readiness import Readiness, check
    from biocapture.errors import BiocaptureError, DecodeError
    from biocapture.profile.load import Profile
    from biocapture.types import Image, Modality, Position, Sample

_HOMES = {
    "BiocaptureError": "biocapture.errors",
    "DecodeError": "biocapture.errors",
    "Enrolment": "biocapture.enrolment",
    "measures": "biocapture.assessment.modalities",
    "assess": "biocapture.assessment.pipeline",
    "assess_many": "biocapture.assessment.pipeline",
    "Profile": "biocapture.profile.load",
    "Readiness": "biocapture.enrolment.readiness",
    "check": "biocapture.enrolment.readiness",
    "Report": "biocapture.assessment.report",
    "Image": "biocapture.types",
    "Modality": "biocapture.types",
    "Position": "biocapture.types",
    "Sample": "biocapture.types",
    "Reason": "biocapture.assessment.verdict",
    "Verdict": "biocapture.assessment.verdict",
}

__all__ = [
    "BiocaptureError",
    "DecodeError",
    "Enrolment",
    "Image",
    "Modality",
    "Position",
    "Profile",
    "Readiness",
    "Reason",
    "Report",
    "Sample",
    "Verdict",
    "assess",
    "assess_many",
    "check",
    "measures",
]


def __getattr__(name: str) -> object:
    """Import each public name when it is first used, so that ``import biocapture`` costs next to nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'biocapture' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
