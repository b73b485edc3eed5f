"""Lists of pairs to be compared, as CSV."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.images.private_files import private

PROBE_COLUMN, REFERENCE_COLUMN, MATED_COLUMN = "file1", "file2", "genuine"


@dataclass(frozen=True, slots=True)
class PairList:
    """Rows of a pair file: ``file1``, ``file2``, optionally ``genuine`` (1 or 0), and whatever else it holds."""

    names: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The two files of each row."""
        return [(row[PROBE_COLUMN], row[REFERENCE_COLUMN]) for row in self.rows]

    @property
    def files(self) -> list[str]:
        """Every file once, sorted."""
        return sorted({name for pair in self.pairs for name in pair})

    @property
    def mated(self) -> NDArray[np.bool_] | None:
        """(P,) which pairs are mated: of the same characteristic of one subject; None when the list does not say."""
        if MATED_COLUMN not in self.names:
            return None
        return np.array([row[MATED_COLUMN] == "1" for row in self.rows])


def read_pairs(path: Path) -> PairList:
    """Read a CSV of pairs.

    Parameters
    ----------
    path : Path

    Returns
    -------
    PairList

    Raises
    ------
    UsageError
        It cannot be read, lacks a column or has one twice, has no row, or a row (named by the line it ends on) has
        more or fewer fields than there are columns, names no two files, or has neither 1 nor 0 in ``genuine``.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            pair_list = PairList(*_parse(handle))
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"cannot be read: {getattr(error, 'strerror', None) or error}", str(path)) from error
    if not pair_list.rows:
        raise UsageError("cannot be read: a pair list has at least one row below its header", str(path))
    return pair_list


def _parse(lines: Iterable[str]) -> tuple[tuple[str, ...], tuple[dict[str, str], ...]]:
    """Names of the columns, and the rows; raises :class:`ValueError`."""
    reader = csv.reader(lines, strict=True)
    names = tuple(next(reader, ()))
    if not {PROBE_COLUMN, REFERENCE_COLUMN} <= set(names) or len(set(names)) < len(names):
        raise ValueError("a pair list has the columns file1 and file2, and each column once")
    return names, tuple(_row(names, fields, reader.line_num) for fields in reader if fields)


def _row(names: tuple[str, ...], fields: list[str], line: int) -> dict[str, str]:
    if len(fields) != len(names):
        raise ValueError(f"line {line} has {len(fields)} fields, expected {len(names)}")
    row = dict(zip(names, fields, strict=True))
    if not row[PROBE_COLUMN] or not row[REFERENCE_COLUMN]:
        raise ValueError(f"line {line} names no two files")
    if row.get(MATED_COLUMN, "1") not in {"0", "1"}:
        raise ValueError(f"line {line} has genuine = {row[MATED_COLUMN]!r}, expected 1 or 0")
    return row


def write_pairs(pair_list: PairList, columns: Mapping[str, NDArray[np.float64]], out: Path) -> None:
    """Write a pair list with numbers added.

    Parameters
    ----------
    pair_list : PairList
    columns : mapping
        Name → (P,) numbers, written with four decimals, NaN as an empty field. A column of that name is replaced.
    out : Path

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    names = [name for name in pair_list.names if name not in columns] + list(columns)
    try:
        with private(out).open("w", newline="", encoding="utf8") as handle:
            table = csv.DictWriter(handle, names, lineterminator="\n")
            table.writeheader()
            table.writerows(_with_numbers(pair_list, columns))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror or error}", str(out)) from error


def _with_numbers(pair_list: PairList, columns: Mapping[str, NDArray[np.float64]]) -> Iterator[dict[str, str]]:
    for row, values in zip(
        pair_list.rows, zip(*(column.tolist() for column in columns.values()), strict=True), strict=True
    ):
        added = (f"{value:.4f}" if value == value else "" for value in values)
        yield row | dict(zip(columns, added, strict=True))
