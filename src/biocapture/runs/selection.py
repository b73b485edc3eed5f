"""Which entries of a run are taken: since a date, and a sample that is the same each time."""

import hashlib
import heapq
import os
from collections.abc import Iterable, Iterator
from datetime import datetime

from biocapture.errors import UsageError
from biocapture.runs.entry import Entry


def since_s(text: str) -> float:
    """Seconds since 1970 of a date or date and time as ISO 8601 writes them; local time unless it has an offset.

    Raises
    ------
    UsageError
        It is no date.
    """
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError) as error:
        raise UsageError("expected a date such as 2026-03-31 or 2026-03-31T18:00", text) from error


def changed_since(entries: Iterable[Entry], seconds: float) -> Iterator[Entry]:
    """Entries changed at this time or later, and those of which it is not known."""
    for entry in entries:
        if entry.error or entry.modified_s is None or entry.modified_s() >= seconds:
            yield entry


def lot(name: str, seed: int) -> int:
    """The lot an entry draws: 0..2⁶⁴, from its name alone."""
    return int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=8, salt=seed.to_bytes(8)).digest())


def highest_lot(entries: Iterable[Entry], count: int, seed: int) -> int:
    """The highest lot that is among the ``count`` lowest; holds no more than these in memory."""
    lowest = heapq.nsmallest(count, (lot(entry.name, seed) for entry in entries))
    return lowest[-1] if lowest else 0


def drawn(entries: Iterable[Entry], highest: int, seed: int) -> Iterator[Entry]:
    """Entries whose lot is not above the highest."""
    return (entry for entry in entries if lot(entry.name, seed) <= highest)
