"""Is one person's enrolment ready to upload? Complete, readable, distinct, one person's, nobody's ghost on it."""

from biocapture.enrolment.readiness.check import check
from biocapture.enrolment.readiness.finding import Finding
from biocapture.enrolment.readiness.result import Readiness

__all__ = ["Finding", "Readiness", "check"]
