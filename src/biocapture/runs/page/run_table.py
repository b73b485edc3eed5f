"""The table of a run as a stream of batches, whatever it is stored as: memory does not grow with the number of rows."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.errors import UsageError
from biocapture.runs import PART_FILES, RECORD_FILE
from biocapture.runs.page.table_files import DAYS, DEVICES, FORMATS, READERS, column_names

MAX_MANIFEST_BYTES = 1_000_000
"""A larger run.json is none of ours."""

MAX_CHARACTERS = 500
"""Of a path or message; the rest is cut off."""

READ_COLUMNS = frozenset({"path", "sha256", "modality", "position", "quality", "verdict", "reasons", "error"})


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Some rows of a table, N in number.

    Attributes
    ----------
    batch : pyarrow.RecordBatch
    """

    batch: Any

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is such a column.

        Parameters
        ----------
        name : str

        Returns
        -------
        bool
        """
        return name in self.batch.schema.names

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """A column of text, each distinct text once.

        Parameters
        ----------
        name : str

        Returns
        -------
        codes : (N,) int64
            Index into the texts.
        texts : list of str
            "" stands for empty cells, and for all where there is no such column.
        """
        if not self.has(name):
            return np.zeros(len(self), np.int64), [""]
        coded = _flat(self.batch.column(name)).dictionary_encode()
        indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        texts = [_text(value) for value in coded.dictionary.to_pylist()]
        return np.where(indices < 0, len(texts), indices), [*texts, ""]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """A column of numbers.

        Parameters
        ----------
        name : str

        Returns
        -------
        (N,) float64
            NaN for empty cells, and for all where there is no such column.
        """
        if not self.has(name):
            return np.full(len(self), np.nan)
        import pyarrow as pa

        column = self.batch.column(name)
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)

    def cells(self, name: str, indices: NDArray[np.intp]) -> list[str]:
        """Texts of a few rows.

        Parameters
        ----------
        name : str
            Of a column.
        indices : (K,) intp
            Of rows in this batch.

        Returns
        -------
        list of str
            K texts, "" where a cell is empty or there is no such column.
        """
        if not self.has(name):
            return [""] * len(indices)
        return [_text(value) for value in self.batch.column(name).take(_positions(indices)).to_pylist()]


@dataclass(frozen=True, slots=True)
class RunTable:
    """The table of a run, unread.

    Attributes
    ----------
    path : Path
        Folder of parts, or one table.
    files : tuple of Path
    columns : tuple of str
    manifest : dict
        Content of ``run.json``; empty where there is none.
    """

    path: Path
    files: tuple[Path, ...]
    columns: tuple[str, ...]
    manifest: dict[str, Any]

    @property
    def measures(self) -> tuple[str, ...]:
        """Ids of the measures that have scores."""
        return tuple(name for name in self.columns if f"{name}.score" in self.columns)

    @property
    def device(self) -> str:
        """Name of the column with the device, "" for none."""
        return next((name for name in DEVICES if name in self.columns), "")

    @property
    def day(self) -> str:
        """Name of the column with the time, "" for none."""
        return next((name for name in DAYS if name in self.columns), "")

    def batches(self) -> Iterator[RowBatch]:
        """All rows, in order.

        Yields
        ------
        RowBatch

        Raises
        ------
        UsageError
            A table is damaged.
        """
        scored = (column for name in self.measures for column in (name, f"{name}.score"))
        columns = [*(name for name in self.columns if name in {*READ_COLUMNS, self.device, self.day}), *scored]
        for file in self.files:
            try:
                yield from map(RowBatch, READERS[file.suffix.lower()](file, columns))
            except (OSError, ValueError, csv.Error) as error:  # pyarrow's own errors are ValueErrors
                raise UsageError(f"cannot be read: {str(error)[:MAX_CHARACTERS]}", str(file)) from error


def open_run_table(path: Path) -> RunTable:
    """Open the table of a run without reading its rows.

    Parameters
    ----------
    path : Path
        Folder of ``part-*.parquet`` with ``run.json``, or one table of ``score --out``.

    Returns
    -------
    RunTable

    Raises
    ------
    UsageError
        There is no such run, or no table of ours.
    """
    if path.is_dir():
        files = tuple(sorted(path.glob(PART_FILES)))
        if not files:
            raise UsageError(f"no {PART_FILES} in this folder", str(path))
    elif path.suffix.lower() in READERS:
        files = (path,)
    else:
        raise UsageError(f"a run is a folder of {PART_FILES}, or a {FORMATS} table", str(path))
    try:
        names = column_names(files[0])
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"cannot be read: {str(error)[:MAX_CHARACTERS]}", str(files[0])) from error
    if not {"path", "verdict"} <= set(names):
        raise UsageError("no table of biocapture: the columns path and verdict are missing", str(files[0]))
    return RunTable(path, files, names, _manifest(path / RECORD_FILE) if path.is_dir() else {})


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise UsageError(f"more than {MAX_MANIFEST_BYTES} bytes, too large for a manifest", str(path))
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read: {error}", str(path)) from error
    return content if isinstance(content, dict) else {}


def _flat(column: Any) -> Any:
    """A column that can be dictionary-encoded: dictionaries decoded, everything but bytes as text."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column if pa.types.is_binary(column.type) else column.cast(pa.string())


def _positions(indices: NDArray[np.intp]) -> Any:
    import pyarrow as pa

    return pa.array(indices.astype(np.int64))


def _text(value: Any) -> str:
    if value is None:
        return ""
    shown = value.decode("utf8", "replace") if isinstance(value, bytes) else str(value)
    return shown if len(shown) <= MAX_CHARACTERS else shown[: MAX_CHARACTERS - 1] + "…"
