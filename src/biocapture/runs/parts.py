"""The finished rows of a run: ``part-00000.parquet`` …, each written whole or not at all."""

import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from biocapture.errors import UsageError
from biocapture.runs import PART_FILES

GROUP = 1000
"""Rows held in memory while a part is written."""


class Parts:
    """The parts in one folder.

    Row ``i`` of the run is row ``i % size`` of part ``i // size``; only the last part may be short.
    """

    def __init__(self, folder: Path, schema: Any, size: int) -> None:
        self.folder, self.size = folder, size
        self._schema = schema
        self._last_read: tuple[int, Any] = (-1, None)

    def path(self, part: int) -> Path:
        """Where a part is or will be."""
        return self.folder / PART_FILES.replace("*", f"{part:05d}")

    def rows_in(self, part: int) -> int:
        """Rows of a part; 0 where there is none.

        Raises
        ------
        UsageError
            Something of that name is no part of ours.
        """
        import pyarrow.parquet as pq

        if not self.path(part).exists():
            return 0
        try:
            return int(pq.read_metadata(self.path(part)).num_rows)
        except (OSError, ValueError) as error:  # Arrow's errors are ValueErrors
            raise UsageError(f"not a part of a run: {error}", str(self.path(part))) from error

    def lengths(self) -> Iterator[tuple[int, int]]:
        """Number and rows of every part there is."""
        prefix = PART_FILES.partition("*")[0]
        numbers = sorted(int(path.stem.removeprefix(prefix)) for path in self.folder.glob(PART_FILES))
        for part in numbers:
            yield part, self.rows_in(part)

    def write(self, part: int, texts: Iterable[str]) -> None:
        """Write a part, after the rows it has already; it appears under its name when all of it is on the disk."""
        import pyarrow.parquet as pq

        path = self.path(part)
        with written_whole(path) as handle, pq.ParquetWriter(handle, self._schema) as writer:
            if path.exists():
                writer.write_table(pq.read_table(path, use_threads=False, partitioning=None))
            iterator = iter(texts)
            while group := list(islice(iterator, GROUP)):
                writer.write_table(self._table(group))
        self._last_read = (-1, None)

    def _table(self, texts: Sequence[str]) -> Any:
        from pyarrow.json import ParseOptions, ReadOptions, read_json

        data = "\n".join(texts).encode()
        return read_json(
            io.BytesIO(data),
            read_options=ReadOptions(use_threads=False, block_size=len(data) + 1),
            parse_options=ParseOptions(explicit_schema=self._schema, unexpected_field_behavior="error"),
        )

    def row(self, number: int) -> dict[str, Any]:
        """One finished row; the part it is in is kept for the next question."""
        import pyarrow.parquet as pq

        part, index = divmod(number, self.size)
        if self._last_read[0] != part:
            self._last_read = (part, pq.read_table(self.path(part), use_threads=False, partitioning=None))
        found: dict[str, Any] = self._last_read[1].slice(index, 1).to_pylist()[0]
        return {name: value for name, value in found.items() if value is not None}

    def columns(self, part: int, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Some columns of a part, row by row."""
        import pyarrow.parquet as pq

        yield from pq.read_table(self.path(part), columns=list(names), use_threads=False).to_pylist()


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Write a JSON file whole or not at all."""
    with written_whole(path) as handle:
        handle.write((json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode("utf8"))


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that appears under its name when all of it is on the disk."""
    unfinished = path.with_name(path.name + ".tmp")
    with unfinished.open("wb") as handle:
        yield handle
        handle.flush()
        os.fsync(handle.fileno())
    unfinished.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
