"""Many enrolments one after another, each compared with those before it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.enrolment import enrolment_paths, read_enrolment
from biocapture.enrolment.readiness.check import judge
from biocapture.enrolment.readiness.context import CheckContext
from biocapture.enrolment.readiness.examine import examine_slots
from biocapture.enrolment.readiness.result import Readiness
from biocapture.enrolment.readiness.slaps import with_slap_fingers
from biocapture.enrolment.readiness.templates import best_templates
from biocapture.enrolment.station import Memory, RecentMemory, RememberedSample
from biocapture.errors import BiocaptureError
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Position


class _CombinedMemory:
    """The people of this run first, then those a station remembers."""

    def __init__(self, recent: RecentMemory, station: Memory | None) -> None:
        self._recent, self._station = recent, station

    def previous(self, exclude: str) -> tuple[str, Mapping[Position, Any]]:
        """The latest of the run, otherwise of the station."""
        latest = self._recent.previous(exclude)
        return latest if latest[1] or self._station is None else self._station.previous(exclude)

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        """Samples of both, those of the run first."""
        before = self._station.samples_at(position, exclude) if self._station else []
        return self._recent.samples_at(position, exclude) + before

    def templates_of(self, person: str) -> Mapping[Position, Any]:
        """Of the run, otherwise of the station."""
        return self._recent.templates_of(person) or (self._station.templates_of(person) if self._station else {})


def check_many(
    root: Path, *, profile: str | Path | Profile = "default", station: Memory | None = None, threads: int = 2
) -> Iterator[tuple[str, Readiness | str]]:
    """Check every enrolment of a folder, in order of name.

    Each is compared with all before it in the run; the one just before it is the previous person.

    Parameters
    ----------
    root : Path
        Folder of enrolments; see :func:`biocapture.enrolment.enrolment_paths`.
    profile : str, Path or Profile
    station : Memory, optional
        People remembered earlier. It is not changed.
    threads : int
        Attempts examined at a time; the result does not depend on it.

    Yields
    ------
    (str, Readiness or str)
        Name, and the readiness, or why the enrolment cannot be read.

    Raises
    ------
    EnrolmentError
        ``root`` cannot be listed.
    ProfileError
        The profile is unreadable or names something unknown.
    """
    profile = load_profile(profile, measures())
    recent = RecentMemory()
    for path in enrolment_paths(root):
        try:
            enrolment = read_enrolment(path)
            enrolment = with_slap_fingers(enrolment, profile)
            slots = examine_slots(enrolment, profile, threads)
            yield path.name, judge(CheckContext(enrolment, profile, slots, _CombinedMemory(recent, station), threads))
            recent.add(enrolment.id, best_templates(slots))
        except BiocaptureError as error:
            yield path.name, str(error)
