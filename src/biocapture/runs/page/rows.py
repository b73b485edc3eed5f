"""A run's rows as a stream of batches, whatever they are stored as: memory does not grow with their number."""

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from biocapture.assessment.report import COLUMNS, NUMBER_COLUMNS
from biocapture.errors import UsageError
from biocapture.runs import PART_FILES, RECORD_FILE
from biocapture.runs.entry import DEVICE_COLUMN, TIME_COLUMN

BATCH_ROWS = 8_192
MAX_MANIFEST = 1_000_000
"""Bytes; a larger run.json is no manifest of ours."""

MAX_TEXT = 500
"""Characters of a path or message that are kept."""

DEVICES = (DEVICE_COLUMN, "device_id")
DAYS = (TIME_COLUMN, "day", "mtime", "modified")
"""Columns that may say which device took a capture, and when; the first that is there counts."""

OURS = frozenset({"path", "sha256", "modality", "position", "quality", "verdict", "reasons", "error"})


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a table.

    Attributes
    ----------
    batch : pyarrow.RecordBatch
    """

    batch: Any

    def __len__(self) -> int:
        return int(self.batch.num_rows)

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.batch.schema.names

    def codes(self, name: str) -> tuple[NDArray[np.int64], list[str]]:
        """(N,) index into the distinct texts of a column, and these; "" where there is none."""
        if not self.has(name):
            return np.zeros(len(self), np.int64), [""]
        coded = _flat(self.batch.column(name)).dictionary_encode()
        indices = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        texts = [_text(value) for value in coded.dictionary.to_pylist()]
        return np.where(indices < 0, len(texts), indices), [*texts, ""]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """(N,) values of a column, NaN where there is none."""
        if not self.has(name):
            return np.full(len(self), np.nan)
        import pyarrow as pa

        column = self.batch.column(name)
        return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False), np.float64)

    def cells(self, name: str, indices: NDArray[np.intp]) -> list[str]:
        """Texts of a few rows."""
        if not self.has(name):
            return [""] * len(indices)
        return [_text(value) for value in self.batch.column(name).take(_positions(indices)).to_pylist()]


@dataclass(frozen=True, slots=True)
class Run:
    """Where rows come from.

    Attributes
    ----------
    path : Path
        Folder of shards, or one table.
    files : tuple of Path
    names : tuple of str
        Columns.
    manifest : dict
        What ``run.json`` says; empty where there is none.
    """

    path: Path
    files: tuple[Path, ...]
    names: tuple[str, ...]
    manifest: dict[str, Any]

    @property
    def measures(self) -> tuple[str, ...]:
        """Ids of the measures there are scores of."""
        return tuple(name for name in self.names if f"{name}.score" in self.names)

    @property
    def device(self) -> str:
        """Column of the device, "" for none."""
        return next((name for name in DEVICES if name in self.names), "")

    @property
    def day(self) -> str:
        """Column of the time, "" for none."""
        return next((name for name in DAYS if name in self.names), "")

    def batches(self) -> Iterator[Rows]:
        """All rows, in order.

        Raises
        ------
        UsageError
            A table is damaged.
        """
        scored = (column for name in self.measures for column in (name, f"{name}.score"))
        wanted = [*(name for name in self.names if name in {*OURS, self.device, self.day}), *scored]
        for file in self.files:
            try:
                yield from map(Rows, READERS[file.suffix.lower()](file, wanted))
            except (OSError, ValueError, csv.Error) as error:  # pyarrow's own errors are ValueErrors
                raise UsageError(f"cannot be read: {str(error)[:MAX_TEXT]}", str(file)) from error


def open_run(path: Path) -> Run:
    """Look at a run: a folder of ``part-*.parquet`` with ``run.json``, or one table of ``score --out``.

    Raises
    ------
    UsageError
        There is no such run, or it is no table of ours.
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
        names = _names(files[0])
    except (OSError, ValueError, csv.Error) as error:
        raise UsageError(f"cannot be read: {str(error)[:MAX_TEXT]}", str(files[0])) from error
    if not {"path", "verdict"} <= set(names):
        raise UsageError("no table of biocapture: the columns path and verdict are missing", str(files[0]))
    return Run(path, files, names, _manifest(path / RECORD_FILE) if path.is_dir() else {})


def _manifest(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        if path.stat().st_size > MAX_MANIFEST:
            raise UsageError(f"more than {MAX_MANIFEST} bytes, too large for a manifest", str(path))
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"cannot be read: {error}", str(path)) from error
    return content if isinstance(content, dict) else {}


def _names(file: Path) -> tuple[str, ...]:
    suffix = file.suffix.lower()
    if suffix == ".parquet":
        import pyarrow.parquet as pq

        with pq.ParquetFile(file) as table:
            return tuple(table.schema_arrow.names)
    with file.open(encoding="utf8", errors="replace", newline="") as handle:
        if suffix == ".csv":
            return tuple(next(csv.reader(handle), ()))
        first = handle.readline()
    return tuple(_object(first)) if first.strip() else ("path", "verdict")


def _parquet(file: Path, wanted: Sequence[str]) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(file) as table:
        there = [name for name in wanted if name in table.schema_arrow.names]
        yield from table.iter_batches(BATCH_ROWS, columns=there)


def _csv(file: Path, wanted: Sequence[str]) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import csv as tables

    # Bytes, because file names need not be Unicode.
    kinds = {name: pa.float64() if _is_number(name) else pa.binary() for name in wanted}
    with tables.open_csv(
        file,
        parse_options=tables.ParseOptions(newlines_in_values=True),
        convert_options=tables.ConvertOptions(column_types=kinds, include_columns=list(wanted)),
    ) as reader:
        yield from reader


def _json_lines(file: Path, wanted: Sequence[str]) -> Iterator[Any]:
    with file.open(encoding="utf8", errors="replace") as handle:
        waiting: list[dict[str, Any]] = []
        for number, line in enumerate(handle, 1):
            try:
                waiting.append(_object(line))
            except ValueError as error:
                raise ValueError(f"line {number}: {error}") from error
            if len(waiting) == BATCH_ROWS:
                yield _batch(waiting, wanted)
                waiting = []
        if waiting:
            yield _batch(waiting, wanted)


READERS = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines}
FORMATS = "{}, {} or {}".format(*READERS)


def _object(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  a fault of the file, not of the caller
    return found


def _batch(rows: list[dict[str, Any]], wanted: Sequence[str]) -> Any:
    import pyarrow as pa

    kinds = [(name, pa.float64() if _is_number(name) else pa.string()) for name in wanted]
    texts = [
        {name: value if value is None or kind == pa.float64() else str(value) for name, kind in kinds
         for value in [row.get(name)]} for row in rows
    ]  # fmt: skip
    return pa.RecordBatch.from_pylist(texts, schema=pa.schema(kinds))


def _is_number(name: str) -> bool:
    return name in NUMBER_COLUMNS or (name not in COLUMNS and name not in {*DEVICES, *DAYS})


def _flat(column: Any) -> Any:
    """A column that can be coded: dictionaries unpacked, everything but bytes as text."""
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
    return shown if len(shown) <= MAX_TEXT else shown[: MAX_TEXT - 1] + "…"
