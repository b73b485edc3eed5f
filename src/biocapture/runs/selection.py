"""Which entries a run takes: those changed since a date, and a random sample that is the same each time."""

import hashlib
import heapq
import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from biocapture.errors import UsageError
from biocapture.runs.entry import Entry


def seconds_since_1970(text: str) -> float:
    """Read a date, or date and time.

    Parameters
    ----------
    text : str
        ISO 8601; local time unless it has an offset.

    Returns
    -------
    float
        Seconds since 1970.

    Raises
    ------
    UsageError
        It is no date.
    """
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise UsageError("expected a date such as 2026-03-31 or 2026-03-31T18:00", text) from error


def entries_changed_since(entries: Iterable[Entry], seconds: float) -> Iterator[Entry]:
    """Entries changed at this time or later, and those whose time is unknown.

    Parameters
    ----------
    entries : iterable of Entry
    seconds : float
        Since 1970.

    Yields
    ------
    Entry
    """
    for entry in entries:
        if entry.error or entry.modified_s is None or entry.modified_s() >= seconds:
            yield entry


def lot(name: str, seed: int) -> int:
    """Number that an entry draws; the lowest are taken into the sample.

    Parameters
    ----------
    name : str
        Of the entry; nothing else decides its lot, so that a sample does not depend on the order of files.
    seed : int
        0..2⁶⁴ - 1.

    Returns
    -------
    int
        0..2⁶⁴ - 1, evenly distributed.
    """
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8, salt=seed.to_bytes(8)).digest())


def highest_lot(entries: Iterable[Entry], count: int, seed: int) -> int:
    """Highest of the ``count`` lowest lots. No more than these are held in memory.

    Parameters
    ----------
    entries : iterable of Entry
    count : int
        Size of the sample, at least 1.
    seed : int

    Returns
    -------
    int
        0 where there are no entries.
    """
    lowest = heapq.nsmallest(count, (lot(entry.name, seed) for entry in entries))
    return lowest[-1] if lowest else 0


def lowest_lots(entries: Iterable[Entry], highest: int, seed: int) -> Iterator[Entry]:
    """Entries whose lot is not above the highest.

    Parameters
    ----------
    entries : iterable of Entry
    highest : int
        As :func:`highest_lot` returns it.
    seed : int
        The same as there.

    Returns
    -------
    iterator of Entry
    """
    return (entry for entry in entries if lot(entry.name, seed) <= highest)
