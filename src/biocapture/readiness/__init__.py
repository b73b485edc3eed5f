"""Is one person's enrolment ready to upload? Complete, readable, distinct, one person's, nobody's ghost on it."""

from biocapture.readiness.checking import check
from biocapture.readiness.finding import Finding
from biocapture.readiness.result import Readiness

__all__ = ["Finding", "Readiness", "check"]
