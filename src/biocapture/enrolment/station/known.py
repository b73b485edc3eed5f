"""People a station remembers: templates by slot. In memory, and the form every memory has."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from biocapture.comparison.protocol import matcher, ranking
from biocapture.types import Position


@dataclass(frozen=True, slots=True)
class Known:
    """One remembered sample.

    Attributes
    ----------
    person : str
        Id of the enrolment, or of the operator.
    operator : bool
    sketch : object
        What ranking needs; None where the modality's matcher does not rank.
    read : callable
        Gives the template: of a thousand people, few are compared in full.
    """

    person: str
    operator: bool
    sketch: Any
    read: Callable[[], Any]

    @property
    def template(self) -> Any:
        """The template, read anew each time."""
        return self.read()


class Memory(Protocol):
    """Whom a record is compared with."""

    def previous(self, but: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last, other than ``but``; empty where there is none."""

    def of_slot(self, position: Position, but: str) -> list[Known]:
        """All remembered samples of a slot, of anyone but ``but``."""

    def of_person(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator."""


class Recent:
    """A memory that ends with the process: for a run over many enrolments."""

    def __init__(self) -> None:
        self._people: dict[str, dict[Position, Known]] = {}

    def add(self, person: str, templates: Mapping[Position, Any], operator: bool = False) -> None:
        """Remember a person; one of the same id is replaced and becomes the latest."""
        self._people.pop(person, None)
        self._people[person] = {
            position: known(person, operator, each, position) for position, each in templates.items()
        }

    def previous(self, but: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last, other than ``but``."""
        for person, samples in reversed(self._people.items()):
            if person != but and not any(sample.operator for sample in samples.values()):
                return person, _templates(samples.items())
        return "", {}

    def of_slot(self, position: Position, but: str) -> list[Known]:
        """All remembered samples of a slot, of anyone but ``but``."""
        return [samples[position] for person, samples in self._people.items() if person != but and position in samples]

    def of_person(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator."""
        return _templates(self._people.get(person, {}).items())


def known(person: str, operator: bool, template: Any, position: Position) -> Known:
    """A sample with what ranking needs of it."""
    assert position.modality is not None
    part = matcher(position.modality)
    ranks = ranking(part)
    return Known(person, operator, ranks.sketch(template) if ranks else None, lambda: template)


def _templates(samples: Iterable[tuple[Position, Known]]) -> dict[Position, Any]:
    return {position: sample.template for position, sample in samples}
