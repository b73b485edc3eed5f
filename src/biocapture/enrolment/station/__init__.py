"""What a capture station remembers of the people before: encrypted, for a while, searchable."""

from biocapture.enrolment.station.known import Known, Memory, Recent
from biocapture.enrolment.station.seal import make_key, read_key
from biocapture.enrolment.station.store import Person, Station

__all__ = ["Known", "Memory", "Person", "Recent", "Station", "make_key", "read_key"]
