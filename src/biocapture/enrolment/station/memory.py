"""Memories of earlier enrolments: what a check asks of one, and the one that ends with the process."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from biocapture.comparison.protocol import matcher_for, prefilter_of
from biocapture.types import Position


@dataclass(frozen=True, slots=True)
class RememberedSample:
    """One remembered sample.

    Attributes
    ----------
    person : str
        Id of the enrolment, or of the operator.
    operator : bool
    features : object
        Index features; None where the modality's matcher has no prefilter.
    read : callable
        Gives the template: of a thousand people, few are compared in full.
    """

    person: str
    operator: bool
    features: Any
    read: Callable[[], Any]

    @property
    def template(self) -> Any:
        """The template, read again each time."""
        return self.read()


OPERATOR_EXPIRY_S = 4e9
"""Expiry of operators, seconds since 1970: they stay until forgotten."""


@dataclass(frozen=True, slots=True)
class Person:
    """An entry of the memory.

    Attributes
    ----------
    id : str
    operator : bool
    added, expires : float
        Seconds since 1970.
    positions : tuple of Position
        Of which a template is remembered.
    """

    id: str
    operator: bool
    added: float
    expires: float
    positions: tuple[Position, ...]

    @property
    def is_permanent(self) -> bool:
        """Whether the entry stays until it is forgotten by name, as those of operators do."""
        return self.expires >= OPERATOR_EXPIRY_S


class Memory(Protocol):
    """The people that a record is compared with."""

    def previous(self, exclude: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last.

        Parameters
        ----------
        exclude : str
            Id of the person under check, whose own entry does not count.

        Returns
        -------
        (str, dict)
            Id, and position → template; both empty where there is nobody else.
        """

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        """All remembered samples of a position.

        Parameters
        ----------
        position : Position
        exclude : str
            Id of the person under check, whose own samples are left out.

        Returns
        -------
        list of RememberedSample
        """

    def templates_of(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator.

        Parameters
        ----------
        person : str
            Id.

        Returns
        -------
        dict
            Position → template; empty where nobody of that id is remembered.
        """


class RecentMemory:
    """A memory that ends with the process: for a run over many enrolments."""

    def __init__(self) -> None:
        self._people: dict[str, dict[Position, RememberedSample]] = {}

    def add(self, person: str, templates: Mapping[Position, Any], operator: bool = False) -> None:
        """Remember a person; one of the same id is replaced and becomes the latest.

        Parameters
        ----------
        person : str
            Id.
        templates : dict
            Position → template.
        operator : bool
        """
        self._people.pop(person, None)
        self._people[person] = {
            position: remembered_sample(person, operator, template, position)
            for position, template in templates.items()
        }

    def previous(self, exclude: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last; see :meth:`Memory.previous`.

        Parameters
        ----------
        exclude : str
            Id of the person under check.

        Returns
        -------
        (str, dict)
        """
        for person, samples in reversed(self._people.items()):
            if person != exclude and not any(sample.operator for sample in samples.values()):
                return person, _templates(samples.items())
        return "", {}

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        """All remembered samples of a position; see :meth:`Memory.samples_at`.

        Parameters
        ----------
        position : Position
        exclude : str
            Id of the person under check.

        Returns
        -------
        list of RememberedSample
        """
        people = self._people.items()
        return [samples[position] for person, samples in people if person != exclude and position in samples]

    def templates_of(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator; see :meth:`Memory.templates_of`.

        Parameters
        ----------
        person : str
            Id.

        Returns
        -------
        dict
            Position → template.
        """
        return _templates(self._people.get(person, {}).items())


def remembered_sample(person: str, operator: bool, template: Any, position: Position) -> RememberedSample:
    """A sample in memory, with its index features.

    Parameters
    ----------
    person : str
        Id.
    operator : bool
    template : Template
    position : Position
        Other than unknown.

    Returns
    -------
    RememberedSample
    """
    assert position.modality is not None
    own = matcher_for(position.modality)
    prefilter = prefilter_of(own)
    features = prefilter.index_features(template) if prefilter else None
    return RememberedSample(person, operator, features, lambda: template)


def _templates(samples: Iterable[tuple[Position, RememberedSample]]) -> dict[Position, Any]:
    return {position: sample.template for position, sample in samples}
