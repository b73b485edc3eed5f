"""One person's enrolment: attempts by slot, from a folder, a manifest or memory."""

from biocapture.enrolment.folders import enrolment_paths, read_enrolment
from biocapture.enrolment.record import Absence, Enrolment, SlapAttempt, SlapFault, SlotAttempt

__all__ = ["Absence", "Enrolment", "SlapAttempt", "SlapFault", "SlotAttempt", "enrolment_paths", "read_enrolment"]
