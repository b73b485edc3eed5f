"""What a capture station remembers of earlier enrolments: encrypted, for a limited time, searchable."""

from biocapture.enrolment.station.memory import Memory, Person, RecentMemory, RememberedSample
from biocapture.enrolment.station.seal import create_key, read_key
from biocapture.enrolment.station.store import Station

__all__ = ["Memory", "Person", "RecentMemory", "RememberedSample", "Station", "create_key", "read_key"]
