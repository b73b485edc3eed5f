"""One SQLite transaction: all of it or nothing, whenever the process dies."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def transaction(base: sqlite3.Connection) -> Iterator[None]:
    """Begin at once, so that only one writer is at work; commit, or roll back on any exception.

    Parameters
    ----------
    base : sqlite3.Connection
        In autocommit mode.
    """
    base.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        base.execute("ROLLBACK")
        raise
    base.execute("COMMIT")
