"""What a station knows of itself, sealed: the last moment it was used, and which rows there are.

Order and completeness must not hang on the clock, or on rows that anybody with the file can delete: every person has a
number in sequence, and the sealed state holds the last one and a digest of all rows.
"""

import hashlib
import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Self

from biocapture.enrolment.station.seal import Seal
from biocapture.errors import StationError

MAX_STEP_BACK_S, MAX_STEP_AHEAD_S = 86_400.0, 60 * 86_400.0
"""How far the clock may go back, and ahead, between two uses. A station that was put away for longer asks a person."""

STATE = "state"
"""Name of the fact, and the location it is sealed for."""


@dataclass(frozen=True, slots=True)
class State:
    """The sealed state.

    Attributes
    ----------
    moment_s : float
        When the station was used last, seconds since 1970; 0 = never.
    sequence : int
        Of the person added last.
    rows : str
        SHA-256 of the numbers of all people and the positions of all samples, hexadecimal.
    """

    moment_s: float
    sequence: int
    rows: str

    @classmethod
    def read(cls, database: sqlite3.Connection, seal: Seal) -> Self:
        """Read the state and compare it with the rows.

        Parameters
        ----------
        database : sqlite3.Connection
        seal : Seal

        Returns
        -------
        State

        Raises
        ------
        StationError
            Rows were deleted, added or brought back without the key.
        """
        row = database.execute("SELECT sealed FROM facts WHERE name = ?", (STATE,)).fetchone()
        if row is None:
            return cls(0.0, 0, rows_digest(database))
        state = cls(**json.loads(seal.decrypt(row[0], STATE)))
        if state.rows != rows_digest(database):
            raise StationError("people or samples in it were deleted or brought back by somebody without the key")
        return state

    def write(self, database: sqlite3.Connection, seal: Seal) -> None:
        """Write the state with the rows as they are now; to be called within the transaction that changed them.

        Parameters
        ----------
        database : sqlite3.Connection
        seal : Seal
        """
        facts = {"moment_s": self.moment_s, "sequence": self.sequence, "rows": rows_digest(database)}
        sealed = seal.encrypt(json.dumps(facts).encode(), STATE)
        database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (STATE, sealed))

    def believes(self, now_s: float) -> bool:
        """Whether a clock can be right.

        Parameters
        ----------
        now_s : float
            Seconds since 1970.

        Returns
        -------
        bool
            True in a station that was never used.
        """
        step = now_s - self.moment_s
        return not self.moment_s or -MAX_STEP_BACK_S <= step <= MAX_STEP_AHEAD_S

    def at(self, now_s: float) -> Self:
        """The state after a use; an implausible clock does not count as one.

        Parameters
        ----------
        now_s : float
            Seconds since 1970.

        Returns
        -------
        State
        """
        return replace(self, moment_s=now_s) if self.believes(now_s) else self


def rows_digest(database: sqlite3.Connection) -> str:
    """SHA-256 of which people and samples there are.

    Parameters
    ----------
    database : sqlite3.Connection

    Returns
    -------
    str
        Hexadecimal.
    """
    digest = hashlib.sha256()
    queries = "SELECT number, sequence FROM people ORDER BY number", "SELECT person, slot FROM samples ORDER BY 1, 2"
    for query in queries:
        digest.update(repr(database.execute(query).fetchall()).encode())
    return digest.hexdigest()
