"""The nouns of an enrolment: one person's samples by slot, every attempt kept. No I/O."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from biocapture.assessment.samples import Source
from biocapture.errors import EnrolmentError
from biocapture.types import Position

Kind = TypeVar("Kind", bound=StrEnum)

MAX_ATTEMPTS = 400
"""Of all slots together; a folder with more files is no enrolment of one person."""


POSITION_ORDER = {position: number for number, position in enumerate(Position)}


class Absence(StrEnum):
    """Why a slot stays empty (a biometric exception)."""

    MISSING = "missing"
    AMPUTATED = "amputated"
    BANDAGED = "bandaged"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One capture for one slot.

    Attributes
    ----------
    position : Position
    source : path, bytes, array or Sample
    number : int
        1 = the first attempt of its slot.
    name : str
        As the operator knows it: a path, or slot and number.
    ppi : float or None
        Resolution that overrides the file's.
    """

    position: Position
    source: Source
    number: int = 1
    name: str = ""
    ppi: float | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One person's samples.

    Attributes
    ----------
    id : str
        Of the person or the record.
    attempts : tuple of Attempt
        By slot, then in the order they were taken.
    absent : dict
        Slot → why it is empty.
    unplaced : tuple of str
        Names of files that do not tell their slot.
    birth_year : int or None
        Some programmes choose the background of the face by it.
    """

    id: str
    attempts: tuple[Attempt, ...] = ()
    absent: Mapping[Position, Absence] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    birth_year: int | None = None

    @classmethod
    def of(
        cls,
        id: str,
        samples: Mapping[Position | str, Source | Sequence[Source]],
        absent: Mapping[Position | str, Absence | str] | None = None,
        birth_year: int | None = None,
    ) -> Self:
        """An enrolment in memory: slot → one capture, or the attempts in the order they were taken.

        Raises
        ------
        EnrolmentError
            A slot or a reason of absence does not exist.
        """
        attempts = []
        for slot, given in samples.items():
            position = slot_of(slot)
            several = given if isinstance(given, list | tuple) else [given]
            for number, source in enumerate(several, 1):
                name = str(source) if isinstance(source, str | Path) else f"{position} {number}"
                attempts.append(Attempt(position, source, number, name))
        excepted = {slot_of(slot): absence_of(why) for slot, why in (absent or {}).items()}
        return cls(id, tuple(attempts), excepted, birth_year=birth_year)

    def of_slot(self, position: Position) -> tuple[Attempt, ...]:
        """The attempts of one slot, in the order they were taken."""
        return tuple(attempt for attempt in self.attempts if attempt.position is position)


def slot_of(name: Position | str) -> Position:
    """Slot from our own name of it; raises :class:`EnrolmentError` with the nearest known name."""
    return _member(Position, name, "slot")


def position_order(position: Position) -> int:
    """Place of a position in the order in which enrolments list them: right hand, left hand, eyes, face.

    Parameters
    ----------
    position : Position

    Returns
    -------
    int
        From 0, which is the unknown position.
    """
    return POSITION_ORDER[position]


def absence_of(name: Absence | str) -> Absence:
    """Reason of absence from its name; raises :class:`EnrolmentError` with the nearest known name."""
    return _member(Absence, name, "exception")


def _member(kind: type[Kind], name: str, what: str) -> Kind:
    known = [str(member) for member in kind if member != "unknown"]
    if name in known:
        return kind(name)
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise EnrolmentError(f"no such {what}; {hint}", str(name))
