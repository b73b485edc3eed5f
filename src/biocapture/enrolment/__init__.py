"""One person's enrolment: samples by slot, from a folder, a manifest or memory."""

from biocapture.enrolment.folders import enrolments_under, read_enrolment
from biocapture.enrolment.record import Absence, Attempt, Enrolment

__all__ = ["Absence", "Attempt", "Enrolment", "enrolments_under", "read_enrolment"]
