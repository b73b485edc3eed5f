"""Many enrolments one after another, each with those before it in mind."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from biocapture.assessment.modalities import measures
from biocapture.enrolment import enrolments_under, read_enrolment
from biocapture.enrolment.readiness.check import judge
from biocapture.enrolment.readiness.evidence import Case
from biocapture.enrolment.readiness.examine import examined_slots
from biocapture.enrolment.readiness.result import Readiness
from biocapture.enrolment.readiness.templates import best_templates
from biocapture.enrolment.station import Known, Memory, Recent
from biocapture.errors import BiocaptureError
from biocapture.profile.load import Profile, load_profile
from biocapture.types import Position


class _Both:
    """The people of this run, and behind them those a station remembers."""

    def __init__(self, recent: Recent, station: Memory | None) -> None:
        self._recent, self._station = recent, station

    def previous(self, but: str) -> tuple[str, Mapping[Position, Any]]:
        """The latest of the run, else of the station."""
        found = self._recent.previous(but)
        return found if found[1] or self._station is None else self._station.previous(but)

    def of_slot(self, position: Position, but: str) -> list[Known]:
        """Samples of both."""
        before = self._station.of_slot(position, but) if self._station else []
        return self._recent.of_slot(position, but) + before

    def of_person(self, person: str) -> Mapping[Position, Any]:
        """Of the run, else of the station."""
        return self._recent.of_person(person) or (self._station.of_person(person) if self._station else {})


def check_many(
    root: Path, *, profile: str | Path | Profile = "default", station: Memory | None = None, threads: int = 2
) -> Iterator[tuple[str, Readiness | str]]:
    """Check every enrolment under a folder, in order of name: (name, readiness, or why it cannot be read).

    Each is compared with all before it in the run, and the one just before it is the previous person.
    """
    profile = load_profile(profile, measures())
    recent = Recent()
    for path in enrolments_under(root):
        try:
            enrolment = read_enrolment(path)
            slots = examined_slots(enrolment, profile, threads)
            yield path.name, judge(Case(enrolment, profile, slots, _Both(recent, station), threads))
            recent.add(enrolment.id, best_templates(slots))
        except BiocaptureError as error:
            yield path.name, str(error)
