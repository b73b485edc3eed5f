"""The station's memory on disk: one SQLite file, its payload encrypted, every change one transaction."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

from biocapture.comparison.protocol import Matcher, matcher_for
from biocapture.enrolment.station.database import open_database, station_errors
from biocapture.enrolment.station.memory import RememberedSample
from biocapture.enrolment.station.packing import pack_sample, unpack_features, unpack_template
from biocapture.enrolment.station.seal import Seal
from biocapture.errors import UsageError
from biocapture.types import Position
from biocapture.workers.transaction import transaction

MAX_CITIZENS, RETENTION_DAYS = 1000, 30.0
"""Citizens remembered at most, and for how long."""

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


class Station:
    """Templates of the last enrolments and of the operators.

    Ids and templates are encrypted; positions, the number of people, times and who is an operator are not. What has
    expired is deleted, overwritten with zeros, whenever the file is opened.

    Parameters
    ----------
    path : Path
    key : bytes
        32 bytes; see :func:`biocapture.enrolment.station.read_key`.
    create : bool
        Make the file where there is none.

    Raises
    ------
    StationError
        No such file, another key, or a file that is no station; such a file is left as it is.
    """

    def __init__(self, path: Path, key: bytes, create: bool = False) -> None:
        self.path = path
        self._seal = Seal(key)
        self._names: dict[tuple[object, ...], str] = {}
        self._database = open_database(path, self._seal, create)
        try:
            self.expire()
        except BaseException:
            self._database.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return int(self._database.execute("SELECT count(*) FROM people").fetchone()[0])

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def add(
        self,
        person: str,
        templates: Mapping[Position, Any],
        *,
        operator: bool = False,
        days: float = RETENTION_DAYS,
        keep: int = MAX_CITIZENS,
    ) -> None:
        """Remember a person; one of the same id is replaced.

        Parameters
        ----------
        person : str
            Id.
        templates : dict
            Position → template.
        operator : bool
            Operators stay until forgotten.
        days : float
            How long a citizen is remembered.
        keep : int
            Citizens remembered at most: beyond, those added first are forgotten.
        """
        number = int.from_bytes(os.urandom(7), "big")
        expires = OPERATOR_EXPIRY_S if operator else time.time() + 86400 * days
        sealed = self._seal.encrypt(json.dumps(person).encode(), _person_location(number, operator, expires))
        rows = [(number, str(slot), self._sealed_sample(number, slot, each)) for slot, each in templates.items()]
        with station_errors(self.path), transaction(self._database):
            known = self._ids()
            self._database.executemany(
                "DELETE FROM people WHERE number = ?", [(n,) for n, name in known.items() if name == person]
            )
            self._database.execute(
                "INSERT INTO people VALUES (?, ?, ?, ?, ?)", (number, operator, time.time(), expires, sealed)
            )
            self._database.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)
            self._database.execute(
                "DELETE FROM people WHERE operator = 0 AND number NOT IN "
                "(SELECT number FROM people WHERE operator = 0 ORDER BY added DESC LIMIT ?)",
                (keep,),
            )

    def forget(self, person: str) -> None:
        """Delete one person or operator.

        Parameters
        ----------
        person : str
            Id.

        Raises
        ------
        UsageError
            Nobody of that id is remembered.
        """
        with station_errors(self.path):
            numbers = [number for number, name in self._ids().items() if name == person]
            if not numbers:
                raise UsageError("nobody of that id is remembered", person)
            with transaction(self._database):
                self._database.executemany("DELETE FROM people WHERE number = ?", [(number,) for number in numbers])

    def expire(self, now: float | None = None) -> int:
        """Delete what has expired.

        Parameters
        ----------
        now : float, optional
            Seconds since 1970; default: the clock.

        Returns
        -------
        int
            How many people were deleted.
        """
        moment = time.time() if now is None else now
        with station_errors(self.path), transaction(self._database):
            return self._database.execute("DELETE FROM people WHERE expires <= ?", (moment,)).rowcount

    def people(self) -> list[Person]:
        """Everybody remembered, in the order they were added."""
        query = "SELECT number, operator, added, expires FROM people ORDER BY added"
        with station_errors(self.path):
            ids = self._ids()
            positions: dict[int, list[Position]] = {}
            for number, position in self._database.execute("SELECT person, slot FROM samples"):
                positions.setdefault(number, []).append(Position(position))
            rows = self._database.execute(query).fetchall()
        return [
            Person(ids[number], bool(operator), added, expires, tuple(positions.get(number, ())))
            for number, operator, added, expires in rows
        ]

    def previous(self, exclude: str) -> tuple[str, Mapping[Position, Any]]:
        """Id and templates of the citizen added last; see :meth:`biocapture.enrolment.station.Memory.previous`.

        Parameters
        ----------
        exclude : str
            Id of the person under check.

        Returns
        -------
        (str, dict)
        """
        with station_errors(self.path):
            for number, name in self._ids("WHERE operator = 0 ORDER BY added DESC LIMIT 2").items():
                if name != exclude:
                    return name, self._templates(number)
        return "", {}

    def templates_of(self, person: str) -> Mapping[Position, Any]:
        """Templates of one person or operator; see :meth:`biocapture.enrolment.station.Memory.templates_of`.

        Parameters
        ----------
        person : str
            Id.

        Returns
        -------
        dict
            Position → template.
        """
        with station_errors(self.path):
            number = next((number for number, name in self._ids().items() if name == person), None)
            return {} if number is None else self._templates(number)

    def samples_at(self, position: Position, exclude: str) -> list[RememberedSample]:
        """All remembered samples of a position; see :meth:`biocapture.enrolment.station.Memory.samples_at`.

        Parameters
        ----------
        position : Position
        exclude : str
            Id of the person under check.

        Returns
        -------
        list of RememberedSample
        """
        own, query = _matcher_of(position), "SELECT person, sealed FROM samples WHERE slot = ?"
        with station_errors(self.path):
            ids = self._ids()
            operators = {number for (number,) in self._database.execute("SELECT number FROM people WHERE operator = 1")}
            samples = []
            for number, sealed in self._database.execute(query, (str(position),)).fetchall():
                if ids[number] != exclude:
                    content = self._seal.decrypt(sealed, _sample_location(number, position))
                    features, read = unpack_features(own, content), partial(unpack_template, own, content)
                    samples.append(RememberedSample(ids[number], number in operators, features, read))
        return samples

    def _sealed_sample(self, number: int, position: Position, template: Any) -> bytes:
        return self._seal.encrypt(pack_sample(_matcher_of(position), template), _sample_location(number, position))

    def _templates(self, number: int) -> dict[Position, Any]:
        templates = {}
        for slot, sealed in self._database.execute("SELECT slot, sealed FROM samples WHERE person = ?", (number,)):
            position = Position(slot)
            content = self._seal.decrypt(sealed, _sample_location(number, position))
            templates[position] = unpack_template(_matcher_of(position), content)
        return templates

    def _ids(self, condition: str = "") -> dict[int, str]:
        """Number → id of the people chosen by the end of a query."""
        rows = self._database.execute(f"SELECT number, operator, expires, sealed FROM people {condition}").fetchall()  # noqa: S608
        names = {row: self._names[row] if row in self._names else self._name(*row) for row in rows}
        if not condition:  # names that were decrypted are kept for the next query, but not those of people who are gone
            self._names = names
        return {row[0]: name for row, name in names.items()}

    def _name(self, number: int, operator: int, expires: float, sealed: bytes) -> str:
        return str(json.loads(self._seal.decrypt(sealed, _person_location(number, operator, expires))))


def _person_location(number: int, operator: int, expires: float) -> str:
    """What an encrypted id is bound to: neither expiry nor role can be altered without the key."""
    return f"person {number} {int(operator)} {expires!r}"


def _sample_location(number: int, position: Position) -> str:
    return f"sample {number} {position}"


def _matcher_of(position: Position) -> Matcher:
    if position.modality is None:
        raise UsageError("templates are remembered by slot", position)
    return matcher_for(position.modality)
