"""Tables in a file, in any format that we write, as a stream of Arrow batches."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from biocapture.assessment.report import COLUMNS, NUMBER_COLUMNS
from biocapture.guidance.plain_text import FORMULA
from biocapture.runs.entry import DEVICE_COLUMN, TIME_COLUMN

BATCH_ROWS = 8_192

DEVICES = (DEVICE_COLUMN, "device_id")
DAYS = (TIME_COLUMN, "day", "mtime", "modified")
"""Columns that may name the device of a capture, and its time; the first that exists counts."""


def column_names(file: Path) -> tuple[str, ...]:
    """Names of a table's columns.

    Parameters
    ----------
    file : Path
        With an ending of :data:`READERS`.

    Returns
    -------
    tuple of str

    Raises
    ------
    OSError, ValueError, csv.Error
        It cannot be read.
    """
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as table:
            return tuple(table.schema_arrow.names)
    with file.open(encoding="utf8", errors="replace", newline="") as handle:
        if suffix == ".csv":
            return tuple(next(csv.reader(handle), ()))
        first = handle.readline()
    return tuple(_object(first)) if first.strip() else ("path", "verdict")  # no rows: the columns of an empty table


def _parquet_batches(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as table:
        present = [name for name in columns if name in table.schema_arrow.names]
        yield from table.iter_batches(BATCH_ROWS, columns=present)


def _csv_batches(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as tables

    # Bytes, because file names need not be Unicode.
    kinds = {name: pa.float64() if _is_number(name) else pa.binary() for name in columns}
    with tables.open_csv(
        file,
        parse_options=tables.ParseOptions(newlines_in_values=True),
        convert_options=tables.ConvertOptions(column_types=kinds, include_columns=list(columns)),
    ) as reader:
        yield from map(_without_csv_marks, reader)


def _without_csv_marks(batch: Any) -> Any:
    """A batch with texts as they were before :func:`biocapture.guidance.plain_text.csv_cell`."""
    import pyarrow as pa
    from pyarrow import compute

    pattern = rf"^'('*[{re.escape(''.join(FORMULA))}])"
    columns = [
        compute.replace_substring_regex(column, pattern=pattern, replacement=r"\1")
        if pa.types.is_binary(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _json_line_batches(file: Path, columns: Sequence[str]) -> Iterator[Any]:
    with file.open(encoding="utf8", errors="replace") as handle:
        waiting: list[dict[str, Any]] = []
        for number, line in enumerate(handle, 1):
            try:
                waiting.append(_object(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error
            if len(waiting) == BATCH_ROWS:
                yield _batch(waiting, columns)
                waiting = []
        if waiting:
            yield _batch(waiting, columns)


READERS = {".parquet": _parquet_batches, ".csv": _csv_batches, ".jsonl": _json_line_batches}
FORMATS = "{}, {} or {}".format(*READERS)


def _object(line: str) -> dict[str, Any]:
    try:
        cells = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(cells, dict):
        raise ValueError("not an object")  # noqa: TRY004  a fault of the file, not of the caller
    return cells


def _batch(rows: list[dict[str, Any]], columns: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = [(name, pa.float64() if _is_number(name) else pa.string()) for name in columns]
    texts = [
        {name: value if value is None or kind == pa.float64() else str(value) for name, kind in kinds
         for value in [row.get(name)]} for row in rows
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(texts, schema=pa.schema(kinds))


def _is_number(name: str) -> bool:
    return name in NUMBER_COLUMNS or (name not in COLUMNS and name not in {*DEVICES, *DAYS})
