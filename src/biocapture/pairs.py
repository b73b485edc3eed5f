"""Lists of pairs to be compared, as CSV."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError

ONE, OTHER, GENUINE = "file1", "file2", "genuine"


@dataclass(frozen=True, slots=True)
class PairList:
    """Rows of a pair file: ``file1``, ``file2``, optionally ``genuine`` (1 or 0), and whatever else it holds."""

    names: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The two files of each row."""
        return [(row[ONE], row[OTHER]) for row in self.rows]

    @property
    def files(self) -> list[str]:
        """Every file once, sorted."""
        return sorted({name for pair in self.pairs for name in pair})

    @property
    def genuine(self) -> NDArray[np.bool_] | None:
        """(P,) which pairs are of the same person's same characteristic; None when the list does not say."""
        if GENUINE not in self.names:
            return None
        return np.array([row[GENUINE] == "1" for row in self.rows])


def read_pairs(path: Path) -> PairList:
    """Read a CSV of pairs.

    Raises
    ------
    UsageError
        It cannot be read, lacks a column, has no row, or a row (named by its line) is cut short or says neither 1 nor
        0 for genuine.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            reader = csv.DictReader(handle, restval="")
            names = tuple(reader.fieldnames or ())
            rows = tuple({name: row[name] for name in names} for row in reader)
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path)) from error
    if not {ONE, OTHER} <= set(names) or not rows:
        raise UsageError("a pair list has the columns file1 and file2, and at least one row", str(path))
    for number, row in enumerate(rows, start=1):
        if not row[ONE] or not row[OTHER]:
            raise UsageError(f"pair {number} names no two files", str(path))
        if row.get(GENUINE, "1") not in {"0", "1"}:
            raise UsageError(f"pair {number} has genuine = {row[GENUINE]!r}, expected 1 or 0", str(path))
    return PairList(names, rows)


def write_pairs(listed: PairList, columns: Mapping[str, NDArray[np.float64]], out: Path) -> None:
    """Write the list with numbers added, four decimals, NaN as an empty field; raises :class:`UsageError`."""
    names = [name for name in listed.names if name not in columns] + list(columns)
    numbers = zip(*(column.tolist() for column in columns.values()), strict=True)
    try:
        with out.open("w", newline="", encoding="utf8") as handle:
            table = csv.DictWriter(handle, names, lineterminator="\n")
            table.writeheader()
            for row, values in zip(listed.rows, numbers, strict=True):
                added = (f"{value:.4f}" if value == value else "" for value in values)
                table.writerow(row | dict(zip(columns, added, strict=True)))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error
