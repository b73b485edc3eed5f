"""Whether one person's enrolment is ready to upload: complete, of sufficient quality, without duplicate captures or
latent residue, all samples of one person, small enough to send.

The straight line is :mod:`~biocapture.enrolment.readiness.check`: examine every attempt, run the checks
(:data:`~biocapture.enrolment.readiness.checks.CHECKS`), decide.
"""

from biocapture.enrolment.readiness.check import check
from biocapture.enrolment.readiness.finding import RecordFinding
from biocapture.enrolment.readiness.result import Readiness

__all__ = ["Readiness", "RecordFinding", "check"]
