"""The nouns of an enrolment: one person's samples by slot, every attempt kept. No I/O."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self, TypeVar

from biocapture.assessment.samples import Source
from biocapture.errors import EnrolmentError
from biocapture.types import FingerGroup, Position

Kind = TypeVar("Kind", bound=StrEnum)

MAX_ATTEMPTS = 400
"""Of all slots together: with more files, a folder does not hold the enrolment of one person."""

POSITION_ORDER = {position: number for number, position in enumerate(Position)}


class Absence(StrEnum):
    """Why a position is not captured: a biometric exception."""

    MISSING = "missing"
    AMPUTATED = "amputated"
    BANDAGED = "bandaged"


@dataclass(frozen=True, slots=True)
class SlotAttempt:
    """One capture attempt for one slot of an enrolment.

    Attributes
    ----------
    position : Position
        Finger, eye or face that the slot holds.
    source : path, bytes, array or Sample
    number : int
        From 1, in the order the attempts of the slot were taken.
    name : str
        As the operator knows it: a path, or position and number.
    ppi : float or None
        Resolution that overrides the one in the file.
    """

    position: Position
    source: Source
    number: int = 1
    name: str = ""
    ppi: float | None = None


@dataclass(frozen=True, slots=True)
class SlapAttempt:
    """One capture of several fingers.

    Attributes
    ----------
    group : FingerGroup
        Fingers that it shows.
    source : path, bytes, array or Sample
    name : str
        As the operator knows it: a path, or group and number.
    ppi : float or None
        Resolution that overrides the one in the file.
    """

    group: FingerGroup
    source: Source
    name: str = ""
    ppi: float | None = None


@dataclass(frozen=True, slots=True)
class SlapFault:
    """What is wrong with a slap: its guidance key, and the error where it cannot be read."""

    slap: SlapAttempt
    key: str
    error: str = ""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The samples of one capture subject.

    A slot is the place of one position in an enrolment; it holds every attempt at that finger, eye or face.

    Attributes
    ----------
    id : str
        Of the person or of the record.
    attempts : tuple of SlotAttempt
        By position, then in the order they were taken.
    absent : dict
        Position → why it is not captured.
    unplaced : tuple of str
        Files whose names do not say which position they show.
    birth_year : int or None
        Some programmes choose the background of the face by it.
    slaps : tuple of SlapAttempt
        Captures of several fingers that are not cut into fingers yet.
    slap_faults : tuple of SlapFault
        What was found when they were cut.
    """

    id: str
    attempts: tuple[SlotAttempt, ...] = ()
    absent: Mapping[Position, Absence] = field(default_factory=dict)
    unplaced: tuple[str, ...] = ()
    birth_year: int | None = None
    slaps: tuple[SlapAttempt, ...] = ()
    slap_faults: tuple[SlapFault, ...] = ()

    @classmethod
    def of(
        cls,
        id: str,
        samples: Mapping[Position | FingerGroup | str, Source | Sequence[Source]],
        absent: Mapping[Position | str, Absence | str] | None = None,
        birth_year: int | None = None,
    ) -> Self:
        """An enrolment in memory.

        Parameters
        ----------
        id : str
            Of the person or of the record.
        samples : dict
            Position, or group of fingers such as ``right_slap`` → one capture, or a list of attempts in the order they
            were taken.
        absent : dict, optional
            Position → why it is not captured.
        birth_year : int, optional

        Returns
        -------
        Enrolment

        Raises
        ------
        EnrolmentError
            A position or a reason of absence does not exist; the error suggests the nearest name.
        """
        attempts, slaps = [], []
        for slot, captures in samples.items():
            position = parse_place(slot)
            sources = captures if isinstance(captures, list | tuple) else [captures]
            for number, source in enumerate(sources, 1):
                name = str(source) if isinstance(source, str | Path) else f"{position} {number}"
                if isinstance(position, FingerGroup):
                    slaps.append(SlapAttempt(position, source, name))
                else:
                    attempts.append(SlotAttempt(position, source, number, name))
        excepted = {parse_position(slot): parse_absence(why) for slot, why in (absent or {}).items()}
        return cls(id, tuple(attempts), excepted, birth_year=birth_year, slaps=tuple(slaps))

    def attempts_at(self, position: Position) -> tuple[SlotAttempt, ...]:
        """The attempts of one slot, in the order they were taken.

        Parameters
        ----------
        position : Position
            Of the slot.

        Returns
        -------
        tuple of SlotAttempt
            Empty where nothing was captured.
        """
        return tuple(attempt for attempt in self.attempts if attempt.position is position)


def parse_position(name: Position | str) -> Position:
    """The position of a name.

    Parameters
    ----------
    name : str or Position
        Value of :class:`biocapture.types.Position` other than ``unknown``.

    Returns
    -------
    Position

    Raises
    ------
    EnrolmentError
        There is no such position; the error suggests the nearest name.
    """
    return _parse_member(Position, name, "slot")


def parse_place(name: Position | FingerGroup | str) -> Position | FingerGroup:
    """The position or group of fingers of a name.

    Parameters
    ----------
    name : str, Position or FingerGroup

    Returns
    -------
    Position or FingerGroup

    Raises
    ------
    EnrolmentError
        There is neither; the error suggests the nearest position.
    """
    return FingerGroup(name) if name in set(FingerGroup) else parse_position(name)


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


def parse_absence(name: Absence | str) -> Absence:
    """The reason of absence of a name.

    Parameters
    ----------
    name : str or Absence
        Value of :class:`Absence`.

    Returns
    -------
    Absence

    Raises
    ------
    EnrolmentError
        There is no such reason; the error suggests the nearest name.
    """
    return _parse_member(Absence, name, "exception")


def _parse_member(kind: type[Kind], name: str, what: str) -> Kind:
    known = [str(member) for member in kind if member != "unknown"]
    if name in known:
        return kind(name)
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    raise EnrolmentError(f"no such {what}; {hint}", str(name))
