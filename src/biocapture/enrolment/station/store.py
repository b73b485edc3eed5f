"""The station's memory on disk: one SQLite file, its payload encrypted, every change one transaction."""

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from biocapture.comparison.protocol import Matcher, matcher_for
from biocapture.enrolment.station.database import open_database, station_errors, wipe_journal
from biocapture.enrolment.station.memory import OPERATOR_EXPIRY_S, Person, RememberedSample
from biocapture.enrolment.station.packing import pack_sample, unpack_features, unpack_template
from biocapture.enrolment.station.seal import Seal
from biocapture.enrolment.station.state import State
from biocapture.errors import UsageError
from biocapture.types import Position
from biocapture.workers.transaction import transaction

MAX_CITIZENS, RETENTION_DAYS, MAX_DAYS = 1000, 30.0, 3650.0
"""Citizens remembered at most, for how long, and for how long at most."""


class Station:
    """Templates of the last enrolments and of the operators.

    Ids and templates are encrypted; positions, the number of people, times and who is an operator are not, but none of
    it can be altered, deleted or brought back unnoticed; an older copy of the whole file can. What has expired is
    deleted, overwritten with zeros, whenever the file is opened, unless the clock has jumped: then nobody expires until
    it is right again, or :meth:`trust_clock` is called.

    Parameters
    ----------
    path : Path
    key : bytes
        32 bytes; see :func:`biocapture.enrolment.station.read_key`.
    create : bool
        Make the file where there is none.

    Attributes
    ----------
    clock_is_believed : bool
        False where the clock, when the file was opened, was more than a day before, or sixty days after, the last use.

    Raises
    ------
    StationError
        No such file, another key, rows deleted or brought back, or a file that is no station; such a file is left as it
        is.
    """

    def __init__(self, path: Path, key: bytes, create: bool = False) -> None:
        self.path = path
        self._seal = Seal(key)
        self._names: dict[tuple[object, ...], str] = {}
        self._database = open_database(path, self._seal, create)
        try:
            self.clock_is_believed = self._state().believes(time.time())
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

        Raises
        ------
        UsageError
            ``days`` is not a number of days.
        """
        if not 0 <= days <= MAX_DAYS:
            raise UsageError(f"days must lie in 0..{MAX_DAYS:.0f}", str(days))
        number = int.from_bytes(os.urandom(7), "big")
        rows = [(number, str(slot), self._sealed_sample(number, slot, each)) for slot, each in templates.items()]
        with station_errors(self.path), self._change() as state:
            added, sequence = state.moment_s, state.sequence
            expires = OPERATOR_EXPIRY_S if operator else added + 86400 * days
            location = _person_location(number, sequence, operator, added, expires)
            sealed = self._seal.encrypt(json.dumps(person).encode(), location)
            self._database.executemany(
                "DELETE FROM people WHERE number = ?", [(n,) for n, name in self._ids().items() if name == person]
            )
            self._database.execute(
                "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?)", (number, sequence, operator, added, expires, sealed)
            )
            self._database.executemany("INSERT INTO samples VALUES (?, ?, ?)", rows)
            self._database.execute(
                "DELETE FROM people WHERE operator = 0 AND number NOT IN "
                "(SELECT number FROM people WHERE operator = 0 ORDER BY sequence DESC LIMIT ?)",
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
            self._state()
            numbers = [number for number, name in self._ids().items() if name == person]
            if not numbers:
                raise UsageError("nobody of that id is remembered", person)
            with self._change():
                self._database.executemany("DELETE FROM people WHERE number = ?", [(number,) for number in numbers])

    def expire(self, now: float | None = None) -> int:
        """Delete what has expired.

        Parameters
        ----------
        now : float, optional
            Seconds since 1970; default: the clock, or the last use where the clock has jumped.

        Returns
        -------
        int
            How many people were deleted.
        """
        with station_errors(self.path), self._change() as state:
            moment = state.moment_s if now is None else now
            return self._database.execute("DELETE FROM people WHERE expires <= ?", (moment,)).rowcount

    def trust_clock(self) -> None:
        """Take the clock for right although it has jumped; what has expired by it is deleted at the next change."""
        with station_errors(self.path), transaction(self._database):
            replace(self._state(), moment_s=time.time()).write(self._database, self._seal)
        self.clock_is_believed = True

    def _state(self) -> State:
        with station_errors(self.path):
            return State.read(self._database, self._seal)

    @contextmanager
    def _change(self) -> Iterator[State]:
        """A transaction on rows that were found as they were left; gives the state with the next number in sequence."""
        with transaction(self._database):
            before = State.read(self._database, self._seal)
            after = replace(before.at(time.time()), sequence=before.sequence + 1)
            yield after
            after.write(self._database, self._seal)
        wipe_journal(self._database, self.path)

    def people(self) -> list[Person]:
        """Everybody remembered, in the order they were added."""
        query = "SELECT number, operator, added, expires FROM people ORDER BY sequence"
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
            for number, name in self._ids("WHERE operator = 0 ORDER BY sequence DESC LIMIT 2").items():
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
        columns = "number, sequence, operator, added, expires, sealed"
        rows = self._database.execute(f"SELECT {columns} FROM people {condition}").fetchall()  # noqa: S608
        names = {row: self._names[row] if row in self._names else self._name(*row) for row in rows}
        if not condition:  # names that were decrypted are kept for the next query, but not those of people who are gone
            self._names = names
        return {row[0]: name for row, name in names.items()}

    def _name(self, *row: Any) -> str:
        return str(json.loads(self._seal.decrypt(row[-1], _person_location(*row[:-1]))))


def _person_location(number: int, sequence: int, operator: int, added: float, expires: float) -> str:
    """What an encrypted id is bound to: order, times and role cannot be altered without the key."""
    return f"person {number} {sequence} {int(operator)} {added!r} {expires!r}"


def _sample_location(number: int, position: Position) -> str:
    return f"sample {number} {position}"


def _matcher_of(position: Position) -> Matcher:
    if position.modality is None:
        raise UsageError("templates are remembered by slot", position)
    return matcher_for(position.modality)
