"""What a capture station remembers of the people before: encrypted, for a while, searchable."""

from biocapture.station.known import Known, Memory, Recent
from biocapture.station.seal import make_key, read_key
from biocapture.station.store import Person, Station

__all__ = ["Known", "Memory", "Person", "Recent", "Station", "make_key", "read_key"]
